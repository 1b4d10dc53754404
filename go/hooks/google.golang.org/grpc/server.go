package grpc

import (
	"context"
	"fmt"
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

// serverStream is what gRPC's own type of an incoming stream is asked for.
type serverStream interface{ Method() string }

// answered is what it is asked for once the handler has returned.
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
	start start
	attrs attrs

	leave, after func() // c.end, c.back and c.answer, made once
	result       func(error) error
}

var serverCalls sync.Pool // New is set in init

func newServerCall() any {
	c := new(serverCall)
	c.leave, c.after, c.result = c.end, c.back, c.answer
	return c
}

// measured is the attributes of a call's duration.
type measured struct {
	method string
	code   codes.Code
}

var serverSets = hook.Sets[measured]{Attributes: func(k measured) []attribute.KeyValue {
	a := attrs{kv: []attribute.KeyValue{system}}
	a.str(keyMethod, k.method)
	a.status(k.code, serverFault(k.code))
	return a.kv
}}

var incomingContext = contextField{paths: []string{"ctx", "Stream.ctx"}}

func serverEnter(stream any) (leave, after func()) {
	after = returned
	defer hook.Guard()
	hook.GrowStack()

	s, ok := stream.(serverStream)
	place := incomingContext.of(stream)
	if !ok || place == nil || *place == nil {
		return nil, returned
	}
	// Of a server that is served by net/http the request has its span.
	outer, http := hook.Cover(*place, trace.SpanKindServer)
	if spanStarted(outer) {
		return nil, returned
	}
	c := serverCalls.Get().(*serverCall)
	c.method = methodName(s.Method())
	if options.serverResponse != nil {
		c.stream = stream
	}
	if serverDuration.On() {
		c.begin = hook.Clock()
	}
	c.start.method = c.method
	sc := &serverContext{call: c}
	span := sc.Begin(&server, outer, incomingIn(outer), spanName(c.method), trace.SpanKindServer, &c.start)
	if span == nil {
		c.release()
		return nil, returned
	}
	if http != nil {
		http.CoveredBy(span, true)
	}
	sc.active.Ctx = sc
	c.span, c.ctx = span, sc
	*place = sc
	c.scope = sc.MakeCurrent(&sc.active)
	return c.leave, c.after
}

// spanStarted says whether the program has made a span for the call already: up
// to gRPC 1.59 stats handlers come first.
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
	place := incomingContext.of(stream)
	if place == nil || *place == nil {
		return after
	}
	if sc, ok := (*place).Value(serverKey{}).(*serverContext); ok && sc.call != nil {
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

// back is the after function of handleStream.
func (c *serverCall) back() { c.returned = true }

// end is the leave function of handleStream.
func (c *serverCall) end() {
	defer hook.Guard()
	c.scope.Leave()
	c.finish()
	c.ctx.call = nil
	c.release()
}

// release has the call used again.
func (c *serverCall) release() {
	c.attrs.reset()
	c.serving = serving{}
	serverCalls.Put(c)
}

// finish ends the span.
func (c *serverCall) finish() {
	s := c.status()
	if serverDuration.On() && !c.ctx.Measured() {
		key := measured{c.method, s.Code()}
		if !c.known {
			key.method = other
		}
		serverDuration.RecordSpan(c.ctx, c.ctx.Span(), c.begin, serverSets.Near(hook.Number(key.method)+int(key.code), key))
	}
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
	a := &c.attrs
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
	if !c.returned {
		a.flush(c.span)
		hook.RecordPanic(c.span)
		return
	}
	a.status(s.Code(), serverFault(s.Code()))
	a.flush(c.span)
	if serverFault(s.Code()) {
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
