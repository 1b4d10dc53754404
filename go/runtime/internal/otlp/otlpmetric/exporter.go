// Package otlpmetric is the OTLP exporter of metrics.
package otlpmetric

import (
	"context"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/wire"
)

// Exporter sends what a reader has collected. It opens no connection before there
// is something to send.
type Exporter struct {
	*otlp.Client
}

// New returns an exporter of metrics. The error says which file of cfg could not
// be used; the exporter works without it.
func New(cfg otlp.Config) (*Exporter, error) {
	c, err := otlp.NewClient(cfg, otlp.Metrics)
	return &Exporter{c}, err
}

// Export sends rm, with as many attempts as ctx gives time for. An error means that
// it is lost.
func (e *Exporter) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	return e.Send(ctx, func(w *wire.Writer) { AppendProto(w, rm) })
}

// The numbers of AggregationTemporality.
const (
	delta      = 1
	cumulative = 2
)

func temporality(t metricdata.Temporality) int {
	switch t {
	case metricdata.DeltaTemporality:
		return delta
	case metricdata.CumulativeTemporality:
		return cumulative
	}
	return 0
}
