package hooks

import (
	"net/http"

	"go.opentelemetry.io/otelc/pkg/hook"
)

func BeforeSmall(ictx hook.HookContext, n int) {}

func BeforeTypes(ictx hook.HookContext, r *http.Response, b []uint8) {}

func BeforeTypesFew(ictx hook.HookContext, r *http.Request) {}

func AfterTypes(ictx hook.HookContext, n int, err string) {}

func AfterTypesMany(ictx hook.HookContext, n int, err error, more bool) {}

func BeforeGeneric(ictx hook.HookContext, s, x any) {}

func AfterBlank(ictx hook.HookContext, n int) {}
