package fiber

import (
	"context"
	"testing"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/hook"
)

// told is the router of a server span that notes what it is told first.
type told struct {
	pattern, path string
	times         int
}

func (t *told) SetRoute(pattern, path string) {
	if t.times++; t.times == 1 {
		t.pattern, t.path = pattern, path
	}
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

// TestRoute calls the hook where handlers call Next, and return.
func TestRoute(t *testing.T) {
	on(t)
	app := fiber.New()
	woven := func(c fiber.Ctx, match bool) {
		if _, err := enter(c)(match, nil); err != nil {
			t.Error(err)
		}
	}
	answers := func(c fiber.Ctx) error { woven(c, true); return nil }
	app.Use(func(c fiber.Ctx) error {
		if c.Path() == "/refused" {
			return answers(c)
		}
		err := c.Next()
		woven(c, err == nil) // returns after those within
		return err
	})
	app.Get("/", answers)
	app.Group("/api").Get("/users/:id", answers)
	app.Use("/admin", answers)
	for path, want := range map[string]string{
		"/": "/", "/api/users/7": "/api/users/:id", "/admin/7": "/admin", "/refused": "", "/nowhere": "",
	} {
		var got told
		ctx := new(fasthttp.RequestCtx)
		ctx.Request.SetRequestURI(path)
		ctx.SetUserValue(hook.RouterKey{}, &got)
		app.Handler()(ctx)
		if got.pattern != want || got.path != path {
			t.Errorf("%s: told %+v, want %q", path, got, want)
		}
	}
}

func TestNothing(t *testing.T) {
	app := fiber.New()
	c := app.AcquireCtx(new(fasthttp.RequestCtx))
	hook.Disable()
	enter(c)(true, nil)
	on(t)
	enter(c)(true, nil) // without a server span
	if hook.Routed(context.Background()) {
		t.Error("there is one")
	}
}
