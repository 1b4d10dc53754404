package hook

import (
	"context"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// example is the context that a measurement is made with where a span is to be
// its example (an exemplar). The metrics SDK keeps the contexts of its examples,
// for good if no better ones come: the program's would hold the request, the
// connection and the span with all its attributes. This holds the ids.
type example struct {
	context.Context
	span exampleSpan
}

type exampleSpan struct {
	noop.Span
	sc trace.SpanContext
}

// SpanContext is all that the span can tell.
func (s *exampleSpan) SpanContext() trace.SpanContext { return s.sc }

// Value answers the key under which contexts hold spans.
func (e *example) Value(key any) any {
	if IsSpanKey(key) {
		return &e.span
	}
	return nil
}

// exampleOf returns a context with the ids of span if it is sampled, else one without.
func exampleOf(span trace.SpanContext) context.Context {
	if !span.IsSampled() {
		return context.Background()
	}
	return &example{context.Background(), exampleSpan{sc: span}}
}
