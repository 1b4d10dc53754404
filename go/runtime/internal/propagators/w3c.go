package propagators

import (
	"context"
	"encoding/binary"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/hook"
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
	sc, ok := usual(parent)
	if !ok || carrier.Get("tracestate") != "" {
		return p.TraceContext.Extract(ctx, carrier)
	}
	s := &remoteSpan{sc: sc}
	s.within = hook.NewWithin(ctx, s)
	return &s.within
}

// Inject sets the traceparent of the span in ctx.
func (p traceContext) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	sc := trace.SpanContextFromContext(ctx)
	if !sc.IsValid() {
		return
	}
	if sc.TraceFlags() > trace.FlagsSampled || sc.TraceState().Len() > 0 {
		p.TraceContext.Inject(ctx, carrier)
		return
	}
	header := [parentLength]byte{0: '0', 1: '0', 2: '-', 35: '-', 52: '-', 53: '0', 54: '0' + byte(sc.TraceFlags())}
	traceID, spanID := sc.TraceID(), sc.SpanID()
	encode(header[3:35], traceID[:])
	encode(header[36:52], spanID[:])
	carrier.Set("traceparent", string(header[:]))
}

const parentLength = len("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")

// usual reads a traceparent "00-TRACE-SPAN-FLAGS" with flags 00 or 01.
func usual(text string) (sc trace.SpanContext, ok bool) {
	if len(text) != parentLength || text[:3] != "00-" || text[35] != '-' || text[52:54] != "-0" {
		return sc, false
	}
	config := trace.SpanContextConfig{TraceFlags: trace.TraceFlags(text[54] - '0'), Remote: true}
	if !decode(config.TraceID[:], text[3:35]) || !decode(config.SpanID[:], text[36:52]) || config.TraceFlags > 1 {
		return sc, false
	}
	sc = trace.NewSpanContext(config)
	return sc, sc.IsValid()
}

// decode reads hexadecimal digits, of which those above 9 have to be small letters.
func decode(to []byte, digits string) bool {
	wrong := byte(0)
	for i := range to {
		high, low := digitOf[digits[2*i]], digitOf[digits[2*i+1]]
		wrong |= high | low
		to[i] = high<<4 | low&0xf
	}
	return wrong < 16
}

// encode writes hexadecimal digits, two at once.
func encode(to, from []byte) {
	for i, b := range from {
		binary.NativeEndian.PutUint16(to[2*i:], digitsOf[b])
	}
}

const digitList = "0123456789abcdef"

// digitsOf are both digits of a byte, as they stand in memory.
var digitsOf = func() (digits [256]uint16) {
	for i := range digits {
		digits[i] = binary.NativeEndian.Uint16([]byte{digitList[i>>4], digitList[i&0xf]})
	}
	return digits
}()

// digitOf is the value of a digit, 16 of what is none.
var digitOf = func() (values [256]byte) {
	for i := range values {
		values[i] = 16
	}
	for i, digit := range digitList {
		values[digit] = byte(i)
	}
	return values
}()

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
