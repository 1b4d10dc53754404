package lib

import (
	"fmt"

	"example.com/shop/lib"
	"go.opentelemetry.io/otelc/pkg/hook"
)

func AfterFail(ictx hook.HookContext, err error) {
	fmt.Println("after", err)
	ictx.SetReturnVal(0, nil)
}

func AfterValue(ictx hook.HookContext, s string) {
	ictx.SetReturnVal(0, s+" and hook")
	fmt.Println("after", ictx.GetReturnVal(0))
}

func AfterSeveral(ictx hook.HookContext, n int, s string, list []int, err error) {
	ictx.SetReturnVal(0, n+1)
	ictx.SetReturnVal(2, append(list, 9))
	ictx.SetReturnVal(3, nil)
}

func BeforePreset(ictx hook.HookContext, n int) {
	ictx.SetReturnVal(0, -1)
	ictx.SetReturnVal(1, errHook)
}

func AfterBlankResult(ictx hook.HookContext, n int, err error) {
	fmt.Println("after", n, err)
	ictx.SetReturnVal(0, n+1)
	ictx.SetReturnVal(1, errHook)
}

func AfterErrorFirst(ictx hook.HookContext, err error, n int) {
	ictx.SetReturnVal(0, nil)
	ictx.SetReturnVal(1, n*2)
}

func AfterFuncResult(ictx hook.HookContext, f func() int) {
	ictx.SetReturnVal(0, func() int { return f() * 2 })
}

func AfterChanResult(ictx hook.HookContext, c chan int) {
	n := <-c
	c <- n * 3
}

// Parameters without names.

func BeforeUnnamed(ictx hook.HookContext, n int, s string) { fmt.Println("before", n, s) }

func AfterUnnamed(ictx hook.HookContext, s string) { ictx.SetReturnVal(0, s+"!") }

func BeforeBlank(ictx hook.HookContext, n int, s string) { fmt.Println("before", n, s) }

func AfterBlank(ictx hook.HookContext, s string, n int) { ictx.SetReturnVal(1, n+1) }

func BeforeBlankVariadic(_ hook.HookContext, s string, list []int) { fmt.Println("before", s, list) }

// Names that hide others.

func BeforeShadowType(ictx hook.HookContext, s string, n int) {
	ictx.SetParam(0, s+"!")
	ictx.SetParam(1, n+1)
}

func AfterShadowType(ictx hook.HookContext, s string) { ictx.SetReturnVal(0, s+"?") }

func BeforeShadowAny(ictx hook.HookContext, n int, s string) { ictx.SetParam(0, n+1) }

func AfterShadowAny(ictx hook.HookContext, s string) { ictx.SetReturnVal(0, s+"?") }

func BeforeShadowNil(ictx hook.HookContext, a, b, c int) { ictx.SetParam(1, b*10) }

func AfterShadowNil(ictx hook.HookContext, a, b, c int) { ictx.SetReturnVal(2, c*10) }

func BeforeShadowFmt(ictx hook.HookContext, n int) { ictx.SetParam(0, n*10) }

func AfterShadowFmt(ictx hook.HookContext, n int) { ictx.SetReturnVal(0, n*10) }

func BeforeShadowOurs(ictx hook.HookContext, a, b, c, d, e, f, g, h, i, j, k int) {
	ictx.SetParam(0, 1000)
	ictx.SetParam(10, 1000)
}

func AfterShadowOurs(ictx hook.HookContext, a, b int) { ictx.SetReturnVal(1, b+1) }

// Late changes.

func AfterLate(ictx hook.HookContext, m int, err error) {
	fmt.Println("after", m, err)
	ictx.SetReturnVal(0, m+1)
	ictx.SetReturnVal(1, nil)
}

func AfterRecovers(ictx hook.HookContext, m int, err error) { fmt.Println("after", m, err) }

func AfterLateUnnamed(ictx hook.HookContext, n int) { fmt.Println("after", n) }

func BeforeNested(ictx hook.HookContext, n int) { fmt.Println("before", n) }

func AfterNested(ictx hook.HookContext, n int) { fmt.Println("after", n) }

func BeforeClosure(ictx hook.HookContext, n int) { ictx.SetParam(0, n*10) }

func AfterBare(ictx hook.HookContext, m int) {
	fmt.Println("after", m)
	ictx.SetReturnVal(0, m*10)
}

