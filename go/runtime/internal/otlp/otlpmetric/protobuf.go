package otlpmetric

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/wire"
)

// AppendProto writes an ExportMetricsServiceRequest, which is a MetricsData
// (opentelemetry/proto/metrics/v1/metrics.proto).
func AppendProto(w *wire.Writer, rm *metricdata.ResourceMetrics) {
	m := otlp.OpenResource(w, rm.Resource)
	for i := range rm.ScopeMetrics {
		sm := &rm.ScopeMetrics[i]
		s := otlp.OpenScope(w, &sm.Scope)
		for i := range sm.Metrics {
			appendMetric(w, &sm.Metrics[i])
		}
		otlp.CloseScope(w, &sm.Scope, s)
	}
	otlp.CloseResource(w, rm.Resource, m)
}

func appendMetric(w *wire.Writer, metric *metricdata.Metrics) {
	m := w.Open(2)
	w.String(1, metric.Name)
	if metric.Description != "" {
		w.String(2, metric.Description)
	}
	if metric.Unit != "" {
		w.String(3, metric.Unit)
	}
	switch data := metric.Data.(type) {
	case metricdata.Gauge[int64]:
		appendGauge(w, data.DataPoints)
	case metricdata.Gauge[float64]:
		appendGauge(w, data.DataPoints)
	case metricdata.Sum[int64]:
		appendSum(w, data)
	case metricdata.Sum[float64]:
		appendSum(w, data)
	case metricdata.Histogram[int64]:
		appendHistogram(w, data)
	case metricdata.Histogram[float64]:
		appendHistogram(w, data)
	case metricdata.ExponentialHistogram[int64]:
		appendExponential(w, data)
	case metricdata.ExponentialHistogram[float64]:
		appendExponential(w, data)
	case metricdata.Summary:
		appendSummary(w, data)
	}
	w.Close(m)
}

func appendGauge[N int64 | float64](w *wire.Writer, points []metricdata.DataPoint[N]) {
	m := w.Open(5)
	appendNumbers(w, points)
	w.Close(m)
}

func appendSum[N int64 | float64](w *wire.Writer, sum metricdata.Sum[N]) {
	m := w.Open(7)
	appendNumbers(w, sum.DataPoints)
	w.Uint(2, uint64(temporality(sum.Temporality)))
	if sum.IsMonotonic {
		w.Bool(3, true)
	}
	w.Close(m)
}

// appendNumbers writes NumberDataPoints.
func appendNumbers[N int64 | float64](w *wire.Writer, points []metricdata.DataPoint[N]) {
	for i := range points {
		p := &points[i]
		m := w.Open(1)
		appendTimes(w, p.StartTime, p.Time)
		appendNumber(w, 4, 6, p.Value)
		appendExemplars(w, 5, p.Exemplars)
		appendSet(w, 7, &p.Attributes)
		w.Close(m)
	}
}

func appendHistogram[N int64 | float64](w *wire.Writer, h metricdata.Histogram[N]) {
	m := w.Open(9)
	for i := range h.DataPoints {
		p := &h.DataPoints[i]
		m := w.Open(1)
		appendTimes(w, p.StartTime, p.Time)
		w.Fixed64(4, p.Count)
		w.Double(5, float64(p.Sum))
		w.PackedFixed64(6, p.BucketCounts)
		w.PackedDouble(7, p.Bounds)
		appendExemplars(w, 8, p.Exemplars)
		appendSet(w, 9, &p.Attributes)
		appendExtrema(w, 11, p.Min)
		appendExtrema(w, 12, p.Max)
		w.Close(m)
	}
	w.Uint(2, uint64(temporality(h.Temporality)))
	w.Close(m)
}

func appendExponential[N int64 | float64](w *wire.Writer, h metricdata.ExponentialHistogram[N]) {
	m := w.Open(10)
	for i := range h.DataPoints {
		p := &h.DataPoints[i]
		m := w.Open(1)
		appendSet(w, 1, &p.Attributes)
		appendTimes(w, p.StartTime, p.Time)
		w.Fixed64(4, p.Count)
		w.Double(5, float64(p.Sum))
		w.Sint(6, int64(p.Scale))
		w.Fixed64(7, p.ZeroCount)
		appendBuckets(w, 8, &p.PositiveBucket)
		appendBuckets(w, 9, &p.NegativeBucket)
		appendExemplars(w, 11, p.Exemplars)
		appendExtrema(w, 12, p.Min)
		appendExtrema(w, 13, p.Max)
		if p.ZeroThreshold != 0 {
			w.Double(14, p.ZeroThreshold)
		}
		w.Close(m)
	}
	w.Uint(2, uint64(temporality(h.Temporality)))
	w.Close(m)
}

func appendBuckets(w *wire.Writer, field int, b *metricdata.ExponentialBucket) {
	m := w.Open(field)
	w.Sint(1, int64(b.Offset))
	w.PackedUint(2, b.Counts)
	w.Close(m)
}

func appendSummary(w *wire.Writer, s metricdata.Summary) {
	m := w.Open(11)
	for i := range s.DataPoints {
		p := &s.DataPoints[i]
		m := w.Open(1)
		appendTimes(w, p.StartTime, p.Time)
		w.Fixed64(4, p.Count)
		w.Double(5, p.Sum)
		for _, q := range p.QuantileValues {
			m := w.Open(6)
			w.Double(1, q.Quantile)
			w.Double(2, q.Value)
			w.Close(m)
		}
		appendSet(w, 7, &p.Attributes)
		w.Close(m)
	}
	w.Close(m)
}

func appendExemplars[N int64 | float64](w *wire.Writer, field int, list []metricdata.Exemplar[N]) {
	for i := range list {
		e := &list[i]
		m := w.Open(field)
		w.Fixed64(2, otlp.Nanos(e.Time))
		appendNumber(w, 3, 6, e.Value)
		if len(e.SpanID) > 0 {
			w.Bytes(4, e.SpanID)
		}
		if len(e.TraceID) > 0 {
			w.Bytes(5, e.TraceID)
		}
		otlp.AppendAttrs(w, 7, e.FilteredAttributes)
		w.Close(m)
	}
}

// appendTimes writes when a point's time begins and when it was taken, which all
// kinds of points have in the same fields.
func appendTimes(w *wire.Writer, start, at time.Time) {
	if ns := otlp.Nanos(start); ns != 0 {
		w.Fixed64(2, ns)
	}
	w.Fixed64(3, otlp.Nanos(at))
}

// appendNumber writes a value of a oneof of a double and an sfixed64.
func appendNumber[N int64 | float64](w *wire.Writer, double, fixed int, v N) {
	switch v := any(v).(type) {
	case float64:
		w.Double(double, v)
	case int64:
		w.Fixed64(fixed, uint64(v))
	}
}

func appendExtrema[N int64 | float64](w *wire.Writer, field int, e metricdata.Extrema[N]) {
	if v, ok := e.Value(); ok {
		w.Double(field, float64(v))
	}
}

func appendSet(w *wire.Writer, field int, set *attribute.Set) {
	for it := set.Iter(); it.Next(); {
		otlp.AppendAttr(w, field, it.Attribute())
	}
}
