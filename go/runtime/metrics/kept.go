package metrics

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/hook"
)

// kept hands on what hooks have kept of what they measure, as the SDK would have it from them.
type kept struct{}

var _ sdkmetric.Producer = kept{}

// Produce returns all as it is now. The SDK writes in it afterwards.
func (kept) Produce(context.Context) (scopes []metricdata.ScopeMetrics, err error) {
	now := time.Now()
	for _, s := range hook.Streams() {
		scope := instrumentation.Scope{Name: s.Scope, Version: s.Version}
		m := metricdata.Metrics{Name: s.Name, Unit: s.Unit, Description: s.Description}
		if s.Bounds != nil {
			m.Data = histogramOf(s, now)
		} else {
			m.Data = sumOf(s, now)
		}
		if n := len(scopes); n == 0 || scopes[n-1].Scope != scope {
			scopes = append(scopes, metricdata.ScopeMetrics{Scope: scope})
		}
		last := &scopes[len(scopes)-1]
		last.Metrics = append(last.Metrics, m)
	}
	return scopes, nil
}

// collectScopes has the reader collect into rm, where what was kept stands in the scope that the SDK has
// from the same hooks: its readers have the scopes of a producer beside their own.
func collectScopes(ctx context.Context, reader *sdkmetric.ManualReader, rm *metricdata.ResourceMetrics) error {
	err := reader.Collect(ctx, rm)
	scopes := rm.ScopeMetrics[:0]
	for _, s := range rm.ScopeMetrics {
		at := slices.IndexFunc(scopes, func(other metricdata.ScopeMetrics) bool { return other.Scope == s.Scope })
		if at < 0 {
			scopes = append(scopes, s)
			continue
		}
		scopes[at].Metrics = append(scopes[at].Metrics, s.Metrics...)
	}
	rm.ScopeMetrics = scopes
	return err
}

func histogramOf(s *hook.Stream, now time.Time) metricdata.Aggregation {
	h := metricdata.Histogram[float64]{Temporality: metricdata.CumulativeTemporality}
	for i := range s.Points {
		p := &s.Points[i]
		point := metricdata.HistogramDataPoint[float64]{
			Attributes: p.Attributes, StartTime: s.Since, Time: now,
			Sum: p.Sum, Bounds: s.Bounds, BucketCounts: p.Counts,
			Min: metricdata.NewExtrema(p.Least), Max: metricdata.NewExtrema(p.Most),
		}
		for _, n := range p.Counts {
			point.Count += n
		}
		for j := range p.Exemplars {
			point.Exemplars = append(point.Exemplars, exemplarOf(&p.Exemplars[j]))
		}
		h.DataPoints = append(h.DataPoints, point)
	}
	return h
}

func sumOf(s *hook.Stream, now time.Time) metricdata.Aggregation {
	sum := metricdata.Sum[int64]{Temporality: metricdata.CumulativeTemporality}
	for i := range s.Points {
		p := &s.Points[i]
		sum.DataPoints = append(sum.DataPoints, metricdata.DataPoint[int64]{Attributes: p.Attributes, StartTime: s.Since, Time: now, Value: p.Total})
	}
	return sum
}

func exemplarOf(e *hook.Exemplar) metricdata.Exemplar[float64] {
	traceID, spanID := e.Span.TraceID(), e.Span.SpanID()
	return metricdata.Exemplar[float64]{Time: e.Time, Value: e.Value, TraceID: traceID[:], SpanID: spanID[:]}
}
