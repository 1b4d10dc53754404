// Package mux holds the hooks of github.com/gorilla/mux, which tell the server
// span around a request its route. They make no span; the rules are in otel.yaml.
package mux

import (
	"net/http"

	"github.com/gorilla/mux"

	"otel.tool/runtime/hook"
)

// routes is off where OTEL_INSTRUMENTATION_GITHUB_COM_GORILLA_MUX_ENABLED is false.
var routes hook.Instrumentation

func init() {
	hook.Register(&routes, "github.com/gorilla/mux", "otel.tool/hooks/github.com/gorilla/mux", "0.1.0")
}

// RouteEnter is woven into mux.requestWithRoute, which the router calls with the
// route that it has found.
func RouteEnter(r *http.Request, route *mux.Route) {
	if routes.On() && r != nil && route != nil && hook.Routed(r.Context()) {
		tell(r, route)
	}
}

// OldRouteEnter is woven into mux.setCurrentRoute, which that was called before
// 1.7.4.
func OldRouteEnter(r *http.Request, val any) {
	if route, ok := val.(*mux.Route); ok {
		RouteEnter(r, route)
	}
}

func tell(r *http.Request, route *mux.Route) {
	defer hook.Guard()
	// Of a route below others, the whole; one that asks for no path has none.
	if pattern, err := route.GetPathTemplate(); err == nil && r.URL != nil {
		hook.SetRoute(r.Context(), pattern, r.URL.Path)
	}
}
