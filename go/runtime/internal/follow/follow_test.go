package follow

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// odd is a provider that cannot be compared.
type odd struct {
	trace.TracerProvider
	_ []int
}

func TestFollows(t *testing.T) {
	first, second := tracetest.NewSpanRecorder(), tracetest.NewSpanRecorder()
	sdk := func(r *tracetest.SpanRecorder) trace.TracerProvider {
		return sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(r))
	}
	tracer := TracerProvider{}.Tracer("scope", trace.WithInstrumentationVersion("1"))
	work := func() {
		_, s := tracer.Start(context.Background(), "work")
		s.End()
	}
	a := sdk(first)
	steps := []struct {
		name          string
		provider      trace.TracerProvider
		first, second int // spans that each has then
	}{
		{"one", a, 1, 0},
		{"another", sdk(second), 1, 1},
		{"none", noop.NewTracerProvider(), 1, 1},
		{"one that cannot be compared", odd{TracerProvider: a}, 2, 1},
		{"the same again", odd{TracerProvider: a}, 3, 1},
		{"the first", a, 4, 1},
	}
	for _, step := range steps {
		otel.SetTracerProvider(step.provider)
		work()
		if a, b := len(first.Ended()), len(second.Ended()); a != step.first || b != step.second {
			t.Errorf("%s: %d and %d spans, want %d and %d", step.name, a, b, step.first, step.second)
		}
	}
	if s := first.Ended()[0].InstrumentationScope(); s.Name != "scope" || s.Version != "1" {
		t.Errorf("scope %+v", s)
	}
	n := testing.AllocsPerRun(100, func() {
		otel.GetTracerProvider()
		same(&a, &a)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPropagator(t *testing.T) {
	p := Propagator{}
	otel.SetTextMapPropagator(propagation.Baggage{})
	if f := p.Fields(); len(f) != 1 || f[0] != "baggage" {
		t.Error(f)
	}
	otel.SetTextMapPropagator(propagation.TraceContext{})
	sc := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}})
	carrier := propagation.MapCarrier{}
	p.Inject(trace.ContextWithSpanContext(context.Background(), sc), carrier)
	if got := trace.SpanContextFromContext(p.Extract(context.Background(), carrier)); !got.Equal(sc.WithRemote(true)) {
		t.Errorf("%v through %v", got, carrier)
	}
}
