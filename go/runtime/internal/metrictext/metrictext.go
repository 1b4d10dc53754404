// Package metrictext writes metrics as people read them
// (OTEL_METRICS_EXPORTER=console): a line for each point.
//
//	metrics at 15:04:05
//	otel.tool/hooks/net/http
//	  http.server.request.duration  12 × 3.4 ms, p50 ≤ 5 ms, p99 ≤ 21 ms, 1.2 ms to 21 ms  http.request.method=GET http.route=/greet
//	  http.server.active_requests   1  http.request.method=GET
package metrictext

import (
	"bytes"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// Write writes rm at once.
func Write(w io.Writer, rm *metricdata.ResourceMetrics) error {
	var b bytes.Buffer
	b.WriteString("metrics at " + time.Now().Format(time.TimeOnly) + "\n")
	for i := range rm.ScopeMetrics {
		sm := &rm.ScopeMetrics[i]
		b.WriteString(line(sm.Scope.Name) + "\n")
		width := 0
		for _, m := range sm.Metrics {
			width = max(width, len(m.Name))
		}
		for i := range sm.Metrics {
			m := &sm.Metrics[i]
			write(m, func(value string, attrs *attribute.Set) {
				b.WriteString("  " + m.Name + strings.Repeat(" ", width-len(m.Name)) + "  " + value)
				if text := pairs(attrs); text != "" {
					b.WriteString("  " + text)
				}
				b.WriteByte('\n')
			})
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// write gives the value of each point of m to point, as text.
func write(m *metricdata.Metrics, point func(value string, attrs *attribute.Set)) {
	switch data := m.Data.(type) {
	case metricdata.Gauge[int64]:
		numbers(data.DataPoints, m.Unit, point)
	case metricdata.Gauge[float64]:
		numbers(data.DataPoints, m.Unit, point)
	case metricdata.Sum[int64]:
		numbers(data.DataPoints, m.Unit, point)
	case metricdata.Sum[float64]:
		numbers(data.DataPoints, m.Unit, point)
	case metricdata.Histogram[int64]:
		histograms(data.DataPoints, m.Unit, point)
	case metricdata.Histogram[float64]:
		histograms(data.DataPoints, m.Unit, point)
	case metricdata.ExponentialHistogram[int64]:
		exponentials(data.DataPoints, m.Unit, point)
	case metricdata.ExponentialHistogram[float64]:
		exponentials(data.DataPoints, m.Unit, point)
	case metricdata.Summary:
		for i := range data.DataPoints {
			p := &data.DataPoints[i]
			text := spread(p.Count, p.Sum, m.Unit)
			for _, q := range p.QuantileValues {
				text += ", p" + strconv.FormatFloat(q.Quantile*100, 'g', 4, 64) + " " + quantity(q.Value, m.Unit)
			}
			point(text, &p.Attributes)
		}
	}
}

func numbers[N int64 | float64](points []metricdata.DataPoint[N], unit string, point func(string, *attribute.Set)) {
	for i := range points {
		point(quantity(float64(points[i].Value), unit), &points[i].Attributes)
	}
}

func histograms[N int64 | float64](points []metricdata.HistogramDataPoint[N], unit string, point func(string, *attribute.Set)) {
	for i := range points {
		p := &points[i]
		text := spread(p.Count, float64(p.Sum), unit)
		for _, q := range []float64{0.5, 0.99} {
			v, ok := quantile(p.Bounds, p.BucketCounts, p.Count, q)
			if high, known := p.Max.Value(); known {
				v = min(v, float64(high)) // says more than the bucket's bound
			}
			if ok {
				text += ", p" + strconv.Itoa(int(q*100)) + " ≤ " + quantity(v, unit)
			}
		}
		point(text+extremes(p.Min, p.Max, unit), &p.Attributes)
	}
}

func exponentials[N int64 | float64](points []metricdata.ExponentialHistogramDataPoint[N], unit string, point func(string, *attribute.Set)) {
	for i := range points {
		p := &points[i]
		point(spread(p.Count, float64(p.Sum), unit)+extremes(p.Min, p.Max, unit), &p.Attributes)
	}
}

// spread is how many there were, and their mean.
func spread(count uint64, sum float64, unit string) string {
	if count == 0 {
		return "0"
	}
	return strconv.FormatUint(count, 10) + " × " + quantity(sum/float64(count), unit)
}

func extremes[N int64 | float64](low, high metricdata.Extrema[N], unit string) string {
	a, ok := low.Value()
	b, ok2 := high.Value()
	if !ok || !ok2 {
		return ""
	}
	return ", " + quantity(float64(a), unit) + " to " + quantity(float64(b), unit)
}

// quantile is the upper bound of the bucket in which the q-th part of the values
// ends; false if that is the last one, which has none.
func quantile(bounds []float64, counts []uint64, count uint64, q float64) (float64, bool) {
	rank := uint64(math.Ceil(q * float64(count)))
	var seen uint64
	for i, n := range counts {
		seen += n
		if seen >= rank && n > 0 {
			if i < len(bounds) {
				return bounds[i], true
			}
			break
		}
	}
	return 0, false
}

// quantity is a value with its unit, in a size that can be read.
func quantity(v float64, unit string) string {
	switch unit {
	case "s":
		return scaled(v, 1000, []string{"ns", "µs", "ms", "s"}, 1e-9)
	case "By":
		return scaled(v, 1024, []string{"B", "KiB", "MiB", "GiB", "TiB"}, 1)
	case "%":
		return number(v) + " %"
	case "", "1":
		return number(v)
	}
	if strings.HasPrefix(unit, "{") {
		return number(v) // {request}: the name says it
	}
	return number(v) + " " + line(unit)
}

// scaled writes v in the largest of units in which it is at least 1; the first is
// of that size.
func scaled(v, step float64, units []string, size float64) string {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return number(v)
	}
	i := 0
	for i+1 < len(units) && math.Abs(v)/size >= step*(1-1e-9) { // sizes are rounded
		size *= step
		i++
	}
	return number(v/size) + " " + units[i]
}

func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

func pairs(set *attribute.Set) string {
	var b strings.Builder
	for it := set.Iter(); it.Next(); {
		kv := it.Attribute()
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(line(string(kv.Key) + "=" + kv.Value.Emit()))
	}
	return b.String()
}

// line makes text fit for a line: control characters could move the terminal's
// cursor.
func line(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}
