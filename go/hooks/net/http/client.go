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
//
// Where the span is not recorded, and the context holds it anyway, [SendEnter] adds
// the headers, if it will see the request.
func ClientEnter(t *http.Transport, req *http.Request) (newReq *http.Request, leave func(), after func(*http.Response, error) (*http.Response, error)) {
	if !client.On() {
		return req, nil, gotResponse
	}
	return clientEnter(t, req)
}

// H2ClientEnter is woven into golang.org/x/net/http2's (*Transport).RoundTripOpt,
// for programs that use that transport by itself. Below net/http's it finds the
// span sent already.
func H2ClientEnter(req *http.Request) (newReq *http.Request, leave func(), after func(*http.Response, error) (*http.Response, error)) {
	return ClientEnter(nil, req)
}

func gotResponse(resp *http.Response, err error) (*http.Response, error) { return resp, err }

// clientCall is what the hook keeps of a round trip until that has ended. It is used again then.
type clientCall struct {
	clientState
	leave   func() // c.leaves and c.response, made once
	after   func(*http.Response, error) (*http.Response, error)
	ours    bodyFuncs // c.atEnd and c.atClose
	carrier carrier
	attrs   httpconv.Attrs
}

// clientState is what is the round trip's own.
type clientState struct {
	roundTrip
	returned bool
	req      *http.Request  // the caller's
	copied   *clientContext // of the request that goes on, if that is another
	at       bodyAt         // where the body calls us, if it does
	own      bodyFuncs      // and what it calls without us
}

var clientCalls sync.Pool // New is set in init

func newClientCall() any {
	c := new(clientCall)
	c.leave, c.after = c.leaves, c.response
	c.ours = bodyFuncs{c.atEnd, c.atClose}
	return c
}

