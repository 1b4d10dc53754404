// Package runtime is what hooks written for OpenTelemetry's own compile-time
// instrumentation ask their runtime for. Behind it is the runtime of otel, which
// docs/configuration.md describes: it has set up the SDK before a hook's package
// is initialised.
package runtime

import (
	"context"
	"log/slog"
	"runtime/debug"

	"go.opentelemetry.io/otel/trace"

	_ "otel.tool/runtime" // sets up the SDK
	"otel.tool/runtime/hook"
	"otel.tool/runtime/otelc"
)

// Logger returns what hooks log with: lines on standard error, as many as OTEL_LOG_LEVEL
// says, warnings and errors by default.
func Logger() *slog.Logger { return otelc.Logger() }

// Instrumented says whether the instrumentation of that name is on. It is unless
//
//   - OTEL_GO_ENABLED_INSTRUMENTATIONS, names with commas between, is set and does not have it,
//   - OTEL_GO_DISABLED_INSTRUMENTATIONS has it,
//   - OTEL_INSTRUMENTATION_<NAME>_ENABLED is false,
//   - there is no telemetry: OTEL_SDK_DISABLED is true, or this is a test binary.
func Instrumented(instrumentationName string) bool { return otelc.Instrumented(instrumentationName) }

// ModuleVersion returns the version of the program's main module, "dev" if it has none.
func ModuleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}

// SuppressHTTPClientInstrumentation returns a context with which the requests of net/http's
// client get no span: the caller makes one that says more.
func SuppressHTTPClientInstrumentation(ctx context.Context) context.Context {
	return hook.SuppressHTTPClient(ctx)
}

// IsHTTPClientInstrumentationSuppressed says whether ctx comes from
// SuppressHTTPClientInstrumentation.
func IsHTTPClientInstrumentationSuppressed(ctx context.Context) bool {
	return hook.HTTPClientSuppressed(ctx)
}

// GetTraceAndSpanID returns the ids, in hexadecimal, of the goroutine's current span, or ""
// and "" if it has none.
func GetTraceAndSpanID() (traceID, spanID string) {
	sc := hook.CurrentSpan(context.Background())
	if !sc.IsValid() {
		return "", ""
	}
	return hook.HexIDs(sc)
}

// GetSpanFromGLS returns the goroutine's current span, or nil if it has none.
func GetSpanFromGLS() trace.Span {
	span := trace.SpanFromContext(hook.WithCurrent(context.Background()))
	if !span.SpanContext().IsValid() {
		return nil
	}
	return span
}

// Config names who sets up the SDK.
type Config struct {
	InstrumentationName    string
	InstrumentationVersion string
}

// SetupOTelSDK has nothing to do: the SDK is set up from the environment when the program
// starts.
func SetupOTelSDK() {}

// Initialize has nothing to do, as SetupOTelSDK.
func Initialize(Config) {}

// StartRuntimeMetrics has nothing to do: metrics of the Go runtime are taken where the
// program is built with metrics, unless OTEL_INSTRUMENTATION_RUNTIME_METRICS_ENABLED is
// false.
func StartRuntimeMetrics() {}

// Shutdown sends what has not been sent yet, and returns when that is done or ctx is. The
// program's telemetry goes on, and is flushed again at its end.
func Shutdown(ctx context.Context) error { return otelc.Flush(ctx) }
