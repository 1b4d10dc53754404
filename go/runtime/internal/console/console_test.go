package console

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// output is a buffer that goroutines may share.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func (o *output) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.b.Reset()
}

func (o *output) wait(t *testing.T, text string) string {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if s := o.String(); strings.Contains(s, text) {
			return s
		}
	}
	t.Fatalf("no %q in %q", text, o.String())
	return ""
}

func start(t *testing.T) (*Processor, *output, trace.Tracer) {
	t.Helper()
	out := &output{}
	p := New(out, nil)
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithSampler(sdktrace.AlwaysSample()),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "svc"))))
	t.Cleanup(func() {
		if err := tp.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p, out, tp.Tracer("t")
}

func TestPrintsWhenTheRootHasEnded(t *testing.T) {
	_, out, tracer := start(t)
	ctx, root := tracer.Start(context.Background(), "root")
	_, child := tracer.Start(ctx, "child")
	child.End()
	time.Sleep(2 * quiet)
	if s := out.String(); s != "" {
		t.Errorf("printed before the root had ended: %s", s)
	}
	root.SetStatus(codes.Error, "bad")
	root.RecordError(errors.New("worse"))
	root.End()
	s := out.wait(t, "child")
	for _, want := range []string{"2 spans, 1 service", "root      svc  internal", "error  bad", "! *errors.errorString: worse", "└─ child  svc"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %q in\n%s", want, s)
		}
	}
}

// A child that goes on after its root is waited for.
func TestLateChild(t *testing.T) {
	_, out, tracer := start(t)
	ctx, root := tracer.Start(context.Background(), "root")
	_, child := tracer.Start(ctx, "child")
	root.End()
	time.Sleep(2 * quiet)
	if s := out.String(); s != "" {
		t.Errorf("printed while a span was open: %s", s)
	}
	child.End()
	if s := out.wait(t, "child"); strings.Count(s, "trace ") != 1 {
		t.Errorf("not one trace:\n%s", s)
	}
}

func TestFlushPrintsWhatIsOpen(t *testing.T) {
	p, out, tracer := start(t)
	ctx, root := tracer.Start(context.Background(), "root")
	_, child := tracer.Start(ctx, "child")
	child.End()
	if err := p.ForceFlush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); !strings.Contains(s, "child") {
		t.Errorf("the child is missing: %s", s)
	}
	root.End()
	out.wait(t, "root")
}

// Memory is bounded: traces that never end are printed as they are, and spans
// beyond the bound are counted.
func TestBounds(t *testing.T) {
	p, out, tracer := start(t)
	for range maxTraces + 10 {
		ctx, _ := tracer.Start(context.Background(), "never ends")
		_, child := tracer.Start(ctx, "child")
		child.End()
	}
	p.mu.Lock()
	n, m := len(p.traces), len(p.order)
	p.mu.Unlock()
	if n > maxTraces || n != m {
		t.Errorf("%d and %d traces held", n, m)
	}
	ctx, root := tracer.Start(context.Background(), "wide")
	for range maxSpans + 1 {
		_, s := tracer.Start(ctx, "x")
		s.End()
	}
	root.End()
	out.wait(t, "… and 2 spans more")
}

func TestUnsampledIsNotHeld(t *testing.T) {
	p := New(&output{}, nil)
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithSampler(sdktrace.NeverSample()))
	_, s := tp.Tracer("t").Start(context.Background(), "x")
	s.End()
	if len(p.traces) != 0 {
		t.Error("held")
	}
}

// A flush beside another one (a signal's, and that of main's return) waits for
// what the other has taken: the process may end right after it.
func TestFlushWaitsForTheOther(t *testing.T) {
	p, out, tracer := start(t)
	for range 500 {
		_, s := tracer.Start(context.Background(), "root")
		s.End()
		go p.ForceFlush(context.Background())
		runtime.Gosched()
		if err := p.ForceFlush(context.Background()); err != nil {
			t.Fatal(err)
		}
		if id := s.SpanContext().TraceID().String(); !strings.Contains(out.String(), id) {
			t.Fatal("the second flush returned before the trace was printed")
		}
		out.reset()
	}
}
