package followmeter

import (
	"context"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/embedded"
	"go.opentelemetry.io/otel/metric/noop"
)

// The instruments that are asked for their values.

// observable is one of them.
type observable interface {
	// of returns the instrument of a provider.
	observableOf(metric.MeterProvider) metric.Observable
}

type int64ObservableCounter struct {
	noop.Int64ObservableCounter
	instrument[metric.Int64ObservableCounter]
}

func (i *int64ObservableCounter) observableOf(p metric.MeterProvider) metric.Observable {
	return i.of(p)
}

func (m *meter) Int64ObservableCounter(name string, opts ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	i := new(int64ObservableCounter)
	return i, i.observe(m, func(m metric.Meter) (metric.Int64ObservableCounter, error) {
		return m.Int64ObservableCounter(name, opts...)
	})
}

type int64ObservableUpDownCounter struct {
	noop.Int64ObservableUpDownCounter
	instrument[metric.Int64ObservableUpDownCounter]
}

func (i *int64ObservableUpDownCounter) observableOf(p metric.MeterProvider) metric.Observable {
	return i.of(p)
}

func (m *meter) Int64ObservableUpDownCounter(name string, opts ...metric.Int64ObservableUpDownCounterOption) (metric.Int64ObservableUpDownCounter, error) {
	i := new(int64ObservableUpDownCounter)
	return i, i.observe(m, func(m metric.Meter) (metric.Int64ObservableUpDownCounter, error) {
		return m.Int64ObservableUpDownCounter(name, opts...)
	})
}

type int64ObservableGauge struct {
	noop.Int64ObservableGauge
	instrument[metric.Int64ObservableGauge]
}

func (i *int64ObservableGauge) observableOf(p metric.MeterProvider) metric.Observable { return i.of(p) }

func (m *meter) Int64ObservableGauge(name string, opts ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	i := new(int64ObservableGauge)
	return i, i.observe(m, func(m metric.Meter) (metric.Int64ObservableGauge, error) {
		return m.Int64ObservableGauge(name, opts...)
	})
}

type float64ObservableCounter struct {
	noop.Float64ObservableCounter
	instrument[metric.Float64ObservableCounter]
}

func (i *float64ObservableCounter) observableOf(p metric.MeterProvider) metric.Observable {
	return i.of(p)
}

func (m *meter) Float64ObservableCounter(name string, opts ...metric.Float64ObservableCounterOption) (metric.Float64ObservableCounter, error) {
	i := new(float64ObservableCounter)
	return i, i.observe(m, func(m metric.Meter) (metric.Float64ObservableCounter, error) {
		return m.Float64ObservableCounter(name, opts...)
	})
}

type float64ObservableUpDownCounter struct {
	noop.Float64ObservableUpDownCounter
	instrument[metric.Float64ObservableUpDownCounter]
}

func (i *float64ObservableUpDownCounter) observableOf(p metric.MeterProvider) metric.Observable {
	return i.of(p)
}

func (m *meter) Float64ObservableUpDownCounter(name string, opts ...metric.Float64ObservableUpDownCounterOption) (metric.Float64ObservableUpDownCounter, error) {
	i := new(float64ObservableUpDownCounter)
	return i, i.observe(m, func(m metric.Meter) (metric.Float64ObservableUpDownCounter, error) {
		return m.Float64ObservableUpDownCounter(name, opts...)
	})
}

type float64ObservableGauge struct {
	noop.Float64ObservableGauge
	instrument[metric.Float64ObservableGauge]
}

func (i *float64ObservableGauge) observableOf(p metric.MeterProvider) metric.Observable {
	return i.of(p)
}

func (m *meter) Float64ObservableGauge(name string, opts ...metric.Float64ObservableGaugeOption) (metric.Float64ObservableGauge, error) {
	i := new(float64ObservableGauge)
	return i, i.observe(m, func(m metric.Meter) (metric.Float64ObservableGauge, error) {
		return m.Float64ObservableGauge(name, opts...)
	})
}

// observe is follow for an instrument whose options may have callbacks: those are
// asked by each provider that the instrument is made of.
func (i *instrument[I]) observe(m *meter, make func(metric.Meter) (I, error)) error {
	p := m.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	err := i.follow(m, make)
	p.callbacks = append(p.callbacks, &callback{again: func(to metric.MeterProvider) { i.of(to) }})
	return err
}

// callback is a function that is registered with the current provider.
type callback struct {
	again func(metric.MeterProvider) // makes the instrument that has the function

	meter       *meter // or: RegisterCallback's
	f           metric.Callback
	instruments []metric.Observable
	now         metric.Registration
}

func (c *callback) register(p metric.MeterProvider) {
	if c.again != nil {
		c.again(p)
		return
	}
	real := make([]metric.Observable, 0, len(c.instruments))
	for _, i := range c.instruments {
		real = append(real, of(i, p))
	}
	c.now, _ = c.meter.of(p).RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		return c.f(ctx, observer{to: o, provider: p})
	}, real...)
}

func (c *callback) unregister() {
	if c.now != nil {
		_ = c.now.Unregister() // fails where it has been
		c.now = nil
	}
}

// of returns what i is of a provider; i itself if it is none of ours. Older
// versions of the API leave it to the SDK to look behind theirs.
func of(i metric.Observable, p metric.MeterProvider) metric.Observable {
	if u, ok := i.(interface{ Unwrap() metric.Observable }); ok {
		i = u.Unwrap()
	}
	if o, ok := i.(observable); ok {
		return o.observableOf(p)
	}
	return i
}

// observer hands on what a callback observes, by the instruments of one provider.
type observer struct {
	embedded.Observer
	to       metric.Observer
	provider metric.MeterProvider
}

func (o observer) ObserveFloat64(i metric.Float64Observable, v float64, opts ...metric.ObserveOption) {
	if real, ok := of(i, o.provider).(metric.Float64Observable); ok {
		o.to.ObserveFloat64(real, v, opts...)
	}
}

func (o observer) ObserveInt64(i metric.Int64Observable, v int64, opts ...metric.ObserveOption) {
	if real, ok := of(i, o.provider).(metric.Int64Observable); ok {
		o.to.ObserveInt64(real, v, opts...)
	}
}

// RegisterCallback has f asked by the provider that is to be used.
func (m *meter) RegisterCallback(f metric.Callback, instruments ...metric.Observable) (metric.Registration, error) {
	p := m.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &callback{meter: m, f: f, instruments: instruments}
	p.callbacks = append(p.callbacks, c)
	c.register(p.current)
	return &registration{callback: c, provider: p}, nil
}

type registration struct {
	noop.Registration
	callback *callback
	provider *Provider
}

// Unregister ends the asking.
func (r *registration) Unregister() error {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	r.callback.unregister()
	for i, c := range p.callbacks {
		if c == r.callback {
			p.callbacks = append(p.callbacks[:i], p.callbacks[i+1:]...)
			break
		}
	}
	return nil
}
