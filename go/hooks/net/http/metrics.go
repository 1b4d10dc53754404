package http

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// measureBegin counts the request as active.
func (c *serverCall) measureBegin(scheme string) {
	if !c.ctx.watched {
		return
	}
	c.begin, c.scheme = hook.Clock(), scheme
	c.active = server.Begin(c.ctx, c.ctx.method, scheme)
}

// measureEnd measures the request that has been answered, or has not, and had that route.
func (c *serverCall) measureEnd(route string) {
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
	server.Record(c.ctx, c.ctx.Span(), c.begin, served, c.req.ContentLength, c.written)
}

// panicType is error.type of a handler that did not return.
func panicType() string {
	if value, _ := hook.Panic(); value == http.ErrAbortHandler {
		return abortType
	}
	return hook.PanicType()
}

// clientMeasure measures one round trip. It is copied, and off while zero.
type clientMeasure struct {
	ctx       context.Context // nil: off
	begin     time.Duration
	key       httpconv.Sent
	sent, got int64 // bytes of the bodies; -1 if not known
}

func measureClient(ctx context.Context, req *http.Request, name string) (m clientMeasure) {
	if !client.Measures() {
		return m
	}
	m = clientMeasure{ctx: ctx, begin: hook.Clock(), sent: req.ContentLength, got: -1}
	if req.Body != nil && m.sent == 0 {
		m.sent = -1
	}
	m.key = httpconv.Sent{Method: name}
	m.key.Address, m.key.Port = serverOf(req.URL)
	return m
}

// answered takes what the response says.
func (m *clientMeasure) answered(resp *http.Response) {
	m.key.Status = resp.StatusCode
	m.key.Version = protocolVersion(resp.ProtoMajor, resp.ProtoMinor)
	if !resp.Uncompressed {
		m.got = resp.ContentLength
	}
}

// end records that the round trip, its body included, took until now, with its span;
// errorType is "" if it did not fail.
func (m *clientMeasure) end(span trace.Span, errorType string) {
	m.endAt(span, hook.Clock(), errorType)
}

func (m *clientMeasure) endAt(span trace.Span, at time.Duration, errorType string) {
	if m.ctx == nil {
		return
	}
	if errorType != "" {
		m.key.ErrorType = errorType
	}
	client.Record(m.ctx, span, m.begin, at, m.key, m.sent, m.got)
	m.ctx = nil
}
