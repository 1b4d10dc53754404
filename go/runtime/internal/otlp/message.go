package otlp

import (
	"reflect"
	"sync"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"

	"otel.tool/runtime/internal/wire"
)

// What the messages of all signals are made of
// (opentelemetry/proto/common/v1/common.proto, resource/v1/resource.proto).

// Group is what belongs to one scope of one resource, in the order in which it
// came.
type Group struct {
	Resource *resource.Resource
	Scope    instrumentation.Scope
	Items    []any
}

// Groups sorts items as OTLP nests them. It is used again for the next batch, and
// holds no item in between (see Clear).
type Groups []Group

// Add puts an item where it belongs.
func (gs *Groups) Add(res *resource.Resource, scope instrumentation.Scope, item any) {
	g := gs.find(res, scope)
	g.Items = append(g.Items, item)
}

func (gs *Groups) find(res *resource.Resource, scope instrumentation.Scope) *Group {
	for i := range *gs {
		if g := &(*gs)[i]; g.Resource == res && g.Scope == scope {
			return g
		}
	}
	n := len(*gs)
	if n < cap(*gs) {
		*gs = (*gs)[:n+1] // its items have room from an earlier batch
	} else {
		*gs = append(*gs, Group{})
	}
	g := &(*gs)[n]
	g.Resource, g.Scope = res, scope
	return g
}

// Clear lets go of all items.
func (gs *Groups) Clear() {
	for i := range *gs {
		g := &(*gs)[i]
		clear(g.Items)
		*g = Group{Items: g.Items[:0]}
	}
	*gs = (*gs)[:0]
}

// begins says whether group i is the first one of its resource.
func (gs Groups) begins(i int) bool {
	for _, g := range gs[:i] {
		if g.Resource == gs[i].Resource {
			return false
		}
	}
	return true
}

// Append writes a request of any signal: they differ only in what a scope holds,
// which item writes.
func (gs Groups) Append(w *wire.Writer, item func(w *wire.Writer, item any)) {
	for i := range gs {
		if !gs.begins(i) {
			continue
		}
		res := gs[i].Resource
		m := OpenResource(w, res)
		for j := i; j < len(gs); j++ {
			if gs[j].Resource != res {
				continue
			}
			s := OpenScope(w, &gs[j].Scope)
			for _, x := range gs[j].Items {
				item(w, x)
			}
			CloseScope(w, &gs[j].Scope, s)
		}
		CloseResource(w, res, m)
	}
}

// OpenResource begins a ResourceSpans, ResourceMetrics or ResourceLogs.
func OpenResource(w *wire.Writer, res *resource.Resource) (mark int) {
	mark = w.Open(1)
	m := w.Open(1)
	for it := res.Iter(); it.Next(); {
		AppendAttr(w, 1, it.Attribute())
	}
	w.Close(m)
	return mark
}

// CloseResource ends what OpenResource began.
func CloseResource(w *wire.Writer, res *resource.Resource, mark int) {
	if url := res.SchemaURL(); url != "" {
		w.String(3, url)
	}
	w.Close(mark)
}

// OpenScope begins a ScopeSpans, ScopeMetrics or ScopeLogs.
func OpenScope(w *wire.Writer, scope *instrumentation.Scope) (mark int) {
	mark = w.Open(2)
	m := w.Open(1)
	if scope.Name != "" {
		w.String(1, scope.Name)
	}
	if scope.Version != "" {
		w.String(2, scope.Version)
	}
	for it := scopeAttributes(scope).Iter(); it.Next(); {
		AppendAttr(w, 3, it.Attribute())
	}
	w.Close(m)
	return mark
}

// CloseScope ends what OpenScope began.
func CloseScope(w *wire.Writer, scope *instrumentation.Scope, mark int) {
	if scope.SchemaURL != "" {
		w.String(3, scope.SchemaURL)
	}
	w.Close(mark)
}

// scopeAttributes returns the attributes of a scope. The field is looked up at
// run time because the program's version of OpenTelemetry may be from before
// v1.32, where there is none.
func scopeAttributes(scope *instrumentation.Scope) *attribute.Set {
	i := attributesField()
	if i < 0 {
		return attribute.EmptySet()
	}
	return reflect.ValueOf(scope).Elem().Field(i).Addr().Interface().(*attribute.Set)
}

