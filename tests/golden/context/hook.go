package hooks

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otelc/pkg/hook"
)

func beforeServe(ictx hook.HookContext, s any, w http.ResponseWriter, r *http.Request) {}

func afterServe(ictx hook.HookContext) {}

func BeforeValue(ictx hook.HookContext, s interface{}, str string, n int, more ...http.Header) {}

func AfterValue(ictx hook.HookContext, n int, err error) {}

func AfterNamed(ictx hook.HookContext, sum int, err error) {}

func AfterSingle(ictx hook.HookContext, err error) {}

func BeforeMap(ictx hook.HookContext, m any, f any) {}

func AfterMap(ictx hook.HookContext, m any) {}

func BeforeBare(ictx hook.HookContext, a int, b string) {}

func typed(ctx context.Context) {}
