// Package audit has more hooks for example.com/shop/lib, some of them with the names that
// the first ones have.
package audit

import (
	"fmt"

	"go.opentelemetry.io/otelc/pkg/hook"
)

func BeforeTwo(ictx hook.HookContext, n int) {
	fmt.Println("before audit", n, ictx.GetData())
	ictx.SetData("audit")
	ictx.SetParam(0, n+2)
}

func AfterTwo(ictx hook.HookContext, n int, err error) {
	fmt.Println("after audit", n, err, ictx.GetData())
	ictx.SetReturnVal(1, nil)
}

func BeforeTwoSkip(ictx hook.HookContext, n int) { fmt.Println("before audit", n) }

func BeforeTwice(ictx hook.HookContext, n int) { fmt.Println("twice audit", n) }
