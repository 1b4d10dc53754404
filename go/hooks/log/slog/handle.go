package slog

import (
	"bytes"
	"io"
	"log/slog"
	"reflect"
	"sync"
	"unsafe"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/formatted"
)

// commonHandler is log/slog's type of that name, which is all of a JSONHandler
// and of a TextHandler.
type commonHandler struct {
	json              bool
	opts              slog.HandlerOptions
	preformattedAttrs []byte
	groupPrefix       string
	groups            []string
	nOpenGroups       int
	mu                *sync.Mutex
	w                 io.Writer
}

// defaultHandler is log/slog's type of that name.
type defaultHandler struct {
	ch     *commonHandler
	output func(pc uintptr, data []byte) error
}

// layoutKnown says whether log/slog's handlers are what we take them for. If not,
// they are left alone.
var layoutKnown = func() bool {
	f, ok := reflect.TypeFor[slog.JSONHandler]().FieldByName("commonHandler")
	return ok && f.Offset == 0 && f.Type.Kind() == reflect.Pointer && sameLayout(f.Type.Elem(), reflect.TypeFor[commonHandler]())
}()

// sameLayout says whether two structs have the same fields, of the same types.
// A pointer to a struct of slog's own is held against one to ours.
func sameLayout(theirs, ours reflect.Type) bool {
	if theirs.Kind() != reflect.Struct || theirs.NumField() != ours.NumField() || theirs.Size() != ours.Size() {
		return false
	}
	for i := range ours.NumField() {
		a, b := theirs.Field(i), ours.Field(i)
		if a.Name != b.Name || a.Offset != b.Offset {
			return false
		}
		if a.Type != b.Type && !(typeName(a.Type) == "log/slog."+b.Type.Elem().Name() && a.Type.Kind() == b.Type.Kind()) {
			return false
		}
	}
	return true
}

// handling is what the hooks keep while a handler writes a record. It is used
// again.
type handling struct {
	common   commonHandler
	standard defaultHandler
	text     []byte // its preformattedAttrs
	leave    func() // d.end, made once
}

var handlings sync.Pool // New is set in init

func newHandling() any {
	d := new(handling)
	d.leave = d.end
	return d
}

func (d *handling) end() {
	d.common, d.standard = commonHandler{}, defaultHandler{}
	if cap(d.text) <= 4<<10 {
		handlings.Put(d)
	}
}

// derive returns a handler that writes the record with the ids of sc, nil if that
// is none, or if the record has ids of the program's.
func derive(h *commonHandler, sc trace.SpanContext, r *slog.Record) *handling {
	if !sc.IsValid() || hasIDs(r) || mentions(h.preformattedAttrs, traceKey, h.json) || mentions(h.preformattedAttrs, spanKey, h.json) {
		return nil
	}
	d := handlings.Get().(*handling)
	d.text = appendIDs(d.text[:0], h, sc)
	if len(d.text) == 0 {
		d.end() // the program's ReplaceAttr has dropped them
		return nil
	}
	if len(h.preformattedAttrs) > 0 {
		d.text = append(append(d.text, separator(h.json)), h.preformattedAttrs...)
	}
	d.common = *h
	d.common.preformattedAttrs = d.text
	return d
}

func separator(json bool) byte {
	if json {
		return ','
	}
	return ' '
}

// mentions says whether text, attributes that a handler has formatted, has one by
// this key.
func mentions(text []byte, key string, json bool) bool {
	if json {
		return formatted.HasMember(text, key)
	}
	for from := 0; ; {
		i := bytes.Index(text[from:], stringBytes(key))
		if i < 0 {
			return false
		}
		at := from + i
		from = at + len(key)
		if (at == 0 || text[at-1] == ' ' || text[at-1] == '.') && from < len(text) && text[from] == '=' && !quoted(text[:at]) {
			return true
		}
	}
}

// quoted says whether what follows text stands between quotation marks.
func quoted(text []byte) (in bool) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			in = !in
		case '\\':
			if in {
				i++
			}
		}
	}
	return in
}

func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// appendIDs appends the ids as h writes attributes.
func appendIDs(b []byte, h *commonHandler, sc trace.SpanContext) []byte {
	if h.opts.ReplaceAttr != nil {
		traceID, spanID := hook.HexIDs(sc)
		b = appendReplaced(b, h, slog.String(traceKey, traceID))
		return appendReplaced(b, h, slog.String(spanKey, spanID))
	}
	b = hook.AppendTraceID(appendKey(b, traceKey, h.json), sc)
	b = appendKey(closeValue(b, h.json), spanKey, h.json)
	return closeValue(hook.AppendSpanID(b, sc), h.json)
}

func appendKey(b []byte, key string, json bool) []byte {
	if len(b) > 0 {
		b = append(b, separator(json))
	}
	if json {
		return append(append(append(b, '"'), key...), `":"`...)
	}
	return append(append(b, key...), '=')
}

func closeValue(b []byte, json bool) []byte {
	if json {
		return append(b, '"')
	}
	return b
}

// appendReplaced appends an attribute as the program's ReplaceAttr wants it.
func appendReplaced(b []byte, h *commonHandler, a slog.Attr) []byte {
	a = h.opts.ReplaceAttr(nil, a)
	if a.Value.Kind() == slog.KindString && plain(a.Key) && plain(a.Value.String()) {
		b = append(appendKey(b, a.Key, h.json), a.Value.String()...)
		return closeValue(b, h.json)
	}
	text := formattedBy(h, a)
	if len(text) > 0 && len(b) > 0 {
		b = append(b, separator(h.json))
	}
	return append(b, text...)
}

// plain says whether a text is written as it is, in JSON and without quotation
// marks.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if !('a' <= c && c <= 'z' || '0' <= s[i] && s[i] <= '9' || s[i] == '_' || s[i] == '-' || s[i] == '.' || s[i] == '/') {
			return false
		}
	}
	return s != ""
}

// formattedBy has a handler of slog's write a, which ReplaceAttr has been given
// already, as one like h would.
func formattedBy(h *commonHandler, a slog.Attr) []byte {
	done := false
	opts := &slog.HandlerOptions{ReplaceAttr: func(groups []string, inner slog.Attr) slog.Attr {
		if done {
			return h.opts.ReplaceAttr(groups, inner) // what a group holds
		}
		done = true
		return a
	}}
	with := []slog.Attr{slog.Bool("", true)}
	if h.json {
		j := slog.NewJSONHandler(io.Discard, opts).WithAttrs(with).(*slog.JSONHandler)
		return (*(**commonHandler)(unsafe.Pointer(j))).preformattedAttrs
	}
	t := slog.NewTextHandler(io.Discard, opts).WithAttrs(with).(*slog.TextHandler)
	return (*(**commonHandler)(unsafe.Pointer(t))).preformattedAttrs
}

// typeName is a type's name with its package's import path.
func typeName(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath() + "." + t.Name()
}
