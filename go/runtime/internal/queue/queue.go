// Package queue stands between the SDK's batch processor and an exporter. It
// adds what a guest in somebody else's program needs: nothing is started before
// the first span has ended, memory is bounded, what is dropped is counted, and
// a receiver that is down costs a line a minute.
package queue

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/internal/gctx"
	"otel.tool/runtime/internal/report"
)

// Config is the standard's OTEL_BSP_* variables.
type Config struct {
	MaxQueue int           // spans held, waiting or on their way
	MaxBatch int           // spans in one export
	Delay    time.Duration // longest wait for a batch to fill
	Timeout  time.Duration // of one export with all its attempts; 0 is none

	// Speak limits the lines that are written; nil is a limit of the queue's own.
	Speak *report.Limited

	// First, if set, is called once, before the first span is taken.
	First func()
}

// flushes is room in the SDK's queue for the marks that flushes put in it.
const flushes = 16

// Processor is a span processor for one exporter.
type Processor struct {
	cfg    Config
	target string
	next   sdktrace.SpanExporter

	once  sync.Once
	batch atomic.Pointer[sdktrace.SpanProcessor] // nil until the first span
	stop  atomic.Bool

	held    atomic.Int64 // spans given to batch and not yet done with
	full    atomic.Int64 // spans dropped because cfg.MaxQueue were held
	failed  atomic.Int64 // spans that could not be exported
	lastErr atomic.Pointer[error]
	said    atomic.Int64 // losses that the user has been told of
}

var _ sdktrace.SpanProcessor = (*Processor)(nil)

// New returns a processor that exports by next. Target says where to, in the
// lines that it writes.
func New(cfg Config, next sdktrace.SpanExporter, target string) *Processor {
	if cfg.Speak == nil {
		cfg.Speak = new(report.Limited)
	}
	return &Processor{cfg: cfg, next: next, target: target}
}

// OnStart does nothing.
func (p *Processor) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd takes s if there is room for it. It never waits.
func (p *Processor) OnEnd(s sdktrace.ReadOnlySpan) {
	if p.stop.Load() || !s.SpanContext().IsSampled() {
		return
	}
	if p.held.Add(1) > int64(p.cfg.MaxQueue) {
		p.held.Add(-1)
		p.full.Add(1)
		return
	}
	p.started().OnEnd(s)
}

func (p *Processor) started() sdktrace.SpanProcessor {
	p.once.Do(func() { gctx.Without(p.start) })
	return *p.batch.Load()
}

func (p *Processor) start() {
	if p.cfg.First != nil {
		p.cfg.First()
	}
	batch := sdktrace.NewBatchSpanProcessor((*exporter)(p),
		sdktrace.WithMaxQueueSize(p.cfg.MaxQueue+flushes),
		sdktrace.WithMaxExportBatchSize(min(p.cfg.MaxBatch, p.cfg.MaxQueue)),
		sdktrace.WithBatchTimeout(p.cfg.Delay),
		sdktrace.WithExportTimeout(p.cfg.Timeout))
	p.batch.Store(&batch)
}

// hurrier is an exporter that can give up early where waiting has no use.
type hurrier interface {
	Hurry() (done func())
}

// ForceFlush exports what is held, and returns when that is done or ctx ends.
func (p *Processor) ForceFlush(ctx context.Context) error {
	batch := p.batch.Load()
	if batch == nil {
		return nil
	}
	if h, ok := p.next.(hurrier); ok {
		defer h.Hurry()()
	}
	return (*batch).ForceFlush(ctx)
}

// Shutdown exports what is held, and takes no more.
func (p *Processor) Shutdown(ctx context.Context) error {
	p.stop.Store(true)
	batch := p.batch.Load()
	if batch == nil {
		return p.next.Shutdown(ctx)
	}
	if h, ok := p.next.(hurrier); ok {
		defer h.Hurry()()
	}
	return (*batch).Shutdown(ctx)
}

// Dropped returns how many spans were lost: for want of room, and because they
// could not be exported.
func (p *Processor) Dropped() (full, failed int64) {
	return p.full.Load(), p.failed.Load()
}

// exporter is the Processor as its batch processor sees it.
type exporter Processor

// ExportSpans never fails: what is lost is counted and said here, and the
// program's error handler is left to the program.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	p := (*Processor)(e)
	defer p.held.Add(-int64(len(spans)))
	begun := time.Now()
	err := guarded(ctx, p.next, spans)
	report.Sent(len(spans), "spans", p.target, begun, err)
	if err != nil {
		p.failed.Add(int64(len(spans)))
		p.lastErr.Store(&err)
	}
	p.say()
	return nil
}

// guarded exports, and makes a panic an error: a fault of ours must not end the
// program.
func guarded(ctx context.Context, next sdktrace.SpanExporter, spans []sdktrace.ReadOnlySpan) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("fault of the exporter: %v", fault)
		}
	}()
	return next.ExportSpans(ctx, spans)
}

func (e *exporter) Shutdown(ctx context.Context) error {
	return e.next.Shutdown(ctx)
}

// say tells of new losses.
func (p *Processor) say() {
	full, failed := p.Dropped()
	lost := full + failed
	if lost == p.said.Load() || !p.cfg.Speak.Ready() {
		return
	}
	p.said.Store(lost)
	if err := p.lastErr.Load(); err != nil {
		report.Line(report.Error, "cannot send spans to %s: %v; %d lost so far", p.target, *err, lost)
		return
	}
	report.Line(report.Error, "spans end faster than %s takes them; %d lost so far", p.target, lost)
}
