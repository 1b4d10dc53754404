package otlpmetric

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/points"
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

// kinds is for each kind the field of Metric that holds it, and how its points are
// written.
var kinds = [...]struct {
	field int
	point func(w *wire.Writer, p *points.Point)
}{
	points.Gauge:       {5, appendNumberPoint},
	points.Sum:         {7, appendNumberPoint},
	points.Histogram:   {9, appendHistogramPoint},
	points.Exponential: {10, appendExponentialPoint},
	points.Summary:     {11, appendSummaryPoint},
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
	if about := points.Of(metric.Data); about.Kind != points.None {
		appendData(w, about, metric.Data)
	}
	w.Close(m)
}

func appendData(w *wire.Writer, about points.About, data metricdata.Aggregation) {
	kind := kinds[about.Kind]
	m := w.Open(kind.field)
	points.Each(data, func(p *points.Point) {
		m := w.Open(1)
		kind.point(w, p)
		w.Close(m)
	})
	switch about.Kind {
	case points.Sum, points.Histogram, points.Exponential:
		w.Uint(2, uint64(temporality(about.Temporality)))
	}
	if about.Monotonic {
		w.Bool(3, true)
	}
	w.Close(m)
}

func appendNumberPoint(w *wire.Writer, p *points.Point) {
	appendTimes(w, p)
	appendNumber(w, 4, 6, p.Value)
	appendExemplars(w, 5, p.Exemplars)
	appendSet(w, 7, p.Attributes)
}

func appendHistogramPoint(w *wire.Writer, p *points.Point) {
	appendTimes(w, p)
	appendCount(w, p)
	w.PackedFixed64(6, p.Counts)
	w.PackedDouble(7, p.Bounds)
	appendExemplars(w, 8, p.Exemplars)
	appendSet(w, 9, p.Attributes)
	appendExtrema(w, 11, p)
}

func appendExponentialPoint(w *wire.Writer, p *points.Point) {
	appendSet(w, 1, p.Attributes)
	appendTimes(w, p)
	appendCount(w, p)
	w.Sint(6, int64(p.Scale))
	w.Fixed64(7, p.ZeroCount)
	appendBuckets(w, 8, p.Positive)
	appendBuckets(w, 9, p.Negative)
	appendExemplars(w, 11, p.Exemplars)
	appendExtrema(w, 12, p)
	if p.ZeroThreshold != 0 {
		w.Double(14, p.ZeroThreshold)
	}
}

func appendBuckets(w *wire.Writer, field int, b *metricdata.ExponentialBucket) {
	m := w.Open(field)
	w.Sint(1, int64(b.Offset))
	w.PackedUint(2, b.Counts)
	w.Close(m)
}

func appendSummaryPoint(w *wire.Writer, p *points.Point) {
	appendTimes(w, p)
	appendCount(w, p)
	for _, q := range p.Quantiles {
		m := w.Open(6)
		w.Double(1, q.Quantile)
		w.Double(2, q.Value)
		w.Close(m)
	}
	appendSet(w, 7, p.Attributes)
}

func appendExemplars(w *wire.Writer, field int, list []points.Exemplar) {
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
		otlp.AppendAttrs(w, 7, e.Attributes)
		w.Close(m)
	}
}

// appendTimes writes when a point's time begins and when it was taken, which all
// kinds of points have in the same fields.
func appendTimes(w *wire.Writer, p *points.Point) {
	if ns := otlp.Nanos(p.Start); ns != 0 {
		w.Fixed64(2, ns)
	}
	w.Fixed64(3, otlp.Nanos(p.Time))
}

// appendCount writes what those kinds that have them have in the same fields.
func appendCount(w *wire.Writer, p *points.Point) {
	w.Fixed64(4, p.Count)
	w.Double(5, p.Sum)
}

// appendNumber writes a value of a oneof of a double and an sfixed64.
func appendNumber(w *wire.Writer, double, fixed int, v points.Number) {
	if v.Integer {
		double = fixed
	}
	w.Fixed64(double, v.Bits)
}

// appendExtrema writes the smallest value in a field and the largest in the next.
func appendExtrema(w *wire.Writer, field int, p *points.Point) {
	if p.HasMin {
		w.Double(field, p.Min)
	}
	if p.HasMax {
		w.Double(field+1, p.Max)
	}
}

func appendSet(w *wire.Writer, field int, set *attribute.Set) {
	for it := set.Iter(); it.Next(); {
		otlp.AppendAttr(w, field, it.Attribute())
	}
}
