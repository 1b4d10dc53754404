package http

import (
	"net/http"

	"otel.tool/runtime/hook"
)

// measure measures the request.
func (c *serverCall) measure() {
	c.active.Down()
	if !server.Measures() || c.ctx.Measured() {
		return
	}
	c.key.Version = protocolVersion(c.req.ProtoMajor, c.req.ProtoMinor)
	if !c.returned {
		c.key.ErrorType = panicType()
	}
	server.Record(c.ctx, c.ctx.Span(), c.begin, &c.key, c.req.ContentLength, c.written)
}

// panicType is error.type of a handler that did not return.
func panicType() string {
	if value, _ := hook.Panic(); value == http.ErrAbortHandler {
		return abortType
	}
	return hook.PanicType()
}
