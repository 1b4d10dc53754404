// Package lib has hooks for example.com/shop/lib.
package lib

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"example.com/shop/lib"
	"go.opentelemetry.io/otelc/pkg/hook"
)

var errHook = errors.New("of the hook")

func BeforeBefore(ictx hook.HookContext, n int) { fmt.Println("before", n) }

func AfterAfter(ictx hook.HookContext, r int) { fmt.Println("after", r) }

func BeforeBoth(ictx hook.HookContext, n int) {
	fmt.Println("before", n)
	ictx.SetData(n)
}

func AfterBoth(ictx hook.HookContext, r int, err error) {
	fmt.Println("after", r, err, ictx.GetData().(int))
}

func BeforeNothing(ictx hook.HookContext) { fmt.Println("before") }

func AfterNothing(ictx hook.HookContext) { fmt.Println("after") }

// Skipped.

func BeforeSkipZero(ictx hook.HookContext, n int) { ictx.SetSkipCall(true) }

func AfterSkipZero(ictx hook.HookContext, n int, s string, err error) {
	fmt.Printf("after %d %q %v %v\n", n, s, err, ictx.IsSkipCall())
}

func BeforeSkipSet(ictx hook.HookContext, n int) {
	ictx.SetReturnVal(0, n+1)
	ictx.SetReturnVal(1, "hook")
	ictx.SetReturnVal(2, errHook)
	ictx.SetSkipCall(true)
}

func AfterSkipSet(ictx hook.HookContext, n int, s string, err error) {
	fmt.Println("after", n, s, err)
}

func BeforeSkipNothing(ictx hook.HookContext) { ictx.SetSkipCall(true) }

func AfterSkipNothing(ictx hook.HookContext) { fmt.Println("after") }

func BeforeSkipNamed(ictx hook.HookContext, n int) {
	ictx.SetSkipCall(true)
	ictx.SetReturnVal(0, n*2)
}

func BeforeSkipSome(ictx hook.HookContext, n int) {
	ictx.SetSkipCall(true)
	ictx.SetReturnVal(0, 100+n)
	if n%2 == 0 {
		ictx.SetSkipCall(false)
	}
}

// Parameters of each kind.

func BeforeInt(ictx hook.HookContext, n int) { ictx.SetParam(0, n+1) }

func BeforeInt64(ictx hook.HookContext, n int64) { ictx.SetParam(0, 7) }

func BeforeFloat(ictx hook.HookContext, x float64) { ictx.SetParam(0, x/2) }

func BeforeBool(ictx hook.HookContext, b bool) { ictx.SetParam(0, !b) }

func BeforeString(ictx hook.HookContext, s string) { ictx.SetParam(0, strings.ToUpper(s)) }

func BeforePointer(ictx hook.HookContext, i *lib.Item) {
	if i == nil {
		ictx.SetParam(0, &lib.Item{Name: "new"})
	} else {
		ictx.SetParam(0, nil)
	}
}

func BeforeStruct(ictx hook.HookContext, i lib.Item) {
	if i.Price < 0 {
		ictx.SetParam(0, nil)
		return
	}
	i.Price *= 2
	ictx.SetParam(0, i)
}

func BeforeInterface(ictx hook.HookContext, s fmt.Stringer) {
	if s == nil {
		ictx.SetParam(0, lib.Item{Name: "new"})
	} else {
		ictx.SetParam(0, nil)
	}
}

func BeforeInterfaceNil(ictx hook.HookContext, err error) {
	fmt.Println("before", err, ictx.GetParam(0))
	ictx.SetParam(0, errHook)
}

func BeforeSlice(ictx hook.HookContext, list []int) {
	if list == nil {
		ictx.SetParam(0, []int{1})
	} else {
		ictx.SetParam(0, nil)
	}
}

func BeforeMap(ictx hook.HookContext, m map[string]int) {
	if m == nil {
		ictx.SetParam(0, map[string]int{"hook": 1})
	} else {
		ictx.SetParam(0, nil)
	}
}

func BeforeArray(ictx hook.HookContext, a [2]int) { ictx.SetParam(0, [2]int{a[1], a[0]}) }

func BeforeFunc(ictx hook.HookContext, f func(int) int) {
	ictx.SetParam(0, func(n int) int { return f(n) * 10 })
}

func BeforeChan(ictx hook.HookContext, c <-chan int) {
	mine := make(chan int, 1)
	mine <- <-c + 1
	ictx.SetParam(0, mine)
}

func BeforeAny(ictx hook.HookContext, v any) {
	fmt.Printf("before %T\n", v)
	ictx.SetParam(0, "hook")
}

func BeforeContext(ictx hook.HookContext, ctx context.Context) {
	ictx.SetParam(0, context.WithValue(ctx, "key", "hook"))
}

func BeforeReader(ictx hook.HookContext, r io.Reader) {
	ictx.SetParam(0, io.MultiReader(strings.NewReader("hook "), r))
}

func BeforeAnonymous(ictx hook.HookContext, v struct{ A, B int }) {
	v.A = 10
	ictx.SetParam(0, v)
}

func BeforeNamed(ictx hook.HookContext, w lib.Word) { ictx.SetParam(0, "hook "+string(w)) }

func BeforeBytes(ictx hook.HookContext, b []byte) { ictx.SetParam(0, append([]byte("hook "), b...)) }

func BeforeVariadic(ictx hook.HookContext, prefix string, words []string) {
	fmt.Println("before", len(words), words == nil)
	if len(words) == 2 {
		ictx.SetParam(1, append(words, "hook"))
	}
}

func BeforeDots(ictx hook.HookContext, words ...string) {
	fmt.Println("before", len(words))
	ictx.SetParam(0, nil)
}

// Receivers.

func BeforeDiskSize(ictx hook.HookContext, d lib.Disk) {
	fmt.Println("before disk", d.N, ictx.GetParam(0).(lib.Disk).N)
	ictx.SetParam(0, lib.Disk{N: d.N + 1})
}

func BeforeCardSize(ictx hook.HookContext, c *lib.Card) {
	fmt.Println("before card", c.N, ictx.GetParam(0) == c)
	ictx.SetParam(0, &lib.Card{N: c.N + 2})
}

func BeforeSize(ictx hook.HookContext, n int) { fmt.Println("before size", n) }

func BeforeWrongSize(ictx hook.HookContext, recv any) { fmt.Println("the wrong hook") }

func BeforeDiskGrow(ictx hook.HookContext, d lib.Disk, by int) {
	fmt.Println("before disk", d.N, by)
	ictx.SetParam(1, by+1)
}

func BeforeCardGrow(ictx hook.HookContext, c *lib.Card, by int) {
	if c.N < 0 {
		ictx.SetParam(0, nil)
	}
	ictx.SetParam(1, by*2)
}

func AfterCardGrow(ictx hook.HookContext, n int) { fmt.Println("after card", n) }

func BeforeCardUnnamed(ictx hook.HookContext, c *lib.Card) { fmt.Println("before", c.N) }

func BeforeDiskBlank(ictx hook.HookContext, d lib.Disk) { fmt.Println("before", d.N) }
