// Package echo holds the hook of github.com/labstack/echo/v4, which tells the
// server span around a request its route. It makes no span; the rule is in
// otel.yaml.
package echo

import (
	"reflect"

	"github.com/labstack/echo/v4"

	"otel.tool/runtime/hook"
)

// routes is off where OTEL_INSTRUMENTATION_GITHUB_COM_LABSTACK_ECHO_V4_ENABLED is false.
var routes hook.Instrumentation

func init() {
	hook.Register(&routes, "github.com/labstack/echo/v4", "otel.tool/hooks/github.com/labstack/echo/v4", "0.1.0")
}

// FindEnter is woven into (*echo.Router).Find, which leaves the route in the
// context.
func FindEnter(path string, c echo.Context) (after func()) {
	if !routes.On() || c == nil || c.Request() == nil || !hook.Routed(c.Request().Context()) {
		return nothing
	}
	return func() { tell(path, c) }
}

func nothing() {}

func tell(path string, c echo.Context) {
	defer hook.Guard()
	r := c.Request()
	if r.URL == nil || c.Path() == "" || c.Path() == path && unmatched(c.Handler()) {
		return
	}
	hook.SetRoute(r.Context(), c.Path(), r.URL.Path)
}

// unmatched says whether a handler is what answers where there is no route. Older
// routers then leave the path itself in the context, which may be anything.
func unmatched(h echo.HandlerFunc) bool {
	p := reflect.ValueOf(h).Pointer()
	return p == reflect.ValueOf(echo.NotFoundHandler).Pointer() || p == reflect.ValueOf(echo.MethodNotAllowedHandler).Pointer()
}
