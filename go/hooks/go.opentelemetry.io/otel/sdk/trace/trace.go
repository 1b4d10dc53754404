// Package trace holds the hook of OpenTelemetry's own SDK: where the program makes
// a span for what a hook has just made one for (with otelhttp, otelgrpc, otelgin,
// or by hand), the program's takes the place of ours. docs/instrumentations.md says
// how.
//
// It is no instrumentation and makes no span; the rule is in otel.yaml.
package trace

import (
	"context"
	"reflect"
	"sync"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

func init() { hook.TracersWatched.Store(true) }

// StartEnter is woven into (*go.opentelemetry.io/otel/sdk/trace.tracer).Start,
// which every span of the SDK begins with, ours too. A span that begins directly
// within a layer of ours and is of its kind covers it, and gets its parent.
// The slice of options is on the stack of Start.
func StartEnter(tr any, ctx context.Context, options []trace.SpanStartOption) (newCtx context.Context, after func(context.Context, trace.Span) (context.Context, trace.Span)) {
	newCtx, after = ctx, asItIs
	defer hook.Guard()
	newCtx, began := hook.Begins(ctx, scopeOf(tr), options)
	if began != nil {
		after = func(ctx context.Context, span trace.Span) (context.Context, trace.Span) {
			began(span)
			return ctx, span
		}
	}
	return newCtx, after
}

func asItIs(ctx context.Context, span trace.Span) (context.Context, trace.Span) { return ctx, span }

// scopeName is where the SDK's tracer keeps the name of its scope.
var scopeName struct {
	once  sync.Once
	field hook.Field
}

// scopeOf returns the name of a tracer's scope, "" if it is not known.
func scopeOf(tr any) string {
	scopeName.once.Do(func() {
		f, ok := hook.FieldOf(reflect.TypeOf(tr), "instrumentationScope.Name", reflect.TypeFor[string]())
		if ok {
			scopeName.field = f
		}
	})
	if p := (*string)(scopeName.field.Of(tr)); p != nil {
		return *p
	}
	return ""
}
