package lib

import (
	"fmt"
	"hash/crc32"
	"strings"
	"unsafe"

	"example.com/shop/lib"
	"go.opentelemetry.io/otelc/pkg/hook"
)

func BeforeSized2(ictx hook.HookContext, a, b any) {
	fmt.Printf("before %T\n", a)
	ictx.SetParam(0, [2]int{7, 8})
}

func AfterSized2(ictx hook.HookContext, a any) { fmt.Printf("after %T\n", a) }

func BeforeAliases(ictx hook.HookContext, s any, b []uint8, r int32, v any) {
	fmt.Println("before", s, string(b), r, v)
}

func AfterAliases(ictx hook.HookContext, t any, u []byte, i rune) {
	ictx.SetReturnVal(2, i+1)
}

func BeforeImports(ictx hook.HookContext, h any, r *strings.Reader, p unsafe.Pointer) {
	fmt.Println("before", h, r.Len(), p == nil)
	ictx.SetParam(0, crc32.NewIEEE())
}

func BeforeComposite(ictx hook.HookContext, m map[lib.Word][]*lib.Item, f func(int, ...string) (lib.Word, error), c <-chan (<-chan int), p **lib.Item, s any, i interface{ Size() int }) {
	fmt.Println("before", len(m), i.Size())
	ictx.SetParam(5, lib.Disk{N: 100})
}

func BeforeGroups(ictx hook.HookContext, a, b int, c, d string, e []lib.Item) {
	ictx.SetParam(1, b*10)
	ictx.SetParam(3, d+"!")
	ictx.SetParam(4, append(e, lib.Item{}))
}

func AfterGroups(ictx hook.HookContext, x, y int, z string) { ictx.SetReturnVal(1, y*10) }

func BeforeDotsOfAny(ictx hook.HookContext, format string, args []interface{}) {
	ictx.SetParam(1, append(args, "hook"))
}

func BeforeUnnamedDots(ictx hook.HookContext, n int, list []string) { fmt.Println("before", n, list) }

func BeforeParamNamedAsType(ictx hook.HookContext, r *strings.Reader, i lib.Item, h any) {
	ictx.SetParam(1, lib.Item{Name: "hook"})
}

func AfterMulti(ictx hook.HookContext, n int, err error) {
	fmt.Println("after", n, err)
	ictx.SetReturnVal(1, nil)
}

func BeforeReassigned(ictx hook.HookContext, n int) { ictx.SetParam(0, n+1) }

func AfterReassigned(ictx hook.HookContext, r int) { fmt.Println("after", ictx.GetParam(0), r) }

func AfterShadowed(ictx hook.HookContext, m int, err error) { fmt.Println("after", m, err) }

func AfterSelect(ictx hook.HookContext, n int, ok bool) { fmt.Println("after", n, ok) }

func BeforeOneLine(ictx hook.HookContext, n int) { ictx.SetParam(0, n+1) }

func BeforeNextOnLine(ictx hook.HookContext, n int) { ictx.SetParam(0, n+2) }

func BeforeEmpty(ictx hook.HookContext) { fmt.Println("before") }

func AfterEmptyResult(ictx hook.HookContext, n int) { ictx.SetReturnVal(0, 7) }

func AfterForever(ictx hook.HookContext, n int) { ictx.SetReturnVal(0, n*10) }

func BeforeDirective(ictx hook.HookContext, n int) { ictx.SetParam(0, n+1) }

func AfterLen(ictx hook.HookContext, n int) { ictx.SetReturnVal(0, n+100) }

func BeforeFirst(ictx hook.HookContext, recv, or any) {
	fmt.Printf("before %T %v\n", recv, or)
	ictx.SetParam(1, 9)
}

func AfterFirst(ictx hook.HookContext, first, at any) { fmt.Printf("after %v %T\n", first, at) }

func BeforeHiding(ictx hook.HookContext, a, b any) {
	fmt.Printf("before %T %T\n", a, b)
	ictx.SetParam(0, 1.5)
}

func AfterHiding(ictx hook.HookContext, c, d any) { fmt.Printf("after %v %v\n", c, d) }

func BeforeConstraint(ictx hook.HookContext, list, v any) { ictx.SetParam(1, "b") }

func AfterConstraint(ictx hook.HookContext, i int) { fmt.Println("after", i) }

func AfterOfFunc(ictx hook.HookContext, v any) { fmt.Printf("after %T %v\n", v, v) }

func BeforeWalk(ictx hook.HookContext, t, visit any) {
	fmt.Printf("before %v\n", ictx.GetParam(0) == nil)
}

func AfterWalk(ictx hook.HookContext) { fmt.Println("after") }

func AfterTreeSize(ictx hook.HookContext, n int) { ictx.SetReturnVal(0, n+1000) }

func AfterStatusString(ictx hook.HookContext, s string) { ictx.SetReturnVal(0, s+"!") }

func BeforeHandle(ictx hook.HookContext, h lib.Handler, n int) {
	ictx.SetParam(0, func(n int) int { return h(n) * 10 })
}

func BeforeAdd(ictx hook.HookContext, s lib.Set, k string) {
	if s == nil {
		ictx.SetParam(0, lib.Set{"hook": true})
	}
}

func AfterFailureError(ictx hook.HookContext, s string) { fmt.Println("after", s) }

func BeforeFailureError(ictx hook.HookContext, f *lib.Failure) {
	if f == nil {
		ictx.SetParam(0, &lib.Failure{Code: -1})
	}
}

func AfterNilError(ictx hook.HookContext, err error) {
	fmt.Printf("after %v %T\n", err == nil, err)
	ictx.SetReturnVal(0, nil)
}

func AfterConcrete(ictx hook.HookContext, f *lib.Failure) { ictx.SetReturnVal(0, nil) }
