// Package otlplog is the OTLP exporter of log records.
package otlplog

import (
	"context"

	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"

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
	c, err := otlp.NewClient(cfg, "/opentelemetry.proto.collector.logs.v1.LogsService/Export")
	return &Exporter{c}, err
}

// Export sends records, with as many attempts as ctx gives time for. An error means
// that they are lost.
func (e *Exporter) Export(ctx context.Context, records []sdklog.Record) error {
	if len(records) == 0 {
		return nil
	}
	var groups otlp.Groups[*sdklog.Record]
	for i := range records {
		r := &records[i]
		groups.Add(r.Resource(), r.InstrumentationScope(), r)
	}
	return e.Send(ctx,
		func(w *wire.Writer) { groups.Append(w, appendRecord) },
		func(j *otlp.JSON) { groups.AppendJSON(j, "Logs", "logRecords", recordJSON) })
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
	if body := r.Body(); !body.Empty() {
		b := w.Open(5)
		appendValue(w, body)
		w.Close(b)
	}
	r.WalkAttributes(func(kv log.KeyValue) bool {
		appendAttr(w, 6, kv)
		return true
	})
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

func appendAttr(w *wire.Writer, field int, kv log.KeyValue) {
	m := w.Open(field)
	w.String(1, kv.Key)
	v := w.Open(2)
	appendValue(w, kv.Value)
	w.Close(v)
	w.Close(m)
}

// appendValue writes the fields of an AnyValue.
func appendValue(w *wire.Writer, v log.Value) {
	switch v.Kind() {
	case log.KindString:
		w.String(1, v.AsString())
	case log.KindBool:
		w.Bool(2, v.AsBool())
	case log.KindInt64:
		w.Uint(3, uint64(v.AsInt64()))
	case log.KindFloat64:
		w.Double(4, v.AsFloat64())
	case log.KindSlice:
		m := w.Open(5)
		for _, x := range v.AsSlice() {
			item := w.Open(1)
			appendValue(w, x)
			w.Close(item)
		}
		w.Close(m)
	case log.KindMap:
		m := w.Open(6)
		for _, kv := range v.AsMap() {
			appendAttr(w, 1, kv)
		}
		w.Close(m)
	case log.KindBytes:
		w.Bytes(7, v.AsBytes())
	}
}

// recordJSON writes what appendRecord writes, as JSON.
func recordJSON(j *otlp.JSON, r *sdklog.Record) {
	j.Open('{')
	if ns := otlp.Nanos(r.Timestamp()); ns != 0 {
		j.Nanos("timeUnixNano", ns)
	}
	if ns := otlp.Nanos(r.ObservedTimestamp()); ns != 0 {
		j.Nanos("observedTimeUnixNano", ns)
	}
	if n := r.Severity(); n != 0 {
		j.Num("severityNumber", int(n))
	}
	if text := r.SeverityText(); text != "" {
		j.Str("severityText", text)
	}
	if name := r.EventName(); name != "" {
		j.Str("eventName", name)
	}
	if body := r.Body(); !body.Empty() {
		j.Key("body")
		valueJSON(j, body)
	}
	if r.AttributesLen() > 0 {
		j.List("attributes")
		r.WalkAttributes(func(kv log.KeyValue) bool {
			attrJSON(j, kv)
			return true
		})
		j.Close(']')
	}
	j.Count("droppedAttributesCount", r.DroppedAttributes())
	if f := r.TraceFlags(); f != 0 {
		j.Num("flags", int(f))
	}
	if id := r.TraceID(); id.IsValid() {
		j.Hex("traceId", id[:])
	}
	if id := r.SpanID(); id.IsValid() {
		j.Hex("spanId", id[:])
	}
	j.Close('}')
}

func attrJSON(j *otlp.JSON, kv log.KeyValue) {
	j.Open('{')
	j.Str("key", kv.Key)
	j.Key("value")
	valueJSON(j, kv.Value)
	j.Close('}')
}

func valueJSON(j *otlp.JSON, v log.Value) {
	j.Open('{')
	switch v.Kind() {
	case log.KindString:
		j.Str("stringValue", v.AsString())
	case log.KindBool:
		j.Bool("boolValue", v.AsBool())
	case log.KindInt64:
		j.Int("intValue", v.AsInt64())
	case log.KindFloat64:
		j.Key("doubleValue")
		j.Double(v.AsFloat64())
	case log.KindSlice:
		j.Object("arrayValue")
		j.List("values")
		for _, x := range v.AsSlice() {
			valueJSON(j, x)
		}
		j.Close(']')
		j.Close('}')
	case log.KindMap:
		j.Object("kvlistValue")
		j.List("values")
		for _, kv := range v.AsMap() {
			attrJSON(j, kv)
		}
		j.Close(']')
		j.Close('}')
	case log.KindBytes:
		j.Base64("bytesValue", v.AsBytes())
	}
	j.Close('}')
}
