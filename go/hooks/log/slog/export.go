package slog

import (
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/formatted"
)

// export exports a record that a handler of slog's is about to write, with the
// attributes and groups of the handler.
func export(ctx context.Context, h *commonHandler, r *slog.Record) {
	if !firstTime(r) {
		return
	}
	var err error
	var attrs []hook.LogAttr
	r.Attrs(func(a slog.Attr) bool {
		attrs = appendAttr(attrs, a, &err)
		return true
	})
	attrs = within(h, attrs)
	attrs = hook.AppendLogSource(attrs, r.PC)
	attrs = hook.AppendLogError(attrs, err)
	hook.EmitLog(&hook.LogRecord{
		Context: ctx, Time: r.Time, Severity: severity(r.Level), Level: r.Level.String(), Body: r.Message,
		Attrs: attrs, Instrumentation: "log/slog", Version: version,
	})
}

// exported remembers what was exported last: a record that goes to several
// handlers is exported once.
var exported [64]atomic.Pointer[identity]

// identity tells a record from others: copies of it have the same.
type identity struct {
	at      time.Time
	pc      uintptr
	message *byte
}

func firstTime(r *slog.Record) bool {
	id := identity{r.Time, r.PC, unsafe.StringData(r.Message)}
	slot := &exported[uint64(r.Time.UnixNano())%uint64(len(exported))]
	if last := slot.Load(); last != nil && *last == id && !id.at.IsZero() {
		return false
	}
	slot.Store(&id)
	return true
}

// severity is the SeverityNumber of a level: slog's four are those of the logs
// data model, 9 lower.
func severity(l slog.Level) int { return min(max(int(l)+9, 1), 24) }

// appendAttr appends an attribute. *err becomes the first error met.
func appendAttr(attrs []hook.LogAttr, a slog.Attr, err *error) []hook.LogAttr {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup && a.Key == "" {
		for _, inner := range v.Group() {
			attrs = appendAttr(attrs, inner, err)
		}
		return attrs
	}
	if v.Kind() == slog.KindGroup && len(v.Group()) == 0 || a.Equal(slog.Attr{}) {
		return attrs
	}
	return append(attrs, hook.LogAttr{Key: a.Key, Value: logValue(v, err)})
}

func logValue(v slog.Value, err *error) hook.LogValue {
	switch v.Kind() {
	case slog.KindString:
		return hook.LogString(v.String())
	case slog.KindInt64:
		return hook.LogInt(v.Int64())
	case slog.KindFloat64:
		return hook.LogFloat(v.Float64())
	case slog.KindBool:
		return hook.LogBool(v.Bool())
	case slog.KindTime:
		return hook.LogString(v.Time().Format(time.RFC3339Nano))
	case slog.KindGroup:
		group := make([]hook.LogAttr, 0, len(v.Group()))
		for _, a := range v.Group() {
			group = appendAttr(group, a, err)
		}
		return hook.LogMap(group)
	}
	any := v.Any()
	if e, ok := any.(error); ok && *err == nil {
		*err = e
	}
	return hook.LogAny(any)
}

// within returns attrs as the record has them: in the handler's groups, beside
// the attributes that the handler was given. Of those it has kept only the text.
func within(h *commonHandler, attrs []hook.LogAttr) []hook.LogAttr {
	own := textAttrs(h)
	if h.json {
		own = formatted.JSON(h.preformattedAttrs, h.nOpenGroups)
	}
	return merge(own, h.groups, attrs)
}

// merge puts attrs into list, within the groups.
func merge(list []hook.LogAttr, groups []string, attrs []hook.LogAttr) []hook.LogAttr {
	if len(attrs) == 0 {
		return list
	}
	if len(groups) == 0 {
		return append(list, attrs...)
	}
	if n := len(list) - 1; n >= 0 && list[n].Key == groups[0] && list[n].Value.Kind() == hook.LogKindMap {
		list[n].Value = hook.LogMap(merge(list[n].Value.Map(), groups[1:], attrs))
		return list
	}
	return append(list, hook.LogAttr{Key: groups[0], Value: hook.LogMap(merge(nil, groups[1:], attrs))})
}

// textAttrs reads what a TextHandler has formatted, key=value key="quoted value".
// Groups are part of the keys; those of WithGroup are taken apart.
func textAttrs(h *commonHandler) (attrs []hook.LogAttr) {
	text := bytes.TrimSpace(h.preformattedAttrs)
	for len(text) > 0 {
		var key, value string
		key, text = textWord(text, '=')
		value, text = textWord(text, ' ')
		depth := 0
		for depth < h.nOpenGroups && strings.HasPrefix(key, h.groups[depth]+".") {
			key = key[len(h.groups[depth])+1:]
			depth++
		}
		attrs = merge(attrs, h.groups[:depth], []hook.LogAttr{{Key: key, Value: hook.LogString(value)}})
	}
	return attrs
}

// textWord takes a word, which may be quoted, and what ends it, off the text.
func textWord(text []byte, end byte) (word string, rest []byte) {
	if len(text) > 0 && text[0] == '"' {
		if quoted, err := strconv.QuotedPrefix(string(text)); err == nil {
			word, _ = strconv.Unquote(quoted)
			rest = text[len(quoted):]
			return word, bytes.TrimPrefix(rest, []byte{end})
		}
	}
	before, after, _ := bytes.Cut(text, []byte{end})
	return string(before), after
}
