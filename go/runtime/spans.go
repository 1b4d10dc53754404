package runtime

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/internal/batch"
)

// spans is a span processor for one exporter. It is the SDK's batch processor but
// that no goroutine waits for spans.
type spans struct {
	queue    batch.Queue[sdktrace.ReadOnlySpan]
	exporter sdktrace.SpanExporter
	first    func() // is called once, before the first span is taken
	once     sync.Once
	stopped  atomic.Bool
}

var _ sdktrace.SpanProcessor = (*spans)(nil)

func newSpans(cfg batch.Config, exporter sdktrace.SpanExporter, first func()) *spans {
	return &spans{queue: batch.New(cfg, exporter.ExportSpans), exporter: exporter, first: first}
}

// OnStart does nothing.
func (p *spans) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd takes s if there is room for it. It never waits.
func (p *spans) OnEnd(s sdktrace.ReadOnlySpan) {
	if p.stopped.Load() || !s.SpanContext().IsSampled() {
		return
	}
	p.once.Do(p.first)
	p.queue.Add(s)
}

// ForceFlush exports what is held, and returns when that is done or ctx ends.
func (p *spans) ForceFlush(ctx context.Context) error { return p.queue.Flush(ctx) }

// Shutdown exports what is held, and takes no more.
func (p *spans) Shutdown(ctx context.Context) error {
	p.stopped.Store(true)
	err := p.queue.Flush(ctx)
	return errors.Join(err, p.exporter.Shutdown(ctx))
}
