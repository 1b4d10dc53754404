package http

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// ClientEnter is woven into (*net/http.Transport).roundTrip. The transport goes
// on with a copy of the request that carries the span in its context and its
// headers; the caller's request stays as it is, and is the response's again when
// the round trip returns. The span ends with the response's body.
func ClientEnter(req *http.Request) (newReq *http.Request, leave func(), after func(*http.Response, error) (*http.Response, error)) {
	if !client.On() {
		return req, nil, gotResponse
	}
	return clientEnter(req)
}

// H2ClientEnter is woven into golang.org/x/net/http2's (*Transport).RoundTripOpt,
// for programs that use that transport by itself. Below net/http's it finds the
// span sent already.
func H2ClientEnter(req *http.Request) (newReq *http.Request, leave func(), after func(*http.Response, error) (*http.Response, error)) {
	return ClientEnter(req)
}

func gotResponse(resp *http.Response, err error) (*http.Response, error) { return resp, err }

// clientCall is what the hook keeps while the round trip runs. It is used again.
type clientCall struct {
	span     trace.Span
	returned bool
	req      *http.Request // until the span has begun
	attrs    httpconv.Attrs
	carrier  carrier
	measure  clientMeasure
	ctx      *clientContext

	leave func() // c.end and c.response, made once
	after func(*http.Response, error) (*http.Response, error)
}

var clientCalls sync.Pool // New is set in init

func newClientCall() any {
	c := new(clientCall)
	c.leave, c.after = c.end, c.response
	return c
}

// clientContext is the context of the copied request.
type clientContext struct {
	context.Context
	orig *http.Request
	made http.Request // which has this context
	sent []string     // the Traceparent that was injected
	room [2][1]string // for the injected values

	recording bool     // the span wants to know of
	peer      net.Addr // where the request was sent
}

// String is that of the context within, as far as the program prints contexts.
func (c *clientContext) String() string { return fmt.Sprint(c.Context) }

type clientKey struct{}

func (c *clientContext) Value(key any) any {
	if _, ok := key.(clientKey); ok {
		return c
	}
	return c.Context.Value(key)
}

func clientEnter(req *http.Request) (newReq *http.Request, leave func(), after func(*http.Response, error) (*http.Response, error)) {
	newReq, after = req, gotResponse
	defer hook.Guard()
	if !traced(req) {
		return newReq, nil, after
	}
	c := clientCalls.Get().(*clientCall)
	ctx := hook.WithCurrent(req.Context())
	if len(req.Header["Traceparent"]) > 0 && !trace.SpanContextFromContext(ctx).IsValid() {
		c.carrier.h = req.Header // the program passes a trace on by itself
		ctx = client.Extract(ctx, &c.carrier)
	}
	c.req = req
	name := httpconv.MethodName(req.Method)
	ctx, c.span = client.BeginEntry(ctx, name, trace.SpanKindClient, c)
	c.req = nil
	c.measure = measureClient(ctx, req, name)
	if h := httpconv.Options.ClientRequest; len(h) > 0 && c.span.IsRecording() {
		h.Record(c.span, req.Header.Values)
	}
	return c.inject(ctx, req), c.leave, c.after
}

// traced says whether a round trip gets a span: not if it is none over HTTP, not
// the telemetry's own, not if its caller wants none, and not if it is the continuation
// of one that has a span.
func traced(req *http.Request) bool {
	if req == nil || req.URL == nil || req.Header == nil {
		return false // net/http refuses it
	}
	if s := req.URL.Scheme; s != "http" && s != "https" {
		return false
	}
	ctx := req.Context()
	if s := hook.SuppressionIn(ctx); s.All() || s.HTTPClient() || exported(req.Header) {
		return false
	}
	return !spanSent(ctx, req.Header)
}

// exported says whether the request is sent by an OTLP exporter of the program's.
func exported(h http.Header) bool {
	agent := h["User-Agent"]
	return len(agent) > 0 && httpconv.Exporter(agent[0])
}

