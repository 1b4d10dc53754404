package hookcontext

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"
)

// A function as the weaver leaves it, with the hooks of a test.

type hooks struct {
	before func(c *Context, recv *cart, ctx context.Context, id string, tags []string)
	after  func(c *Context, n int, err error)
}

type cart struct{ name string }

type frame struct {
	P0 *cart
	P1 context.Context
	P2 string
	P3 []string
	R0 int
	R1 error
}

func (h *hooks) enter(f any, p0 *cart, p1 context.Context, p2 string, p3 []string) (ctx any, skip bool) {
	c := New(f, 4, "Checkout", "shop")
	ctx = c
	defer c.Caught("BeforeCheckout")
	if h.before != nil {
		h.before(c, p0, p1, p2, p3)
	}
	return c, c.IsSkipCall()
}

func (h *hooks) leave(ctx any, r0 int, r1 error) {
	if c, ok := ctx.(*Context); ok {
		defer c.Caught("AfterCheckout")
		if h.after != nil {
			h.after(c, r0, r1)
		}
	}
}

func checkout(h *hooks, recv *cart, ctx context.Context, id string, tags ...string) (n int, err error) {
	f := &frame{P0: recv, P1: ctx, P2: id, P3: tags}
	c, skip := h.enter(f, f.P0, f.P1, f.P2, f.P3)
	recv, ctx, id, tags = f.P0, f.P1, f.P2, f.P3
	n, err = f.R0, f.R1
	defer func() {
		f.R0, f.R1 = n, err
		h.leave(c, n, err)
		n, err = f.R0, f.R1
	}()
	if skip {
		return
	}
	if id == "" {
		return 0, io.EOF
	}
	if id == "panic" {
		panic(recv)
	}
	if ctx == nil {
		return -1, nil
	}
	return len(recv.name) + len(id) + len(tags), nil
}

func TestWoven(t *testing.T) {
	own, other := &cart{"abc"}, &cart{"defghi"}
	wrong := errors.New("wrong")
	ctx := context.Background()
	for _, row := range []struct {
		name string
		h    hooks
		id   string
		n    int
		err  error
	}{
		{"no hook does anything", hooks{}, "x", 6, nil},
		{"parameters", hooks{before: func(c *Context, recv *cart, ctx context.Context, id string, tags []string) {
			same(t, c.GetParamCount(), 4)
			same(t, c.GetParam(0), any(own))
			same(t, c.GetParam(0), any(recv))
			same(t, c.GetParam(1), any(ctx))
			same(t, c.GetParam(2), any(id))
			same(t, c.GetParam(3), any(tags))
			same(t, c.GetParam(-1), nil)
			same(t, c.GetParam(4), nil)
			same(t, c.GetFuncName(), "Checkout")
			same(t, c.GetPackageName(), "shop")
		}}, "x", 6, nil},
		{"set parameters", hooks{before: func(c *Context, _ *cart, _ context.Context, _ string, _ []string) {
			within := context.WithValue(ctx, cart{}, 1)
			c.SetParam(0, other)
			c.SetParam(1, within)
			c.SetParam(2, "long")
			same(t, c.GetParam(1), any(within))
			c.SetParam(3, nil)
			same(t, c.GetParam(2), any("long"))
		}}, "x", 10, nil},
		{"nil is zero", hooks{before: func(c *Context, _ *cart, _ context.Context, _ string, _ []string) {
			c.SetParam(2, nil)
		}}, "x", 0, io.EOF},
		{"nil for an interface", hooks{before: func(c *Context, _ *cart, _ context.Context, _ string, _ []string) {
			c.SetParam(1, nil)
			same(t, c.GetParam(1), nil)
		}}, "x", -1, nil},
		{"results before are zero", hooks{before: func(c *Context, _ *cart, _ context.Context, _ string, _ []string) {
			same(t, c.GetReturnValCount(), 2)
			same(t, c.GetReturnVal(0), any(0))
			same(t, c.GetReturnVal(1), nil)
			same(t, c.GetReturnVal(2), nil)
			same(t, c.GetReturnVal(-1), nil)
		}}, "x", 6, nil},
		{"skip", hooks{before: func(c *Context, _ *cart, _ context.Context, _ string, _ []string) {
			c.SetSkipCall(true)
		}}, "panic", 0, nil},
		{"skip with results", hooks{before: func(c *Context, _ *cart, _ context.Context, _ string, _ []string) {
			c.SetSkipCall(true)
			c.SetReturnVal(0, 7)
			c.SetReturnVal(1, wrong)
		}, after: func(c *Context, n int, err error) {
			same(t, n, 7)
			same(t, err, wrong)
		}}, "x", 7, wrong},
		{"set results", hooks{after: func(c *Context, n int, err error) {
			same(t, n, 6)
			c.SetReturnVal(0, n+1)
			c.SetReturnVal(1, wrong)
			same(t, c.GetReturnVal(0), any(7))
		}}, "x", 7, wrong},
		{"no error", hooks{after: func(c *Context, _ int, err error) {
			same(t, err, io.EOF)
			c.SetReturnVal(1, nil)
		}}, "", 0, nil},
		{"data", hooks{before: func(c *Context, _ *cart, _ context.Context, _ string, _ []string) {
			c.SetData(other)
		}, after: func(c *Context, _ int, _ error) {
			same(t, c.GetData(), any(other))
		}}, "x", 6, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			n, err := checkout(&row.h, own, ctx, row.id, "t", "u")
			same(t, n, row.n)
			same(t, err, row.err)
		})
	}
}