// clientContext is the context of the copied request.
type clientContext struct {
	context.Context
	orig *http.Request
	req  *http.Request // the copy, which has this context: nearly always made
	made http.Request
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

func clientEnter(t *http.Transport, req *http.Request) (newReq *http.Request, leave func(), after func(*http.Response, error) (*http.Response, error)) {
	newReq, after = req, gotResponse
	defer hook.Guard()
	if c := beginClient(t, req); c != nil {
		if after = c.after; hook.Recorded(c.span) {
			leave = c.leave
		}
		if c.copied != nil {
			newReq = c.copied.req
		}
	}
	return newReq, leave, after
}

// beginClient begins a round trip; nil if it is to be left alone.
func beginClient(t *http.Transport, req *http.Request) *clientCall {
	if req == nil || req.URL == nil || req.Header == nil {
		return nil // net/http refuses it
	}
	ctx := req.Context()
	held := spanIn(ctx)
	if !traced(ctx, held, req) {
		return nil
	}
	c := clientCalls.Get().(*clientCall)
	if len(req.Header) > 0 && len(req.Header["Traceparent"]) > 0 {
		ctx, held = passedOn(ctx, req.Header)
	}
	c.req = req
	name := httpconv.MethodName(req.Method)
	ctx, c.span = client.BeginIn(ctx, held, name, trace.SpanKindClient, c)
	if client.Measures() {
		c.measures(ctx, req, name)
	}
	if u, ok := c.span.(*hook.Unrecorded); !ok || held != trace.Span(u) || !sendAdds(t, req) {
		c.inject(ctx, req)
	}
	return c
}

// passedOn returns ctx with the span that the program passes on by itself in h, unless there is
// another.
//
//go:noinline
func passedOn(ctx context.Context, h http.Header) (context.Context, trace.Span) {
	ctx, held := hook.CurrentIn(ctx)
	if !held.SpanContext().IsValid() {
		ctx = client.Extract(ctx, headers(h))
		held = hook.SpanIn(ctx)
	}
	return ctx, held
}

// traced says whether a round trip gets a span: not if it is none over HTTP, not
// the telemetry's own, not if its caller wants none, and not if it is the continuation
// of one that has a span. The request's context holds the span that is held.
func traced(ctx context.Context, held trace.Span, req *http.Request) bool {
	if s := req.URL.Scheme; s != "http" && s != "https" {
		return false
	}
	if s := hook.SuppressionIn(ctx); s.All() || s.HTTPClient() {
		return false
	}
	return len(req.Header) == 0 || !exported(req.Header) && !spanSent(ctx, held, req.Header)
}

// exported says whether the request is sent by an OTLP exporter of the program's.
func exported(h http.Header) bool {
	agent := h["User-Agent"]
	return len(agent) > 0 && httpconv.Exporter(agent[0])
}

// spanSent says whether the request's headers already carry the span that is in
// its context: then a transport around this one (ours, below a registered
// protocol, or another instrumentation's) has made the span.
func spanSent(ctx context.Context, held trace.Span, h http.Header) bool {
	sent := h["Traceparent"]
	if len(sent) == 0 {
		return false
	}
	if cc, ok := ctx.Value(clientKey{}).(*clientContext); ok && len(cc.sent) > 0 && &sent[0] == &cc.sent[0] {
		return true
	}
	return len(sent) == 1 && httpconv.Carries(sent[0], held.SpanContext())
}

// inject has the transport go on with a copy of the request, with ctx, and with what it propagates in
// its headers.
//
//go:noinline
func (c *clientCall) inject(ctx context.Context, req *http.Request) {
	cc := &clientContext{Context: ctx, orig: req, made: *req, recording: c.span.IsRecording()}
	if cc.recording {
		recording.Add(1)
		if h := httpconv.Options.ClientRequest; len(h) > 0 {
			h.Record(c.span, req.Header.Values)
		}
	}
	h := make(http.Header, len(req.Header)+2)
	for k, v := range req.Header {
		h[k] = v[:len(v):len(v)] // who appends, copies
	}
	c.carrier = carrier{headers: headers(h), room: &cc.room}
	client.Inject(ctx, &c.carrier)
	cc.sent = h["Traceparent"]
	cc.req = &cc.made
	if cc.req.Header = h; !setContext(cc.req, cc) {
		cc.req = cc.req.WithContext(cc)
	}
	c.copied = cc
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
	address, port := httpconv.SplitPort(req.URL.Host)
	a.Str(httpconv.KeyServerAddress, address)
	if port == 0 {
		port = defaultPort(req.URL)
	}
	a.Int(httpconv.KeyServerPort, port)
	if n := resends(req); n > 0 {
		a.Int(httpconv.KeyResendCount, n)
	}
	return a.List()
}

// defaultPort is the port of a URL that names none.
func defaultPort(u *url.URL) int {
	if u.Scheme == "https" {
		return 443
	}
	return 80
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

// response is the after function: the round trip has returned. For a span that is not recorded there is
// no leave function, and it does what that does.
func (c *clientCall) response(resp *http.Response, err error) (*http.Response, error) {
	c.returned = true
	c.handleResponse(resp, err)
	if !hook.Recorded(c.span) {
		c.leaves()
	}
	return resp, err
}

func (c *clientCall) handleResponse(resp *http.Response, err error) {
	defer hook.Guard()
	if err != nil || resp == nil {
		c.failed(resp, err)
		return
	}
	c.restore(resp)
	c.key.Status, c.key.Version = resp.StatusCode, protocolVersion(resp.ProtoMajor, resp.ProtoMinor)
	if !resp.Uncompressed {
		c.got = resp.ContentLength
	}
	if hook.Recorded(c.span) {
		c.responseAttrs(resp)
	}
	c.endWithBody(resp)
}

// restore gives the response the caller's request, in the place of our copy, or the transport's of
// that.
func (c *clientCall) restore(resp *http.Response) {
	if resp.Request == nil {
		return
	}
	if cc, ok := resp.Request.Context().(*clientContext); ok {
		resp.Request = cc.orig
	}
}

// failed ends a round trip without a response.
//
//go:noinline
func (c *clientCall) failed(resp *http.Response, err error) {
	if resp != nil {
		c.restore(resp)
	}
	if c.copied != nil && c.copied.peer != nil { // where it was sent, if it was
		c.attrs.Reset()
		c.attrs.Remote(c.copied.peer)
		c.span.SetAttributes(c.attrs.List()...)
	}
	c.end(c.recordError(err))
}

func (c *clientCall) responseAttrs(resp *http.Response) {
	a := &c.attrs
	a.Reset()
	a.Int(httpconv.KeyStatus, resp.StatusCode)
	a.Str(httpconv.KeyProtocolVersion, protocolVersion(resp.ProtoMajor, resp.ProtoMinor))
	if c.copied != nil {
		a.Remote(c.copied.peer)
	}
	if resp.StatusCode >= 400 {
		a.Str(httpconv.KeyErrorType, statusText(resp.StatusCode))
		c.span.SetStatus(codes.Error, "")
	}
	c.span.SetAttributes(a.List()...)
	if h := httpconv.Options.ClientResponse; len(h) > 0 {
		h.Record(c.span, resp.Header.Values)
	}
}

// leaves is the leave function. A body that tells when it ends has the call until then.
func (c *clientCall) leaves() {
	if !c.returned {
		c.panicked()
	}
	if c.copied != nil {
		c.leavesCopy()
	}
	if c.at.fn == nil {
		c.release()
	}
}

//go:noinline
func (c *clientCall) panicked() {
	defer hook.Guard()
	hook.RecordPanic(c.span)
	c.end(hook.PanicType())
}

// leavesCopy lets go of the copied request.
//
//go:noinline
func (c *clientCall) leavesCopy() {
	if c.copied.recording {
		recording.Add(-1)
	}
	c.copied = nil
	c.attrs.Reset()
	c.carrier = carrier{}
}

// release has the call used again.
func (c *clientCall) release() {
	c.clientState = clientState{}
	clientCalls.Put(c)
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
