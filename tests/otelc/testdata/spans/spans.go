// Package spans makes a span of its own for what example.com/ask/client asks.
package spans

import (
	"context"
	"fmt"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"go.opentelemetry.io/otelc/pkg/hook"
	"go.opentelemetry.io/otelc/pkg/runtime"
)

const instrumentationKey = "ASK"

var (
	logger   = runtime.Logger()
	tracer   trace.Tracer
	initOnce sync.Once
)

func initInstrumentation() {
	initOnce.Do(func() {
		runtime.SetupOTelSDK()
		tracer = otel.GetTracerProvider().Tracer("example.com/spans", trace.WithInstrumentationVersion(runtime.ModuleVersion()))
		runtime.StartRuntimeMetrics()
		logger.Info("initialized", "key", instrumentationKey)
	})
}

func BeforeAsk(ictx hook.HookContext, ctx context.Context, url string) {
	if !runtime.Instrumented(instrumentationKey) {
		fmt.Println("off")
		return
	}
	initInstrumentation()
	ctx, span := tracer.Start(ctx, "ask", trace.WithSpanKind(trace.SpanKindClient))
	ictx.SetData(span)
	ictx.SetParam(0, runtime.SuppressHTTPClientInstrumentation(ctx))
}

func AfterAsk(ictx hook.HookContext, status int, err error) {
	span, ok := ictx.GetData().(trace.Span)
	if !ok {
		return
	}
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
	span.End()
}

func BeforeServed(ictx hook.HookContext, path string) {
	traceID, spanID := runtime.GetTraceAndSpanID()
	fmt.Println("served", path, len(traceID), len(spanID), runtime.GetSpanFromGLS() != nil)
}
