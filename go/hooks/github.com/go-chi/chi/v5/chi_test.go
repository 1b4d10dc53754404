package chi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/hook"
)

// told is the router of a server span that notes what it is told.
type told struct{ pattern, path string }

func (t *told) SetRoute(pattern, path string) { *t = told{pattern, path} }

// TestRoute calls the hook where the woven router does.
func TestRoute(t *testing.T) {
	hook.Enable(noop.NewTracerProvider(), propagation.TraceContext{})
	t.Cleanup(hook.Disable)
	// As routeHTTP is not woven here, each handler stands for its end.
	end := func(_ http.ResponseWriter, r *http.Request) { RouteEnter(r)() }
	below := chi.NewRouter()
	below.Get("/users/{id}", end)
	top := chi.NewRouter()
	top.Get("/plain", end)
	top.Mount("/api", below)
	for path, want := range map[string]string{
		"/plain":       "/plain",
		"/api/users/7": "/api/users/{id}",
	} {
		var got told
		req := httptest.NewRequest("GET", path, nil)
		req = req.WithContext(context.WithValue(req.Context(), hook.RouterKey{}, &got))
		top.ServeHTTP(httptest.NewRecorder(), req)
		if got != (told{want, path}) {
			t.Errorf("%s: told %q, want %q", path, got, want)
		}
	}
}

// TestOff: off, and outside of a router, nothing happens.
func TestOff(t *testing.T) {
	hook.Disable()
	if RouteEnter(httptest.NewRequest("GET", "/", nil)) != nil {
		t.Error("off, the hook has something to do")
	}
	hook.Enable(noop.NewTracerProvider(), propagation.TraceContext{})
	t.Cleanup(hook.Disable)
	RouteEnter(httptest.NewRequest("GET", "/", nil))()
	RouteEnter(&http.Request{})()
	if n := hook.Faults(); n != 0 {
		t.Errorf("%d panics", n)
	}
}
