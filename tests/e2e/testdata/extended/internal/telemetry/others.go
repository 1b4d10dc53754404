package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func MetricReaders() (list []metric.Reader, err error) {
	return []metric.Reader{metric.NewPeriodicReader(metrics{})}, may("MetricReaders")
}

type metrics struct{}

func (metrics) Temporality(metric.InstrumentKind) metricdata.Temporality {
	return metricdata.CumulativeTemporality
}

func (metrics) Aggregation(k metric.InstrumentKind) metric.Aggregation {
	return metric.DefaultAggregationSelector(k)
}

func (metrics) Export(_ context.Context, rm *metricdata.ResourceMetrics) error {
	for _, s := range rm.ScopeMetrics {
		for _, m := range s.Metrics {
			say("measured %s", m.Name)
		}
	}
	return nil
}

func (metrics) ForceFlush(context.Context) error { return may("MetricReaders.method") }
func (metrics) Shutdown(context.Context) error   { return nil }

func Views() []metric.View {
	may("Views")
	return []metric.View{nil, func(i metric.Instrument) (metric.Stream, bool) {
		may("Views.method")
		return metric.Stream{Name: "renamed.duration"}, i.Name == "http.server.request.duration"
	}}
}

func LogProcessors() ([]sdklog.Processor, error) {
	return []sdklog.Processor{logs{}}, may("LogProcessors")
}

type logs struct{}

func (logs) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }

func (logs) OnEmit(_ context.Context, r *sdklog.Record) error {
	if err := may("LogProcessors.method"); err != nil {
		return err
	}
	r.SetBody(log.StringValue("changed " + r.Body().AsString()))
	return nil
}

func (logs) ForceFlush(context.Context) error { return nil }
func (logs) Shutdown(context.Context) error   { return nil }
