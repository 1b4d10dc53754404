package hook

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/gctx"
)

// Suppression is what hooks leave alone within a context. All of it is under one key: a hook that
// has several things to ask for looks its context through once, up to the next [Layer].
type Suppression struct {
	all, httpClient bool
	whole           any
}

type suppressKey struct{}

// SuppressionIn returns what is left alone within ctx; nil, which may be asked as well, if that is
// nothing.
func SuppressionIn(ctx context.Context) *Suppression {
	if ctx == nil {
		return nil
	}
	s, _ := ctx.Value(suppressKey{}).(*Suppression)
	return s
}

// All says whether the context comes from [Suppress].
func (s *Suppression) All() bool { return s != nil && s.all }

// HTTPClient says whether the context comes from [SuppressHTTPClient].
func (s *Suppression) HTTPClient() bool { return s != nil && s.httpClient }

// Whole returns what the context is within by [PartOf], nil if that is nothing.
func (s *Suppression) Whole() any {
	if s == nil {
		return nil
	}
	return s.whole
}

// with returns ctx with what change adds to what is left alone within it.
func with(ctx context.Context, change func(*Suppression)) context.Context {
	var s Suppression
	if outer := SuppressionIn(ctx); outer != nil {
		s = *outer
	}
	change(&s)
	return context.WithValue(ctx, suppressKey{}, &s)
}

// Suppress returns a context within which no hook does anything: the telemetry's
// own traffic is sent with it.
func Suppress(ctx context.Context) context.Context {
	return with(ctx, func(s *Suppression) { s.all = true })
}

// Suppressed says whether ctx comes from [Suppress].
func Suppressed(ctx context.Context) bool { return SuppressionIn(ctx).All() }

// SuppressHTTPClient returns a context within which HTTP clients get no spans and
// no measurements: whoever calls them makes a span that says more.
func SuppressHTTPClient(ctx context.Context) context.Context {
	return with(ctx, func(s *Suppression) { s.httpClient = true })
}

// HTTPClientSuppressed says whether ctx comes from [SuppressHTTPClient].
func HTTPClientSuppressed(ctx context.Context) bool { return SuppressionIn(ctx).HTTPClient() }

// PartOf returns a context for the parts of what a hook has a span for: hooks of the same library
// know by [Suppression.Whole] that what they are called for is one.
func PartOf(ctx context.Context, whole any) context.Context {
	return with(ctx, func(s *Suppression) { s.whole = whole })
}

// SuppressGoroutine is [Suppress] for a goroutine of a library's own, to its end, and for those
// that it starts: where it asks for things by itself, with contexts that hold nothing.
// Hooks that are to know ask [GoroutineSuppressed].
func SuppressGoroutine() {
	gctx.Enter(&Active{Ctx: Suppress(context.Background())}, trace.TraceID{}, trace.SpanID{})
}

// GoroutineSuppressed says whether ctx holds no span, and this is a goroutine within
// [SuppressGoroutine].
func GoroutineSuppressed(ctx context.Context) bool {
	a := gctx.Current()
	return a != nil && Suppressed(a.Ctx) && !trace.SpanContextFromContext(ctx).IsValid()
}
