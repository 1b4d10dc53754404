package slog

import (
	"bytes"
	"io"
	"log/slog"
	"reflect"
	"sync"
	"time"
	"unsafe"

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

// record is slog.Record.
type record struct {
	Time    time.Time
	Message string
	Level   slog.Level
	PC      uintptr
	front   [5]slog.Attr
	nFront  int
	back    []slog.Attr
}

// layoutKnown says whether log/slog's handlers and records are what we take them
// for. If not, they are left alone.
var layoutKnown = func() bool {
	f, ok := reflect.TypeFor[slog.JSONHandler]().FieldByName("commonHandler")
	return ok && f.Offset == 0 && f.Type.Kind() == reflect.Pointer && sameLayout(f.Type.Elem(), reflect.TypeFor[commonHandler]()) &&
		sameLayout(reflect.TypeFor[slog.Record](), reflect.TypeFor[record]())
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
// again, most often for a record of the same handler: then only the ids are new. So
// it holds that handler until the garbage collector empties the pool.
type handling struct {
	of       *commonHandler
	common   commonHandler // a copy of it, with the ids
	standard defaultHandler
	traceID  *[32]byte // where the ids stand in what common is given; nil if that is made for each record
	spanID   *[16]byte
	after    func(error) error // d.written, made once
}

var handlings sync.Pool // New is set in init

func newHandling() any {
	d := new(handling)
	d.after = d.written
	return d
}

// written is the after function. Of a handler that panics the garbage collector gets d: that is not
// worth a deferred call for each record.
func (d *handling) written(err error) error {
	d.end()
	return err
}

func (d *handling) end() {
	if len(d.common.preformattedAttrs) <= 4<<10 {
		handlings.Put(d)
	}
}

// derive returns a handler that writes the record with the ids, nil if they are
// none, or if the record has ids of the program's.
func derive(h *commonHandler, ids hook.IDs, r *slog.Record) *handling {
	if !ids.IsValid() || hasIDs(r) {
		return nil
	}
	d := handlings.Get().(*handling)
	if d.of != h {
		d.become(h)
	}
	if d.traceID == nil {
		return d.replaced(ids)
	}
	ids.PutHex(d.traceID, d.spanID)
	return d
}

// become makes d one for the records of h.
//
//go:noinline
func (d *handling) become(h *commonHandler) {
	text := d.common.preformattedAttrs[:0]
	d.of, d.common, d.traceID, d.spanID = h, *h, nil, nil
	d.common.preformattedAttrs = text
	if h.opts.ReplaceAttr != nil || h.hasIDs() {
		return
	}
	var zeros [32]byte
	text = append(appendKey(text, traceKey, h.json), zeros[:32]...)
	traceID := len(text) - 32
	text = append(appendKey(closeValue(text, h.json), spanKey, h.json), zeros[:16]...)
	spanID := len(text) - 16
	text = d.given(closeValue(text, h.json))
	d.common.preformattedAttrs = text
	d.traceID, d.spanID = (*[32]byte)(text[traceID:]), (*[16]byte)(text[spanID:])
}

// given appends what the handler was given by With and WithGroup.
func (d *handling) given(text []byte) []byte {
	if len(d.of.preformattedAttrs) > 0 {
		text = append(append(text, separator(d.of.json)), d.of.preformattedAttrs...)
	}
	return text
}

// replaced is derive where the program has a ReplaceAttr, or has given ids to the
// handler: then it returns nil.
//
//go:noinline
func (d *handling) replaced(ids hook.IDs) *handling {
	h := d.of
	text := d.common.preformattedAttrs[:0]
	if !h.hasIDs() {
		traceID, spanID := ids.Hex()
		text = appendReplaced(text, h, slog.String(traceKey, traceID))
		text = appendReplaced(text, h, slog.String(spanKey, spanID))
	}
	if len(text) == 0 {
		d.end()
		return nil
	}
	d.common.preformattedAttrs = d.given(text)
	return d
}

func separator(json bool) byte {
	if json {
		return ','
	}
	return ' '
}

// hasIDs says whether the program has given ids to the handler.
func (h *commonHandler) hasIDs() bool {
	return mentions(h.preformattedAttrs, traceKey, h.json) || mentions(h.preformattedAttrs, spanKey, h.json)
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
