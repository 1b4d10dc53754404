// Package hookcontext is what a hook written for OpenTelemetry's own compile-time
// instrumentation gets as its hook.HookContext: one call of a woven function.
//
// The woven function keeps its values in a frame, a struct of exported fields:
// first the receiver and the parameters, then the results. Adapters, generated
// beside the hook, make the Context and call the hook:
//
//	func otel_b1(frame any, p0 *http.Transport, p1 *http.Request) (ctx any, skip bool) {
//		c := hookcontext.New(frame, 2, "RoundTrip", "http")
//		ctx = c
//		defer c.Caught("BeforeRoundTrip")
//		BeforeRoundTrip(c, p0, p1)
//		return c, c.IsSkipCall()
//	}
//
// The values are read and set through reflection on the frame, so that a hook that
// asks for nothing pays for nothing but the Context, which is one allocation.
//
// A hook may run before this package is initialised.
package hookcontext

import (
	"context"
	"fmt"
	"reflect"
)

// Context is one call of a woven function. Like the frame it belongs to the
// goroutine of that call: a hook that shares it has to lock.
type Context struct {
	frame    any // *struct
	params   int // how many of its fields are receiver and parameters
	function string
	pkg      string
	data     any
	skip     bool
}

// New returns the context of a call: frame points to the struct of its values, whose
// first fields, so many as params says, are receiver and parameters; the others are
// results. function and pkg are the names of the function and of its package.
func New(frame any, params int, function, pkg string) *Context {
	return &Context{frame: frame, params: params, function: function, pkg: pkg}
}

// SetSkipCall says whether the body of the function is left out.
func (c *Context) SetSkipCall(skip bool) { c.skip = skip }

// IsSkipCall tells what SetSkipCall has said last, false at first.
func (c *Context) IsSkipCall() bool { return c.skip }

// SetData keeps a value for the after hook. SetKeyData keeps its values in the same
// place: what is set last is there.
func (c *Context) SetData(data any) { c.data = data }

// GetData returns what SetData has kept, or the map[string]any of SetKeyData.
func (c *Context) GetData() any { return c.data }

// SetKeyData keeps a value for the after hook under a key. It replaces what
// SetData has kept, if that is no map[string]any.
func (c *Context) SetKeyData(key string, value any) {
	keyed, _ := c.data.(map[string]any)
	if keyed == nil {
		keyed = make(map[string]any)
		c.data = keyed
	}
	keyed[key] = value
}

// GetKeyData returns what is kept under a key, or nil.
func (c *Context) GetKeyData(key string) any {
	keyed, _ := c.data.(map[string]any)
	return keyed[key]
}

// HasKeyData says whether anything is kept under a key, nil included.
func (c *Context) HasKeyData(key string) bool {
	keyed, _ := c.data.(map[string]any)
	_, ok := keyed[key]
	return ok
}

// GetParamCount is the number of parameters, the receiver included.
func (c *Context) GetParamCount() int { return c.params }

// GetParam returns the parameter i as it is now, the receiver being 0 where there
// is one. It is nil if there is no such parameter.
func (c *Context) GetParam(i int) any { return c.get(0, c.params, i) }

// SetParam sets the parameter i of the function; nil sets the zero value. It panics
// if there is no such parameter, or if it cannot hold the value.
func (c *Context) SetParam(i int, value any) {
	c.set("SetParam", "parameter", 0, c.params, i, value)
}

// GetReturnValCount is the number of results.
func (c *Context) GetReturnValCount() int { return c.values().NumField() - c.params }

// GetReturnVal returns the result i as it is now: before the function has run, what
// SetReturnVal has set, or the zero value. It is nil if there is no such result.
func (c *Context) GetReturnVal(i int) any { return c.get(c.params, c.GetReturnValCount(), i) }

// SetReturnVal sets the result i of the function; nil sets the zero value. It
// panics if there is no such result, or if it cannot hold the value.
func (c *Context) SetReturnVal(i int, value any) {
	c.set("SetReturnVal", "result", c.params, c.GetReturnValCount(), i, value)
}

// GetFuncName is the name of the function.
func (c *Context) GetFuncName() string { return c.function }

// GetPackageName is the name of the function's package.
func (c *Context) GetPackageName() string { return c.pkg }

// values returns the frame.
func (c *Context) values() reflect.Value { return reflect.ValueOf(c.frame).Elem() }

// get returns the value i of the n that begin at the frame's field from.
func (c *Context) get(from, n, i int) any {
	if i < 0 || i >= n {
		return nil
	}
	return c.values().Field(from + i).Interface()
}

// set sets the value i of the n that begin at the frame's field from.
func (c *Context) set(method, what string, from, n, i int, value any) {
	if i < 0 || i >= n {
		panic(fmt.Sprintf("%s(%d) of %s.%s, which has %s", method, i, c.pkg, c.function, count(n, what)))
	}
	field := c.values().Field(from + i)
	if value == nil {
		field.SetZero()
		return
	}
	if assign(field.Addr().Interface(), value) {
		return
	}
	v, ok := as(field.Type(), reflect.ValueOf(value))
	if !ok {
		panic(fmt.Sprintf("%s(%d) of %s.%s, whose %s is of type %s, with a value of type %T",
			method, i, c.pkg, c.function, what, field.Type(), value))
	}
	field.Set(v)
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// assign sets the variable to value, if it is of one of the types that hooks set most: to
// reflection, whether a value has the methods of an interface is a question of 100 ns.
func assign(variable, value any) (ok bool) {
	switch v := variable.(type) {
	case *context.Context:
		var ctx context.Context
		if ctx, ok = value.(context.Context); ok {
			*v = ctx
		}
	case *error:
		var err error
		if err, ok = value.(error); ok {
			*v = err
		}
	case *any:
		*v, ok = value, true
	}
	return ok
}

// as returns v as a value that a variable of type t can hold. Where Go's own
// assignment would refuse, v is converted if that changes nothing but the type: an
// int for an int64, a string for a type made from string.
func as(t reflect.Type, v reflect.Value) (reflect.Value, bool) {
	switch {
	case v.Type().AssignableTo(t):
		return v, true
	case !v.CanConvert(t):
		return v, false
	case v.Kind() == t.Kind():
		return v.Convert(t), true
	case v.CanFloat() && float(t.Kind()):
		return v.Convert(t), !t.OverflowFloat(v.Float())
	case integer(v.Kind()) && integer(t.Kind()):
		converted := v.Convert(t)
		return converted, negative(v) == negative(converted) && converted.Convert(v.Type()).Equal(v)
	}
	return v, false
}

func integer(k reflect.Kind) bool { return reflect.Int <= k && k <= reflect.Uintptr }

func float(k reflect.Kind) bool { return k == reflect.Float32 || k == reflect.Float64 }

// negative says whether an integer is below zero: turned to an unsigned one and back,
// it would be what it was.
func negative(v reflect.Value) bool { return v.CanInt() && v.Int() < 0 }