// spanSent says whether the request's headers already carry the span that is in
// its context: then a transport around this one (ours, below a registered
// protocol, or another instrumentation's) has made the span.
func spanSent(ctx context.Context, h http.Header) bool {
	sent := h["Traceparent"]
	if len(sent) == 0 {
		return false
	}
	if cc, ok := ctx.Value(clientKey{}).(*clientContext); ok && len(cc.sent) > 0 && &sent[0] == &cc.sent[0] {
		return true
	}
	return len(sent) == 1 && httpconv.Carries(sent[0], trace.SpanContextFromContext(ctx))
}

// inject returns a copy of the request with ctx, and with what it propagates in
// its headers.
func (c *clientCall) inject(ctx context.Context, req *http.Request) *http.Request {
	cc := &clientContext{Context: ctx, orig: req, made: *req, recording: c.span.IsRecording()}
	c.ctx = cc
	h := make(http.Header, len(req.Header)+2)
	for k, v := range req.Header {
		h[k] = v[:len(v):len(v)] // who appends, copies
	}
	c.carrier = carrier{h: h, room: &cc.room}
	client.Inject(ctx, &c.carrier)
	cc.sent = h["Traceparent"]
	r := &cc.made
	if r.Header = h; !setContext(r, cc) {
		r = r.WithContext(cc)
	}
	return r
}

// CancelKeyEnter is woven into (*net/http.Transport).prepareTransportCancel, so
// that the deprecated Transport.CancelRequest finds the caller's own request.
func CancelKeyEnter(req *http.Request) (newReq *http.Request) {
	if req != nil {
		if cc, ok := req.Context().(*clientContext); ok {
			return cc.orig
		}
	}
	return req
}

// Describe returns the attributes that are known of the request when it is sent.
func (c *clientCall) Describe() []attribute.KeyValue {
	a, req := &c.attrs, c.req
	a.Reset()
	a.Method(req.Method)
	a.Str(httpconv.KeyURLFull, fullURL(req.URL, httpconv.Options.Query))
	address, port := serverOf(req.URL)
	a.Str(httpconv.KeyServerAddress, address)
	a.Int(httpconv.KeyServerPort, port)
	if n := resends(req); n > 0 {
		a.Int(httpconv.KeyResendCount, n)
	}
	return a.List()
}

// serverOf returns the server that a URL names.
func serverOf(u *url.URL) (address string, port int) {
	address, port = httpconv.SplitPort(u.Host)
	if port == 0 {
		port = 80
		if u.Scheme == "https" {
			port = 443
		}
	}
	return address, port
}

// fullURL is url.full, without the fragment, which is not sent. Opaque is what is sent
// in the request line: "//host/path" or a path.
func fullURL(u *url.URL, policy httpconv.QueryPolicy) string {
	parts := httpconv.URL{Scheme: u.Scheme, Host: u.Host, User: u.User != nil}
	if u.Opaque == "" {
		parts.Path, parts.Query = u.EscapedPath(), u.RawQuery
	}
	return parts.Full(policy)
}

// resends returns how many redirects have led to this request.
func resends(req *http.Request) (n int) {
	for n < 100 && req != nil && req.Response != nil {
		req = req.Response.Request
		n++
	}
	return n
}

// response is the after function: the round trip has returned.
func (c *clientCall) response(resp *http.Response, err error) (*http.Response, error) {
	c.returned = true
	c.handleResponse(resp, err)
	return resp, err
}

func (c *clientCall) handleResponse(resp *http.Response, err error) {
	defer hook.Guard()
	if resp != nil && resp.Request != nil {
		// Our copy, or the transport's of that.
		if cc, ok := resp.Request.Context().(*clientContext); ok {
			resp.Request = cc.orig
		}
	}
	span := c.span
	if err != nil || resp == nil {
		c.peerAttrs(span)
		c.measure.end(recordError(span, err, c.measure.ctx != nil))
		span.End()
		return
	}
	if span.IsRecording() {
		c.responseAttrs(resp)
	}
	c.measure.answered(resp)
	endWithBody(span, resp, c.measure)
}

