// Package hooktest has what the tests of hooks need to see what a hook costs in a program: where
// nothing of the program's is plugged in, so that its spans are our own.
package hooktest

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/follow"
	"otel.tool/runtime/internal/followmeter"
	"otel.tool/runtime/internal/otlp/otlptrace"
	"otel.tool/runtime/internal/propagators"
	"otel.tool/runtime/internal/tracing"
)

// Mode is how a program is run.
type Mode struct {
	Name    string
	Sampler sdktrace.Sampler // nil: off
	Metrics bool
}

// Modes are those that a hook's cost is held to.
var Modes = []Mode{
	{"off", nil, false},
	{"unsampled", sdktrace.NeverSample(), false},
	{"unsampled, with metrics", sdktrace.NeverSample(), true},
	{"sampled", sdktrace.AlwaysSample(), false},
	{"sampled, with metrics", sdktrace.AlwaysSample(), true},
}

// Run turns the hooks on as a program in that mode has them, until t ends. Its spans go nowhere.
// It returns a context within a request that the program serves.
func (m Mode) Run(t testing.TB) context.Context {
	ctx := context.Background()
	if m.Sampler == nil {
		hook.Disable()
		return ctx
	}
	p := &tracing.Provider{
		Sampler: m.Sampler, Knows: tracing.KnownOf(m.Sampler), Limits: sdktrace.NewSpanLimits(), Sinks: []tracing.Sink{nowhere{}},
	}
	p.Own = &provider{sdktrace.NewTracerProvider(), p}
	otel.SetTracerProvider(p.Own)
	otel.SetTextMapPropagator(propagators.New([]string{"tracecontext", "baggage"}))
	hook.Enable(follow.TracerProvider{}, new(follow.Propagator))
	t.Cleanup(func() {
		hook.Disable()
		otel.SetTracerProvider(noop.NewTracerProvider())
	})
	if m.Metrics {
		mp := followmeter.New(sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader())), nil)
		mp.Keep()
		otel.SetMeterProvider(mp)
		hook.EnableMetrics(mp)
	}
	ctx, _ = p.Tracer("otel.tool/test").Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
	return ctx
}

// provider makes the spans of hooks, and the SDK those of the program.
type provider struct {
	trace.TracerProvider
	hooks *tracing.Provider
}

func (p *provider) Tracer(name string, opts ...trace.TracerOption) trace.Tracer {
	return p.hooks.Tracer(name, opts...)
}

type nowhere struct{}

func (nowhere) Room() bool                     { return true }
func (nowhere) Take(*otlptrace.Source, []byte) {}

// Costs runs do in all modes, and compares what it allocates with what it may, by the modes'
// names. do is given the context of a request.
func Costs(t *testing.T, may map[string]float64, do func(context.Context)) {
	t.Helper()
	for _, m := range Modes {
		t.Run(m.Name, func(t *testing.T) {
			ctx := m.Run(t)
			if n := testing.AllocsPerRun(500, func() { do(ctx) }); n > may[m.Name] {
				t.Errorf("%v allocations, want at most %v", n, may[m.Name])
			}
		})
	}
}

// Bench measures do in all modes.
func Bench(b *testing.B, do func(context.Context)) {
	for _, m := range Modes {
		b.Run(m.Name, func(b *testing.B) {
			ctx := m.Run(b)
			b.ReportAllocs()
			for range b.N {
				do(ctx)
			}
		})
	}
}