var attributesField = sync.OnceValue(func() int {
	t := reflect.TypeFor[instrumentation.Scope]()
	for i := range t.NumField() {
		if t.Field(i).Name == "Attributes" {
			return i
		}
	}
	return -1
})

// AppendCount writes n unless it is 0.
//
//go:noinline
func AppendCount(w *wire.Writer, field, n int) {
	if n > 0 {
		w.Uint(field, uint64(n))
	}
}

// AppendAttrs writes each of attrs.
func AppendAttrs(w *wire.Writer, field int, attrs []attribute.KeyValue) {
	for _, kv := range attrs {
		AppendAttr(w, field, kv)
	}
}

// AppendAttr writes a KeyValue (opentelemetry/proto/common/v1/common.proto).
func AppendAttr(w *wire.Writer, field int, kv attribute.KeyValue) {
	if kv.Value.Type() == attribute.STRING && appendShort(w, field, string(kv.Key), kv.Value.AsString()) {
		return
	}
	m := w.Open(field)
	w.String(1, string(kv.Key))
	v := w.Open(2)
	appendValue(w, kv.Value)
	w.Close(v)
	w.Close(m)
}

// appendShort writes a KeyValue of a text that is as short as nearly all are: with no length that
// needs more than one byte. It returns false for others.
func appendShort(w *wire.Writer, field int, key, text string) bool {
	const keyTag, valueTag, textTag = 1<<3 | byte(wire.Bytes), 2<<3 | byte(wire.Bytes), 1<<3 | byte(wire.Bytes)
	n := 2 + len(key) + 4 + len(text)
	if n >= 0x80 || field >= 16 || !utf8.ValidString(key) || !utf8.ValidString(text) {
		return false
	}
	w.B = append(w.B, byte(field)<<3|byte(wire.Bytes), byte(n), keyTag, byte(len(key)))
	w.B = append(w.B, key...)
	w.B = append(w.B, valueTag, byte(2+len(text)), textTag, byte(len(text)))
	w.B = append(w.B, text...)
	return true
}

// appendValue writes the fields of an AnyValue.
func appendValue(w *wire.Writer, v attribute.Value) {
	switch v.Type() {
	case attribute.INVALID:
	case attribute.STRING:
		w.String(1, v.AsString())
	case attribute.BOOL:
		w.Bool(2, v.AsBool())
	case attribute.INT64:
		w.Uint(3, uint64(v.AsInt64()))
	case attribute.FLOAT64:
		w.Double(4, v.AsFloat64())
	case attribute.STRINGSLICE:
		list := v.AsStringSlice()
		appendArray(w, len(list), func(i int) { w.String(1, list[i]) })
	case attribute.BOOLSLICE:
		list := v.AsBoolSlice()
		appendArray(w, len(list), func(i int) { w.Bool(2, list[i]) })
	case attribute.INT64SLICE:
		list := v.AsInt64Slice()
		appendArray(w, len(list), func(i int) { w.Uint(3, uint64(list[i])) })
	case attribute.FLOAT64SLICE:
		list := v.AsFloat64Slice()
		appendArray(w, len(list), func(i int) { w.Double(4, list[i]) })
	default:
		appendLater(w, v)
	}
}

// appendLater writes a value of a kind that our own version of OpenTelemetry does not name:
// bytes and lists of any values, which there are since v1.44, and maps, since v1.45. One that is
// newer than this code goes out as text.
func appendLater(w *wire.Writer, v attribute.Value) {
	switch x := v.AsInterface().(type) {
	case []byte:
		w.Bytes(7, x)
	case []attribute.Value:
		appendArray(w, len(x), func(i int) { appendValue(w, x[i]) })
	case []attribute.KeyValue:
		m := w.Open(6)
		AppendAttrs(w, 1, x)
		w.Close(m)
	default:
		w.String(1, v.Emit())
	}
}

// appendArray writes an ArrayValue of n values; value writes one.
func appendArray(w *wire.Writer, n int, value func(i int)) {
	array := w.Open(5)
	for i := range n {
		m := w.Open(1)
		value(i)
		w.Close(m)
	}
	w.Close(array)
}

// Nanos is t as OTLP has it; a zero time is 0, "unknown".
//
//go:noinline
func Nanos(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(max(0, t.UnixNano()))
}
