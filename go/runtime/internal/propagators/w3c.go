package propagators

import (
	"context"
	"encoding/binary"
	"unsafe"

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
	var own hook.Parent
	if !usual(parent, &own) || carrier.Get("tracestate") != "" {
		return p.TraceContext.Extract(ctx, carrier)
	}
	s := &remoteSpan{sc: trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: own.Trace, SpanID: own.Span, TraceFlags: own.Flags, Remote: true,
	})}
	s.within = hook.NewWithin(ctx, s)
	return &s.within
}

// Inject sets the traceparent of the span in ctx.
func (traceContext) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	(&w3c{}).Inject(ctx, carrier)
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
	ok = usual(text, &parent) && carrier.Get("tracestate") == ""
	return parent, ok
}

// Inject is that of both. Nearly never is there a tracestate, or any baggage.
func (p *w3c) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	ids, flags, state := hook.IDsIn(ctx)
	if flags > trace.FlagsSampled || state {
		propagation.TraceContext{}.Inject(ctx, carrier)
	} else if ids.IsValid() {
		header := new([parentLength]byte) // becomes the text: it is not written to again
		header[0], header[1], header[2], header[35] = '0', '0', '-', '-'
		header[52], header[53], header[54] = '-', '0', '0'+byte(flags)
		ids.PutHex((*[32]byte)(header[3:]), (*[16]byte)(header[36:]))
		carrier.Set("traceparent", unsafe.String(&header[0], parentLength))
	}
	if p.baggage && baggage.FromContext(ctx).Len() > 0 {
		propagation.Baggage{}.Inject(ctx, carrier)
	}
}

const parentLength = len("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")

// usual reads a traceparent "00-TRACE-SPAN-FLAGS" with flags 00 or 01. If it is none, p is left undefined.
func usual(text string, p *hook.Parent) (ok bool) {
	if len(text) != parentLength || text[:3] != "00-" || text[35] != '-' || text[52:54] != "-0" {
		return false
	}
	header := (*[parentLength]byte)(unsafe.Pointer(unsafe.StringData(text)))
	high, wrong1 := hexid.Get((*[16]byte)(header[3:]))
	low, wrong2 := hexid.Get((*[16]byte)(header[19:]))
	span, wrong3 := hexid.Get((*[16]byte)(header[36:]))
	binary.LittleEndian.PutUint64(p.Trace[:8], high)
	binary.LittleEndian.PutUint64(p.Trace[8:], low)
	binary.LittleEndian.PutUint64(p.Span[:], span)
	p.Flags = trace.TraceFlags(text[54] - '0')
	return wrong1|wrong2|wrong3 == 0 && p.Flags <= trace.FlagsSampled && high|low != 0 && span != 0
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
