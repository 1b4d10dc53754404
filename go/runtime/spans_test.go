package runtime

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/otlp/otlptrace"
	"otel.tool/runtime/internal/report"
	"otel.tool/runtime/internal/tracing"
)

func TestSpans(t *testing.T) {
	goroutines, first := runtime.NumGoroutine(), 0
	out := tracetest.NewInMemoryExporter()
	p := newQueued(batch.Config{MaxQueue: 8, MaxBatch: 4, Delay: time.Hour, Timeout: time.Minute, Speak: new(report.Limited)}, out, func() { first++ })
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

// The SDK's spans and those of hooks go out together, encoded, until the end.
func TestEncoded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "traces.jsonl")
	exporter, err := otlptrace.New(otlp.Config{File: file})
	if err != nil {
		t.Fatal(err)
	}
	first := 0
	p := newEncoded(batch.Config{MaxQueue: 8, MaxBatch: 4, Delay: time.Hour, Timeout: time.Minute, Speak: new(report.Limited)}, exporter, func() { first++ })
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithSampler(sdktrace.AlwaysSample()))
	hooks := &tracing.Provider{Sampler: sdktrace.AlwaysSample(), Limits: sdktrace.NewSpanLimits(), Sinks: []tracing.Sink{p}}
	ctx := t.Context()
	end := func(name string) {
		for _, tracer := range []trace.Tracer{tp.Tracer("theirs"), hooks.Tracer("ours")} {
			_, s := tracer.Start(ctx, name)
			s.End()
		}
	}
	if first != 0 {
		t.Error("begun before the first span")
	}
	end("one")
	end("two")
	if err := p.ForceFlush(ctx); err != nil {
		t.Error(err)
	}
	_, s := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithSampler(recordOnly{})).Tracer("t").Start(ctx, "not sampled")
	s.End()
	if err := p.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	end("late")
	if err := p.ForceFlush(ctx); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]int{`"name":"one"`: 2, `"name":"two"`: 2, `"name":"theirs"`: 1, `"name":"ours"`: 1, "late": 0, "not sampled": 0} {
		if n := strings.Count(string(text), word); n != want {
			t.Errorf("%s: %d times, want %d\n%s", word, n, want, text)
		}
	}
	if first != 1 {
		t.Errorf("begun %d times", first)
	}
}
