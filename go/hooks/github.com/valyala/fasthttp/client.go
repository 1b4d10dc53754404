package fasthttp

import (
	"bytes"
	"context"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// AttemptEnter is woven into (*fasthttp.HostClient).doNonNilReqResp, which sends a request
// once: again after an error, and for each redirect. The headers that it adds are taken
// out again when the response is there.
func AttemptEnter(req *fasthttp.Request, resp *fasthttp.Response) (leave func(), after func(bool, error) (bool, error)) {
	c := clientEnter(req, resp)
	if c == nil {
		return nil, attempted
	}
	return c.leave, c.afterAttempt
}

// PipelineEnter is woven into (*fasthttp.pipelineConnClient).Do, which waits until another
// goroutine has sent the request.
func PipelineEnter(req *fasthttp.Request, resp *fasthttp.Response) (leave func(), after func(error) error) {
	c := clientEnter(req, resp)
	if c == nil {
		return nil, asItIs
	}
	return c.leave, c.afterPipeline
}

// DeadlineEnter is woven into (*fasthttp.pipelineConnClient).DoDeadline, which has a copy of
// the request sent. It is not given the response, whose escape note it would change: see
// [WorkEnter].
func DeadlineEnter(req *fasthttp.Request) (leave func(), after func(error) error) {
	return PipelineEnter(req, nil)
}

// What hooks without interest in the return give as after.
func attempted(retry bool, err error) (bool, error) { return retry, err }
func asItIs(err error) error                        { return err }

// SendEnter is woven into (*fasthttp.HostClient).Do and doRequestFollowRedirects, within
// which one request is sent as often as it takes.
func SendEnter(req *fasthttp.Request) (leave func()) {
	if !client.On() || req == nil {
		return nil
	}
	defer hook.Guard()
	s := sends.Get().(*send)
	if _, within := sending.LoadOrStore(req, s); within {
		sends.Put(s)
		return nil
	}
	s.req = req
	return s.leave
}

// sending are the requests that are being sent: *fasthttp.Request to *send.
var sending sync.Map

// send is how often a request has been sent. It is used again.
type send struct {
	req   *fasthttp.Request
	times int
	leave func() // s.end, made once
}

var sends sync.Pool // New is set in init

func newSend() any {
	s := new(send)
	s.leave = s.end
	return s
}

func (s *send) end() {
	defer hook.Guard()
	sending.Delete(s.req)
	s.req, s.times = nil, 0
	sends.Put(s)
}

// resends returns how often the request has been sent before.
func resends(req *fasthttp.Request) int {
	s, ok := sending.Load(req)
	if !ok {
		return 0
	}
	s.(*send).times++
	return s.(*send).times - 1
}

// clientCall is what the hook keeps while a request is sent. It is used again.
type clientCall struct {
	span     trace.Span
	req      *fasthttp.Request
	resp     *fasthttp.Response // nil if the program does not want it
	returned bool
	attrs    httpconv.Attrs
	carrier  carrier
	uri      fasthttp.URI

	ctx        context.Context // nil if nothing is measured
	begin      time.Duration   // of hook.Clock
	key        httpconv.Sent
	bodiesSent bool // by req itself, not by a copy
	awaited    string
	answer     answer

	leave         func() // methods of this call, made once
	afterAttempt  func(bool, error) (bool, error)
	afterPipeline func(error) error
}

var clientCalls sync.Pool // New is set in init

func newClientCall() any {
	c := new(clientCall)
	c.leave, c.afterAttempt, c.afterPipeline = c.end, c.attempt, c.pipeline
	return c
}

// clientEnter begins the span of a request; nil if there is none to begin.
func clientEnter(req *fasthttp.Request, resp *fasthttp.Response) (call *clientCall) {
	if !client.On() || req == nil {
		return nil
	}
	defer hook.Guard()
	h := &req.Header
	if httpconv.Exporter(view(h.UserAgent())) {
		return nil
	}
	ctx := hook.WithCurrent(context.Background())
	current := trace.SpanContextFromContext(ctx)
	sent := h.Peek("traceparent")
	if httpconv.Carries(view(sent), current) {
		return nil
	}
	c := clientCalls.Get().(*clientCall)
	c.carrier.h = h
	if len(sent) > 0 && !current.IsValid() {
		ctx = client.Extract(ctx, &c.carrier) // the program passes a trace on by itself
	}
	name := c.requestAttrs(req)
	ctx, c.span = client.BeginEntry(ctx, name, trace.SpanKindClient, &c.attrs)
	c.req, c.resp = req, resp
	if h := httpconv.Options.ClientRequest; len(h) > 0 && c.span.IsRecording() {
		h.Record(c.span, valuesOf(&req.Header))
	}
	if client.Measures() {
		c.ctx, c.begin, c.key.Method = ctx, hook.Clock(), name
	}
	client.Inject(ctx, &c.carrier)
	if resp == nil {
		c.await()
	}
	return c
}

// requestAttrs fills c from the request, and returns the span's name.
func (c *clientCall) requestAttrs(req *fasthttp.Request) (name string) {
	a, uri := &c.attrs, c.uriOf(req)
	name = a.Method(view(req.Header.Method()))
	path, query, _ := bytes.Cut(uri.RequestURI(), []byte("?"))
	u := httpconv.URL{
		Scheme: string(uri.Scheme()), Host: string(uri.Host()), Path: string(path), Query: string(query),
		User: len(uri.Username()) > 0 || len(uri.Password()) > 0,
	}
	a.Str(httpconv.KeyURLFull, u.Full(httpconv.Options.Query))
	address, port := httpconv.SplitPort(u.Host)
	a.Str(httpconv.KeyServerAddress, address)
	if port == 0 {
		port = 80
		if u.Scheme == "https" {
			port = 443
		}
	}
	a.Int(httpconv.KeyServerPort, port)
	c.key.Host, c.key.Port = u.Host, port
	if n := resends(req); n > 0 {
		a.Int(httpconv.KeyResendCount, n)
	}
	return name
}

// uriOf returns where the request goes. A request whose URI has not been asked for yet
// is sent as its headers say, which asking would change.
func (c *clientCall) uriOf(req *fasthttp.Request) *fasthttp.URI {
	if p := (*bool)(parsedURI.Of(req)); p == nil || *p {
		return req.URI()
	}
	if c.uri.Parse(req.Header.Host(), req.Header.RequestURI()) != nil {
		c.uri.Reset()
	}
	return &c.uri
}

// parsedURI is where a request keeps whether its URI has been asked for.
var parsedURI = func() hook.Field {
	f, _ := hook.FieldOf(reflect.TypeFor[*fasthttp.Request](), "parsedURI", reflect.TypeFor[bool]())
	return f
}()

// attempt is the after function of a HostClient's.
func (c *clientCall) attempt(retry bool, err error) (bool, error) {
	c.bodiesSent = true
	c.answered(err)
	return retry, err
}

// pipeline is the after function of a PipelineClient's.
func (c *clientCall) pipeline(err error) error {
	c.answered(err)
	return err
}

// answered is for a request that has been answered, or has not.
func (c *clientCall) answered(err error) {
	c.returned = true
	defer hook.Guard()
	c.carrier.restore()
	c.attrs.Reset()
	c.answers()
	switch {
	case err != nil:
		c.recordError(err)
	case c.resp != nil:
		c.answer = answerOf(c.resp)
		c.recordResponse()
		if c.hold() {
			return
		}
	case c.answer.status != 0:
		c.recordResponse()
	}
	c.measure()
	c.span.End()
}

func (c *clientCall) recordError(err error) {
	kind, message := errorType(err)
	c.key.ErrorType = kind
	if !c.span.IsRecording() {
		return
	}
	c.span.SetAttributes(httpconv.KeyErrorType.String(kind))
	c.span.SetStatus(codes.Error, message)
}

func (c *clientCall) recordResponse() {
	c.key.Status, c.key.Version = c.answer.status, c.answer.version
	if !c.span.IsRecording() {
		return
	}
	a := &c.attrs
	a.Int(httpconv.KeyStatus, c.key.Status)
	a.Str(httpconv.KeyProtocolVersion, c.key.Version)
	a.Remote(c.answer.peer)
	if c.key.Status >= 400 {
		a.Str(httpconv.KeyErrorType, strconv.Itoa(c.key.Status))
		c.span.SetStatus(codes.Error, "")
	}
	c.span.SetAttributes(a.List()...)
	if h := httpconv.Options.ClientResponse; len(h) > 0 && c.resp != nil {
		h.Record(c.span, valuesOf(&c.resp.Header))
	}
}

func (c *clientCall) measure() {
	if c.ctx == nil {
		return
	}
	sent, received := int64(-1), int64(-1)
	if c.bodiesSent {
		sent = int64(c.req.Header.ContentLength())
	}
	if c.resp != nil && c.key.Status != 0 {
		received = int64(c.resp.Header.ContentLength())
	}
	client.Record(c.ctx, c.span, c.begin, hook.Clock(), &c.key, sent, received)
}

// end is the leave function.
func (c *clientCall) end() {
	defer hook.Guard()
	c.answers()
	if !c.returned {
		c.carrier.restore()
		hook.RecordPanic(c.span)
		c.key.ErrorType = hook.PanicType()
		c.measure()
		c.span.End()
	}
	c.attrs.Reset()
	c.span, c.req, c.resp, c.ctx, c.returned, c.bodiesSent = nil, nil, nil, nil, false, false
	c.carrier, c.key, c.answer = carrier{}, httpconv.Sent{}, answer{}
	clientCalls.Put(c)
}
