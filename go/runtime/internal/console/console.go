// Package console prints traces as trees while the program runs
// (OTEL_TRACES_EXPORTER=console). A trace is printed when no span of it is open
// in this process any more, or soon after its local root has ended; at a flush,
// all are.
package console

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/tree"
)

// The bounds of what is held until it is printed.
const (
	maxTraces = 500
	maxSpans  = 1000 // of one trace
)

// How long the spans of a trace are waited for once its local root has ended:
// when none is open, for those that are started late; and when some are.
const (
	quiet   = 50 * time.Millisecond
	patient = 2 * time.Second
)

// Processor is a span processor that prints.
type Processor struct {
	w      io.Writer
	colour bool
	first  func() // called before the first span is held
	once   sync.Once

	mu     sync.Mutex
	traces map[trace.TraceID]*pending
	order  []*pending // the eldest first
	taken  []*pending // to be printed, and no longer in traces and order

	out sync.Mutex // while traces are taken and printed; locked before mu
}

// pending is a trace that is still to be printed.
type pending struct {
	id      trace.TraceID
	open    int // spans started and not ended
	spans   []sdktrace.ReadOnlySpan
	dropped int
	rooted  bool // the local root has ended
	timer   *time.Timer
}

var _ sdktrace.SpanProcessor = (*Processor)(nil)

// New returns a processor that prints to w. First, if not nil, is called once,
// before there is something to print.
func New(w io.Writer, first func()) *Processor {
	return &Processor{w: w, colour: tree.Colourful(w), first: first, traces: map[trace.TraceID]*pending{}}
}

// OnStart notes that the trace goes on.
func (p *Processor) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	if !s.SpanContext().IsSampled() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.find(s.SpanContext().TraceID()).open++
}

// OnEnd keeps s until its trace is printed.
func (p *Processor) OnEnd(s sdktrace.ReadOnlySpan) {
	if !s.SpanContext().IsSampled() {
		return
	}
	p.once.Do(func() {
		if p.first != nil {
			p.first()
		}
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.find(s.SpanContext().TraceID())
	t.open = max(0, t.open-1)
	if len(t.spans) < maxSpans {
		t.spans = append(t.spans, s)
	} else {
		t.dropped++
	}
	if parent := s.Parent(); !parent.IsValid() || parent.IsRemote() {
		t.rooted = true
	}
	switch {
	case t.open == 0:
		p.later(t, quiet)
	case t.rooted:
		p.later(t, patient)
	}
}

// find returns the trace with this id; p.mu is held.
func (p *Processor) find(id trace.TraceID) *pending {
	if t := p.traces[id]; t != nil {
		return t
	}
	if len(p.order) >= maxTraces {
		p.take(p.order[0])
		go p.print(func() {})
	}
	t := &pending{id: id}
	p.traces[id] = t
	p.order = append(p.order, t)
	return t
}

// later prints t after d; p.mu is held.
func (p *Processor) later(t *pending, d time.Duration) {
	if t.timer != nil {
		t.timer.Reset(d)
		return
	}
	t.timer = time.AfterFunc(d, func() {
		p.print(func() {
			if p.traces[t.id] == t && (t.open == 0 || t.rooted) {
				p.take(t)
			}
		})
	})
}

// take moves t from what is held to what is to be printed; p.mu is held.
func (p *Processor) take(t *pending) {
	if t.timer != nil {
		t.timer.Stop()
	}
	delete(p.traces, t.id)
	if i := slices.Index(p.order, t); i >= 0 {
		p.order = slices.Delete(p.order, i, i+1)
	}
	if len(t.spans) > 0 {
		p.taken = append(p.taken, t)
	}
}

// print prints what has been taken, and what choose takes with p.mu held. When
// it returns, nothing is taken and not yet printed.
func (p *Processor) print(choose func()) {
	p.out.Lock()
	defer p.out.Unlock()
	p.mu.Lock()
	choose()
	taken := p.taken
	p.taken = nil
	p.mu.Unlock()
	for _, t := range taken {
		p.write(t)
	}
}

// ForceFlush prints all traces of which spans have ended.
func (p *Processor) ForceFlush(context.Context) error {
	p.print(func() {
		for _, t := range slices.Clone(p.order) {
			if len(t.spans) > 0 {
				p.take(t)
			}
		}
	})
	return nil
}

// Shutdown is ForceFlush.
func (p *Processor) Shutdown(ctx context.Context) error { return p.ForceFlush(ctx) }

// write prints t; p.out is held.
func (p *Processor) write(t *pending) {
	// A fault of ours must not end the program.
	defer func() { _ = recover() }()
	spans := make([]tree.Span, len(t.spans))
	for i, s := range t.spans {
		spans[i] = view(s)
	}
	// A fault of standard error has nobody to be told to.
	_ = tree.Write(p.w, spans, t.dropped, p.colour)
}

// view is s as the tree has it.
func view(s sdktrace.ReadOnlySpan) tree.Span {
	sc := s.SpanContext()
	v := tree.Span{
		TraceID:  sc.TraceID().String(),
		ID:       sc.SpanID().String(),
		Name:     s.Name(),
		Kind:     s.SpanKind().String(),
		Start:    s.StartTime(),
		Duration: s.EndTime().Sub(s.StartTime()),
		Error:    s.Status().Code == codes.Error,
		Message:  s.Status().Description,
	}
	if id := s.Parent().SpanID(); id.IsValid() {
		v.Parent = id.String()
	}
	if name, ok := s.Resource().Set().Value("service.name"); ok {
		v.Service = name.Emit()
	}
	for _, kv := range s.Attributes() {
		v.Attrs = append(v.Attrs, tree.Attr{Key: string(kv.Key), Value: kv.Value.Emit()})
	}
	for _, e := range s.Events() {
		if e.Name == "exception" {
			v.Exceptions = append(v.Exceptions, exception(e.Attributes))
		}
	}
	return v
}

func exception(attrs []attribute.KeyValue) string {
	var kind, message string
	for _, kv := range attrs {
		switch kv.Key {
		case "exception.type":
			kind = kv.Value.AsString()
		case "exception.message":
			message = kv.Value.AsString()
		}
	}
	return kind + ": " + message
}
