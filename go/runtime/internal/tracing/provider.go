// Package tracing makes the spans of hooks where nothing but our own exporters wants to see them.
// What the SDK makes of a span (one object to record it, a copy that processors may keep, its
// attributes, all held until they are exported) is written for whoever may be plugged in. Here
// a span is encoded as it ends, and what it was gathered in is used again.
//
// The spans are those of the SDK: the same calls make the same bytes, which a test holds them
// to, and samplers, limits and contexts are the SDK's own. Where the program has the SDK in its
// build, or an extension its processors, hooks use the SDK's tracers instead.
package tracing

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/otlp/otlptrace"
)

// Provider is what its tracers have in common. It is not changed once it is in use.
type Provider struct {
	Resource *resource.Resource
	Limits   sdktrace.SpanLimits
	Sampler  sdktrace.Sampler
	Asks     bool // the sampler wants to know the attributes with which spans begin
	Knows    Knows

	// LeftOut, if set, says of a sampled span that has ended whether it is not to be exported.
	LeftOut func(trace.SpanKind, []attribute.KeyValue) bool
	Sinks   []Sink

	// Own is what spans name as their provider: that of the program's own spans.
	Own trace.TracerProvider
}

// Sink takes spans that are sampled and have ended.
type Sink interface {
	// Room says whether there is room for a span. What there is none for is dropped.
	Room() bool
	// Take takes a span that [otlptrace.Span.Append] has written, and keeps a copy.
	Take(from *otlptrace.Source, span []byte)
}

// Tracer returns a tracer of that scope.
func (p *Provider) Tracer(name string, opts ...trace.TracerOption) trace.Tracer {
	config := trace.NewTracerConfig(opts...)
	scope := instrumentation.Scope{Name: name, Version: config.InstrumentationVersion(), SchemaURL: config.SchemaURL()}
	return &tracer{provider: p, source: otlptrace.Source{Resource: p.Resource, Scope: scope}, refusal: p.refusal()}
}

type tracer struct {
	_ [0]func() // never compared
	embedded.Tracer
	provider *Provider
	source   otlptrace.Source
	refusal  hook.Refusal
}

var _ hook.Beginner = (*tracer)(nil)

// begin is what a span begins with.
type begin struct {
	name       string
	kind       trace.SpanKind
	at         time.Time // zero: now
	root       bool
	attributes []attribute.KeyValue
	described  hook.Described // else attributes
	links      []trace.Link
	fresh      bool // a span that is not recorded has an id of its own
}

// Start is that of the API.
func (t *tracer) Start(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	if ctx == nil {
		ctx = context.Background()
	}
	config := trace.NewSpanStartConfig(opts...)
	return t.start(ctx, trace.SpanFromContext(ctx), &begin{
		name: name, kind: config.SpanKind(), at: config.Timestamp(), root: config.NewRoot(),
		attributes: config.Attributes(), links: config.Links(), fresh: true,
	})
}

// Begin is Start for a hook.
func (t *tracer) Begin(ctx context.Context, above trace.Span, name string, kind trace.SpanKind, d hook.Described) (context.Context, trace.Span) {
	return t.start(ctx, above, &begin{name: name, kind: kind, described: d})
}

// Refusal is what is known of the sampler: see [hook.Beginner].
func (t *tracer) Refusal() *hook.Refusal { return &t.refusal }

// refusal is what spans have in common that are not recorded.
func (p *Provider) refusal() (r hook.Refusal) {
	r.Own = &p.Own
	if p.Asks {
		return r
	}
	k := &p.Knows
	r.Below, r.Root, r.Sampled, r.Not = k.Below, k.root == drop, k.remote.sampled == drop, k.remote.not == drop
	return r
}

// start begins a span within ctx, which holds the one above.
func (t *tracer) start(ctx context.Context, above trace.Span, b *begin) (context.Context, trace.Span) {
	p := t.provider
	refused, _ := above.(*hook.Unrecorded)
	if b.fresh || p.Asks {
		refused = nil // somebody gets to see a span of its own
	}
	if refused != nil && refused.Refuses(&p.Own) {
		return ctx, refused
	}
	parent := above.SpanContext()
	if b.root {
		parent = trace.SpanContext{}
	}
	if p.Asks {
		b.describe()
	}
	traceID := parent.TraceID()
	if !traceID.IsValid() {
		traceID = hook.NewTraceID()
	}
	decision, state := p.Knows.of(parent), parent.TraceState()
	var attributes []attribute.KeyValue
	if decision == ask {
		decision, state, attributes = p.ask(ctx, parent, traceID, b)
	}
	if refused != nil && decision == drop {
		return ctx, refused // which says as much as a span below it would
	}
	flags := parent.TraceFlags() &^ trace.FlagsSampled
	if decision == sample {
		flags |= trace.FlagsSampled
	}
	sc := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: traceID, SpanID: hook.NewSpanID(), TraceFlags: flags, TraceState: state,
	})
	if decision == drop {
		return hook.NewUnrecorded(ctx, sc, &t.refusal)
	}
	return t.record(ctx, parent, sc, b, attributes)
}

// describe gets the attributes, if it has not yet.
func (b *begin) describe() {
	if b.described != nil {
		b.attributes, b.described = b.described.Describe(), nil
	}
}
