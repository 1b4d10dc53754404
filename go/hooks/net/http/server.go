package http

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// ServerEnter is woven into (net/http.serverHandler).ServeHTTP, through which
// every request of a server goes, HTTP/1 and HTTP/2. It puts the span into the
// request's context, in place, and makes it current for the goroutine; leave
// ends it.
func ServerEnter(rw http.ResponseWriter, req *http.Request) (leave, after func()) {
	if !server.On() {
		return nil, returned
	}
	return serverEnter(rw, req)
}

// H2ServerEnter is woven into golang.org/x/net/http2's (*serverConn).runHandler:
// the requests of an h2c server of that package go nowhere else. Those that come
// by TLS go on to serverHandler.ServeHTTP, where they have their span already.
func H2ServerEnter(rw any, req *http.Request) (leave, after func()) {
	if !server.On() {
		return nil, returned
	}
	w, ok := rw.(http.ResponseWriter)
	if !ok {
		return nil, returned
	}
	return serverEnter(w, req)
}

// returned is what a hook without interest in the return gives as after.
func returned() {}

// serverCall is what the hook keeps while the handler runs. It is used again;
// nothing of the program's may point to it.
type serverCall struct {
	_ [0]func() // never compared
	serverState
	leave, after func() // c.leaves and c.back, made once

	open  atomic.Pointer[serverContext] // ctx, while it is in use and its span is recorded
	attrs httpconv.Attrs
}

// serverState is what is the request's own.
type serverState struct {
	_        [0]func()
	span     trace.Span
	ctx      *serverContext
	rw       http.ResponseWriter
	req      *http.Request
	scope    hook.Scope
	begin    time.Duration // of hook.Clock
	active   hook.Up       // it has been counted
	written  int64         // bytes of the body; -1 if not known
	returned bool          // the handler has returned, as opposed to a panic
	key      httpconv.Served
	match    match // what ctx.pending points to
}

var serverCalls sync.Pool // New is set in init

func newServerCall() any {
	c := new(serverCall)
	c.leave, c.after = c.leaves, c.back
	inFlight.Made(c)
	return c
}

// inFlight are the requests that are being served.
var inFlight = httpconv.InFlight[serverCall]{End: func(c *serverCall) {
	if sc := c.open.Load(); sc != nil {
		sc.abandon()
	}
}}

