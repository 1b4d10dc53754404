// Package otlptrace is the OTLP exporter of traces.
package otlptrace

import (
	"context"
	"sync"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/wire"
)

// Exporter is an SDK span exporter. It opens no connection before there is
// something to send.
type Exporter struct {
	*otlp.Client
	mu     sync.Mutex
	groups otlp.Groups
}

var _ sdktrace.SpanExporter = (*Exporter)(nil)

// New returns an exporter of spans. The error says which file of cfg could not be
// used; the exporter works without it.
func New(cfg otlp.Config) (*Exporter, error) {
	c, err := otlp.NewClient(cfg, otlp.Traces)
	return &Exporter{Client: c}, err
}

// ExportSpans sends spans, with as many attempts as ctx gives time for. An
// error means that they are lost.
func (e *Exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if len(spans) == 0 {
		return nil
	}
	return e.Send(ctx, func(w *wire.Writer) { e.encode(w, spans) })
}

// encode writes spans as OTLP nests them.
func (e *Exporter) encode(w *wire.Writer, spans []sdktrace.ReadOnlySpan) {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.groups.Clear()
	for _, s := range spans {
		e.groups.Add(s.Resource(), s.InstrumentationScope(), s)
	}
	e.groups.Append(w, func(w *wire.Writer, s any) { appendSpan(w, s.(sdktrace.ReadOnlySpan)) })
}
