package propagators

import (
	"context"
	"encoding/binary"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/hexid"
)

// traceContext is the official propagator of the W3C's trace context, with a short way for what
// nearly every request has: a traceparent of version 00, and no tracestate.
type traceContext struct{ propagation.TraceContext }

// Extract returns ctx with the span that carrier has.
func (p traceContext) Extract(ctx context.Context, carrier propagation.TextMapCarrier) context.Context {
	parent := carrier.Get("traceparent")
	if parent == "" {
		return ctx
	}
	own, ok := usual(parent)
	if !ok || carrier.Get("tracestate") != "" {
		return p.TraceContext.Extract(ctx, carrier)
	}
	s := &remoteSpan{sc: trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: own.Trace, SpanID: own.Span, TraceFlags: own.Flags, Remote: true,
	})}
	s.within = hook.NewWithin(ctx, s)
	return &s.within
}

// Inject sets the traceparent of the span in ctx.
func (p traceContext) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	sc := hook.SpanIn(ctx).SpanContext()
	if !sc.IsValid() {
		return
	}
	if sc.TraceFlags() > trace.FlagsSampled || sc.TraceState().Len() > 0 {
		p.TraceContext.Inject(ctx, carrier)
		return
	}
	header := [parentLength]byte{0: '0', 1: '0', 2: '-', 35: '-', 52: '-', 53: '0', 54: '0' + byte(sc.TraceFlags())}
	traceID, spanID := sc.TraceID(), sc.SpanID()
	for i := range 4 {
		binary.LittleEndian.PutUint64(header[3+8*i:], hexid.Digits(binary.LittleEndian.Uint32(traceID[4*i:])))
	}
	for i := range 2 {
		binary.LittleEndian.PutUint64(header[36+8*i:], hexid.Digits(binary.LittleEndian.Uint32(spanID[4*i:])))
	}
	carrier.Set("traceparent", string(header[:]))
}

// w3c is what OTEL_PROPAGATORS names by default: the trace context, and perhaps baggage behind it.
type w3c struct {
	propagation.TextMapPropagator      // both
	baggage                       bool // there are both
}

var _ hook.Telling = (*w3c)(nil)

// Parent returns the span that carrier names, if that is all that it has.
func (p *w3c) Parent(carrier hook.Carrier) (parent hook.Parent, ok bool) {
	if p.baggage && len(carrier.Values("baggage")) > 0 {
		return parent, false
	}
	text := carrier.Get("traceparent")
	if text == "" {
		return parent, true
	}
	if parent, ok = usual(text); !ok || carrier.Get("tracestate") != "" {
		return parent, false
	}
	return parent, true
}

// Inject is that of both. Nearly never is there any baggage.
func (p *w3c) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	traceContext{}.Inject(ctx, carrier)
	if p.baggage && baggage.FromContext(ctx).Len() > 0 {
		propagation.Baggage{}.Inject(ctx, carrier)
	}
}

const parentLength = len("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")

// usual reads a traceparent "00-TRACE-SPAN-FLAGS" with flags 00 or 01.
func usual(text string) (p hook.Parent, ok bool) {
	if len(text) != parentLength || text[:3] != "00-" || text[35] != '-' || text[52:54] != "-0" {
		return p, false
	}
	var header [parentLength]byte
	copy(header[:], text)
	wrong := uint64(0)
	for i := range 4 {
		v, bad := hexid.Bytes(binary.LittleEndian.Uint64(header[3+8*i:]))
		binary.LittleEndian.PutUint32(p.Trace[4*i:], v)
		wrong |= bad
	}
	for i := range 2 {
		v, bad := hexid.Bytes(binary.LittleEndian.Uint64(header[36+8*i:]))
		binary.LittleEndian.PutUint32(p.Span[4*i:], v)
		wrong |= bad
	}
	p.Flags = trace.TraceFlags(text[54] - '0')
	return p, wrong == 0 && p.Flags <= 1 && p.Trace.IsValid() && p.Span.IsValid()
}

// remoteSpan is a span of another program, with the context that holds it.
type remoteSpan struct {
	embedded.Span
	within hook.Within
	sc     trace.SpanContext
}

func (s *remoteSpan) SpanContext() trace.SpanContext        { return s.sc }
func (*remoteSpan) IsRecording() bool                       { return false }
func (*remoteSpan) SetStatus(codes.Code, string)            {}
func (*remoteSpan) SetName(string)                          {}
func (*remoteSpan) SetAttributes(...attribute.KeyValue)     {}
func (*remoteSpan) AddEvent(string, ...trace.EventOption)   {}
func (*remoteSpan) AddLink(trace.Link)                      {}
func (*remoteSpan) RecordError(error, ...trace.EventOption) {}
func (*remoteSpan) End(...trace.SpanEndOption)              {}
func (*remoteSpan) TracerProvider() trace.TracerProvider    { return noop.NewTracerProvider() }
