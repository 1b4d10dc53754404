package fasthttp

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/valyala/fasthttp"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// ServeEnter is woven into (*fasthttp.Server).Serve and ServeConn, through which all
// connections of a server come. It puts our handler before the server's own, once. (The
// handler is called in the middle of a loop, serveConn: there is no function to weave.)
func ServeEnter(s *fasthttp.Server) {
	defer hook.Guard()
	wrapping.Lock()
	defer wrapping.Unlock()
	if wrapped == 0 {
		wrapped = code(wrap(nil))
	}
	if s.Handler != nil && code(s.Handler) != wrapped {
		s.Handler = wrap(s.Handler)
	}
}

// wrapping is held while a server's handler is looked at. Who serves afterwards has seen
// what it is now.
var wrapping sync.Mutex

// wrapped is the code of what wrap makes, once asked for: initialisers may serve before ours ran.
var wrapped uintptr

// code is where a function's code is: one place for all that wrap makes.
func code(h fasthttp.RequestHandler) uintptr { return reflect.ValueOf(h).Pointer() }

// wrap returns the handler that stands before next.
//
//go:noinline
func wrap(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		c := serverEnter(ctx)
		if c == nil {
			next(ctx)
			return
		}
		defer c.end()
		next(ctx)
		c.back()
	}
}

// serverCall is what the hook keeps while the handler runs. It is used again;
// nothing of the program's may point to it.
type serverCall struct {
	span     trace.Span
	ctx      *serverContext
	req      *fasthttp.RequestCtx
	scope    hook.Scope
	returned bool // the handler has returned, as opposed to a panic
	head     bool // the response has no body
	status   int
	received int64 // bytes of the bodies; -1 if not known
	sent     int64
	attrs    httpconv.Attrs
	carrier  carrier
	uri      fasthttp.URI

	begin           time.Duration // of hook.Clock
	active          hook.Up       // it has been counted with
	scheme, version string

	open atomic.Pointer[serverContext] // ctx, while it is in use and its span is recorded
}

var serverCalls sync.Pool // New is set in init

func newServerCall() any {
	c := new(serverCall)
	inFlight.Made(c)
	return c
}

var inFlight = httpconv.InFlight[serverCall]{End: func(c *serverCall) {
	if sc := c.open.Load(); sc != nil {
		sc.abandon()
	}
}}

// serverContext is the context of a request, which is current for the handler's goroutine
// and those that it starts. The program may keep it, so it is never reused.
type serverContext struct {
	hook.Layer // a middleware may make the span instead
	active     hook.Active

	of        uintptr // the *fasthttp.RequestCtx, only to be compared
	method    string  // as in the span's name
	recording bool    // by the span
	watched   bool    // by the span, or by metrics

	mu     sync.Mutex
	span   trace.Span
	routed bool // a router has told
	route  string
	ended  bool
}

// Value answers the routers' key, and is otherwise that of the context within.
func (c *serverContext) Value(key any) any {
	if _, ok := key.(hook.RouterKey); ok {
		return c
	}
	return c.Layer.Value(key)
}

// String is that of the context within, as far as the program prints contexts.
func (c *serverContext) String() string { return fmt.Sprint(c.Context) }

