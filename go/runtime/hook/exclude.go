package hook

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// What OTEL_GO_EXCLUDE leaves out is not measured either, nor what is done for it.
// A context says so, since a span that is not recorded may as well be one that was
// not sampled.

var excluding atomic.Pointer[func(trace.SpanKind, []attribute.KeyValue) bool]

type excludedKey struct{}

// Exclude has the instruments take no values of what f is true for, by the kind and
// the first attributes of its span, and of what is done for that. f is asked only
// of spans that are not recorded; nil is none.
func Exclude(f func(trace.SpanKind, []attribute.KeyValue) bool) {
	if f == nil {
		excluding.Store(nil)
		return
	}
	excluding.Store(&f)
}

// Excluding says whether anything is left out: then it is of use to know a request's route early.
func Excluding() bool { return excluding.Load() != nil }

// Excluded says whether ctx belongs to something that is left out.
func Excluded(ctx context.Context) bool { return excluding.Load() != nil && marked(ctx) }

func marked(ctx context.Context) bool { return ctx != nil && ctx.Value(excludedKey{}) != nil }

// exclude returns ctx, in which span has begun below what parent holds, marked where
// that is left out.
func exclude(parent, ctx context.Context, span trace.Span, opts []trace.SpanStartOption) context.Context {
	f := excluding.Load()
	if f == nil || span.IsRecording() {
		return ctx
	}
	cfg := trace.NewSpanStartConfig(opts...)
	return excludeIn(parent, ctx, f, cfg.SpanKind(), cfg.Attributes())
}

// excludeIn is exclude for a span of that kind, with these attributes, that is not recorded.
func excludeIn(parent, ctx context.Context, f *func(trace.SpanKind, []attribute.KeyValue) bool, kind trace.SpanKind, attrs []attribute.KeyValue) context.Context {
	if Excluded(ctx) || !(*f)(kind, attrs) && !excludedSince(f, parent) {
		return ctx
	}
	return context.WithValue(ctx, excludedKey{}, true)
}

// excludedSince says whether f is true of the request that ctx holds by what is known
// of it now: its route.
func excludedSince(f *func(trace.SpanKind, []attribute.KeyValue) bool, ctx context.Context) bool {
	s, ok := trace.SpanFromContext(ctx).(interface {
		SpanKind() trace.SpanKind
		Attributes() []attribute.KeyValue
	})
	return ok && s.SpanKind() == trace.SpanKindServer && (*f)(trace.SpanKindServer, s.Attributes())
}

// excludedSet says whether what is measured with attrs is left out: with the route of a
// request, the name of an operation.
func excludedSet(attrs []attribute.KeyValue) bool {
	f := excluding.Load()
	return f != nil && (*f)(trace.SpanKindUnspecified, attrs)
}
