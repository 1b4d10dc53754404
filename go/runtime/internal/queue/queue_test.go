package queue

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/gctx"
	"otel.tool/runtime/internal/report"
)

// sink is an exporter whose behaviour a test chooses.
type sink struct {
	fault   any
	mu      sync.Mutex
	spans   int
	hurried int
	err     error
	block   chan struct{}
}

func (s *sink) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	if s.block != nil {
		<-s.block
	}
	if s.fault != nil {
		panic(s.fault)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spans += len(spans)
	return s.err
}

func (s *sink) Shutdown(context.Context) error { return nil }

func (s *sink) Hurry() func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hurried++
	return func() {}
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spans
}

var config = Config{MaxQueue: 8, MaxBatch: 4, Delay: time.Hour, Timeout: time.Minute}

func spans(p *Processor, n int) *sdktrace.TracerProvider {
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithSampler(sdktrace.AlwaysSample()))
	end(tp.Tracer("t"), n)
	return tp
}

func end(tracer trace.Tracer, n int) {
	for range n {
		_, s := tracer.Start(context.Background(), "s")
		s.End()
	}
}

func captured(t *testing.T) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	before := report.SetOutput(&b)
	t.Cleanup(func() { report.SetOutput(before) })
	return &b
}

func TestNothingStartsBeforeTheFirstSpan(t *testing.T) {
	before := runtime.NumGoroutine()
	p := New(config, &sink{}, "there")
	tp := spans(p, 0)
	if n := runtime.NumGoroutine(); n != before {
		t.Errorf("%d goroutines more", n-before)
	}
	if err := tp.ForceFlush(context.Background()); err != nil {
		t.Error(err)
	}
	if err := tp.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if n := runtime.NumGoroutine(); n != before {
		t.Errorf("%d goroutines more after shutdown", n-before)
	}
}

func TestFlush(t *testing.T) {
	out := &sink{}
	p := New(config, out, "there")
	tp := spans(p, 7)
	if err := tp.ForceFlush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := out.count(); n != 7 {
		t.Errorf("%d spans, want 7", n)
	}
	end(tp.Tracer("t"), 1) // a flush is not the end
	if err := tp.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := out.count(); n != 8 {
		t.Errorf("%d spans, want 8", n)
	}
	if out.hurried != 2 {
		t.Errorf("hurried %d times, want 2", out.hurried)
	}
	end(tp.Tracer("t"), 1)
	if full, failed := p.Dropped(); full+failed != 0 {
		t.Errorf("%d and %d lost", full, failed)
	}
}

// With the exporter stuck, memory is bounded by MaxQueue, and each span above
// that is counted.
func TestFull(t *testing.T) {
	captured(t)
	out := &sink{block: make(chan struct{})}
	p := New(config, out, "there")
	tp := spans(p, 100)
	if full, _ := p.Dropped(); full != 92 {
		t.Errorf("%d dropped, want 92", full)
	}
	close(out.block)
	if err := tp.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := out.count(); n != 8 {
		t.Errorf("%d exported, want 8", n)
	}
	if n := p.held.Load(); n != 0 {
		t.Errorf("%d still held", n)
	}
}

func TestLossesAreSaidOnce(t *testing.T) {
	tests := []struct {
		name  string
		sink  *sink
		spans int
		want  string
	}{
		{"refused", &sink{err: errors.New("no such host")}, 8, "otel: cannot send spans to there: no such host; 4 lost so far\n"},
		{"panic", &sink{fault: "oh"}, 8, "otel: cannot send spans to there: fault of the exporter: oh; 4 lost so far\n"},
		{"nothing lost", &sink{}, 8, ""},
	}
	for _, tt := range tests {
		out := captured(t)
		p := New(config, tt.sink, "there")
		if err := spans(p, tt.spans).Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTooFastIsSaid(t *testing.T) {
	out := captured(t)
	sink := &sink{block: make(chan struct{})}
	p := New(config, sink, "there")
	tp := spans(p, 10)
	close(sink.block)
	if err := tp.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "spans end faster than there takes them; 2 lost") {
		t.Errorf("said %q", got)
	}
}

// What runs on holds nothing of the goroutine whose span was the first.
func TestInheritsNothing(t *testing.T) {
	scope := gctx.Enter(&gctx.Active{Ctx: context.Background()}, trace.TraceID{1}, trace.SpanID{1})
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("request", "the first")))
	defer pprof.SetGoroutineLabels(context.Background())
	defer scope.Leave()
	tp := spans(New(config, &sink{}, "there"), 1)
	defer func() {
		if err := tp.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	time.Sleep(10 * time.Millisecond)
	var b strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	for _, stack := range strings.Split(b.String(), "\n\n") {
		if strings.Contains(stack, "processQueue") && strings.Contains(stack, "labels:") {
			t.Errorf("labels on\n%s", stack)
		}
	}
	if !strings.Contains(b.String(), "processQueue") || !strings.Contains(b.String(), "the first") {
		t.Errorf("not the goroutines that are looked for:\n%s", b.String())
	}
}

// Taking a span costs no allocation beside the SDK's own snapshot of it.
func BenchmarkOnEnd(b *testing.B) {
	p := New(Config{MaxQueue: 2048, MaxBatch: 512, Delay: time.Hour}, &sink{}, "there")
	tracer := spans(p, 0).Tracer("t")
	b.ReportAllocs()
	end(tracer, b.N)
}
