package echo

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"
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

// TestRoute calls the hook around the router's Find, as the woven one does.
func TestRoute(t *testing.T) {
	on(t)
	e := echo.New()
	e.GET("/users/:id", func(echo.Context) error { return nil })
	e.GET("/plain", func(echo.Context) error { return nil })
	e.POST("/posts", func(echo.Context) error { return nil })
	for path, want := range map[string]told{"/users/7": {"/users/:id", "/users/7"}, "/nowhere": {}, "/posts": {}, "/plain": {"/plain", "/plain"}} {
		var got told
		c := e.NewContext(request(path, &got), httptest.NewRecorder())
		after := FindEnter(path, c)
		e.Router().Find("GET", path, c)
		after()
		if got != want {
			t.Errorf("%s: told %q, want %q", path, got, want)
		}
	}
}

func TestNothing(t *testing.T) {
	e := echo.New()
	hook.Disable()
	FindEnter("/", nil)()
	on(t)
	FindEnter("/", nil)()
	FindEnter("/", e.NewContext(nil, nil))()
	FindEnter("/", e.NewContext(&http.Request{}, nil))()
}
