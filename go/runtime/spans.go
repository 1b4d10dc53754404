package runtime

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/otlp/otlptrace"
	"otel.tool/runtime/internal/tracing"
	"otel.tool/runtime/internal/wire"
)

// spans is what span processors for one exporter have in common. They are the SDK's batch
// processor but that no goroutine waits for spans.
type spans struct {
	flush    func(context.Context) error
	shutdown func(context.Context) error // of the exporter
	first    func()                      // is called once, before the first span is taken
	once     sync.Once
	stopped  atomic.Bool
}

// OnStart does nothing.
func (p *spans) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// ForceFlush exports what is held, and returns when that is done or ctx ends.
func (p *spans) ForceFlush(ctx context.Context) error { return p.flush(ctx) }

// Shutdown exports what is held, and takes no more.
func (p *spans) Shutdown(ctx context.Context) error {
	p.stopped.Store(true)
	err := p.flush(ctx)
	return errors.Join(err, p.shutdown(ctx))
}

// queued is a processor for an exporter that wants spans as the SDK has them: an extension's.
type queued struct {
	spans
	queue batch.Queue[sdktrace.ReadOnlySpan]
}

var _ sdktrace.SpanProcessor = (*queued)(nil)

func newQueued(cfg batch.Config, exporter sdktrace.SpanExporter, first func()) *queued {
	p := &queued{queue: batch.New(cfg, exporter.ExportSpans)}
	p.flush, p.shutdown, p.first = p.queue.Flush, exporter.Shutdown, first
	return p
}

// OnEnd takes s if there is room for it. It never waits.
func (p *queued) OnEnd(s sdktrace.ReadOnlySpan) {
	if !p.stopped.Load() && s.SpanContext().IsSampled() {
		p.once.Do(p.first)
		p.queue.Add(s)
	}
}

// encoded is a processor for an exporter of ours. It encodes spans as they end, those of the SDK
// and those of hooks.
type encoded struct {
	spans
	queue batch.Encoded[*otlptrace.Source]

	mu      sync.Mutex
	sources []*otlptrace.Source // of the SDK's spans
}

var (
	_ sdktrace.SpanProcessor = (*encoded)(nil)
	_ tracing.Sink           = (*encoded)(nil)
)

func newEncoded(cfg batch.Config, exporter *otlptrace.Exporter, first func()) *encoded {
	p := &encoded{queue: batch.NewEncoded(cfg, exporter.Export)}
	p.flush, p.shutdown, p.first = p.queue.Flush, exporter.Shutdown, first
	return p
}

var writers = sync.Pool{New: func() any { return new(wire.Writer) }}

// OnEnd takes s if there is room for it. It never waits.
func (p *encoded) OnEnd(s sdktrace.ReadOnlySpan) {
	defer hook.Guard()
	if !s.SpanContext().IsSampled() || !p.Room() {
		return
	}
	w := writers.Get().(*wire.Writer)
	w.B = w.B[:0]
	span := otlptrace.Of(s)
	span.Append(w)
	p.Take(p.source(s), w.B)
	if cap(w.B) <= 16<<10 {
		writers.Put(w)
	}
}

// Room says whether a span is taken.
func (p *encoded) Room() bool {
	return !p.stopped.Load() && p.queue.Room()
}

// Take takes an encoded span.
func (p *encoded) Take(from *otlptrace.Source, span []byte) {
	p.once.Do(p.first)
	p.queue.Add(from, span)
}

// source returns where s comes from, which is the same for all that come from there.
func (p *encoded) source(s sdktrace.ReadOnlySpan) *otlptrace.Source {
	res, scope := s.Resource(), s.InstrumentationScope()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, known := range p.sources {
		if known.Resource == res && known.Scope == scope {
			return known
		}
	}
	from := &otlptrace.Source{Resource: res, Scope: scope}
	p.sources = append(p.sources, from)
	return from
}
