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
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/internal/points"
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
			kind := points.Of(m.Data).Kind
			points.Each(m.Data, func(p *points.Point) {
				fmt.Fprintf(&b, "  %-*s  %s", width, m.Name, value(kind, p, m.Unit))
				if text := pairs(p.Attributes); text != "" {
					b.WriteString("  " + text)
				}
				b.WriteByte('\n')
			})
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// value is what a point says, as text.
func value(kind points.Kind, p *points.Point, unit string) string {
	if kind == points.Gauge || kind == points.Sum {
		return quantity(p.Value.Float(), unit)
	}
	text := spread(p.Count, p.Sum, unit)
	if kind == points.Histogram {
		text += quantiles(p, unit)
	}
	for _, q := range p.Quantiles {
		text += ", p" + strconv.FormatFloat(q.Quantile*100, 'g', 4, 64) + " " + quantity(q.Value, unit)
	}
	if p.HasMin && p.HasMax {
		text += ", " + quantity(p.Min, unit) + " to " + quantity(p.Max, unit)
	}
	return text
}

// quantiles is what the buckets of a histogram tell.
func quantiles(p *points.Point, unit string) (text string) {
	for _, q := range []float64{0.5, 0.99} {
		v, ok := quantile(p.Bounds, p.Counts, p.Count, q)
		if p.HasMax {
			v = min(v, p.Max) // says more than the bucket's bound
		}
		if ok {
			text += ", p" + strconv.Itoa(int(q*100)) + " ≤ " + quantity(v, unit)
		}
	}
	return text
}

// spread is how many there were, and their mean.
func spread(count uint64, sum float64, unit string) string {
	if count == 0 {
		return "0"
	}
	return strconv.FormatUint(count, 10) + " × " + quantity(sum/float64(count), unit)
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
//
//go:noinline
func line(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}
