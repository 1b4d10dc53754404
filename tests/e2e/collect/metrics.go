package collect

import (
	"context"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
)

// Metric is one received instrument, with what a test wants to see of it.
type Metric struct {
	Resource                map[string]any
	Scope                   string
	Name, Unit, Description string
	Instrument              string           // Counter, UpDownCounter, Histogram, Gauge
	Value                   string           // int64 or double; of histograms double
	Points                  []map[string]any // the attributes of each
}

// Metrics returns all metrics received so far, each as often as it came.
func (c *Collector) Metrics() []Metric {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Metric(nil), c.metrics...)
}

type metricReceiver struct {
	pmetricotlp.UnimplementedGRPCServer
	c *Collector
}

func (m *metricReceiver) Export(_ context.Context, req pmetricotlp.ExportRequest) (pmetricotlp.ExportResponse, error) {
	m.c.mu.Lock()
	defer m.c.mu.Unlock()
	for _, rm := range req.Metrics().ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, in := range sm.Metrics().All() {
				out := Metric{Resource: rm.Resource().Attributes().AsRaw(), Scope: sm.Scope().Name(), Name: in.Name(), Unit: in.Unit(), Description: in.Description()}
				out.read(in)
				m.c.metrics = append(m.c.metrics, out)
			}
		}
	}
	return pmetricotlp.NewExportResponse(), nil
}

// read takes out of an instrument what kind it is of, and its points' attributes.
func (m *Metric) read(in pmetric.Metric) {
	m.Value = "double"
	numbers := func(points pmetric.NumberDataPointSlice) {
		for _, p := range points.All() {
			if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
				m.Value = "int64"
			}
			m.point(p.Attributes())
		}
	}
	switch in.Type() {
	case pmetric.MetricTypeSum:
		m.Instrument = "UpDownCounter"
		if in.Sum().IsMonotonic() {
			m.Instrument = "Counter"
		}
		numbers(in.Sum().DataPoints())
	case pmetric.MetricTypeGauge:
		m.Instrument = "Gauge"
		numbers(in.Gauge().DataPoints())
	case pmetric.MetricTypeHistogram:
		m.Instrument = "Histogram"
		for _, p := range in.Histogram().DataPoints().All() {
			m.point(p.Attributes())
		}
	case pmetric.MetricTypeExponentialHistogram:
		m.Instrument = "Histogram"
		for _, p := range in.ExponentialHistogram().DataPoints().All() {
			m.point(p.Attributes())
		}
	}
}

func (m *Metric) point(attrs pcommon.Map) { m.Points = append(m.Points, attrs.AsRaw()) }
