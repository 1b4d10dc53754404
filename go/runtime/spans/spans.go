//lint:file-ignore U1000 the generated file otel.links.go calls it

// Package spans makes the spans and measurements that an otel.yaml asks for, around
// functions of the program's own:
//
//	spans:
//	  - match: example.com/shop/...:(*Cart).Checkout
//	    attributes: {cart.id: $recv.ID}
//
// The woven functions call it by functions in a generated file, otel.links.go, which has a
// [function] for each of them. Nobody else does.
package spans

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"runtime"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

const scope = "otel.tool/runtime/spans"

var in hook.Instrumentation

func init() { hook.Register(&in, "spans", scope, "") }

// function is what a rule says of the calls of one function.
type function struct {
	name       string // of the span
	code       string // code.function.name
	kind       string // of the span: "server", "client", "producer", "consumer"; else internal
	attributes []attr

	// Of a measurement; then there is no span.
	histogram, counter, unit string
	measured                 measurement
}

// attr is an attribute: of a value that the function hands over, or a text.
type attr struct{ key, text string }

// call is one call of a function.
type call struct {
	hook.Active
	scope hook.Scope
	span  trace.Span // nil of a measurement
	f     *function
	begin time.Duration
	keys  measuredKey
}

var kinds = map[string]trace.SpanKind{
	"server":   trace.SpanKindServer,
	"client":   trace.SpanKindClient,
	"producer": trace.SpanKindProducer,
	"consumer": trace.SpanKindConsumer,
}

// start begins the span of a call. It returns the context for the call, what value and end are
// to be given (nil if there is nothing to do) and whether values of attributes are wanted.
func (f *function) start(ctx context.Context) (context.Context, any, bool) {
	if !in.On() || ctx == nil || hook.Suppressed(ctx) {
		return ctx, nil, false
	}
	if f.measures() {
		c := f.measure(ctx)
		return ctx, c, c != nil
	}
	kind, ok := kinds[f.kind]
	if !ok {
		kind = trace.SpanKindInternal
	}
	c := &call{f: f}
	c.Ctx, c.span = in.Begin(ctx, f.name, kind, hook.Nothing)
	c.scope = hook.MakeCurrent(&c.Active)
	if !c.span.IsRecording() {
		return c.Ctx, c, false
	}
	c.span.SetAttributes(attribute.String("code.function.name", f.code))
	for _, a := range f.attributes {
		if a.text != "" {
			c.span.SetAttributes(attribute.String(a.key, a.text))
		}
	}
	return c.Ctx, c, true
}

// startRequest begins the span of a call with a request, and returns that with its context.
func (f *function) startRequest(r *http.Request) (*http.Request, any, bool) {
	if r == nil {
		_, state, on := f.start(context.Background())
		return r, state, on
	}
	ctx, state, on := f.start(r.Context())
	if ctx != r.Context() {
		r = r.WithContext(ctx)
	}
	return r, state, on
}

// startIn begins the span of a call with a value that may have a context: one itself, one
// with a Context method, or one with a field Request, as routers' contexts have it. nil has none.
func (f *function) startIn(v any) (any, bool) {
	parent, request := contextOf(v)
	ctx, state, on := f.start(parent)
	if request != nil && ctx != parent {
		*request = (*request).WithContext(ctx)
	}
	return state, on
}

// contextOf returns the context in v, and where its request stands, if it has one.
func contextOf(v any) (context.Context, **http.Request) {
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && !rv.IsNil() && rv.Elem().Kind() == reflect.Struct {
		field := rv.Elem().FieldByName("Request")
		if field.IsValid() && field.CanAddr() {
			if p, ok := field.Addr().Interface().(**http.Request); ok && *p != nil {
				return (*p).Context(), p
			}
		}
	}
	switch v := v.(type) {
	case interface{ Request() *http.Request }:
		if r := v.Request(); r != nil {
			return r.Context(), nil
		}
	case interface{ Context() context.Context }:
		if ctx := v.Context(); ctx != nil {
			return ctx, nil
		}
	case context.Context:
		return v, nil
	}
	return context.Background(), nil
}

// value takes the value of the i-th attribute.
func value(state any, i int, v any) {
	c, ok := state.(*call)
	if !ok || i >= len(c.f.attributes) {
		return
	}
	kv, ok := keyValue(c.f.attributes[i].key, v)
	switch {
	case !ok:
	case c.span == nil:
		c.keys.add(i, kv.Value.Emit())
	default:
		c.span.SetAttributes(kv)
	}
}

// keyValue makes an attribute of a value of any type; a nil pointer makes none.
func keyValue(key string, v any) (attribute.KeyValue, bool) {
	k := attribute.Key(key)
	switch v := v.(type) {
	case nil:
		return attribute.KeyValue{}, false
	case error:
		return k.String(v.Error()), true
	case fmt.Stringer:
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && rv.IsNil() {
			return attribute.KeyValue{}, false
		}
		return k.String(v.String()), true
	case []byte:
		return k.Int(len(v)), true // how many; what is in them is nobody's business
	case []string:
		return k.StringSlice(v), true
	}
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer || rv.Kind() == reflect.Interface {
		if rv.IsNil() {
			return attribute.KeyValue{}, false
		}
		rv = rv.Elem()
	}
	switch {
	case rv.Kind() == reflect.String:
		return k.String(rv.String()), true
	case rv.Kind() == reflect.Bool:
		return k.Bool(rv.Bool()), true
	case rv.CanInt():
		return k.Int64(rv.Int()), true
	case rv.CanUint():
		return k.Int64(int64(rv.Uint())), true
	case rv.CanFloat():
		return k.Float64(rv.Float()), true
	}
	return k.String(fmt.Sprint(rv.Interface())), true
}

// end ends a call of a function that has no error to return.
func end(state any) { endError(state, nil) }

// endError ends a call. It is what the function defers first, so it runs last.
func endError(state any, err error) {
	c, ok := state.(*call)
	if !ok {
		return
	}
	defer hook.Guard()
	if c.span == nil {
		c.record(err)
		return
	}
	c.scope.Leave()
	switch {
	case !c.span.IsRecording():
	case unwinds():
		hook.RecordPanic(c.span)
	case err != nil:
		c.span.RecordError(err)
		c.span.SetAttributes(attribute.String("error.type", hook.ErrorType(err)))
		c.span.SetStatus(codes.Error, err.Error())
	}
	c.span.End()
}

// unwinds says whether it is a panic, or runtime.Goexit, that runs the deferred function which
// called end; one of an outer function may go by as well.
func unwinds() bool {
	if _, panicking := hook.Panic(); !panicking {
		return false
	}
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		frame, more := frames.Next()
		switch frame.Function {
		case "runtime.gopanic", "runtime.Goexit":
			return true
		}
		if !more {
			return false
		}
	}
}
