package followmeter

import (
	"context"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// The instruments that are recorded with. Each embeds the API's no-op, so that it
// has the methods of an API that is newer than this code.

type int64Counter struct {
	noop.Int64Counter
	instrument[metric.Int64Counter]
}

func (i *int64Counter) Add(ctx context.Context, v int64, opts ...metric.AddOption) {
	i.get().Add(ctx, v, opts...)
}

func (i *int64Counter) Enabled(ctx context.Context) bool { return enabled(i.get(), ctx) }

func (m *meter) Int64Counter(name string, opts ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	i := new(int64Counter)
	err := i.follow(m, func(m metric.Meter) (metric.Int64Counter, error) { return m.Int64Counter(name, opts...) })
	return i, err
}

type int64UpDownCounter struct {
	noop.Int64UpDownCounter
	instrument[metric.Int64UpDownCounter]
}

func (i *int64UpDownCounter) Add(ctx context.Context, v int64, opts ...metric.AddOption) {
	i.get().Add(ctx, v, opts...)
}

func (i *int64UpDownCounter) Enabled(ctx context.Context) bool { return enabled(i.get(), ctx) }

func (m *meter) Int64UpDownCounter(name string, opts ...metric.Int64UpDownCounterOption) (metric.Int64UpDownCounter, error) {
	i := new(int64UpDownCounter)
	err := i.follow(m, func(m metric.Meter) (metric.Int64UpDownCounter, error) { return m.Int64UpDownCounter(name, opts...) })
	return i, err
}

type int64Histogram struct {
	noop.Int64Histogram
	instrument[metric.Int64Histogram]
}

func (i *int64Histogram) Record(ctx context.Context, v int64, opts ...metric.RecordOption) {
	i.get().Record(ctx, v, opts...)
}

func (i *int64Histogram) Enabled(ctx context.Context) bool { return enabled(i.get(), ctx) }

func (m *meter) Int64Histogram(name string, opts ...metric.Int64HistogramOption) (metric.Int64Histogram, error) {
	i := new(int64Histogram)
	err := i.follow(m, func(m metric.Meter) (metric.Int64Histogram, error) { return m.Int64Histogram(name, opts...) })
	return i, err
}

type int64Gauge struct {
	noop.Int64Gauge
	instrument[metric.Int64Gauge]
}

func (i *int64Gauge) Record(ctx context.Context, v int64, opts ...metric.RecordOption) {
	i.get().Record(ctx, v, opts...)
}

func (i *int64Gauge) Enabled(ctx context.Context) bool { return enabled(i.get(), ctx) }

func (m *meter) Int64Gauge(name string, opts ...metric.Int64GaugeOption) (metric.Int64Gauge, error) {
	i := new(int64Gauge)
	err := i.follow(m, func(m metric.Meter) (metric.Int64Gauge, error) { return m.Int64Gauge(name, opts...) })
	return i, err
}

type float64Counter struct {
	noop.Float64Counter
	instrument[metric.Float64Counter]
}

func (i *float64Counter) Add(ctx context.Context, v float64, opts ...metric.AddOption) {
	i.get().Add(ctx, v, opts...)
}

func (i *float64Counter) Enabled(ctx context.Context) bool { return enabled(i.get(), ctx) }

func (m *meter) Float64Counter(name string, opts ...metric.Float64CounterOption) (metric.Float64Counter, error) {
	i := new(float64Counter)
	err := i.follow(m, func(m metric.Meter) (metric.Float64Counter, error) { return m.Float64Counter(name, opts...) })
	return i, err
}

type float64UpDownCounter struct {
	noop.Float64UpDownCounter
	instrument[metric.Float64UpDownCounter]
}

func (i *float64UpDownCounter) Add(ctx context.Context, v float64, opts ...metric.AddOption) {
	i.get().Add(ctx, v, opts...)
}

func (i *float64UpDownCounter) Enabled(ctx context.Context) bool { return enabled(i.get(), ctx) }

func (m *meter) Float64UpDownCounter(name string, opts ...metric.Float64UpDownCounterOption) (metric.Float64UpDownCounter, error) {
	i := new(float64UpDownCounter)
	err := i.follow(m, func(m metric.Meter) (metric.Float64UpDownCounter, error) {
		return m.Float64UpDownCounter(name, opts...)
	})
	return i, err
}

type float64Histogram struct {
	noop.Float64Histogram
	instrument[metric.Float64Histogram]
}

func (i *float64Histogram) Record(ctx context.Context, v float64, opts ...metric.RecordOption) {
	i.get().Record(ctx, v, opts...)
}

func (i *float64Histogram) Enabled(ctx context.Context) bool { return enabled(i.get(), ctx) }

func (m *meter) Float64Histogram(name string, opts ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	i := new(float64Histogram)
	err := i.follow(m, func(m metric.Meter) (metric.Float64Histogram, error) { return m.Float64Histogram(name, opts...) })
	return i, err
}

type float64Gauge struct {
	noop.Float64Gauge
	instrument[metric.Float64Gauge]
}

func (i *float64Gauge) Record(ctx context.Context, v float64, opts ...metric.RecordOption) {
	i.get().Record(ctx, v, opts...)
}

func (i *float64Gauge) Enabled(ctx context.Context) bool { return enabled(i.get(), ctx) }

func (m *meter) Float64Gauge(name string, opts ...metric.Float64GaugeOption) (metric.Float64Gauge, error) {
	i := new(float64Gauge)
	err := i.follow(m, func(m metric.Meter) (metric.Float64Gauge, error) { return m.Float64Gauge(name, opts...) })
	return i, err
}
