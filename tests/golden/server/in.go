package target

import (
	"context"
	web "net/http"
)

type handler struct{ next web.Handler }

// ServeHTTP passes on.
func (h handler) ServeHTTP(rw web.ResponseWriter, req *web.Request) {
	h.next.ServeHTTP(rw, req.WithContext(context.Background()))
}