// same compares values; slices are equal by their contents.
func same[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%#v, want %#v", got, want)
	}
}

// The keys and the data have one slot.
func TestData(t *testing.T) {
	c := New(&frame{}, 4, "f", "p")
	same(t, c.GetData(), nil)
	same(t, c.GetKeyData("a"), nil)
	same(t, c.HasKeyData("a"), false)
	c.SetKeyData("a", 1)
	c.SetKeyData("b", nil)
	same(t, c.GetKeyData("a"), any(1))
	same(t, c.HasKeyData("b"), true)
	same(t, c.HasKeyData("c"), false)
	same(t, c.GetData(), any(map[string]any{"a": 1, "b": nil}))
	c.SetData("text")
	same(t, c.GetData(), any("text"))
	same(t, c.GetKeyData("a"), nil)
	same(t, c.HasKeyData("a"), false)
	c.SetKeyData("d", 2)
	same(t, c.GetData(), any(map[string]any{"d": 2}))
	c.SetData(map[string]any{"e": 3})
	same(t, c.GetKeyData("e"), any(3))
	c.SetData(map[string]any(nil))
	c.SetKeyData("f", 4)
	same(t, c.GetKeyData("f"), any(4))
	c.SetData(nil)
	same(t, c.HasKeyData("f"), false)
}

type (
	no                        struct{}
	hidden                    struct{ n int }
	number                    int
	word                      string
	list                      []string
	pair[K comparable, V any] struct {
		P0 map[K]V
		P1 K
		R0 V
	}
)

func (h hidden) Error() string { return fmt.Sprint(h.n) }

// What each kind of variable takes.
func TestSetParam(t *testing.T) {
	type values struct {
		P0 int
		P1 int64
		P2 uint8
		P3 float32
		P4 string
		P5 word
		P6 []string
		P7 map[string]int
		P8 func() int
		P9 <-chan int
		PA any
		PB error
		PC hidden
		PD *hidden
		PE [2]int
		PF uint64
		PG bool
	}
	ch := make(chan int)
	fields := reflect.TypeFor[values]()
	for _, row := range []struct {
		param      string
		value, get any // get is no{} where the value is refused
	}{
		{"P0", 1, 1}, {"P0", number(2), 2}, {"P0", int64(3), 3}, {"P0", nil, 0}, {"P0", "1", no{}}, {"P0", 1.5, no{}}, {"P0", uint64(1 << 63), no{}},
		{"P1", 4, int64(4)}, {"P1", uint8(5), int64(5)},
		{"P2", 255, uint8(255)}, {"P2", 256, no{}}, {"P2", -1, no{}},
		{"P3", 0.5, float32(0.5)}, {"P3", 1e300, no{}}, {"P3", 1, no{}},
		{"P4", "s", "s"}, {"P4", word("w"), "w"}, {"P4", 65, no{}}, {"P4", []byte("b"), no{}}, {"P4", nil, ""},
		{"P5", "s", word("s")},
		{"P6", []string{"a"}, []string{"a"}}, {"P6", list{"a"}, []string{"a"}}, {"P6", nil, []string(nil)}, {"P6", "a", no{}},
		{"P7", map[string]int{"a": 1}, map[string]int{"a": 1}}, {"P7", map[string]any{}, no{}},
		{"P8", nil, (func() int)(nil)}, {"P8", func() {}, no{}},
		{"P9", ch, (<-chan int)(ch)}, {"P9", make(chan string), no{}},
		{"PA", 1, 1}, {"PA", nil, nil}, {"PA", hidden{1}, hidden{1}},
		{"PB", hidden{2}, hidden{2}}, {"PB", nil, nil}, {"PB", 1, no{}}, {"PB", (*hidden)(nil), (*hidden)(nil)},
		{"PC", hidden{3}, hidden{3}}, {"PC", struct{ n int }{4}, hidden{4}}, {"PC", &hidden{4}, no{}}, {"PC", nil, hidden{}},
		{"PD", &hidden{5}, &hidden{5}}, {"PD", nil, (*hidden)(nil)}, {"PD", hidden{5}, no{}},
		{"PE", [2]int{1, 2}, [2]int{1, 2}}, {"PE", []int{1, 2}, no{}},
		{"PF", 6, uint64(6)}, {"PF", -6, no{}}, {"PF", uint64(1 << 63), uint64(1 << 63)},
		{"PG", true, true}, {"PG", 1, no{}},
	} {
		t.Run(fmt.Sprintf("%s=%T", row.param, row.value), func(t *testing.T) {
			field, _ := fields.FieldByName(row.param)
			i := field.Index[0]
			c := New(&values{P0: 9, P6: []string{"before"}, PB: io.EOF, PC: hidden{9}}, fields.NumField(), "f", "p")
			_, refused := row.get.(no)
			defer func() {
				if r := recover(); (r != nil) != refused {
					t.Errorf("panic: %v", r)
				}
			}()
			c.SetParam(i, row.value)
			same(t, c.GetParam(i), row.get)
		})
	}
}

