package hook

import (
	"context"

	"go.opentelemetry.io/otel/trace"
)

// traceRegion begins a region of the execution trace (runtime/trace) that is being taken,
// with the name of ctx's span, which s has made current, if that is recorded. The SDK has
// made a task for the span, of which it is.
func traceRegion(s Scope, ctx context.Context) {
	span := trace.SpanFromContext(ctx)
	if own, ok := span.(*layerSpan); ok {
		span = own.Span
	}
	if named, ok := span.(interface{ Name() string }); ok {
		s.Trace(ctx, named.Name())
	}
}
