// Package follow gives the hooks what is global in OpenTelemetry's API at the
// moment of each call. A program that sets up an SDK of its own, however late,
// so has the hooks' spans in it from then on: one pipeline, and ours at rest.
package follow

import (
	"context"
	"sync/atomic"
	"unsafe"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"

	"otel.tool/runtime/hook"
)

// TracerProvider hands on to the global one.
type TracerProvider struct {
	embedded.TracerProvider
}

// Tracer returns a tracer of whatever provider is global when it is used.
func (TracerProvider) Tracer(name string, opts ...trace.TracerOption) trace.Tracer {
	return &tracer{name: name, opts: opts}
}

type tracer struct {
	embedded.Tracer
	name string
	opts []trace.TracerOption
	last atomic.Pointer[resolved]
}

// resolved is the tracer of one provider.
type resolved struct {
	_        [0]func() // never compared
	provider trace.TracerProvider
	tracer   trace.Tracer
	begins   hook.Beginner // the tracer, if it is one
}

var _ hook.Following = (*tracer)(nil)

// Start costs an atomic load and a comparison more than the tracer's own.
func (t *tracer) Start(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	now, _ := t.Now()
	return now.Start(ctx, name, opts...)
}

// Now returns the tracer of the provider that is global at this moment.
func (t *tracer) Now() (trace.Tracer, hook.Beginner) {
	provider := otel.GetTracerProvider()
	r := t.last.Load()
	if r == nil || !same(&r.provider, &provider) {
		r = t.resolve(provider)
	}
	return r.tracer, r.begins
}

// resolve is apart from Now, which each request runs through.
//
//go:noinline
func (t *tracer) resolve(provider trace.TracerProvider) *resolved {
	r := &resolved{provider: provider, tracer: provider.Tracer(t.name, t.opts...)}
	r.begins, _ = r.tracer.(hook.Beginner)
	t.last.Store(r)
	hook.Sees(provider)
	return r
}

// same compares the words of two interfaces. To compare what they hold could
// panic: a provider may be a struct that cannot be compared.
func same[I any](a, b *I) bool {
	x, y := (*[2]unsafe.Pointer)(unsafe.Pointer(a)), (*[2]unsafe.Pointer)(unsafe.Pointer(b))
	return x[0] == y[0] && x[1] == y[1] // as arrays they would be compared by a call
}

// Propagator hands on to the global one. It must not be copied.
type Propagator struct {
	last atomic.Pointer[told]
}

// told is one propagator.
type told struct {
	_          [0]func() // never compared
	propagator propagation.TextMapPropagator
	tells      hook.Telling // the propagator, if it is one
}

var _ hook.FollowingPropagator = (*Propagator)(nil)

// Now returns the propagator that is global at this moment, if it is one that tells.
func (p *Propagator) Now() hook.Telling { return p.now().tells }

// Inject sets what the global propagator sets.
func (p *Propagator) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	p.now().propagator.Inject(ctx, carrier)
}

func (p *Propagator) now() *told {
	global := otel.GetTextMapPropagator()
	if t := p.last.Load(); t != nil && same(&t.propagator, &global) {
		return t
	}
	return p.resolve(global)
}

//go:noinline
func (p *Propagator) resolve(global propagation.TextMapPropagator) *told {
	t := &told{propagator: global}
	t.tells, _ = global.(hook.Telling)
	p.last.Store(t)
	return t
}

// Extract reads what the global propagator reads.
func (*Propagator) Extract(ctx context.Context, carrier propagation.TextMapCarrier) context.Context {
	return otel.GetTextMapPropagator().Extract(ctx, carrier)
}

// Fields are those of the global propagator.
func (*Propagator) Fields() []string { return otel.GetTextMapPropagator().Fields() }
