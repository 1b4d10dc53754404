// Package httprouter holds the hook of github.com/julienschmidt/httprouter, which
// tells the server span around a request its route. It makes no span; the rule is
// in otel.yaml.
package httprouter

import (
	"net/http"

	"github.com/julienschmidt/httprouter"

	"otel.tool/runtime/hook"
)

// routes is off where OTEL_INSTRUMENTATION_GITHUB_COM_JULIENSCHMIDT_HTTPROUTER_ENABLED is false.
var routes hook.Instrumentation

func init() {
	hook.Register(&routes, "github.com/julienschmidt/httprouter", "otel.tool/hooks/github.com/julienschmidt/httprouter", "0.1.0")
}

// HandleEnter is woven into (*httprouter.Router).Handle: what is registered tells
// its route first.
func HandleEnter(path string, handle httprouter.Handle) (newHandle httprouter.Handle) {
	if handle == nil {
		return nil // for the router to refuse
	}
	return func(w http.ResponseWriter, r *http.Request, ps httprouter.Params) {
		if routes.On() && hook.Routed(r.Context()) {
			tell(r, path)
		}
		handle(w, r, ps)
	}
}

func tell(r *http.Request, path string) {
	defer hook.Guard()
	if r.URL != nil {
		hook.SetRoute(r.Context(), path, r.URL.Path)
	}
}
