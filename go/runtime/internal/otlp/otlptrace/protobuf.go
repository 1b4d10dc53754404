package otlptrace

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
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

// Span is what is written of a span.
type Span struct {
	Context, Parent trace.SpanContext
	Name            string
	Kind            trace.SpanKind
	Start, End      time.Time
	Attributes      []attribute.KeyValue
	Events          []sdktrace.Event
	Links           []sdktrace.Link
	Status          sdktrace.Status

	DroppedAttributes, DroppedEvents, DroppedLinks int
}

// Of returns what is written of a span of the SDK's.
func Of(s sdktrace.ReadOnlySpan) Span {
	return Span{
		Context: s.SpanContext(), Parent: s.Parent(), Name: s.Name(), Kind: s.SpanKind(),
		Start: s.StartTime(), End: s.EndTime(), Status: s.Status(),
		Attributes: s.Attributes(), DroppedAttributes: s.DroppedAttributes(),
		Events: s.Events(), DroppedEvents: s.DroppedEvents(),
		Links: s.Links(), DroppedLinks: s.DroppedLinks(),
	}
}

// Append writes a Span (opentelemetry/proto/trace/v1/trace.proto).
func (s *Span) Append(w *wire.Writer) {
	m := w.Open(2)
	appendIDs(w, &s.Context)
	if ts := s.Context.TraceState(); ts.Len() > 0 {
		w.String(3, ts.String())
	}
	if id := s.Parent.SpanID(); id.IsValid() {
		w.Bytes(4, id[:])
	}
	w.String(5, s.Name)
	w.Uint(6, uint64(kind(s.Kind)))
	w.Fixed64(7, otlp.Nanos(s.Start))
	w.Fixed64(8, otlp.Nanos(s.End))
	otlp.AppendAttrs(w, 9, s.Attributes)
	otlp.AppendCount(w, 10, s.DroppedAttributes)
	for i := range s.Events {
		appendEvent(w, &s.Events[i])
	}
	otlp.AppendCount(w, 12, s.DroppedEvents)
	for i := range s.Links {
		appendLink(w, &s.Links[i])
	}
	otlp.AppendCount(w, 14, s.DroppedLinks)
	appendStatus(w, s.Status)
	w.Fixed32(16, flags(&s.Context, s.Parent.IsRemote()))
	w.Close(m)
}

func appendIDs(w *wire.Writer, sc *trace.SpanContext) {
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
	appendIDs(w, &l.SpanContext)
	if ts := l.SpanContext.TraceState(); ts.Len() > 0 {
		w.String(3, ts.String())
	}
	otlp.AppendAttrs(w, 4, l.Attributes)
	otlp.AppendCount(w, 5, l.DroppedAttributeCount)
	w.Fixed32(6, flags(&l.SpanContext, l.SpanContext.IsRemote()))
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

func flags(sc *trace.SpanContext, remote bool) uint32 {
	f := uint32(sc.TraceFlags()) | flagHasIsRemote
	if remote {
		f |= flagIsRemote
	}
	return f
}