// serverContext is the context that a request gets. It holds the span, and
// takes the route from routers. The program may keep it, so it is never reused.
type serverContext struct {
	active    hook.Active
	method    string // as in the span's name
	path      string // of the request, as it came
	goroutine hook.Goroutine
	recording bool // by the span
	watched   bool // by the span, or by metrics

	ended   bool
	matched int32      // the length of the rest of path that route begins to match at
	mu      sync.Mutex // for these and the two above, which other goroutines than the request's may change
	route   string     // what is known of it, but for what is pending
	pending *match     // with a mux, if there is something; the call's, until that ends

	hook.Entry // otelhttp, otelgin and the like may make the span instead
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

func serverEnter(rw http.ResponseWriter, req *http.Request) (leave, after func()) {
	after = returned
	defer hook.Guard()
	hook.GrowStack()
	if c := beginServer(rw, req); c != nil {
		leave, after = c.leave, c.after
	}
	return leave, after
}

// beginServer begins a request; nil if it has its span, or gets none.
func beginServer(rw http.ResponseWriter, req *http.Request) *serverCall {
	parent := req.Context()
	if _, ok := parent.(*serverContext); ok || req.URL == nil || req.Method == "PRI" {
		return nil // PRI: the preface of an HTTP/2 connection, no request
	}
	c := serverCalls.Get().(*serverCall)
	c.req = req
	name := httpconv.MethodName(req.Method)
	sc := &serverContext{method: name, path: req.URL.Path, pending: &c.match}
	span := sc.Begin(&server.Instrumentation, parent, headers(req.Header), name, trace.SpanKindServer, c)
	if span == nil {
		return c.unused()
	}
	sc.active.Ctx, sc.goroutine = sc, hook.ThisGoroutine()
	setContext(req, sc)
	c.span, c.ctx, c.rw = span, sc, rw
	if hook.Recorded(span) {
		c.beginRecorded()
	}
	if sc.recording || server.Measures() {
		sc.watched = true
		c.begin, c.key.Method, c.key.Scheme = hook.Clock(), name, schemeOf(req)
		c.active = server.Begin(sc, &c.key)
	}
	c.scope = sc.MakeCurrent(&sc.active)
	return c
}

// unused lets go of the call of a request that gets no span.
//
//go:noinline
func (c *serverCall) unused() *serverCall {
	c.release()
	return nil
}

// beginRecorded is what a span needs of which somebody may want to know.
//
//go:noinline
func (c *serverCall) beginRecorded() {
	if c.ctx.recording = c.span.IsRecording(); !c.ctx.recording {
		return
	}
	inFlight.Begins()
	c.open.Store(c.ctx)
	if h := httpconv.Options.ServerRequest; len(h) > 0 {
		h.Record(c.span, c.req.Header.Values)
	}
}

// Describe returns the attributes that are known of the request when it comes.
func (c *serverCall) Describe() []attribute.KeyValue {
	a, req := &c.attrs, c.req
	a.Reset()
	a.Method(req.Method)
	a.Str(httpconv.KeyURLScheme, schemeOf(req))
	a.Str(httpconv.KeyURLPath, req.URL.Path)
	a.Str(httpconv.KeyURLQuery, httpconv.RedactQuery(req.URL.RawQuery, httpconv.Options.Query))
	a.Str(httpconv.KeyProtocolVersion, protocolVersion(req.ProtoMajor, req.ProtoMinor))

	a.Server(req.Host)
	peer, port := httpconv.SplitPort(req.RemoteAddr)
	a.Peer(peer, port, req.Header.Values)
	if ua := req.Header["User-Agent"]; len(ua) > 0 {
		a.Str(httpconv.KeyUserAgent, ua[0])
	}
	return a.List()
}

func schemeOf(req *http.Request) string {
	if req.TLS != nil {
		return "https"
	}
	return "http"
}

// back is the after function: the handler has returned. golang.org/x/net's server
// lets go of its response before leave.
func (c *serverCall) back() {
	defer hook.Guard()
	c.returned = true
	c.end()
}

// leaves is the leave function.
func (c *serverCall) leaves() {
	if !c.returned {
		c.panicked()
	}
	c.release()
}

//go:noinline
func (c *serverCall) panicked() {
	defer hook.Guard()
	c.end()
}

// end ends the request, which has been answered, or has not.
func (c *serverCall) end() {
	sc := c.ctx
	c.scope.Leave()
	c.key.Route = sc.finish(c.req, c.returned)
	if sc.watched {
		c.readResponse()
	}
	if sc.recording {
		c.endRecorded()
	}
	if sc.watched {
		c.measure()
	}
	if !sc.Covered() {
		c.span.End()
	}
}

// readResponse reads what was written.
func (c *serverCall) readResponse() {
	res := writers.get(c.rw, findWriterFields)
	c.key.Status = res.statusOf(c.rw)
	if c.key.Status == 0 && c.returned && res.known && !res.hijackedOf(c.rw) {
		c.key.Status = http.StatusOK // as net/http will write it
	}
	c.written = -1
	if p := (*int64)(res.written.Of(c.rw)); p != nil && httpconv.Options.BodySize {
		c.written = *p
	}
}

// release has the call used again.
func (c *serverCall) release() {
	c.serverState = serverState{}
	serverCalls.Put(c)
}

// endRecorded puts how the request ended on the span.
//
//go:noinline
func (c *serverCall) endRecorded() {
	c.open.Store(nil)
	c.attrs.Reset()
	if !c.ctx.Covered() {
		c.record()
		c.attrs.Reset()
	}
}

func (c *serverCall) record() {
	if c.key.Status != 0 {
		c.attrs.Int(httpconv.KeyStatus, c.key.Status)
	}
	if c.written >= 0 {
		c.attrs.Int(httpconv.KeyBodySize, int(c.written))
	}
	if !c.returned {
		c.recordPanic()
	} else if c.key.Status >= 500 {
		c.attrs.Str(httpconv.KeyErrorType, statusText(c.key.Status))
		c.span.SetStatus(codes.Error, "")
	}
	c.span.SetAttributes(c.attrs.List()...)
	if h := httpconv.Options.ServerResponse; len(h) > 0 {
		h.Record(c.span, c.rw.Header().Values)
	}
}

const abortType = "net/http.ErrAbortHandler"

// recordPanic records that the handler did not return. http.ErrAbortHandler is
// how a handler breaks off a response, an error but not a fault.
func (c *serverCall) recordPanic() {
	if value, _ := hook.Panic(); value == http.ErrAbortHandler {
		c.attrs.Str(httpconv.KeyErrorType, abortType)
		c.span.SetStatus(codes.Error, "response aborted")
		return
	}
	hook.RecordPanic(c.span)
}

// SetRoute takes the route from a router. A router below another sees only the
// rest of the path: then its route is that of the outer one up to there, and its
// own. It keeps nothing of path.
func (c *serverContext) SetRoute(pattern, path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	c.setRoute(pattern, path)
}

// setRoute is SetRoute with c.mu held.
func (c *serverContext) setRoute(pattern, path string) {
	if c.ended || pattern == "" {
		return
	}
	rest := len(path)
	switch {
	case !strings.HasSuffix(c.path, path):
		rest = -1 // rewritten: not to be joined with anything
	case c.route != "" && rest <= int(c.matched):
		pattern = joinRoute(c.route, c.path[len(c.path)-int(c.matched):len(c.path)-rest], pattern)
		rest = int(c.matched)
	}
	c.route, c.matched = pattern, int32(rest)
	if c.recording {
		c.Own().SetName(c.method + " " + c.route)
		c.Own().SetAttributes(httpconv.KeyRoute.String(c.route))
	}
}

// finish returns the route of a request that has been answered, or has not, and takes none any more.
// Where ServeMux is not woven, or another router sets the pattern, the request has it.
func (c *serverContext) finish(req *http.Request, answered bool) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.settle(); c.route == "" && answered && req.Method != http.MethodConnect {
		c.setRoute(routePath(req.Pattern), c.path)
	}
	c.ended, c.pending = true, nil
	return c.route
}

