package hook

import (
	"context"
	"encoding/binary"
	"math/rand/v2"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Entry is the [Layer] of a span with which work enters the program. Where it is known that the span
// is not recorded, that is a part of it: the whole way in, from the headers to the context that the
// program gets, is then one function, and what the hook allocates anyway.
//
//	c := &serverContext{…} // which embeds an Entry
//	span := c.Begin(&server, ctx, carrier, name, trace.SpanKindServer, described)
type Entry struct {
	Layer
	refused Unrecorded
}

// Carrier is a carrier that has all values of a key. (That is propagation.ValuesGetter, which the
// oldest OpenTelemetry that we work with does not have.)
type Carrier interface {
	propagation.TextMapCarrier
	Values(key string) []string
}

// Telling is a propagator that tells the span which a carrier names, without a context.
type Telling interface {
	propagation.TextMapPropagator

	// Parent returns the span, or none. It is not ok where there is more in carrier for a context.
	Parent(carrier Carrier) (parent Parent, ok bool)
}

// Parent is a span of another program; without an id it is none.
type Parent struct {
	Trace trace.TraceID
	Span  trace.SpanID
	Flags trace.TraceFlags
}

// FollowingPropagator is [Following] for propagators.
type FollowingPropagator interface {
	propagation.TextMapPropagator

	// Now returns the propagator that it stands for at this moment if that is a [Telling] one, else nil.
	Now() Telling
}

// Begin begins a span of in's within ctx, and below what carrier names, and makes e, which is zero,
// the layer of it. It returns the span; nil, and has done nothing, where hooks are to leave ctx alone.
// It does what [Instrumentation.Extract], BeginEntry and [NewLayer] do.
func (e *Entry) Begin(in *Instrumentation, ctx context.Context, carrier Carrier, name string, kind trace.SpanKind, d Described) trace.Span {
	if e.refuse(in, ctx, carrier, kind) {
		return &e.refused
	}
	return e.begin(in, ctx, carrier, name, kind, d)
}

// begin is Begin where more has to be asked.
//
//go:noinline
func (e *Entry) begin(in *Instrumentation, ctx context.Context, carrier Carrier, name string, kind trace.SpanKind, d Described) trace.Span {
	around := SuppressionIn(ctx)
	if around.All() {
		return nil
	}
	outer := in.Extract(ctx, carrier)
	within, span := in.BeginEntry(outer, name, kind, d)
	e.Within(within, outer, span, kind, around)
	return span
}

// refuse makes e the layer of a span that is known not to be recorded, if it is, and nothing is
// suppressed.
func (e *Entry) refuse(in *Instrumentation, ctx context.Context, carrier Carrier, kind trace.SpanKind) bool {
	t := in.on.Load()
	if t == nil || t.tells == nil || t.follows == nil || Excluding() || SuppressionIn(ctx) != nil || !e.refused.begin(t, ctx, carrier) {
		return false
	}
	e.Context, e.outer, e.kind, e.own.Span = below(ctx), ctx, uint8(kind), &e.refused
	e.clear, e.bare = true, true
	return true
}

// Refused is the span in e, if [Entry.Begin] has returned that.
func (e *Entry) Refused() *Unrecorded { return &e.refused }

// begin makes u the span of one that is known not to be recorded, if it is.
func (u *Unrecorded) begin(t *telemetry, ctx context.Context, carrier Carrier) bool {
	keeps() // as beginBy does
	_, begins := t.follows.Now()
	tells := t.tells.Now()
	if begins == nil || tells == nil {
		return false
	}
	by := begins.Refusal()
	if by == nil {
		return false
	}
	parent, ok := tells.Parent(carrier)
	switch {
	case !ok:
		return false
	case parent.Span.IsValid():
		refused := by.Not
		if parent.Flags.IsSampled() {
			refused = by.Sampled
		}
		if !refused {
			return false
		}
		u.trace, u.parent, u.parentFlags = parent.Trace, parent.Span, parent.Flags
	case by.Root && !holdsSpan(ctx):
		u.trace = NewTraceID()
	default:
		return false
	}
	u.by, u.id, u.flags = by, NewSpanID(), parent.Flags&^trace.FlagsSampled
	return true
}

func holdsSpan(ctx context.Context) bool {
	span := SpanIn(ctx)
	return span != none && span.SpanContext().IsValid()
}

// above returns the span of another program that u is below.
func (u *Unrecorded) above() trace.Span {
	return trace.SpanFromContext(trace.ContextWithRemoteSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: u.trace, SpanID: u.parent, TraceFlags: u.parentFlags,
	})))
}

// NewTraceID returns an id for a new trace.
//
//go:noinline
func NewTraceID() (id trace.TraceID) {
	for !id.IsValid() {
		binary.NativeEndian.PutUint64(id[:8], rand.Uint64())
		binary.NativeEndian.PutUint64(id[8:], rand.Uint64())
	}
	return id
}

// NewSpanID returns an id for a new span.
func NewSpanID() (id trace.SpanID) {
	for !id.IsValid() {
		binary.NativeEndian.PutUint64(id[:], rand.Uint64())
	}
	return id
}
