package hookcontext

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"

	"otel.tool/runtime/internal/report"
)

// said returns what is written to standard error while f runs.
func said(f func()) string {
	var b bytes.Buffer
	defer report.SetOutput(report.SetOutput(&b))
	known.Clear()
	f()
	return b.String()
}

type loud struct{}

func (loud) Error() string { panic("louder") }

// A panic of a hook is told, with its place, and the function goes on.
func TestCaught(t *testing.T) {
	own := &cart{"abc"}
	for _, row := range []struct {
		name  string
		h     hooks
		n     int
		lines string
	}{
		{"before", hooks{before: func(c *Context, _ *cart, _ context.Context, _ string, _ []string) {
			c.SetSkipCall(true) // what a hook that panics has said is not heard
			panic("no\nway")
		}}, 4, `otel: hook BeforeCheckout of shop.Checkout panicked at .*caught_test.go:\d+: no way`},
		{"after", hooks{after: func(c *Context, _ int, _ error) {
			c.SetReturnVal(0, 5)
			panic(errors.New("wrong"))
		}}, 5, `otel: hook AfterCheckout of shop.Checkout panicked at .*caught_test.go:\d+: wrong`},
		{"nil pointer", hooks{before: func(c *Context, _ *cart, _ context.Context, _ string, _ []string) {
			var none *cart
			none.name = "x"
		}}, 4, `otel: hook BeforeCheckout of shop.Checkout panicked at .*caught_test.go:\d+: runtime error: invalid memory address or nil pointer dereference`},
		{"of ours", hooks{before: func(c *Context, _ *cart, _ context.Context, _ string, _ []string) {
			c.SetParam(0, 1)
		}}, 4, `otel: hook BeforeCheckout of shop.Checkout panicked at .*caught_test.go:\d+: SetParam\(0\) of shop.Checkout, .*`},
		{"with a method that panics", hooks{before: func(*Context, *cart, context.Context, string, []string) {
			panic(loud{})
		}}, 4, `otel: hook BeforeCheckout of shop.Checkout panicked at .*: .*PANIC=Error method: louder.*`},
		{"long", hooks{before: func(*Context, *cart, context.Context, string, []string) {
			panic(strings.Repeat("ä", longest))
		}}, 4, `otel: hook BeforeCheckout of shop.Checkout panicked at .*: ä{500}\.\.\.`},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := said(func() {
				n, err := checkout(&row.h, own, context.Background(), "x")
				same(t, n, row.n)
				same(t, err, nil)
			})
			if !regexp.MustCompile("^" + row.lines + "\n$").MatchString(text) {
				t.Errorf("said %q", text)
			}
		})
	}
}

// A hook that panics in each call does not flood: one line, and then how many
// there were.
func TestCaughtOften(t *testing.T) {
	h := &hooks{before: func(*Context, *cart, context.Context, string, []string) { panic("again") }}
	text := said(func() {
		var wg sync.WaitGroup
		for range 8 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for range 100 {
					_, _ = checkout(h, &cart{}, context.Background(), "x")
				}
			}()
		}
		wg.Wait()
	})
	if strings.Count(text, "\n") != 1 {
		t.Errorf("said %q", text)
	}
	f := faultsOf(faultKey{"BeforeCheckout", "Checkout", "shop"})
	f.limit = report.Limited{} // a minute later
	f.unsaid.Store(799)
	var b bytes.Buffer
	defer report.SetOutput(report.SetOutput(&b))
	_, _ = checkout(h, &cart{}, context.Background(), "x")
	if !strings.HasSuffix(b.String(), ": again (and 799 more since it was said last)\n") {
		t.Errorf("said %q", &b)
	}
	same(t, f.unsaid.Load(), 0)
}

// While nothing may be said, nothing is, and it is said later.
func TestCaughtQuietly(t *testing.T) {
	h := &hooks{before: func(*Context, *cart, context.Context, string, []string) { panic("again") }}
	text := said(func() {
		before := report.SetLevel(report.None)
		_, _ = checkout(h, &cart{}, context.Background(), "x")
		report.SetLevel(before)
		_, _ = checkout(h, &cart{}, context.Background(), "x")
	})
	if !strings.HasSuffix(text, ": again (and 1 more since it was said last)\n") {
		t.Errorf("said %q", text)
	}
}

// The program's own panic goes by, with its value, after the after hook.
func TestPanicGoesOn(t *testing.T) {
	own := &cart{"abc"}
	h := &hooks{after: func(*Context, int, error) { panic("of the hook") }}
	text := said(func() {
		defer func() { same(t, recover(), any(own)) }()
		_, _ = checkout(h, own, context.Background(), "panic")
		t.Error("no panic")
	})
	if !strings.HasSuffix(text, ": of the hook\n") {
		t.Errorf("said %q", text)
	}
}
