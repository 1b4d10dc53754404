package tracing

import (
	"fmt"
	"reflect"
	"runtime"
	rtrace "runtime/trace"
	"strings"
	"sync"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/otlp/otlptrace"
	"otel.tool/runtime/internal/wire"
)

// record is what a span is gathered in until it ends, within the limits. It is used again.
type record struct {
	otlptrace.Span
	limits *sdktrace.SpanLimits
	task   *rtrace.Task // in an execution trace, else nil
	bytes  wire.Writer
}

var records = sync.Pool{New: func() any { return new(record) }}

func newRecord(limits *sdktrace.SpanLimits) *record {
	r := records.Get().(*record)
	r.limits = limits
	return r
}

// What a record keeps for the next span.
const (
	keptAttributes = 64
	keptBytes      = 16 << 10
)

// release has the record used again.
func (r *record) release() {
	attrs, bytes := r.Attributes, r.bytes.B
	if cap(attrs) > keptAttributes || cap(bytes) > keptBytes {
		return
	}
	clear(attrs)
	*r = record{}
	r.Attributes, r.bytes.B = attrs[:0], bytes[:0]
	records.Put(r)
}

// encode writes the span into bytes.
func (r *record) encode() {
	if len(r.Events) == 0 {
		r.DroppedEvents = 0 // as the SDK has it, where none are allowed
	}
	if len(r.Links) == 0 {
		r.DroppedLinks = 0
	}
	r.bytes.B = r.bytes.B[:0]
	r.Append(&r.bytes)
}

// set sets attributes. Of those with one key the last one counts, in the place of the first.
func (r *record) set(attrs []attribute.KeyValue) {
	for i := range attrs {
		kv := &attrs[i]
		if !kv.Valid() || r.limits.AttributeCountLimit == 0 {
			r.DroppedAttributes++
			continue
		}
		if at := r.find(kv.Key); at >= 0 {
			r.Attributes[at] = *kv
			r.cut(&r.Attributes[at])
			continue
		}
		if limit := r.limits.AttributeCountLimit; limit > 0 && len(r.Attributes) >= limit {
			r.DroppedAttributes++
			continue
		}
		r.Attributes = append(r.Attributes, *kv)
		r.cut(&r.Attributes[len(r.Attributes)-1])
	}
}

// find returns where the attribute with that key is, -1 if there is none.
func (r *record) find(key attribute.Key) int {
	for i := range r.Attributes {
		if r.Attributes[i].Key == key {
			return i
		}
	}
	return -1
}

// cut makes the texts in an attribute as long as they may be.
func (r *record) cut(kv *attribute.KeyValue) {
	limit := r.limits.AttributeValueLengthLimit
	if limit < 0 {
		return
	}
	switch kv.Value.Type() {
	case attribute.STRING:
		kv.Value = attribute.StringValue(truncated(kv.Value.AsString(), limit))
	case attribute.STRINGSLICE:
		list := kv.Value.AsStringSlice() // a copy
		for i := range list {
			list[i] = truncated(list[i], limit)
		}
		kv.Value = attribute.StringSliceValue(list)
	}
}

// truncated returns the first limit characters of text, without those bytes of a text that is
// too long that are no character.
func truncated(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "")
	}
	for i := range text {
		if limit == 0 {
			return text[:i]
		}
		limit--
	}
	return text
}

// event adds an event. Of too many the first ones go.
func (r *record) event(name string, options []trace.EventOption) {
	config := trace.NewEventConfig(options...)
	e := sdktrace.Event{Name: name, Time: config.Timestamp()}
	e.Attributes, e.DroppedAttributeCount = allowed(config.Attributes(), r.limits.AttributePerEventCountLimit)
	r.Events = within(r.Events, e, r.limits.EventCountLimit, &r.DroppedEvents)
}

// link adds a link.
func (r *record) link(l *trace.Link) {
	if !l.SpanContext.IsValid() && len(l.Attributes) == 0 && l.SpanContext.TraceState().Len() == 0 {
		return
	}
	link := sdktrace.Link{SpanContext: l.SpanContext}
	link.Attributes, link.DroppedAttributeCount = allowed(l.Attributes, r.limits.AttributePerLinkCountLimit)
	r.Links = within(r.Links, link, r.limits.LinkCountLimit, &r.DroppedLinks)
}

// allowed returns as many of attrs as there may be, and how many more there are.
func allowed(attrs []attribute.KeyValue, limit int) (kept []attribute.KeyValue, dropped int) {
	if limit < 0 || len(attrs) <= limit {
		return attrs, 0
	}
	return attrs[:limit], len(attrs) - limit
}

// within returns list with one more, without the first one if there are limit.
func within[T any](list []T, one T, limit int, dropped *int) []T {
	switch {
	case limit == 0:
		*dropped++
		return list
	case limit > 0 && len(list) == limit:
		*dropped++
		copy(list, list[1:])
		list[limit-1] = one
		return list
	}
	return append(list, one)
}

// exception adds the event of an error or a panic
// (https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/).
func (r *record) exception(kind, message string, stack bool, options []trace.EventOption) {
	options = append(options[:len(options):len(options)], trace.WithAttributes(
		attribute.String("exception.type", kind), attribute.String("exception.message", message)))
	config := trace.NewEventConfig(options...)
	if stack || config.StackTrace() {
		options = append(options, trace.WithAttributes(attribute.String("exception.stacktrace", stackTrace())))
	}
	r.event("exception", options)
}

// typeOf is the name of v's type, with its import path.
func typeOf(v any) string {
	t := reflect.TypeOf(v)
	if t.PkgPath() == "" && t.Name() == "" {
		return t.String() // of a pointer, say
	}
	return fmt.Sprintf("%s.%s", t.PkgPath(), t.Name())
}

func stackTrace() string {
	b := make([]byte, 2048)
	return string(b[:runtime.Stack(b, false)])
}
