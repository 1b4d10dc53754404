package mux

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/mux"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/hook"
)

// told is the router of a server span that notes what it is told.
type told struct{ pattern, path string }

func (t *told) SetRoute(pattern, path string) { *t = told{pattern, path} }

// request is one for path, within a server span that notes its route in t.
func request(path string, t *told) *http.Request {
	r := httptest.NewRequest("GET", path, nil)
	return r.WithContext(context.WithValue(r.Context(), hook.RouterKey{}, t))
}

func on(t *testing.T) {
	hook.Enable(noop.NewTracerProvider(), propagation.TraceContext{})
	faults := hook.Faults()
	t.Cleanup(func() {
		hook.Disable()
		if n := hook.Faults() - faults; n != 0 {
			t.Errorf("%d panics in the hook", n)
		}
	})
}

// TestRoute calls the hook with the routes that the router finds.
func TestRoute(t *testing.T) {
	on(t)
	m := mux.NewRouter()
	nothing := func(http.ResponseWriter, *http.Request) {}
	m.HandleFunc("/users/{id}", nothing)
	m.PathPrefix("/api").Subrouter().HandleFunc("/items/{id:[0-9]+}", nothing)
	m.Host("example.org").HandlerFunc(nothing)
	for path, want := range map[string]told{
		"/users/7":             {"/users/{id}", "/users/7"},
		"/api/items/7":         {"/api/items/{id:[0-9]+}", "/api/items/7"},
		"http://example.org/x": {}, // a route without a path
	} {
		var got, old told
		var match mux.RouteMatch
		if !m.Match(request(path, &got), &match) {
			t.Fatalf("%s: no route", path)
		}
		RouteEnter(request(path, &got), match.Route)
		OldRouteEnter(request(path, &old), match.Route)
		if got != want || old != want {
			t.Errorf("%s: told %q and %q, want %q", path, got, old, want)
		}
	}
}

func TestNothing(t *testing.T) {
	hook.Disable()
	RouteEnter(nil, nil)
	on(t)
	RouteEnter(nil, nil)
	RouteEnter(&http.Request{}, new(mux.Route))
	OldRouteEnter(&http.Request{}, 7)
}
