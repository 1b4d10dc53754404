package batch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/gctx"
	"otel.tool/runtime/internal/report"
)

// sink keeps what is exported, and can be made to wait or fail.
type sink struct {
	mu      sync.Mutex
	batches [][]int
	gate    chan struct{} // if not nil, each export takes one
	err     error
}

func (s *sink) export(ctx context.Context, batch []int) error {
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, batch)
	return s.err
}

func (s *sink) sizes() (sizes []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.batches {
		sizes = append(sizes, len(b))
	}
	return sizes
}

func config() Config {
	return Config{MaxQueue: 10, MaxBatch: 4, Delay: time.Hour, Timeout: time.Second, What: "things", Target: "there", Speak: new(report.Limited)}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatal(what)
}

func TestOrderAndSizes(t *testing.T) {
	s := &sink{}
	q := New(config(), s.export)
	for i := range 4 {
		q.Add(i)
	}
	until(t, "a full batch is not exported", func() bool { return len(s.sizes()) == 1 })
	q.Add(4)
	q.Add(5)
	if err := q.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	if got := fmt.Sprint(s.batches); got != "[[0 1 2 3] [4 5]]" {
		t.Error(got)
	}
}

func TestDelay(t *testing.T) {
	s := &sink{}
	cfg := config()
	cfg.Delay = 10 * time.Millisecond
	q := New(cfg, s.export)
	for n := 1; n <= 3; n++ {
		q.Add(n)
		until(t, "what waits is not exported", func() bool { return len(s.sizes()) == n })
	}
}

// Adding never waits; what is too much is dropped and counted, and told once.
func TestBounded(t *testing.T) {
	var out bytes.Buffer
	defer report.SetOutput(report.SetOutput(&out))
	s := &sink{gate: make(chan struct{})}
	q := New(config(), s.export)
	for i := range 100 {
		q.Add(i)
	}
	if full, _ := q.Dropped(); full != 90 {
		t.Errorf("%d dropped", full)
	}
	close(s.gate)
	if err := q.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	sum := 0
	for _, n := range s.sizes() {
		sum += n
	}
	if sum != 10 {
		t.Errorf("%v exported", s.sizes())
	}
	if got := out.String(); got != "otel: things come faster than there takes them; 90 lost so far\n" {
		t.Errorf("said %q", got)
	}
	q.Add(1)
	if full, _ := q.Dropped(); full != 90 {
		t.Error("no room when all is exported")
	}
}

func TestFailures(t *testing.T) {
	var out bytes.Buffer
	defer report.SetOutput(report.SetOutput(&out))
	s := &sink{err: errors.New("no")}
	q := New(config(), s.export)
	q.Add(1)
	_ = q.Flush(t.Context())
	q.Add(2)
	_ = q.Flush(t.Context())
	if _, failed := q.Dropped(); failed != 2 {
		t.Errorf("%d failed", failed)
	}
	if got := out.String(); got != "otel: cannot send things to there: no; 1 lost so far\n" {
		t.Errorf("said %q", got)
	}
	q = New(config(), func(context.Context, []int) error { panic("oh") })
	q.Add(1)
	_ = q.Flush(t.Context())
	if _, failed := q.Dropped(); failed != 1 {
		t.Errorf("%d failed by a panic", failed)
	}
}

// What was lost in the minute after a line is told of when the program ends, once.
func TestTellsTheRest(t *testing.T) {
	var out strings.Builder
	defer report.SetOutput(report.SetOutput(&out))
	cfg := config()
	cfg.Speak.Ready() // a line has been written, by the exporter say
	s := &sink{err: errors.New("no")}
	q := New(cfg, s.export)
	q.tellRest()
	for range 2 {
		q.Add(1)
		_ = q.Flush(t.Context())
	}
	if out.Len() > 0 {
		t.Errorf("said %q", out.String())
	}
	for range 2 {
		q.tellRest()
	}
	if got := out.String(); got != "otel: cannot send things to there: no; 2 lost in all\n" {
		t.Errorf("said %q", got)
	}
}

