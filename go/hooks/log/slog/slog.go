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

	"go.opentelemetry.io/otel/trace"

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

// LogEnter is woven into (*log/slog.Logger).log, through which all methods and
// functions with arguments of any type go. The handlers that write the record are
// not given the context: so its span is made the goroutine's while they do.
//
// More than the context cannot be had here without compiling again what imports
// log/slog: a parameter that is passed on counts as mutated in the export data,
// unless it escapes anyway.
func LogEnter(ctx context.Context) (leave func()) {
	if !in.On() {
		return nil
	}
	return enter(ctx)
}

// LogAttrsEnter is woven into (*log/slog.Logger).logAttrs, which is log for
// arguments that are attributes.
func LogAttrsEnter(ctx context.Context) (leave func()) {
	if !in.On() {
		return nil
	}
	return enter(ctx)
}

func enter(ctx context.Context) (leave func()) {
	defer hook.Guard()
	if ctx == nil {
		return nil
	}
	if sc := hook.SpanIn(ctx).SpanContext(); !sc.IsValid() || same(sc, hook.GoroutineSpan()) {
		return nil
	}
	c := calls.Get().(*call)
	c.scope = hook.MakeCurrent(&hook.Active{Ctx: ctx})
	return c.leave
}

func same(a, b trace.SpanContext) bool {
	return a.SpanID() == b.SpanID() && a.TraceID() == b.TraceID()
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
func HandleEnter(h unsafe.Pointer, r slog.Record) (newH unsafe.Pointer, leave func()) {
	if !in.On() {
		return h, nil
	}
	newH = h
	defer hook.Guard()
	if !layoutKnown {
		return h, nil
	}
	own := (*commonHandler)(h)
	if hook.ExportsLogs() {
		export(context.Background(), own, &r)
	}
	if d := derive(own, hook.GoroutineSpan(), &r); d != nil {
		return unsafe.Pointer(&d.common), d.leave
	}
	return h, nil
}

// DefaultHandleEnter is woven into (*log/slog.defaultHandler).Handle. The handler
// comes twice, once so that its type can be known.
func DefaultHandleEnter(typed any, h unsafe.Pointer, ctx context.Context, r slog.Record) (newH unsafe.Pointer, leave func()) {
	if !in.On() {
		return h, nil
	}
	newH = h
	defer hook.Guard()
	sc := hook.CurrentSpan(ctx)
	exports := hook.ExportsLogs()
	if !sc.IsValid() && !exports || !layoutKnown || !defaultKnown(typed) {
		return h, nil
	}
	own := (*defaultHandler)(h)
	if exports {
		export(ctx, own.ch, &r)
	}
	if d := derive(own.ch, sc, &r); d != nil {
		d.standard = defaultHandler{&d.common, own.output}
		return unsafe.Pointer(&d.standard), d.leave
	}
	return h, nil
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
func hasIDs(r *slog.Record) (has bool) {
	r.Attrs(func(a slog.Attr) bool {
		has = a.Key == traceKey || a.Key == spanKey
		return !has
	})
	return has
}
