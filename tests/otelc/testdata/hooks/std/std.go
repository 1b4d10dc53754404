// Package std has hooks for the standard library, for golang.org/x/mod and for main packages.
package std

import (
	"fmt"
	"net/url"

	"go.opentelemetry.io/otelc/pkg/hook"
	"go.opentelemetry.io/otelc/pkg/runtime"
)

var logger = runtime.Logger()

func BeforeToTitle(ictx hook.HookContext, s string) {
	fmt.Println("before", ictx.GetPackageName(), s)
	ictx.SetParam(0, s+" hook")
}

func AfterToTitle(ictx hook.HookContext, s string) { ictx.SetReturnVal(0, s+"!") }

func BeforeJoinPath(ictx hook.HookContext, u *url.URL, elem []string) {
	fmt.Println("before", ictx.GetPackageName(), u, elem)
	ictx.SetParam(1, append(elem, "hook"))
}

func AfterJoinPath(ictx hook.HookContext, u *url.URL) {
	u.RawQuery = "hook=1"
}

func BeforeCanonical(ictx hook.HookContext, v string) { ictx.SetParam(0, "v"+v) }

func AfterCanonical(ictx hook.HookContext, v string) {
	fmt.Println("after", ictx.GetPackageName(), v)
}

func BeforeMain(ictx hook.HookContext, n int) {
	logger.Debug("not written")
	fmt.Println("before", ictx.GetPackageName(), n, runtime.Instrumented("main"))
	ictx.SetParam(0, n+1)
}

func AfterMain(ictx hook.HookContext, s string) { ictx.SetReturnVal(0, s+" hook") }

func BeforeMainMain(ictx hook.HookContext) { fmt.Println("== main\nbefore", ictx.GetFuncName()) }

func AfterMainMain(ictx hook.HookContext) { fmt.Println("after") }

func BeforeMainMethod(ictx hook.HookContext, recv interface{}) { fmt.Printf("before %T\n", recv) }
