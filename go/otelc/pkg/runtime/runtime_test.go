package runtime

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/hook"
)

func TestSuppress(t *testing.T) {
	ctx := context.Background()
	within := SuppressHTTPClientInstrumentation(ctx)
	if IsHTTPClientInstrumentationSuppressed(ctx) || !IsHTTPClientInstrumentationSuppressed(within) || !hook.HTTPClientSuppressed(within) {
		t.Error("not suppressed, or elsewhere too")
	}
}

func TestCurrentSpan(t *testing.T) {
	if traceID, spanID := GetTraceAndSpanID(); traceID != "" || spanID != "" || GetSpanFromGLS() != nil {
		t.Error("a span where none is current")
	}
	ctx, span := sdk.NewTracerProvider().Tracer("test").Start(context.Background(), "s")
	defer hook.MakeCurrent(&hook.Active{Ctx: ctx}).Leave()
	traceID, spanID := GetTraceAndSpanID()
	if sc := span.SpanContext(); traceID != sc.TraceID().String() || spanID != sc.SpanID().String() {
		t.Errorf("%s %s, want %v", traceID, spanID, sc)
	}
	if GetSpanFromGLS() != span {
		t.Error("another span is current")
	}
}

func TestInstrumented(t *testing.T) {
	if Instrumented("redis") {
		t.Error("on in a test binary")
	}
	hook.Enable(sdk.NewTracerProvider(), propagation.TraceContext{})
	t.Cleanup(hook.Disable)
	if !Instrumented("redis") {
		t.Error("off")
	}
}

// What sets up the SDK may be called at any time.
func TestSetup(t *testing.T) {
	SetupOTelSDK()
	Initialize(Config{InstrumentationName: "test", InstrumentationVersion: ModuleVersion()})
	StartRuntimeMetrics()
	if err := Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if Logger() == nil || ModuleVersion() == "" {
		t.Error("no logger, or no version")
	}
}
