package grpc

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"otel.tool/runtime/hook"
)

// ServerEnter is woven into google.golang.org/grpc's (*Server).handleStream,
// through which every call goes that a server takes, on a goroutine that is its
// own. It puts the span into the stream's context, in place, before interceptors
// and, from gRPC 1.60 on, stats handlers see it.
func ServerEnter(stream any) (leave, after func()) {
	if !server.On() {
		return nil, returned
	}
	return serverEnter(stream)
}

// returned is what a hook without interest in the return gives as after.
func returned() {}

// answered is what gRPC's own type of a stream is asked for once the handler has
// returned.
type answered interface {
	Header() (metadata.MD, error)
	Trailer() metadata.MD
}

// serverContext is the context that a call gets. The program may keep it, so it
// is never used again.
type serverContext struct {
	hook.Entry
	active hook.Active
	call   *serverCall // nil once the call has ended
}

type serverKey struct{}

// Value answers our own key, and is otherwise that of the context within.
func (c *serverContext) Value(key any) any {
	if _, ok := key.(serverKey); ok {
		return c
	}
	return c.Layer.Value(key)
}

// String is that of the context within, as far as the program prints contexts.
func (c *serverContext) String() string { return fmt.Sprint(c.Context) }

// serving is what is known of the call that is being handled.
type serving struct {
	span     trace.Span
	stream   any // where what is answered is asked for, else nil
	ctx      *serverContext
	scope    hook.Scope
	method   string // as it came, without the slash before it
	known    bool   // the server has it
	answered bool   // err is how the call has ended
	returned bool   // handleStream has, as opposed to a panic
	err      error
	begin    time.Duration
}

// serverCall is what the hook keeps while a call is handled. It is used again.
type serverCall struct {
	serving
	kv [2]attribute.KeyValue // what the span begins with

	leave, after func() // the leave function, c.back and c.answer, made once
	result       func(error) error
}

var serverCalls sync.Pool // New is set in init

func newServerCall() any {
	c := new(serverCall)
	c.after, c.result = c.back, c.answer
	c.leave = func() {
		defer hook.Guard()
		c.scope.Leave()
		var s *status.Status
		code := codes.OK
		if !c.returned || !c.answered || c.err != nil {
			s = c.status()
			code = s.Code()
		}
		if serverDuration.On() && !c.ctx.Measured() {
			name := c.method
			if !c.known {
				name = other
			}
			m := serverMethods.noted("", name)
			if m == nil {
				m = serverMethods.find("", name)
			}
			set := serverMethods.set(m, code)
			serverDuration.RecordSpan(c.ctx, c.ctx.Span(), c.begin, set)
		}
		if hook.Recorded(c.span) {
			c.finish(s)
		}
		c.ctx.call = nil
		c.release()
	}
	return c
}

// release has the call used again.
func (c *serverCall) release() {
	c.serving = serving{}
	serverCalls.Put(c)
}

// Describe returns the attributes that the span begins with: see [hook.Described].
func (c *serverCall) Describe() []attribute.KeyValue { return starting(c.kv[:0], c.method, hostPort{}) }

// Where a stream has its context and its method.
var (
	incomingContext = place{is: contextType, paths: []string{"ctx", "Stream.ctx"}}
	incomingMethod  = place{is: reflect.TypeFor[string](), paths: []string{"method", "Stream.method"}}
)

func serverEnter(stream any) (leave, after func()) {
	after = returned
	defer hook.Guard()
	hook.GrowStack()

	ctx, method := (*context.Context)(incomingContext.in(stream)), (*string)(incomingMethod.in(stream))
	if ctx == nil || *ctx == nil || method == nil {
		return nil, after
	}
	// Of a server that is served by net/http the request has its span.
	outer, http := hook.Cover(*ctx, trace.SpanKindServer)
	if outer.Value(spanKey) != nil && spanStarted(outer) {
		return nil, after
	}
	c := serverCalls.Get().(*serverCall)
	c.method = methodName(*method)
	if serverDuration.On() {
		c.begin = hook.Clock()
	}
	md, ok := outer.Value(incomingKey).(metadata.MD)
	if !ok {
		md = incomingIn(outer)
	}
	sc := new(serverContext)
	span := sc.Begin(&server, outer, incoming(md), spanName(c.method), trace.SpanKindServer, c)
	if span == nil {
		c.release()
		return nil, after
	}
	if http != nil || hook.Recorded(span) {
		leave = c.started(span, http, stream)
	}
	c.span, c.ctx = span, sc
	sc.call, sc.active.Ctx = c, sc
	*ctx = sc
	c.scope = sc.MakeCurrent(&sc.active)
	return leave, c.after
}