func BeforeGoto(ictx hook.HookContext, n int) { fmt.Println("before", n) }

// Functions that do not return.

func BeforePanics(ictx hook.HookContext, v any) { ictx.SetData("data") }

func AfterPanics(ictx hook.HookContext, n int) { fmt.Println("after", n, ictx.GetData()) }

func AfterPanicsNil(ictx hook.HookContext, n int) { fmt.Println("after", n) }

func AfterPanicsTwice(ictx hook.HookContext, n int) { fmt.Println("after", n) }

func BeforeGoexit(ictx hook.HookContext, n int) { fmt.Println("before", n) }

func AfterGoexit(ictx hook.HookContext, n int) { fmt.Println("after", n) }

// Hooks that panic.

func BeforeHookPanics(ictx hook.HookContext, n int) {
	ictx.SetData("data")
	ictx.SetSkipCall(true)
	panic(fmt.Sprintf("before %d", n))
}

func AfterHookPanics(ictx hook.HookContext, n int) { fmt.Println("after", n, ictx.GetData()) }

func AfterAfterPanics(ictx hook.HookContext, n int) { panic(errHook) }

func BeforePanicsAll(ictx hook.HookContext, n int) { panic("before") }

func AfterPanicsAll(ictx hook.HookContext, n int) {
	fmt.Println("after", n)
	panic("after")
}

func BeforeWrongType(ictx hook.HookContext, n int) {
	ictx.SetParam(0, "text")
	fmt.Println("not reached")
}

func BeforeWrongIndex(ictx hook.HookContext, n int) {
	fmt.Println("before", ictx.GetParam(1), ictx.GetParam(-1), ictx.GetReturnVal(1))
	ictx.SetParam(1, 1)
}

func AfterWrongResult(ictx hook.HookContext, n int) { ictx.SetReturnVal(0, errHook) }

func BeforeNilHook(ictx hook.HookContext, i *lib.Item) { i.Price++ }

// What a call tells.

func BeforeTold(ictx hook.HookContext, a, b int, c []string) { tell("before", ictx) }

func AfterTold(ictx hook.HookContext, n int, err error) { tell("after", ictx) }

func BeforeCardTold(ictx hook.HookContext, c *lib.Card, a int) { tell("before", ictx) }

func tell(when string, ictx hook.HookContext) {
	fmt.Println(when, ictx.GetPackageName(), ictx.GetFuncName(), ictx.GetParamCount(), ictx.GetReturnValCount(), ictx.IsSkipCall())
}

func BeforeData(ictx hook.HookContext, n int) {
	fmt.Println("before", ictx.GetData())
	ictx.SetData(&lib.Item{Name: "data", Price: n})
}

func AfterData(ictx hook.HookContext, n int) { fmt.Println("after", ictx.GetData()) }

func BeforeKeyData(ictx hook.HookContext, n int) {
	fmt.Println("before", ictx.HasKeyData("n"), ictx.GetKeyData("n"))
	ictx.SetKeyData("n", n)
	ictx.SetKeyData("nil", nil)
}

func AfterKeyData(ictx hook.HookContext, n int) {
	fmt.Println("after", ictx.GetKeyData("n"), ictx.HasKeyData("nil"), ictx.HasKeyData("other"), ictx.GetKeyData("other"))
}

func BeforeSlot(ictx hook.HookContext, n int) {
	ictx.SetKeyData("n", n)
	fmt.Println("before", ictx.GetData())
	ictx.SetData(n)
	fmt.Println("before", ictx.GetData(), ictx.HasKeyData("n"))
	ictx.SetKeyData("m", n)
}

func AfterSlot(ictx hook.HookContext, n int) { fmt.Println("after", ictx.GetData()) }

// Results before there are any.
func BeforeOut(ictx hook.HookContext, n int) { fmt.Println("before", ictx.GetReturnVal(0)) }

// Parameters behind the body.
func AfterInAfter(ictx hook.HookContext, n int) { fmt.Println("after", ictx.GetParam(0)) }

func AfterSetInAfter(ictx hook.HookContext, n int) { ictx.SetParam(0, 100) }

func AfterSkipInAfter(ictx hook.HookContext, n int) { ictx.SetSkipCall(true) }