func (c *clientCall) responseAttrs(resp *http.Response) {
	a := &c.attrs
	a.Reset()
	a.Int(httpconv.KeyStatus, resp.StatusCode)
	a.Str(httpconv.KeyProtocolVersion, protocolVersion(resp.ProtoMajor, resp.ProtoMinor))
	a.Remote(c.ctx.peer)
	if resp.StatusCode >= 400 {
		a.Str(httpconv.KeyErrorType, statusText(resp.StatusCode))
		c.span.SetStatus(codes.Error, "")
	}
	c.span.SetAttributes(a.List()...)
	if h := httpconv.Options.ClientResponse; len(h) > 0 {
		h.Record(c.span, resp.Header.Values)
	}
}

// peerAttrs tells a span without response where the request was sent, if it was.
func (c *clientCall) peerAttrs(span trace.Span) {
	if c.ctx.peer != nil {
		c.attrs.Reset()
		c.attrs.Remote(c.ctx.peer)
		span.SetAttributes(c.attrs.List()...)
	}
}

// end is the leave function.
func (c *clientCall) end() {
	defer hook.Guard()
	if !c.returned {
		hook.RecordPanic(c.span)
		c.measure.end(hook.PanicType())
		c.span.End()
	}
	c.attrs.Reset()
	c.measure = clientMeasure{}
	c.span, c.req, c.ctx, c.returned, c.carrier = nil, nil, nil, false, carrier{}
	clientCalls.Put(c)
}

// recordError records that the round trip, or reading the body, failed. It
// returns error.type, if the span or metrics want to know.
func recordError(span trace.Span, err error, measured bool) (kind string) {
	if !measured && !span.IsRecording() {
		return ""
	}
	if err == nil {
		err = errors.New("no response")
	}
	kind = errorType(err)
	if span.IsRecording() {
		span.SetAttributes(httpconv.KeyErrorType.String(kind))
		span.SetStatus(codes.Error, err.Error())
	}
	return kind
}

// errorType is error.type: few values, whatever happens.
func errorType(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "context.Canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "context.DeadlineExceeded"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "io.ErrUnexpectedEOF"
	case errors.Is(err, io.EOF):
		return "io.EOF"
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return "*net.DNSError"
	}
	if t, ok := err.(net.Error); ok && t.Timeout() {
		return "timeout"
	}
	// The first type that says more than that there is an error.
	for e := err; e != nil; e = errors.Unwrap(e) {
		name := reflect.TypeOf(e).String()
		switch name {
		case "*errors.errorString", "*fmt.wrapError", "*fmt.wrapErrors", "http.nothingWrittenError", "http.transportReadFromServerError":
			continue
		}
		return name
	}
	return "*errors.errorString"
}

// body ends the span of a response when its body has been read to the end, could
// not be read on, or has been closed.
type body struct {
	span    trace.Span
	measure clientMeasure
	from    time.Duration // when the response was there, by hook.Clock
	done    atomic.Bool

	io.ReadCloser // what Read and Close are of, where the body had to be wrapped

	fn    func(error) error // the functions of net/http's that ours stand before
	early func() error

	prev, next *body // in open
}

// finish ends the span, once.
func (b *body) finish(err error) {
	if !b.done.Swap(true) {
		b.end(err)
	}
}

func (b *body) end(err error) {
	defer hook.Guard()
	open.remove(b)
	kind := ""
	if err != nil && err != io.EOF {
		kind = recordError(b.span, err, b.measure.ctx != nil)
	}
	b.measure.end(kind)
	b.span.End()
}

