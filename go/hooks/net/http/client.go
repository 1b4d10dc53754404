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

func clientEnter(t *http.Transport, req *http.Request) (newReq *http.Request, leave func(), after func(*http.Response, error) (*http.Response, error)) {
	newReq, after = req, gotResponse
	defer hook.Guard()
	if req == nil || req.URL == nil || req.Header == nil {
		return newReq, nil, after // net/http refuses it
	}
	ctx := req.Context()
	held := spanIn(ctx)
	if !traced(ctx, held, req) {
		return newReq, nil, after
	}
	c := clientCalls.Get().(*clientCall)
	if len(req.Header["Traceparent"]) > 0 {
		ctx = c.passedOn(ctx, req.Header)
		held = hook.SpanIn(ctx)
	}
	c.req = req
	name := httpconv.MethodName(req.Method)
	ctx, c.span = client.BeginIn(ctx, held, name, trace.SpanKindClient, c)
	c.req = nil
	c.measure = measureClient(ctx, req, name)
	if !hook.Recorded(held) && c.span == held && sendAdds(t, req) {
		return req, c.leave, c.after
	}
	if h := httpconv.Options.ClientRequest; len(h) > 0 && c.span.IsRecording() {
		h.Record(c.span, req.Header.Values)
	}
	return c.inject(ctx, req), c.leave, c.after
}

// passedOn returns ctx with the span that the program passes on by itself in h, unless there is
// another.
func (c *clientCall) passedOn(ctx context.Context, h http.Header) context.Context {
	if ctx = hook.WithCurrent(ctx); trace.SpanContextFromContext(ctx).IsValid() {
		return ctx
	}
	c.carrier.h = h
	return client.Extract(ctx, &c.carrier)
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

// inject returns a copy of the request with ctx, and with what it propagates in
// its headers.
func (c *clientCall) inject(ctx context.Context, req *http.Request) *http.Request {
	cc := &clientContext{Context: ctx, orig: req, made: *req, recording: c.span.IsRecording()}
	if cc.recording {
		recording.Add(1)
	}
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
		c.measure.end(span, recordError(span, err, c.measure.ctx != nil))
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
	if c.ctx != nil && c.ctx.peer != nil {
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
		c.measure.end(c.span, hook.PanicType())
		c.span.End()
	}
	if c.ctx != nil && c.ctx.recording {
		recording.Add(-1)
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
