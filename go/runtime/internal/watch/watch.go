// Package watch lets the hooks see the spans that the program makes itself where
// the program has no SDK but ours: one that it makes of the very thing that a hook
// has made one of takes the place of that (hook.Layer). Where the program has the
// SDK as well, that is woven for it.
package watch

import (
	"context"
	"strings"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/tracing"
)

// Provider returns tp, or one that tells the hooks what its tracers begin, and whose spans of
// hooks are made by hooks; nil: by tp.
//
// Where the program has the SDK, it may plug into tp what wants to see every span, so that tp
// makes those of hooks, too.
func Provider(tp *sdktrace.TracerProvider, hooks *tracing.Provider) trace.TracerProvider {
	if hook.TracersWatched.Load() {
		return tp
	}
	p := &provider{tp, hooks}
	if hooks != nil {
		hooks.Own = p
	}
	return p
}

type provider struct {
	*sdktrace.TracerProvider
	hooks *tracing.Provider
}

// Tracer returns one of the hooks for a scope of ours, one that is watched for another.
func (p *provider) Tracer(name string, opts ...trace.TracerOption) trace.Tracer {
	if !strings.HasPrefix(name, "otel.tool/") {
		return &tracer{p.TracerProvider.Tracer(name, opts...), name}
	}
	if p.hooks != nil {
		return p.hooks.Tracer(name, opts...)
	}
	return p.TracerProvider.Tracer(name, opts...)
}

type tracer struct {
	trace.Tracer
	scope string
}

// Start is the SDK's, which the hooks get to know of.
func (t *tracer) Start(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	ctx, began := hook.Begins(ctx, t.scope, opts)
	ctx, span := t.Tracer.Start(ctx, name, opts...)
	if began != nil {
		began(span)
	}
	return ctx, span
}
