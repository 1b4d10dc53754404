package trace

import (
	"context"
	"reflect"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// start is what a tracer's Start becomes.
func start(tr trace.Tracer, ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	newCtx, after := StartEnter(tr, ctx, options)
	return after(tr.Start(newCtx, name, options...))
}

func TestCover(t *testing.T) {
	var in hook.Instrumentation
	hook.Register(&in, "x", "otel.tool/hooks/x", "")
	server, client, internal := trace.SpanKindServer, trace.SpanKindClient, trace.SpanKindInternal
	tests := []struct {
		name             string
		ours, theirs     trace.SpanKind
		scope            string
		covered, measure bool
	}{
		{"a middleware of contrib's", server, server, "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", true, true},
		{"one by hand", server, server, "example.com/mine", true, false},
		{"ours below ours", server, server, "otel.tool/hooks/y", false, false},
		{"a step of the request", server, internal, "example.com/mine", false, false},
		{"a call of the request", server, client, "example.com/mine", false, false},
		{"otelgrpc's handler", client, client, "go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc", true, true},
		{"gRPC's own plugin", client, client, "grpc-go", true, false},
		{"a call for a call", client, client, "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := tracetest.NewSpanRecorder()
			tp := sdk.NewTracerProvider(sdk.WithSpanProcessor(rec))
			hook.Enable(tp, propagation.TraceContext{})
			defer hook.Disable()
			faults := hook.Faults()

			ctx, span := in.StartEntry(context.Background(), "ours", trace.WithSpanKind(tt.ours))
			layer := hook.NewLayer(ctx, context.Background(), tt.ours)
			kind := trace.WithSpanKind(tt.theirs)
			_, theirs := start(tp.Tracer(tt.scope), &layer, "theirs", kind, trace.WithAttributes(attribute.Int("a", 1)))
			theirs.End()

			if layer.Covered() != tt.covered || layer.Measured() != tt.measure {
				t.Errorf("covered %v, measured %v", layer.Covered(), layer.Measured())
			}
			parent := span.SpanContext().SpanID()
			if tt.covered {
				parent = trace.SpanID{}
			}
			if got := rec.Ended()[0]; got.Parent().SpanID() != parent || got.SpanKind() != tt.theirs || len(got.Attributes()) != 1 {
				t.Errorf("parent %v, kind %v, attributes %v", got.Parent().SpanID(), got.SpanKind(), got.Attributes())
			}
			if hook.Faults() != faults {
				t.Error("a panic in the hook")
			}
		})
	}
}

func TestAllocatesNothing(t *testing.T) {
	tr, ours := sdk.NewTracerProvider().Tracer("x"), sdk.NewTracerProvider().Tracer("otel.tool/x")
	if _, ok := hook.FieldOf(reflect.TypeOf(tr), "instrumentationScope.Name", reflect.TypeFor[string]()); !ok {
		t.Fatal("the tracer's scope is not where it was")
	}
	options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer)}
	ctx := context.Background()
	if n := testing.AllocsPerRun(100, func() {
		StartEnter(tr, ctx, nil)
		StartEnter(tr, ctx, options) // outside of any layer
		StartEnter(ours, ctx, options)
		StartEnter(tr, nil, options)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
