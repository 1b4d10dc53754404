package httprouter

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/julienschmidt/httprouter"
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

// TestRoute registers what the woven Handle does.
func TestRoute(t *testing.T) {
	on(t)
	m := httprouter.New()
	seen := ""
	m.GET("/users/:id", HandleEnter("/users/:id", func(_ http.ResponseWriter, _ *http.Request, ps httprouter.Params) { seen = ps.ByName("id") }))
	for path, want := range map[string]told{"/users/7": {"/users/:id", "/users/7"}, "/nowhere": {}} {
		var got told
		m.ServeHTTP(httptest.NewRecorder(), request(path, &got))
		if got != want {
			t.Errorf("%s: told %q, want %q", path, got, want)
		}
	}
	if seen != "7" {
		t.Errorf("the handler saw %q", seen)
	}
}

func TestNothing(t *testing.T) {
	if HandleEnter("/", nil) != nil {
		t.Error("no handler became one")
	}
	ran := 0
	h := HandleEnter("/", func(http.ResponseWriter, *http.Request, httprouter.Params) { ran++ })
	hook.Disable()
	h(nil, &http.Request{}, nil)
	on(t)
	h(nil, &http.Request{}, nil)
	if ran != 2 {
		t.Errorf("ran %d times", ran)
	}
}
