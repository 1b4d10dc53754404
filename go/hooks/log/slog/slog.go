// Package slog holds the hooks of log/slog: trace_id and span_id in each record
// that a handler of slog's writes inside a span, and the records as OTLP logs.
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package slog

import (
	"context"
	"log/slog"
	"reflect"
	"sync"
	"unsafe"

	"otel.tool/runtime/hook"
)

const (
	scope   = "otel.tool/hooks/log/slog"
	version = "0.1.0"
)

var in hook.Instrumentation

var traceKey, spanKey = hook.LogKeys()

func init() {
	calls.New, handlings.New = newCall, newHandling
	hook.Register(&in, "log/slog", scope, version)
}

// LogEnter is woven into (*log/slog.Logger).log and logAttrs, through which all
// methods and functions go. The handlers that write the record are not given the
// context: so its span is made the goroutine's while they do.
//
// More than the context cannot be had here without compiling again what imports
// log/slog: a parameter that is passed on counts as mutated in the export data,
// unless it escapes anyway.
func LogEnter(ctx context.Context) (leave func()) {
	if !in.On() {
		return nil
	}
	defer hook.Guard()
	if ids, _, _ := hook.IDsIn(ctx); ids.IsValid() && ids != hook.GoroutineIDs() {
		leave = enter(ctx)
	}
	return leave
}

//go:noinline
func enter(ctx context.Context) (leave func()) {
	c := calls.Get().(*call)
	c.scope = hook.MakeCurrent(&hook.Active{Ctx: ctx})
	return c.leave
}

// call is what the hooks keep of a call of a logger until it returns. It is used
// again.
type call struct {
	scope hook.Scope
	leave func() // c.end, made once
}

var calls sync.Pool // New is set in init

func newCall() any {
	c := new(call)
	c.leave = c.end
	return c
}

func (c *call) end() {
	defer hook.Guard()
	c.scope.Leave()
	c.scope = hook.Scope{}
	calls.Put(c)
}

// HandleEnter is woven into (*log/slog.commonHandler).handle. It has a handler
// write the record that was given the ids before all that this one was given by
// With and WithGroup.
func HandleEnter(h unsafe.Pointer, r slog.Record) (newH unsafe.Pointer, after func(error) error) {
	if !in.On() {
		return h, asItIs
	}
	newH, after = h, asItIs
	defer hook.Guard()
	if own := (*commonHandler)(h); layoutKnown {
		if hook.ExportsLogs() {
			export(context.Background(), own, &r)
		}
		if d := derive(own, hook.GoroutineIDs(), &r); d != nil {
			newH, after = unsafe.Pointer(&d.common), d.after
		}
	}
	return newH, after
}

// asItIs is what a hook without interest in the return gives as after.
func asItIs(err error) error { return err }

// DefaultHandleEnter is woven into (*log/slog.defaultHandler).Handle. The handler
// comes twice, once so that its type can be known.
func DefaultHandleEnter(typed any, h unsafe.Pointer, ctx context.Context, r slog.Record) (newH unsafe.Pointer, after func(error) error) {
	if !in.On() {
		return h, asItIs
	}
	newH, after = h, asItIs
	defer hook.Guard()
	ids, _, _ := hook.IDsIn(ctx)
	if !ids.IsValid() {
		ids = hook.GoroutineIDs()
	}
	exports := hook.ExportsLogs()
	if !ids.IsValid() && !exports || !layoutKnown || !defaultKnown(typed) {
		return h, asItIs
	}
	own := (*defaultHandler)(h)
	if exports {
		export(ctx, own.ch, &r)
	}
	if d := derive(own.ch, ids, &r); d != nil {
		d.standard = defaultHandler{&d.common, own.output}
		newH, after = unsafe.Pointer(&d.standard), d.after
	}
	return newH, after
}

// defaultKnown says whether the default handler is what we take it for.
func defaultKnown(h any) bool {
	t := reflect.TypeOf(h)
	known, ok := layouts.Load(t)
	if !ok {
		known = t.Kind() == reflect.Pointer && sameLayout(t.Elem(), reflect.TypeFor[defaultHandler]())
		layouts.Store(t, known)
	}
	return known.(bool)
}

var layouts sync.Map // reflect.Type -> bool

// hasIDs says whether the program has put ids into the record.
func hasIDs(r *slog.Record) bool {
	own := (*record)(unsafe.Pointer(r))
	return anyID(own.front[:own.nFront]) || len(own.back) > 0 && anyID(own.back)
}

//go:noinline
func anyID(attrs []slog.Attr) bool {
	for i := range attrs {
		// Most keys have another length.
		if n := len(attrs[i].Key); (n == len(traceKey) || n == len(spanKey)) && isID(attrs[i].Key) {
			return true
		}
	}
	return false
}

//go:noinline
func isID(key string) bool { return key == traceKey || key == spanKey }
