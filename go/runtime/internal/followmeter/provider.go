// Package followmeter is the meter provider that we make global. It hands on to
// ours for as long as the program sets none of its own, and to the program's from
// then on, whatever instruments have been made before: by the hooks, and by
// libraries that use OpenTelemetry's API.
//
// It is package follow for metrics, and apart from it so that a program without
// metrics does not link it.
package followmeter

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"otel.tool/runtime/hook"
)

// Provider is a meter provider that hands on to another one.
type Provider struct {
	noop.MeterProvider
	ours  metric.MeterProvider
	unset metric.MeterProvider // what is global until one is set
	keeps atomic.Bool          // see Keep

	mu        sync.Mutex
	current   metric.MeterProvider // that the callbacks are registered with
	callbacks []*callback          // of what is asked for its values
	left      func()               // see OnLeave
}

// New returns a provider that hands on to ours, until another than itself becomes
// global: now is what is. (The API hands its instruments over to a provider before
// it makes that global.)
func New(ours, now metric.MeterProvider) *Provider {
	return &Provider{ours: ours, unset: now, current: ours}
}

// Ours says whether the program has set no provider of its own.
func (p *Provider) Ours() bool {
	global := otel.GetMeterProvider()
	return p.unfollowed(global) || same(global, p.ours)
}

// unfollowed says whether global, which is that, is none of the program's.
func (p *Provider) unfollowed(global metric.MeterProvider) bool {
	g, ok := global.(*Provider)
	return ok && g == p || same(global, p.unset)
}

// Keep lets hooks keep what they take, for hook.Streams, until the program has set a provider.
func (p *Provider) Keep() { p.keeps.Store(true) }

// Keeps is that of hook.Keeper.
func (p *Provider) Keeps() bool {
	if !p.keeps.Load() {
		return false
	}
	g, ok := otel.GetMeterProvider().(*Provider)
	return ok && g == p || p.keepsOurs()
}

// keepsOurs is Keeps where p is not what is global.
//
//go:noinline
func (p *Provider) keepsOurs() bool {
	if p.Ours() {
		return true
	}
	if p.keeps.Swap(false) {
		go p.Refresh() // as instrument.get does it
	}
	return false
}

var _ hook.Keeper = (*Provider)(nil)

// target is the provider to hand on to now.
func (p *Provider) target() metric.MeterProvider {
	if global := otel.GetMeterProvider(); !p.unfollowed(global) {
		return global
	}
	return p.ours
}

// OnLeave has f called when it is found that the program has set a provider of its own.
func (p *Provider) OnLeave(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = f
}

// Meter returns a meter of whatever provider is to be used when it is.
func (p *Provider) Meter(name string, opts ...metric.MeterOption) metric.Meter {
	if !strings.HasPrefix(name, "otel.tool/") {
		hook.Measuring()
	}
	return &meter{provider: p, name: name, opts: opts}
}

// Refresh moves what is asked for its values to the provider that is to be used
// now. Instruments that are recorded with find it by themselves.
func (p *Provider) Refresh() {
	target := p.target()
	p.mu.Lock()
	defer p.mu.Unlock()
	if same(target, p.current) {
		return
	}
	if same(p.current, p.ours) && p.left != nil {
		go p.left()
	}
	p.current = target
	for _, c := range p.callbacks {
		c.unregister()
		c.register(target)
	}
}

// same compares the words of two interfaces. To compare what they hold could
// panic: a provider may be a struct that cannot be compared.
func same(a, b metric.MeterProvider) bool {
	x, y := (*[2]unsafe.Pointer)(unsafe.Pointer(&a)), (*[2]unsafe.Pointer)(unsafe.Pointer(&b))
	return x[0] == y[0] && x[1] == y[1] // as arrays they would be compared by a call
}

type meter struct {
	noop.Meter
	provider *Provider
	name     string
	opts     []metric.MeterOption
}

func (m *meter) of(p metric.MeterProvider) metric.Meter { return p.Meter(m.name, m.opts...) }

// instrument is one instrument of each provider, of which the last is kept.
type instrument[I any] struct {
	meter *meter
	make  func(metric.Meter) (I, error)
	last  atomic.Pointer[resolved[I]]
}

type resolved[I any] struct {
	provider metric.MeterProvider
	made     I
}

// follow sets i up and returns the error of making the first one.
func (i *instrument[I]) follow(m *meter, make func(metric.Meter) (I, error)) error {
	i.meter, i.make = m, make
	target := m.provider.target()
	made, err := make(m.of(target))
	i.last.Store(&resolved[I]{target, made})
	return err
}

// get returns the instrument of the provider that is to be used now. It costs an
// atomic load and a comparison more than asking what is global.
func (i *instrument[I]) get() I {
	target := i.meter.provider.target()
	if r := i.last.Load(); same(r.provider, target) {
		return r.made
	}
	go i.meter.provider.Refresh() // not here: a callback may be running, within locks of the SDK
	return i.of(target)
}

func (i *instrument[I]) of(target metric.MeterProvider) I {
	if r := i.last.Load(); same(r.provider, target) {
		return r.made
	}
	made, _ := i.make(i.meter.of(target)) // a no-op where it fails
	i.last.Store(&resolved[I]{target, made})
	return made
}

// enabled asks an instrument whether it does something; those of before v1.40
// cannot say.
func enabled(instrument any, ctx context.Context) bool {
	e, ok := instrument.(interface{ Enabled(context.Context) bool })
	return !ok || e.Enabled(ctx)
}