// serverEnter begins the span of a request; nil if there is none to begin.
func serverEnter(ctx *fasthttp.RequestCtx) (call *serverCall) {
	if !server.On() {
		return nil
	}
	defer hook.Guard()
	of := uintptr(unsafe.Pointer(ctx))
	if sc, ok := hook.RouterOf(context.Background()).(*serverContext); ok && sc.of == of {
		return nil // wrapped twice: the program has put a handler of its own before ours
	}
	c := serverCalls.Get().(*serverCall)
	c.carrier.h = &ctx.Request.Header
	outer := server.Extract(context.Background(), &c.carrier)
	name := c.requestAttrs(ctx)
	started, span := server.BeginEntry(outer, name, trace.SpanKindServer, &c.attrs)

	sc := &serverContext{Layer: hook.NewLayer(started, outer, trace.SpanKindServer), of: of, span: span, method: name, recording: span.IsRecording()}
	sc.ByGoroutine = true
	sc.watched = sc.recording || server.Measures()
	sc.active.Ctx = sc
	c.span, c.ctx, c.req = span, sc, ctx
	if sc.recording {
		inFlight.Begins()
		c.open.Store(sc)
		if h := httpconv.Options.ServerRequest; len(h) > 0 {
			h.Record(c.span, valuesOf(&ctx.Request.Header))
		}
	}
	if sc.watched {
		c.begin = hook.Clock()
		c.active = server.Begin(sc, &httpconv.Served{Method: name, Scheme: c.scheme})
	}
	c.scope = hook.MakeCurrentLayer(&sc.active)
	return c
}

// requestAttrs fills c from the request, and returns the span's name. The request's own
// URI is left alone: it is parsed when the program first asks for it, from what the
// program may have changed until then.
func (c *serverCall) requestAttrs(ctx *fasthttp.RequestCtx) (name string) {
	a, h := &c.attrs, &ctx.Request.Header
	name = a.Method(view(h.Method()))
	c.scheme = "http"
	if ctx.IsTLS() {
		c.scheme = "https"
	}
	a.Str(httpconv.KeyURLScheme, c.scheme)
	c.version, c.head = requestVersion(h), h.IsHead()
	a.Str(httpconv.KeyProtocolVersion, c.version)
	host, target := h.Host(), h.RequestURI()
	switch {
	case h.IsConnect():
	case string(target) == "*":
		a.Str(httpconv.KeyURLPath, "*")
	case c.uri.Parse(host, target) == nil:
		a.Str(httpconv.KeyURLPath, string(c.uri.Path()))
		a.Str(httpconv.KeyURLQuery, httpconv.RedactQuery(string(c.uri.QueryString()), httpconv.Options.Query))
		host = c.uri.Host()
	}
	a.Server(string(host[bytes.LastIndexByte(host, '@')+1:]))
	addPeer(a, ctx)
	a.Str(httpconv.KeyUserAgent, string(h.UserAgent()))
	c.received = -1
	if httpconv.Options.BodySize {
		c.received = int64(h.ContentLength())
	}
	return name
}

func addPeer(a *httpconv.Attrs, ctx *fasthttp.RequestCtx) {
	var values func(string) []string
	if httpconv.Options.Proxies != nil {
		values = valuesOf(&ctx.Request.Header)
	}
	addr := ctx.RemoteAddr()
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		host, port := httpconv.SplitPort(addr.String())
		a.Peer(host, port, values)
		return
	}
	if ip := tcp.AddrPort().Addr().Unmap(); ip.IsValid() && !ip.IsUnspecified() {
		a.Peer(ip.String(), tcp.Port, values)
	}
}

// back is for a handler that has returned.
func (c *serverCall) back() {
	c.returned = true
	defer hook.Guard()
	c.attrs.Reset()
	c.sent = -1
	if c.ctx.watched {
		c.readResponse()
	}
}

// response is what will be sent.
func (c *serverCall) response() *fasthttp.Response {
	if resp := c.req.LastTimeoutErrorResponse(); resp != nil {
		return resp
	}
	return &c.req.Response
}

// readResponse reads what will be written. After a timeout another goroutine may still
// write to the response that is not sent, and to the request.
func (c *serverCall) readResponse() {
	resp := c.response()
	if resp == &c.req.Response && c.req.Hijacked() && noResponse(c.req) {
		return
	}
	c.status = resp.StatusCode()
	c.attrs.Int(httpconv.KeyStatus, c.status)
	if !httpconv.Options.BodySize || resp.IsBodyStream() {
		return
	}
	c.sent = 0
	if !c.head && !resp.SkipBody {
		c.sent = int64(len(resp.Body()))
	}
	c.attrs.Int(httpconv.KeyBodySize, int(c.sent))
}

