package http

import (
	"net/http"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// measure measures the request, which had that route.
func (c *serverCall) measure(route string) {
	c.active.Down()
	if !server.Measures() || c.ctx.Measured() {
		return
	}
	served := httpconv.Served{
		Method: c.ctx.method, Scheme: c.scheme, Route: route,
		Version: protocolVersion(c.req.ProtoMajor, c.req.ProtoMinor), Status: c.status,
	}
	if !c.returned {
		served.ErrorType = panicType()
	}
	server.Record(c.ctx, c.ctx.Span(), c.begin, &served, c.req.ContentLength, c.written)
}

// panicType is error.type of a handler that did not return.
func panicType() string {
	if value, _ := hook.Panic(); value == http.ErrAbortHandler {
		return abortType
	}
	return hook.PanicType()
}
