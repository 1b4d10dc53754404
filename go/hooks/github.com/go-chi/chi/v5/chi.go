// Package chi is the hook for github.com/go-chi/chi/v5: it tells the server span the
// route that the router has found.
package chi

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"otel.tool/runtime/hook"
)

var routes hook.Instrumentation

func init() {
	hook.Register(&routes, "github.com/go-chi/chi", "otel.tool/hooks/github.com/go-chi/chi/v5", "")
}

// RouteEnter is woven into (*chi.Mux).routeHTTP, which finds the handler and calls it.
// The route is known once all routers below have found theirs, so leave tells it.
func RouteEnter(r *http.Request) (leave func()) {
	if !routes.On() {
		return nil
	}
	return func() {
		defer hook.Guard()
		if rctx := chi.RouteContext(r.Context()); rctx != nil && r.URL != nil {
			hook.SetRoute(r.Context(), rctx.RoutePattern(), r.URL.Path)
		}
	}
}
