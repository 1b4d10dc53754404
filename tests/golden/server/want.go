package target

import (
	"context"
	web "net/http"
)

type handler struct{ next web.Handler }

// ServeHTTP passes on.
func (h handler) ServeHTTP(rw web.ResponseWriter, req *web.Request) { otel_l0 := otel_Enter_cd24b8ca2f57(rw, req); for ; otel_l0 != nil; otel_l0 = nil { defer otel_l0() };
	h.next.ServeHTTP(rw, req.WithContext(context.Background()))
}

func otel_Enter_cd24b8ca2f57(p0 web.ResponseWriter, p1 *web.Request) (func())
// ---- rebuild form
package target

import (
	"context"
	web "net/http"
)

type handler struct{ next web.Handler }

// ServeHTTP passes on.
func (h handler) ServeHTTP(rw web.ResponseWriter, req *web.Request) { otel_l0 := otel_Enter_cd24b8ca2f57_s(rw, req); for ; otel_l0 != nil; otel_l0 = nil { defer otel_l0() };
	h.next.ServeHTTP(rw, req.WithContext(context.Background()))
}

func otel_Enter_cd24b8ca2f57_s(p0 web.ResponseWriter, p1 *web.Request) (func()) { if otel_Enter_cd24b8ca2f57_v != nil { return otel_Enter_cd24b8ca2f57_v(p0, p1) }; return nil }
var otel_Enter_cd24b8ca2f57_v func(p0 web.ResponseWriter, p1 *web.Request) (func())
// ---- links
package target

import _ "unsafe"

//go:linkname otel_Enter_cd24b8ca2f57_v
