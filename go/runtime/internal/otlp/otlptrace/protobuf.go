package otlptrace

import (
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/wire"
)

// The flags of Span and Link beside those of the W3C
// (opentelemetry/proto/trace/v1/trace.proto, SpanFlags).
const (
	flagHasIsRemote = 0x100
	flagIsRemote    = 0x200
)

// appendSpan writes a Span (opentelemetry/proto/trace/v1/trace.proto).
func appendSpan(w *wire.Writer, s sdktrace.ReadOnlySpan) {
	sc, parent := s.SpanContext(), s.Parent()
	m := w.Open(2)
	appendIDs(w, sc)
	if ts := sc.TraceState(); ts.Len() > 0 {
		w.String(3, ts.String())
	}
	if id := parent.SpanID(); id.IsValid() {
		w.Bytes(4, id[:])
	}
	w.String(5, s.Name())
	w.Uint(6, uint64(kind(s.SpanKind())))
	w.Fixed64(7, otlp.Nanos(s.StartTime()))
	w.Fixed64(8, otlp.Nanos(s.EndTime()))
	otlp.AppendAttrs(w, 9, s.Attributes())
	otlp.AppendCount(w, 10, s.DroppedAttributes())
	for _, e := range s.Events() {
		appendEvent(w, &e)
	}
	otlp.AppendCount(w, 12, s.DroppedEvents())
	for _, l := range s.Links() {
		appendLink(w, &l)
	}
	otlp.AppendCount(w, 14, s.DroppedLinks())
	appendStatus(w, s.Status())
	w.Fixed32(16, flags(sc, parent.IsRemote()))
	w.Close(m)
}

func appendIDs(w *wire.Writer, sc trace.SpanContext) {
	traceID, spanID := sc.TraceID(), sc.SpanID()
	w.Bytes(1, traceID[:])
	w.Bytes(2, spanID[:])
}

func appendEvent(w *wire.Writer, e *sdktrace.Event) {
	m := w.Open(11)
	w.Fixed64(1, otlp.Nanos(e.Time))
	w.String(2, e.Name)
	otlp.AppendAttrs(w, 3, e.Attributes)
	otlp.AppendCount(w, 4, e.DroppedAttributeCount)
	w.Close(m)
}

func appendLink(w *wire.Writer, l *sdktrace.Link) {
	m := w.Open(13)
	appendIDs(w, l.SpanContext)
	if ts := l.SpanContext.TraceState(); ts.Len() > 0 {
		w.String(3, ts.String())
	}
	otlp.AppendAttrs(w, 4, l.Attributes)
	otlp.AppendCount(w, 5, l.DroppedAttributeCount)
	w.Fixed32(6, flags(l.SpanContext, l.SpanContext.IsRemote()))
	w.Close(m)
}

func appendStatus(w *wire.Writer, st sdktrace.Status) {
	if st.Code == codes.Unset && st.Description == "" {
		return
	}
	m := w.Open(15)
	if st.Description != "" {
		w.String(2, st.Description)
	}
	w.Uint(3, uint64(status(st.Code)))
	w.Close(m)
}

// kind is k's number in OTLP. The API leaves its numbers open, so they are
// not taken for granted.
func kind(k trace.SpanKind) int {
	switch k {
	case trace.SpanKindInternal:
		return 1
	case trace.SpanKindServer:
		return 2
	case trace.SpanKindClient:
		return 3
	case trace.SpanKindProducer:
		return 4
	case trace.SpanKindConsumer:
		return 5
	}
	return 0
}

// status is c's number in OTLP, which is not that of the API.
func status(c codes.Code) int {
	switch c {
	case codes.Ok:
		return 1
	case codes.Error:
		return 2
	}
	return 0
}

func flags(sc trace.SpanContext, remote bool) uint32 {
	f := uint32(sc.TraceFlags()) | flagHasIsRemote
	if remote {
		f |= flagIsRemote
	}
	return f
}
