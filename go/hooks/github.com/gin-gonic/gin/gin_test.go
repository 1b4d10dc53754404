package gin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
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

// TestRoute calls the hook where the engine and a middleware call the woven Next.
func TestRoute(t *testing.T) {
	on(t)
	gin.SetMode(gin.TestMode)
	calls := 0
	e := gin.New()
	e.Use(func(c *gin.Context) {
		*(*int8)(index.Of(c)) = -1 // as it is when the engine calls Next
		NextEnter(c)
		*(*int8)(index.Of(c)) = 0
		var second told
		was := c.Request
		c.Request = request("/", &second)
		NextEnter(c) // from a middleware
		if second != (told{}) {
			t.Error("told from within a middleware")
		}
		c.Request = was
		calls++
	})
	e.GET("/users/:id", func(*gin.Context) {})
	for path, want := range map[string]told{"/users/7": {"/users/:id", "/users/7"}, "/nowhere": {"", "/nowhere"}} {
		var got told
		e.ServeHTTP(httptest.NewRecorder(), request(path, &got))
		if got != want {
			t.Errorf("%s: told %q, want %q", path, got, want)
		}
	}
	if calls != 2 {
		t.Errorf("%d calls", calls)
	}
}

func TestNothing(t *testing.T) {
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	*(*int8)(index.Of(c)) = -1
	hook.Disable()
	NextEnter(c)
	on(t)
	NextEnter(c) // without a request
	c.Request = &http.Request{}
	NextEnter(c)
}
