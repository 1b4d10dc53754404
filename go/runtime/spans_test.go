package runtime

import (
	"runtime"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/report"
)

func TestSpans(t *testing.T) {
	goroutines, first := runtime.NumGoroutine(), 0
	out := tracetest.NewInMemoryExporter()
	p := newSpans(batch.Config{MaxQueue: 8, MaxBatch: 4, Delay: time.Hour, Timeout: time.Minute, Speak: new(report.Limited)}, out, func() { first++ })
	sampler := sdktrace.ParentBased(sdktrace.AlwaysSample())
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithSampler(sampler))
	ctx := t.Context()
	end := func(n int) {
		for range n {
			_, s := tp.Tracer("t").Start(ctx, "s")
			s.End()
		}
	}
	if err := tp.ForceFlush(ctx); err != nil {
		t.Error(err)
	}
	if n := runtime.NumGoroutine(); n > goroutines || first != 0 {
		t.Errorf("%d goroutines more, and begun %d times, before the first span", n-goroutines, first)
	}
	end(7)
	if err := tp.ForceFlush(ctx); err != nil {
		t.Error(err)
	}
	if n := len(out.GetSpans()); n != 7 || first != 1 {
		t.Errorf("%d spans, begun %d times", n, first)
	}
	for i := 0; runtime.NumGoroutine() > goroutines; i++ { // the one that exported ends
		if i == 1000 {
			t.Fatalf("%d goroutines more after a flush", runtime.NumGoroutine()-goroutines)
		}
		time.Sleep(time.Millisecond)
	}

	// A span that is recorded and not sampled is for the program's own eyes.
	recorded := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithSampler(recordOnly{}))
	_, s := recorded.Tracer("t").Start(ctx, "s")
	s.End()

	end(1) // a flush is not the end
	if err := p.ForceFlush(ctx); err != nil {
		t.Error(err)
	}
	if n := len(out.GetSpans()); n != 8 {
		t.Errorf("%d spans, want 8", n)
	}
	if err := p.Shutdown(ctx); err != nil { // which empties out
		t.Error(err)
	}
	end(1)
	if err := p.ForceFlush(ctx); err != nil {
		t.Error(err)
	}
	if n := len(out.GetSpans()); n != 0 {
		t.Errorf("%d taken after the end", n)
	}
}

type recordOnly struct{}

func (recordOnly) ShouldSample(sdktrace.SamplingParameters) sdktrace.SamplingResult {
	return sdktrace.SamplingResult{Decision: sdktrace.RecordOnly}
}

func (recordOnly) Description() string { return "record only" }