// abandon ends the span of a request that will not end itself.
func (c *serverContext) abandon() {
	defer hook.Guard()
	c.mu.Lock()
	c.settle()
	ended := c.ended
	c.mu.Unlock()
	if !ended && !c.Covered() {
		c.Own().End()
	}
}

// joinRoute returns the route of a router below another, which has matched a
// prefix of the path: /api/{v}/ with /api/1, then /users/{id}, is
// /api/{v}/users/{id}.
func joinRoute(outer, prefix, inner string) string {
	end := 0
	for n := strings.Count(prefix, "/"); n > 0; n-- {
		if end == len(outer) {
			return inner // outer says less than the prefix: it has a wildcard for many segments
		}
		next := strings.IndexByte(outer[end+1:], '/')
		if next < 0 {
			end = len(outer)
		} else {
			end += 1 + next
		}
	}
	if end == 0 || inner[0] != '/' {
		return inner
	}
	return outer[:end] + inner
}

// routePath is the path of a ServeMux pattern "[METHOD ][HOST]/[PATH]".
func routePath(pattern string) string {
	if slash := strings.IndexByte(pattern, '/'); slash >= 0 {
		return pattern[slash:]
	}
	return ""
}

// MuxEnter is woven into (*net/http.ServeMux).ServeHTTP, which will look up the pattern of the
// request and note it there.
func MuxEnter(mux *http.ServeMux, req *http.Request) {
	if server.On() {
		muxEnter(mux, req)
	}
}

func muxEnter(mux *http.ServeMux, req *http.Request) {
	defer hook.Guard()
	ctx := req.Context()
	c, ok := ctx.(*serverContext)
	if !ok {
		c, ok = ctx.Value(hook.RouterKey{}).(*serverContext)
	}
	if ok && c.watched && req.URL != nil && req.RequestURI != "*" && req.Method != http.MethodConnect { // of CONNECT, the "pattern" may be the path
		c.matches(&match{mux: mux, req: req, method: req.Method, host: req.Host, path: req.URL.Path, rawPath: req.URL.RawPath, waits: true})
	}
}

