// Package gin holds the hook of github.com/gin-gonic/gin, which tells the server
// span around a request its route. It makes no span; the rule is in otel.yaml.
package gin

import (
	"reflect"

	"github.com/gin-gonic/gin"

	"otel.tool/runtime/hook"
)

// routes is off where OTEL_INSTRUMENTATION_GITHUB_COM_GIN_GONIC_GIN_ENABLED is false.
var routes hook.Instrumentation

func init() {
	hook.Register(&routes, "github.com/gin-gonic/gin", "otel.tool/hooks/github.com/gin-gonic/gin", "0.1.0")
}

// NextEnter is woven into (*gin.Context).Next. The engine calls it once it has
// found the handlers of a request, and middlewares, further on, do.
func NextEnter(c *gin.Context) {
	if !routes.On() {
		return
	}
	// Its index is still before the first handler in the engine's call.
	if p := (*int8)(index.Of(c)); p != nil && *p < 0 && c.Request != nil && hook.Routed(c.Request.Context()) {
		tell(c)
	}
}

func tell(c *gin.Context) {
	defer hook.Guard()
	if c.Request.URL != nil {
		hook.SetRoute(c.Request.Context(), c.FullPath(), c.Request.URL.Path)
	}
}

// index is where a context keeps which of its handlers runs, -1 before the first.
var index = func() hook.Field {
	f, _ := hook.FieldOf(reflect.TypeFor[*gin.Context](), "index", reflect.TypeFor[int8]())
	return f
}()