// The frame of a generic function, with the types that it was called with.
func TestGeneric(t *testing.T) {
	f := &pair[word, *hidden]{P0: map[word]*hidden{"a": nil}, P1: "a"}
	c := New(f, 2, "Put", "p")
	same(t, c.GetReturnValCount(), 1)
	same(t, c.GetParam(1), any(word("a")))
	c.SetParam(1, "b")
	c.SetReturnVal(0, &hidden{1})
	same(t, f.P1, "b")
	same(t, f.R0, &hidden{1})
}

// No parameters, no results.
func TestEmpty(t *testing.T) {
	c := New(&struct{}{}, 0, "f", "p")
	same(t, c.GetParamCount(), 0)
	same(t, c.GetReturnValCount(), 0)
	same(t, c.GetParam(0), nil)
	same(t, c.GetReturnVal(0), nil)
}

func TestMessages(t *testing.T) {
	for want, f := range map[string]func(c *Context){
		"SetParam(4) of shop.Checkout, which has 4 parameters":                                                 func(c *Context) { c.SetParam(4, 1) },
		"SetParam(-1) of shop.Checkout, which has 4 parameters":                                                func(c *Context) { c.SetParam(-1, 1) },
		"SetReturnVal(2) of shop.Checkout, which has 2 results":                                                func(c *Context) { c.SetReturnVal(2, 1) },
		"SetReturnVal(1) of shop.Checkout, whose result is of type error, with a value of type int":            func(c *Context) { c.SetReturnVal(1, 1) },
		"SetParam(1) of shop.Checkout, whose parameter is of type context.Context, with a value of type int":   func(c *Context) { c.SetParam(1, 1) },
		"SetParam(0) of shop.Checkout, whose parameter is of type *hookcontext.cart, with a value of type int": func(c *Context) { c.SetParam(0, 1) },
	} {
		func() {
			defer func() { same(t, recover(), any(want)) }()
			f(New(&frame{}, 4, "Checkout", "shop"))
		}()
	}
	func() {
		defer func() { same(t, recover(), any("SetParam(0) of p.f, which has no parameters")) }()
		New(&struct{ R0 int }{}, 0, "f", "p").SetParam(0, 1)
	}()
	func() {
		defer func() { same(t, recover(), any("SetReturnVal(1) of p.f, which has 1 result")) }()
		New(&struct{ R0 int }{}, 0, "f", "p").SetReturnVal(1, 1)
	}()
}

// The context and the frame are all that a call allocates.
func TestAllocations(t *testing.T) {
	h := &hooks{
		before: func(*Context, *cart, context.Context, string, []string) {},
		after:  func(*Context, int, error) {},
	}
	own, ctx := &cart{"abc"}, context.Background()
	if n := testing.AllocsPerRun(100, func() { _, _ = checkout(h, own, ctx, "x") }); n != 2 {
		t.Errorf("%v allocations of a call, want 2", n)
	}
	var c *Context
	f := &frame{P0: own, R1: io.EOF}
	if n := testing.AllocsPerRun(100, func() { c = New(f, 4, "f", "p") }); n > 1 {
		t.Errorf("%v allocations of New, want 1", n)
	}
	if n := testing.AllocsPerRun(100, func() {
		c.SetParam(0, c.GetParam(0))
		c.SetReturnVal(1, c.GetReturnVal(1))
		_ = c.GetReturnValCount()
		c.SetData(own)
	}); n != 0 {
		t.Errorf("%v allocations of pointers and errors that are read and set, want 0", n)
	}
}

func BenchmarkCall(b *testing.B) {
	own, ctx := &cart{"abc"}, context.Background()
	for name, h := range map[string]*hooks{
		"reads nothing": {},
		"sets all": {
			before: func(c *Context, recv *cart, ctx context.Context, id string, tags []string) {
				c.SetParam(0, recv)
				c.SetParam(1, ctx)
				c.SetData(recv)
			},
			after: func(c *Context, n int, err error) { c.SetReturnVal(1, nil) },
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = checkout(h, own, ctx, "x")
			}
		})
	}
}