// matches notes that a mux is about to look up the pattern.
func (c *serverContext) matches(m *match) {
	if !c.goroutine.Is() || hook.Excluding() {
		// A middleware has started a goroutine for it, and may not wait (http.TimeoutHandler); or
		// what is called from the handler is left out, or not, by the route.
		c.SetRoute(m.look(), m.path)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.settle(); !c.ended {
		*c.pending = *m
	}
}

// match is a request for which a ServeMux is about to find the pattern.
type match struct {
	_   [0]func() // never compared
	mux *http.ServeMux
	req *http.Request

	method, host, path, rawPath string // of req, as the mux gets it

	waits bool // for what the mux will note
}

// settle gives c what is pending of its route; c.mu is held. What the mux has noted in the request
// only the goroutine knows in which it did.
func (c *serverContext) settle() {
	m := c.pending
	if m == nil || !m.waits {
		return
	}
	m.waits = false
	pattern := ""
	if c.goroutine.Is() {
		pattern = routePath(m.req.Pattern)
	}
	if pattern == "" || pattern != "/" && strings.HasSuffix(pattern, "/") {
		pattern = m.look() // not known; or the mux is that of Go 1.21, or may have noted the path with a slash
	}
	c.setRoute(pattern, m.path)
}

// look returns the path of the pattern that the request matches.
func (m *match) look() string {
	return routePath(patternOf(m.mux, &http.Request{Method: m.method, Host: m.host, URL: &url.URL{Path: m.path, RawPath: m.rawPath}}))
}

var redirection = reflect.TypeOf(http.RedirectHandler("/", http.StatusMovedPermanently))

// patternOf returns the pattern that the request matches. Where ServeMux adds a
// slash to the path, it says the new path instead of the pattern.
func patternOf(mux *http.ServeMux, req *http.Request) string {
	handler, pattern := mux.Handler(req)
	if strings.HasSuffix(pattern, "/") && reflect.TypeOf(handler) == redirection {
		_, pattern = mux.Handler(&http.Request{Method: req.Method, Host: req.Host, URL: &url.URL{Path: routePath(pattern)}})
	}
	return pattern
}

// writerFields is where a response writer of net/http (or of
// golang.org/x/net/http2) keeps what it has written.
type writerFields struct {
	status, written, hijacked hook.Field
	known                     bool // status was found
}

var writers byType[writerFields]

// findWriterFields knows, in this order: HTTP/1; HTTP/2 up to Go 1.26 and that of
// x/net; HTTP/2 from Go 1.27 on.
func findWriterFields(t reflect.Type) (f writerFields) {
	elem := t
	if t.Kind() == reflect.Pointer {
		elem = t.Elem()
	}
	if pkg := elem.PkgPath(); pkg != "net/http" && !strings.HasSuffix(pkg, "golang.org/x/net/http2") {
		return writerFields{}
	}
	for _, p := range []struct{ status, written, hijacked string }{
		{"status", "written", "conn.hijackedv"},
		{"rws.status", "rws.wroteBytes", ""},
		{"ResponseWriter.rws.status", "ResponseWriter.rws.wroteBytes", ""},
	} {
		var ok bool
		if f.status, ok = hook.FieldOf(t, p.status, reflect.TypeFor[int]()); !ok {
			continue
		}
		f.known = true
		f.written = fieldOrNone(t, p.written, reflect.TypeFor[int64]())
		f.hijacked = fieldOrNone(t, p.hijacked, reflect.TypeFor[bool]())
		return f
	}
	return writerFields{}
}

func fieldOrNone(t reflect.Type, path string, want reflect.Type) hook.Field {
	if f, ok := hook.FieldOf(t, path, want); ok && path != "" {
		return f
	}
	return hook.Field{}
}

func (f *writerFields) statusOf(rw http.ResponseWriter) int {
	if p := (*int)(f.status.Of(rw)); p != nil && f.known {
		return *p
	}
	return 0
}

func (f *writerFields) hijackedOf(rw http.ResponseWriter) bool {
	p := (*bool)(f.hijacked.Of(rw))
	return p != nil && *p
}
