// Package otlptrace is the OTLP exporter of traces.
package otlptrace

import (
	"context"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/wire"
)

// Exporter sends spans that are encoded already. It opens no connection before there is
// something to send.
type Exporter struct {
	*otlp.Client
	mu     sync.Mutex
	groups otlp.Groups
}

// New returns an exporter of spans. The error says which file of cfg could not be
// used; the exporter works without it.
func New(cfg otlp.Config) (*Exporter, error) {
	c, err := otlp.NewClient(cfg, otlp.Traces)
	return &Exporter{Client: c}, err
}

// Source is where spans come from: what OTLP writes once for all of them.
type Source struct {
	Resource *resource.Resource
	Scope    instrumentation.Scope
}

// Export sends spans that [Span.Append] has written, with as many attempts as ctx gives time
// for. An error means that they are lost.
func (e *Exporter) Export(ctx context.Context, spans []batch.Part[*Source]) error {
	return e.Send(ctx, func(w *wire.Writer) { e.encode(w, spans) })
}

// Encode returns spans of the SDK as Export wants them.
func Encode(spans []sdktrace.ReadOnlySpan) (parts []batch.Part[*Source]) {
	for _, s := range spans {
		from := Source{s.Resource(), s.InstrumentationScope()}
		i := slices.IndexFunc(parts, func(p batch.Part[*Source]) bool { return *p.Key == from })
		if i < 0 {
			i, parts = len(parts), append(parts, batch.Part[*Source]{Key: &from})
		}
		w := wire.Writer{B: parts[i].Bytes}
		span := Of(s)
		span.Append(&w)
		parts[i].Bytes = w.B
	}
	return parts
}

// encode writes spans as OTLP nests them.
func (e *Exporter) encode(w *wire.Writer, spans []batch.Part[*Source]) {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.groups.Clear()
	size := 4 << 10 // for what stands around them
	for i := range spans {
		if s := &spans[i]; len(s.Bytes) > 0 {
			e.groups.Add(s.Key.Resource, s.Key.Scope, s)
			size += len(s.Bytes)
		}
	}
	w.B = slices.Grow(w.B, size)
	e.groups.Append(w, func(w *wire.Writer, part any) {
		w.B = append(w.B, part.(*batch.Part[*Source]).Bytes...)
	})
}