// abandon ends the span of a body that will not end itself, at the time when the
// response was there: what came later is not known.
func (b *body) abandon() {
	if !b.done.Swap(true) {
		b.measure.endAt(b.from, "")
		b.span.End(trace.WithTimestamp(time.Now().Add(b.from - hook.Clock())))
	}
}

// open are the bodies that have not ended. Programs do forget to read and close
// them; their spans are ended when the program does.
var open bodyList

type bodyList struct {
	mu     sync.Mutex
	last   *body
	atExit sync.Once
}

func (l *bodyList) add(b *body) {
	l.atExit.Do(func() { hook.AtExit(l.abandonAll) })
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.prev = l.last; b.prev != nil {
		b.prev.next = b
	}
	l.last = b
}

func (l *bodyList) remove(b *body) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.prev != nil {
		b.prev.next = b.next
	}
	if b.next != nil {
		b.next.prev = b.prev
	} else if l.last == b {
		l.last = b.prev
	}
	b.prev, b.next = nil, nil
}

func (l *bodyList) abandonAll() {
	l.mu.Lock()
	var all []*body
	for b := l.last; b != nil; b = b.prev {
		all = append(all, b)
	}
	l.mu.Unlock()
	for _, b := range all {
		l.remove(b)
		b.abandon()
	}
}

func (b *body) Read(p []byte) (n int, err error) {
	n, err = b.ReadCloser.Read(p)
	if err != nil {
		b.finish(err)
	}
	return n, err
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.finish(nil)
	return err
}

// atEnd is called by net/http when the body ends, with io.EOF or an error.
func (b *body) atEnd(err error) error {
	err = b.fn(err) // which says more, if the request was cancelled
	b.finish(err)
	return err
}

// atClose is called by net/http when the body is closed before its end.
func (b *body) atClose() error {
	b.finish(nil)
	return b.early()
}

// endWithBody has the span and what measures it end when the response's body does.
func endWithBody(span trace.Span, resp *http.Response, measure clientMeasure) {
	if resp.Body == nil || resp.Body == http.NoBody || resp.StatusCode == http.StatusSwitchingProtocols {
		measure.end("")
		span.End()
		return
	}
	if !span.IsRecording() && measure.ctx == nil {
		return // nothing will be exported: no need to know
	}
	b := &body{span: span, measure: measure, from: hook.Clock()}
	f := bodies.get(resp.Body, findBodyFields)
	fn, early := (*func(error) error)(f.fn.Of(resp.Body)), (*func() error)(f.early.Of(resp.Body))
	if fn != nil && early != nil && *fn != nil && *early != nil {
		b.fn, b.early = *fn, *early
		open.add(b)
		*fn, *early = b.atEnd, b.atClose
		return
	}
	if _, ok := resp.Body.(io.Writer); ok {
		measure.end("")
		span.End() // a connection of its own kind, as after an upgrade
		return
	}
	b.ReadCloser = resp.Body
	open.add(b)
	resp.Body = b
}

// bodyFields is where an HTTP/1 response body keeps the functions that it calls
// at its end.
type bodyFields struct {
	fn, early hook.Field
}

var bodies byType[bodyFields]

func findBodyFields(t reflect.Type) (f bodyFields) {
	if t.Kind() != reflect.Pointer || t.Elem().PkgPath() != "net/http" {
		return bodyFields{}
	}
	prefix := ""
	switch t.Elem().Name() {
	case "bodyEOFSignal":
	case "gzipReader":
		prefix = "body."
	default:
		return bodyFields{}
	}
	var ok, ok2 bool
	f.fn, ok = hook.FieldOf(t, prefix+"fn", reflect.TypeFor[func(error) error]())
	f.early, ok2 = hook.FieldOf(t, prefix+"earlyCloseFn", reflect.TypeFor[func() error]())
	if !ok || !ok2 {
		return bodyFields{}
	}
	return f
}