func TestFlushEndsWithItsContext(t *testing.T) {
	s := &sink{gate: make(chan struct{})}
	cfg := config()
	cfg.Timeout = 0
	cfg.Speak.Ready() // nothing is to be said
	q := New(cfg, s.export)
	q.Add(1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := q.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestAtOnce(t *testing.T) {
	s := &sink{}
	cfg := config()
	cfg.MaxQueue, cfg.Delay = 1<<20, time.Millisecond
	q := New(cfg, s.export)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 1000 {
				q.Add(g*1000 + i)
			}
		}()
	}
	wg.Wait()
	_ = q.Flush(t.Context())
	seen := map[int]bool{}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.batches {
		for _, x := range b {
			if seen[x] {
				t.Fatalf("%d twice", x)
			}
			seen[x] = true
		}
	}
	if len(seen) != 8000 {
		t.Errorf("%d exported", len(seen))
	}
}

// No goroutine runs before something is added, nor while it waits.
func TestNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	q := New(config(), (&sink{}).export)
	q.Add(1)
	if n := runtime.NumGoroutine(); n > before {
		b := make([]byte, 1<<16)
		t.Errorf("%d goroutines, before %d\n%s", n, before, strings.TrimSpace(string(b[:runtime.Stack(b, true)])))
	}
}

// What exports holds nothing of the goroutine whose item filled the batch.
func TestInheritsNothing(t *testing.T) {
	scope := gctx.Enter(&gctx.Active{Ctx: t.Context()}, trace.TraceID{1}, trace.SpanID{1})
	pprof.SetGoroutineLabels(pprof.WithLabels(t.Context(), pprof.Labels("request", "the first")))
	defer pprof.SetGoroutineLabels(t.Context())
	defer scope.Leave()
	stacks := make(chan string, 2)
	q := New(config(), func(context.Context, []int) error {
		var b strings.Builder
		err := pprof.Lookup("goroutine").WriteTo(&b, 1)
		stacks <- b.String()
		return err
	})
	for i := range 4 { // a full batch
		q.Add(i)
	}
	all := <-stacks
	for stack := range strings.SplitSeq(all, "\n\n") {
		if strings.Contains(stack, "exportFull") && strings.Contains(stack, "labels:") {
			t.Errorf("labels on\n%s", stack)
		}
	}
	if !strings.Contains(all, "exportFull") || !strings.Contains(all, "the first") {
		t.Errorf("not the goroutines that are looked for:\n%s", all)
	}
}

// A flush hurries an export that is under way.
func TestHurry(t *testing.T) {
	hurried := make(chan struct{})
	cfg := config()
	cfg.Hurry = func() func() { close(hurried); return func() {} }
	q := New(cfg, func(context.Context, []int) error { <-hurried; return nil })
	for i := range 4 {
		q.Add(i)
	}
	if err := q.Flush(t.Context()); err != nil {
		t.Error(err)
	}
}

// Counts are of what waits, what is on its way, and of what became of the rest.
func TestCounts(t *testing.T) {
	before := len(AllCounts())
	fail, going, goOn := errors.New("no"), make(chan bool), make(chan bool)
	q := New(Config{MaxQueue: 3, MaxBatch: 2, Delay: time.Hour, What: "things", Exporter: "x", Speak: new(report.Limited)}, func(context.Context, []int) error {
		going <- true
		<-goOn
		return fail
	})
	for i := range 4 {
		q.Add(i)
	}
	<-going
	got := AllCounts()[before]
	if got.What != "things" || got.Exporter != "x" || got.Capacity != 3 || got.Waiting != 1 || got.Exporting != 2 || got.Full != 1 || got.Exported != 0 || len(got.Failed) != 0 {
		t.Errorf("while it exports: %+v", got)
	}
	goOn <- true
	done := make(chan error)
	go func() { done <- q.Flush(t.Context()) }()
	<-going
	fail = nil
	goOn <- true
	<-done
	if got := AllCounts()[before]; got.Waiting+got.Exporting != 0 || got.Exported != 1 || got.Failed["*errors.errorString"] != 2 {
		t.Errorf("afterwards: %+v", got)
	}
}
