package watch

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

func TestProvider(t *testing.T) {
	tp := sdktrace.NewTracerProvider()
	watched := Provider(tp, nil)
	var in hook.Instrumentation
	hook.Register(&in, "x", "otel.tool/hooks/x", "")
	hook.Enable(watched, propagation.TraceContext{})
	t.Cleanup(hook.Disable)
	server := trace.WithSpanKind(trace.SpanKindServer)

	for _, tt := range []struct {
		scope   string
		options []trace.SpanStartOption
		covered bool
	}{
		{"example.com/theirs", []trace.SpanStartOption{server}, true},
		{"example.com/theirs", []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient)}, false},
		{"example.com/theirs", nil, false},
		{"otel.tool/hooks/y", []trace.SpanStartOption{server}, false},
	} {
		ctx, ours := in.StartEntry(context.Background(), "ours", server)
		layer := hook.NewLayer(ctx, context.Background(), trace.SpanKindServer)
		_, theirs := watched.Tracer(tt.scope).Start(&layer, "theirs", tt.options...)
		if layer.Covered() != tt.covered {
			t.Errorf("%s %v: covered %v", tt.scope, tt.options, layer.Covered())
		}
		if same := theirs.SpanContext().TraceID() == ours.SpanContext().TraceID(); same == tt.covered {
			t.Errorf("%s %v: below ours: %v", tt.scope, tt.options, same)
		}
	}

	hook.TracersWatched.Store(true)
	defer hook.TracersWatched.Store(false)
	if Provider(tp, nil) != trace.TracerProvider(tp) {
		t.Error("watched twice")
	}
}