// started does what there is more to do for a span that somebody may want to know of,
// and for one in the place of that of a request over HTTP, if that is not nil. There is
// a leave function for the first only.
//
//go:noinline
func (c *serverCall) started(span trace.Span, http *hook.Layer, stream any) (leave func()) {
	if http != nil {
		http.CoveredBy(span, true)
	}
	if options.serverResponse != nil {
		c.stream = stream
	}
	if !hook.Recorded(span) {
		return nil
	}
	return c.leave
}

// spanKey is the key under which a context holds its span.
var spanKey = hook.KeyOf(func(ctx context.Context) { trace.SpanFromContext(ctx) })

// spanStarted says whether the program has made a span for the call already: up
// to gRPC 1.59 stats handlers come first.
//
//go:noinline
func spanStarted(ctx context.Context) bool {
	sc := trace.SpanContextFromContext(ctx)
	return sc.IsValid() && !sc.IsRemote()
}

// ProcessEnter is woven into what handleStream hands a call to that the server
// has a handler for: (*Server).processUnaryRPC and processStreamingRPC, from gRPC
// 1.84 on processRPC. It tells with which status the call ends. A handler
// for unknown services is not one of a method that is known.
func ProcessEnter(stream any, known bool) (after func(error) error) {
	if !server.On() {
		return asResult
	}
	return processEnter(stream, known)
}

func asResult(err error) error { return err }

func processEnter(stream any, known bool) (after func(error) error) {
	after = asResult
	defer hook.Guard()
	ctx := (*context.Context)(incomingContext.in(stream))
	if ctx == nil || *ctx == nil {
		return after
	}
	if sc, ok := (*ctx).Value(serverKey{}).(*serverContext); ok && sc.call != nil {
		sc.call.known = known
		after = sc.call.result
	}
	return after
}

// answer is the after function of what handles the call.
func (c *serverCall) answer(err error) error {
	c.answered, c.err = true, err
	return err
}

// back is the after function of handleStream. For a span that is not recorded it does what leave
// does: a panic that comes as far as that ends the program.
func (c *serverCall) back() {
	c.returned = true
	if !hook.Recorded(c.span) {
		c.leave()
	}
}

// finish ends the span.
func (c *serverCall) finish(s *status.Status) {
	if c.ctx.Covered() {
		return
	}
	if c.span.IsRecording() {
		c.record(s)
	}
	c.span.End()
}

// status is with what the call has ended. A method that nobody handles is
// unimplemented; a panic is nothing that the client gets to know.
func (c *serverCall) status() *status.Status {
	switch {
	case !c.returned:
		return status.New(codes.Unknown, "")
	case !c.answered:
		return status.New(codes.Unimplemented, "")
	}
	return statusOf(c.err)
}

// record puts on the span what is known of the call, now that it has ended.
func (c *serverCall) record(s *status.Status) {
	a := pool.Get().(*attrs)
	c.peers(a)
	if !c.known {
		a.str(keyMethod, other)
		a.str(keyMethodOriginal, c.method)
		c.span.SetName(spanName(""))
	}
	if options.serverRequest != nil {
		md, _ := metadata.FromIncomingContext(c.ctx)
		capture(c.span, options.serverRequest, md)
	}
	if s, ok := c.stream.(answered); ok {
		header, _ := s.Header()
		capture(c.span, options.serverResponse, header, s.Trailer())
	}
	if c.returned {
		a.status(s.Code(), serverFault(s.Code()))
	}
	a.flush(c.span)
	pool.Put(a)
	switch {
	case !c.returned:
		hook.RecordPanic(c.span)
	case serverFault(s.Code()):
		setStatus(c.span, s)
	}
}

// peers adds both ends of the connection. The server is what the client called
// it, as with HTTP.
func (c *serverCall) peers(a *attrs) {
	if v := metadata.ValueFromIncomingContext(c.ctx, ":authority"); len(v) > 0 {
		host, port := splitPort(v[0])
		a.str(keyServerAddress, host)
		a.port(keyServerPort, port)
	}
	if p, ok := peer.FromContext(c.ctx); ok {
		host, port := splitAddr(p.Addr)
		a.str(keyClientAddress, host)
		a.port(keyClientPort, port)
		a.str(keyPeerAddress, host)
		a.port(keyPeerPort, port)
	}
}
