package otlptrace

import (
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/otlp"
)

// spanJSON writes what appendSpan writes, as JSON.
func spanJSON(j *otlp.JSON, s sdktrace.ReadOnlySpan) {
	sc, parent := s.SpanContext(), s.Parent()
	j.Open('{')
	idsJSON(j, sc)
	if id := parent.SpanID(); id.IsValid() {
		j.Hex("parentSpanId", id[:])
	}
	j.Str("name", s.Name())
	j.Num("kind", kind(s.SpanKind()))
	j.Nanos("startTimeUnixNano", otlp.Nanos(s.StartTime()))
	j.Nanos("endTimeUnixNano", otlp.Nanos(s.EndTime()))
	j.Attrs(s.Attributes())
	j.Count("droppedAttributesCount", s.DroppedAttributes())
	eventsJSON(j, s.Events())
	j.Count("droppedEventsCount", s.DroppedEvents())
	linksJSON(j, s.Links())
	j.Count("droppedLinksCount", s.DroppedLinks())
	statusJSON(j, s.Status())
	j.Num("flags", int(flags(sc, parent.IsRemote())))
	j.Close('}')
}

func idsJSON(j *otlp.JSON, sc trace.SpanContext) {
	traceID, spanID := sc.TraceID(), sc.SpanID()
	j.Hex("traceId", traceID[:])
	j.Hex("spanId", spanID[:])
	if ts := sc.TraceState(); ts.Len() > 0 {
		j.Str("traceState", ts.String())
	}
}

func eventsJSON(j *otlp.JSON, list []sdktrace.Event) {
	if len(list) == 0 {
		return
	}
	j.List("events")
	for _, e := range list {
		j.Open('{')
		j.Nanos("timeUnixNano", otlp.Nanos(e.Time))
		j.Str("name", e.Name)
		j.Attrs(e.Attributes)
		j.Count("droppedAttributesCount", e.DroppedAttributeCount)
		j.Close('}')
	}
	j.Close(']')
}

func linksJSON(j *otlp.JSON, list []sdktrace.Link) {
	if len(list) == 0 {
		return
	}
	j.List("links")
	for _, l := range list {
		j.Open('{')
		idsJSON(j, l.SpanContext)
		j.Attrs(l.Attributes)
		j.Count("droppedAttributesCount", l.DroppedAttributeCount)
		j.Num("flags", int(flags(l.SpanContext, l.SpanContext.IsRemote())))
		j.Close('}')
	}
	j.Close(']')
}

func statusJSON(j *otlp.JSON, st sdktrace.Status) {
	if st.Code == codes.Unset && st.Description == "" {
		return
	}
	j.Object("status")
	if st.Description != "" {
		j.Str("message", st.Description)
	}
	j.Num("code", status(st.Code))
	j.Close('}')
}
