// Package otlplog is the OTLP exporter of log records.
package otlplog

import (
	"context"

	sdklog "go.opentelemetry.io/otel/sdk/log"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/logvalue"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/wire"
)

// Exporter sends log records. It opens no connection before there is something to
// send.
type Exporter struct {
	*otlp.Client
}

// New returns an exporter of log records. The error says which file of cfg could
// not be used; the exporter works without it.
func New(cfg otlp.Config) (*Exporter, error) {
	c, err := otlp.NewClient(cfg, otlp.Logs)
	return &Exporter{c}, err
}

// Export sends records, with as many attempts as ctx gives time for. An error means
// that they are lost.
func (e *Exporter) Export(ctx context.Context, records []sdklog.Record) error {
	if len(records) == 0 {
		return nil
	}
	var groups otlp.Groups
	for i := range records {
		r := &records[i]
		groups.Add(r.Resource(), r.InstrumentationScope(), r)
	}
	return e.Send(ctx, func(w *wire.Writer) {
		groups.Append(w, func(w *wire.Writer, r any) { appendRecord(w, r.(*sdklog.Record)) })
	})
}

// ForceFlush does nothing: nothing is held here.
func (e *Exporter) ForceFlush(context.Context) error { return nil }

// appendRecord writes a LogRecord (opentelemetry/proto/logs/v1/logs.proto).
func appendRecord(w *wire.Writer, r *sdklog.Record) {
	m := w.Open(2)
	if ns := otlp.Nanos(r.Timestamp()); ns != 0 {
		w.Fixed64(1, ns)
	}
	if n := r.Severity(); n != 0 {
		w.Uint(2, uint64(n))
	}
	if text := r.SeverityText(); text != "" {
		w.String(3, text)
	}
	if body := logvalue.Body(r); body.Kind() != hook.LogKindEmpty {
		b := w.Open(5)
		appendValue(w, body)
		w.Close(b)
	}
	logvalue.Walk(r, func(a hook.LogAttr) { appendAttr(w, 6, a) })
	otlp.AppendCount(w, 7, r.DroppedAttributes())
	if f := r.TraceFlags(); f != 0 {
		w.Fixed32(8, uint32(f))
	}
	if id := r.TraceID(); id.IsValid() {
		w.Bytes(9, id[:])
	}
	if id := r.SpanID(); id.IsValid() {
		w.Bytes(10, id[:])
	}
	if ns := otlp.Nanos(r.ObservedTimestamp()); ns != 0 {
		w.Fixed64(11, ns)
	}
	if name := r.EventName(); name != "" {
		w.String(12, name)
	}
	w.Close(m)
}

func appendAttr(w *wire.Writer, field int, a hook.LogAttr) {
	m := w.Open(field)
	w.String(1, a.Key)
	v := w.Open(2)
	appendValue(w, a.Value)
	w.Close(v)
	w.Close(m)
}

// appendValue writes the fields of an AnyValue.
func appendValue(w *wire.Writer, v hook.LogValue) {
	switch v.Kind() {
	case hook.LogKindString:
		w.String(1, v.String())
	case hook.LogKindBool:
		w.Bool(2, v.Bool())
	case hook.LogKindInt:
		w.Uint(3, uint64(v.Int()))
	case hook.LogKindFloat:
		w.Double(4, v.Float())
	case hook.LogKindList:
		m := w.Open(5)
		for _, x := range v.List() {
			item := w.Open(1)
			appendValue(w, x)
			w.Close(item)
		}
		w.Close(m)
	case hook.LogKindMap:
		m := w.Open(6)
		for _, a := range v.Map() {
			appendAttr(w, 1, a)
		}
		w.Close(m)
	case hook.LogKindBytes:
		w.Bytes(7, v.Bytes())
	}
}
