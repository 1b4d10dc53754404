// Package fiber holds the hook of github.com/gofiber/fiber/v2, which tells the server
// span around a request, fasthttp's, its route. It makes no span; the rule is in otel.yaml.
package fiber

import (
	"reflect"
	"sync"

	"github.com/gofiber/fiber/v2"

	"otel.tool/runtime/hook"
)

// routes is off where OTEL_INSTRUMENTATION_GITHUB_COM_GOFIBER_FIBER_ENABLED is false, or the same for V2.
var routes hook.Instrumentation

func init() {
	calls.New = newCall
	hook.Register(&routes, "github.com/gofiber/fiber/v2", "otel.tool/hooks/github.com/gofiber/fiber/v2", "0.1.0")
}

// NextEnter is woven into (*fiber.App).next, which finds the next route that matches a
// request and runs its handlers, from within which it is called again. The first call that
// returns is the innermost, and that of the route that has answered.
func NextEnter(c *fiber.Ctx) (after func(bool, error) (bool, error)) {
	if !routes.On() || !hook.Routed(c.Context()) {
		return asItIs
	}
	call := calls.Get().(*call)
	call.c = c
	return call.after
}

func asItIs(match bool, err error) (bool, error) { return match, err }

// call is a call of next. It is used again.
type call struct {
	c     *fiber.Ctx
	after func(bool, error) (bool, error) // of this call, made once
}

var calls sync.Pool // New is set in init

func newCall() any {
	c := new(call)
	c.after = c.returned
	return c
}

func (c *call) returned(match bool, err error) (bool, error) {
	tell(c.c, match)
	c.c = nil
	calls.Put(c)
	return match, err
}

// tell tells the route. It is none where nothing has matched, or only a middleware that
// is there for all requests.
func tell(c *fiber.Ctx, match bool) {
	defer hook.Guard()
	pattern := ""
	if match {
		pattern = patternOf(c.Route())
	}
	hook.SetRoute(c.Context(), pattern, c.Path())
}

func patternOf(r *fiber.Route) string {
	if p := (*bool)(use.Of(r)); p != nil && *p && r.Path == "/" {
		return ""
	}
	return r.Path
}

// use is where a route keeps that it is one of Use: for all paths that begin with its own.
var use = func() hook.Field {
	f, _ := hook.FieldOf(reflect.TypeFor[*fiber.Route](), "use", reflect.TypeFor[bool]())
	return f
}()
