package lib

import (
	"fmt"

	"example.com/shop/lib"
	"go.opentelemetry.io/otelc/pkg/hook"
	other "go.opentelemetry.io/otelc/pkg/hook"
)

// Generics.

func BeforeApply(ictx hook.HookContext, list, f interface{}) {
	fmt.Printf("before %T %T %s %d\n", list, f, ictx.GetFuncName(), ictx.GetParamCount())
	if words, ok := list.([]string); ok {
		ictx.SetParam(0, append(words, "hook"))
	}
}

func AfterApply(ictx hook.HookContext, out interface{}) { fmt.Printf("after %T\n", out) }

func AfterSum(ictx hook.HookContext, sum any, err error) {
	fmt.Printf("after %T %v\n", sum, sum)
	if n, ok := sum.(int); ok {
		ictx.SetReturnVal(0, n+1)
	}
	ictx.SetReturnVal(1, errHook)
}

func BeforePush(ictx hook.HookContext, recv, v interface{}) {
	fmt.Printf("before %T %v\n", recv, v)
	if s, ok := v.(string); ok {
		ictx.SetParam(1, s+"!")
	} else {
		ictx.SetParam(1, nil)
	}
}

func AfterPush(ictx hook.HookContext, n int) { ictx.SetReturnVal(0, n*10) }

func AfterTop(ictx hook.HookContext, v interface{}, ok bool) {
	fmt.Printf("after %v %v\n", v, ok)
	ictx.SetReturnVal(0, ictx.GetReturnVal(0))
	ictx.SetReturnVal(1, !ok)
}

func BeforeSwap(ictx hook.HookContext, recv, other any) {
	fmt.Printf("before %v %v\n", recv, other)
	ictx.SetParam(0, other)
}

// Types without a name here.

func BeforeDo(ictx hook.HookContext, c, r any) {
	fmt.Printf("before %T %T\n", c, r)
	ictx.SetParam(1, nil)
}

func AfterDo(ictx hook.HookContext, r any, err error) {
	fmt.Printf("after %T\n", r)
	ictx.SetReturnVal(1, errHook)
}

func BeforeHello(ictx hook.HookContext, c any, r any, list any) {
	fmt.Printf("before %T %T %T\n", c, r, list)
	ictx.SetParam(2, ictx.GetParam(2))
	ictx.SetParam(1, ictx.GetParam(1))
}

func beforeUnexported(ictx hook.HookContext, n int) { fmt.Println("before", n) }

// Many.

func BeforeMany(ictx hook.HookContext, a int, b string, c bool, d float64, e []int, f map[string]int, g *lib.Item, h lib.Item, i any, j error, k func() int, l rune) {
	fmt.Println("before", a, b, c, d, e, f, g, h, i, j, k(), l)
	ictx.SetParam(0, a+1)
	ictx.SetParam(9, errHook)
}

func AfterMany(ictx hook.HookContext, a int, b string, c bool, d float64, e []int, f map[string]int, g *lib.Item, h lib.Item, i any, j error) {
	fmt.Println("after", a, b, c, d, e, f, g, h, i, j)
	ictx.SetReturnVal(1, b+"!")
	ictx.SetReturnVal(9, nil)
}

func BeforeBig(ictx hook.HookContext, l lib.Large) {
	l.List[199]++
	ictx.SetParam(0, l)
}

func AfterBig(ictx hook.HookContext, l lib.Large) {
	l.Name = "hook"
	ictx.SetReturnVal(0, l)
}

// Calls within calls.

func BeforeFactorial(ictx hook.HookContext, n int) { ictx.SetData(n) }

func AfterFactorial(ictx hook.HookContext, r int) { fmt.Println("after", ictx.GetData(), r) }

func BeforeEven(ictx hook.HookContext, n int) { fmt.Println("even", n) }

func BeforeOdd(ictx hook.HookContext, n int) { fmt.Println("odd", n) }

func BeforeOuter(ictx hook.HookContext, n int) { ictx.SetData("outer") }

func AfterOuter(ictx hook.HookContext, r int) { fmt.Println("after", ictx.GetData(), r) }

func BeforeInner(ictx hook.HookContext, n int) { ictx.SetData("inner") }

// Several hooks for a function, and a hook for several functions.

func BeforeTwo(ictx hook.HookContext, n int) {
	fmt.Println("before hooks", n, ictx.GetData())
	ictx.SetData("hooks")
	ictx.SetParam(0, n+1)
}

func AfterTwo(ictx hook.HookContext, n int, err error) {
	fmt.Println("after hooks", n, err, ictx.GetData())
	ictx.SetReturnVal(0, n*10)
}

func BeforeTwoSkip(ictx hook.HookContext, n int) {
	fmt.Println("before hooks", n)
	ictx.SetSkipCall(true)
	ictx.SetReturnVal(0, -1)
}

func AfterTwoSkip(ictx hook.HookContext, n int) { fmt.Println("after hooks", n) }

func BeforeRules(ictx hook.HookContext, n int) { fmt.Println("before", n) }

func AfterRules(ictx hook.HookContext, n int) { fmt.Println("after", n) }

func BeforeShared(ictx hook.HookContext, v any) {
	fmt.Printf("shared %s.%s %T\n", ictx.GetPackageName(), ictx.GetFuncName(), v)
}

func AfterShared(ictx hook.HookContext, v any) { fmt.Println("after", v) }

func BeforeSharedMethod(ictx hook.HookContext, recv, v any) {
	fmt.Printf("shared %s.%s %T\n", ictx.GetPackageName(), ictx.GetFuncName(), recv)
}

func BeforeTwice(ictx hook.HookContext, n int) { fmt.Println("twice hooks", n) }

func beforeHidden(ictx hook.HookContext, n int) { ictx.SetParam(0, n+1) }

func afterHidden(ictx hook.HookContext, n int) { ictx.SetReturnVal(0, n+1) }

func BeforeFlat(ictx hook.HookContext, n int) { ictx.SetParam(0, n+1) }

func AfterFlat(ictx hook.HookContext, n int) { fmt.Println("after", n) }

func BeforeCardFlat(ictx hook.HookContext, c *lib.Card, n int) { ictx.SetParam(1, n+c.N) }

func BeforeAliased(c other.HookContext, n int) { c.SetParam(0, n+1) }

func BeforeGrouped(_ hook.HookContext, _, b int, _ string) { fmt.Println("before", b) }

func BeforeMixed(ictx hook.HookContext, a any, i lib.Item) { fmt.Println("before", a, i) }

func BeforeEarly(ictx hook.HookContext, n int) { ictx.SetParam(0, n+10) }

func AfterEarly(ictx hook.HookContext, n int) { ictx.SetReturnVal(0, n*2) }

func BeforeParallel(ictx hook.HookContext, n int) { ictx.SetKeyData("n", n) }

func AfterParallel(ictx hook.HookContext, n int, err error) {
	if ictx.GetKeyData("n") == n {
		ictx.SetReturnVal(0, n+1)
	}
}

// What costs nothing but the call.

func BeforeCheap(ictx hook.HookContext, i *lib.Item, n int, s string) {}

func AfterCheap(ictx hook.HookContext, i *lib.Item, err error) {}

func AfterCheapAfter(ictx hook.HookContext, i *lib.Item, err error) {}

func BeforeCheapPointer(ictx hook.HookContext, i *lib.Item, n int, s string) {
	ictx.SetParam(0, i)
	ictx.SetData(i)
}

func AfterCheapPointer(ictx hook.HookContext, i *lib.Item, err error) {
	ictx.SetReturnVal(0, ictx.GetReturnVal(0))
}