// hijackNoResponse is where a context keeps that nothing is to be sent.
var hijackNoResponse = func() hook.Field {
	f, _ := hook.FieldOf(reflect.TypeFor[*fasthttp.RequestCtx](), "hijackNoResponse", reflect.TypeFor[bool]())
	return f
}()

func noResponse(ctx *fasthttp.RequestCtx) bool {
	p := (*bool)(hijackNoResponse.Of(ctx))
	return p != nil && *p
}

// end is for a handler that has returned, or is left by a panic. A body that is a stream
// is written after it.
func (c *serverCall) end() {
	defer hook.Guard()
	c.scope.Leave()
	if !c.returned {
		c.attrs.Reset()
		c.sent = -1
	}
	if c.returned && c.ctx.watched && c.response() == &c.req.Response && c.req.Response.IsBodyStream() && !c.req.Hijacked() {
		writing.add(c.req, c)
		return
	}
	c.close()
}

// close ends the span.
func (c *serverCall) close() {
	if c.ctx.recording && !c.ctx.Covered() {
		c.record()
	}
	c.measure()
	c.open.Store(nil)
	c.ctx.finish()
	if !c.ctx.Covered() {
		c.span.End()
	}

	c.attrs.Reset()
	c.span, c.ctx, c.req, c.scope, c.active = nil, nil, nil, hook.Scope{}, hook.Up{}
	c.returned, c.head, c.status, c.received, c.sent = false, false, 0, 0, 0
	c.carrier, c.version = carrier{}, ""
	serverCalls.Put(c)
}

// record puts how the request ended on the span.
func (c *serverCall) record() {
	if !c.returned {
		hook.RecordPanic(c.span)
	} else if c.status >= 500 {
		c.attrs.Str(httpconv.KeyErrorType, strconv.Itoa(c.status))
		c.span.SetStatus(codes.Error, "")
	}
	c.span.SetAttributes(c.attrs.List()...)
	if h := httpconv.Options.ServerResponse; len(h) > 0 && c.returned {
		h.Record(c.span, valuesOf(&c.response().Header))
	}
}

// valuesOf returns what copies the values of a header.
func valuesOf(h interface{ PeekAll(string) [][]byte }) func(name string) []string {
	return func(name string) (values []string) {
		for _, v := range h.PeekAll(name) {
			values = append(values, string(v))
		}
		return values
	}
}

func (c *serverCall) measure() {
	c.active.Down()
	if !server.Measures() || !c.ctx.watched || c.ctx.Measured() {
		return
	}
	served := httpconv.Served{Method: c.ctx.method, Scheme: c.scheme, Version: c.version, Route: c.ctx.knownRoute(), Status: c.status}
	if !c.returned {
		served.ErrorType = hook.PanicType()
	}
	server.Record(c.ctx, c.ctx.Span(), c.begin, &served, c.received, c.sent)
}

// SetRoute takes the route from a router, the first that tells: routers and their
// handlers call each other, and the innermost knows. No pattern is none for good.
func (c *serverContext) SetRoute(pattern, _ string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || c.routed {
		return
	}
	c.routed, c.route = true, pattern
	if pattern != "" && c.span.IsRecording() {
		c.span.SetName(c.method + " " + pattern)
		c.span.SetAttributes(httpconv.KeyRoute.String(pattern))
	}
}

func (c *serverContext) knownRoute() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.route
}

// finish takes no route any more, and lets go of the span.
func (c *serverContext) finish() {
	c.mu.Lock()
	c.ended, c.span = true, nil
	c.mu.Unlock()
}

// abandon ends the span of a request that will not end itself.
func (c *serverContext) abandon() {
	defer hook.Guard()
	c.mu.Lock()
	span := c.span
	c.mu.Unlock()
	if span != nil && !c.Covered() {
		span.End()
	}
}
