// Package echo holds the hook of github.com/labstack/echo/v5, which tells the
// server span around a request its route. It makes no span; the rule is in
// otel.yaml.
package echo

import (
	"github.com/labstack/echo/v5"

	"otel.tool/runtime/hook"
)

// routes is off where OTEL_INSTRUMENTATION_GITHUB_COM_LABSTACK_ECHO_V5_ENABLED is false.
var routes hook.Instrumentation

func init() {
	hook.Register(&routes, "github.com/labstack/echo/v5", "otel.tool/hooks/github.com/labstack/echo/v5", "0.1.0")
}

// RouteEnter is woven into (*echo.DefaultRouter).Route, which leaves the route in
// the context.
func RouteEnter(c *echo.Context) (after func(echo.HandlerFunc) echo.HandlerFunc) {
	if !routes.On() || c == nil || c.Request() == nil || !hook.Routed(c.Request().Context()) {
		return asItIs
	}
	return func(h echo.HandlerFunc) echo.HandlerFunc {
		tell(c)
		return h
	}
}

func asItIs(h echo.HandlerFunc) echo.HandlerFunc { return h }

func tell(c *echo.Context) {
	defer hook.Guard()
	if r := c.Request(); r.URL != nil {
		hook.SetRoute(r.Context(), c.Path(), r.URL.Path)
	}
}
