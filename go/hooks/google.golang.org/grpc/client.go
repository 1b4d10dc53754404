package grpc

import (
	"context"
	"fmt"
	"io"
	"net"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"otel.tool/runtime/hook"
)

// ClientEnter is woven into google.golang.org/grpc.newClientStream, with which
// every call of a ClientConn begins, behind the interceptors: unary calls are
// streams too. The span ends as the call does, see [ClientFinish].
func ClientEnter(ctx context.Context, cc *grpc.ClientConn, method string) (newCtx context.Context, leave func(), after func(grpc.ClientStream, error) (grpc.ClientStream, error)) {
	if !client.On() {
		return ctx, nil, asItIs
	}
	return clientEnter(ctx, cc, method)
}

func asItIs(s grpc.ClientStream, err error) (grpc.ClientStream, error) { return s, err }

// clientCall is a call, as the context that it runs with. The program may keep
// it, so it is never used again.
type clientCall struct {
	hook.Layer
	method *method
	begin  time.Duration
	done   atomic.Bool // the call has ended, or is about to

	// What a span is told that somebody may want to know of.
	recorded bool       // it was when it began
	span     trace.Span // nil if it is not such a one
	peer     net.Addr   // of the last attempt
	err      error
}

// recording is how many calls have a span that is recorded.
var recording atomic.Int32

// over says that the call is.
func (c *clientCall) over() {
	if c.recorded {
		recording.Add(-1)
	}
}

type callKey struct{}

// Value answers our own key, and is otherwise that of the context within.
func (c *clientCall) Value(key any) any {
	if _, ok := key.(callKey); ok {
		return c
	}
	return c.Layer.Value(key)
}

// String is that of the context within, as far as the program prints contexts.
func (c *clientCall) String() string { return fmt.Sprint(c.Context) }

// clientStart is what the hook keeps until newClientStream returns. It is used
// again.
type clientStart struct {
	call     *clientCall
	returned bool

	leave func() // s.end, and the after function, made once
	after func(grpc.ClientStream, error) (grpc.ClientStream, error)
}

var clientStarts sync.Pool // New is set in init

func newClientStart() any {
	s := new(clientStart)
	s.leave = s.end
	s.after = func(cs grpc.ClientStream, err error) (grpc.ClientStream, error) {
		c := s.call
		if c.span != nil {
			s.returned = true
		} else {
			s.release() // there is no leave
		}
		if err != nil {
			c.failed(err)
		}
		return cs, err
	}
	return s
}

func (s *clientStart) release() {
	s.call, s.returned = nil, false
	clientStarts.Put(s)
}

func clientEnter(ctx context.Context, cc *grpc.ClientConn, method string) (newCtx context.Context, leave func(), after func(grpc.ClientStream, error) (grpc.ClientStream, error)) {
	newCtx, after = ctx, asItIs
	defer hook.Guard()
	around := hook.SuppressionIn(ctx)
	if cc == nil || around.All() {
		return newCtx, nil, after
	}
	m := clientMethods.noted(cc.Target(), method)
	if m == nil {
		m = clientMethods.find(cc.Target(), method)
	}
	if m.exporter {
		return newCtx, nil, after
	}
	outer, above := ctx, hook.SpanIn(ctx)
	md, _ := metadata.FromOutgoingContext(ctx)
	if hook.Recorded(above) || md != nil {
		if outer, above = parentOf(ctx, md); above == nil {
			return newCtx, nil, after
		}
	}

	c := &clientCall{method: m}
	if clientDuration.On() {
		c.begin = hook.Clock()
	}
	s := clientStarts.Get().(*clientStart)
	s.call = c
	started, span := client.BeginIn(outer, above, m.span, trace.SpanKindClient, m)
	if hook.Recorded(span) || !headersSeen.Load() {
		started, leave = s.started(started, span, md)
	}
	c.Within(started, outer, span, trace.SpanKindClient, around)
	return c, leave, s.after
}

// parentOf returns what the span of a call begins below that sends md; no span
// where the program has made that of the call.
//
//go:noinline
func parentOf(ctx context.Context, md metadata.MD) (context.Context, trace.Span) {
	ctx, above := hook.CurrentIn(ctx)
	if spanMade(ctx, md) {
		return ctx, nil
	}
	if md != nil && !above.SpanContext().IsValid() {
		ctx = client.Extract(ctx, outgoing(md)) // the program passes a trace on by itself
		above = hook.SpanIn(ctx)
	}
	return ctx, above
}

// started does what there is more to do for a call whose span somebody may want to
// know of, and for one of a gRPC whose headers we do not see made: what ctx
// propagates is then in the metadata of newCtx.
//
//go:noinline
func (s *clientStart) started(ctx context.Context, span trace.Span, md metadata.MD) (newCtx context.Context, leave func()) {
	if c := s.call; hook.Recorded(span) {
		c.span, leave = span, s.leave
		if c.recorded = span.IsRecording(); c.recorded {
			recording.Add(1)
			if options.clientRequest != nil {
				capture(span, options.clientRequest, md)
			}
		}
	}
	if headersSeen.Load() {
		return ctx, leave
	}
	return inject(ctx, md), leave
}

// spanMade says whether an interceptor of the program's has made the span of the
// call: the metadata carry it, or it is of a scope that is known to make them.
func spanMade(ctx context.Context, md metadata.MD) bool {
	sc := trace.SpanContextFromContext(ctx)
	if !sc.IsValid() || sc.IsRemote() {
		return false
	}
	if sent := md.Get("traceparent"); len(sent) == 1 && len(sent[0]) >= 52 && sent[0][36:52] == sc.SpanID().String() {
		return true
	}
	return hook.SpanOf(ctx, trace.SpanKindClient, "go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/", "grpc-go")
}

// inject returns ctx with what it propagates in the outgoing metadata, which are
// a copy in md now. What the program has set stays as it is, but for older values
// of the very keys.
func inject(ctx context.Context, md metadata.MD) context.Context {
	if md == nil {
		md = metadata.MD{}
	}
	client.Inject(ctx, outgoing(md))
	if len(md) == 0 {
		return ctx
	}
	return metadata.NewOutgoingContext(ctx, md)
}

// failed is for a call that could not begin.
//
//go:noinline
func (c *clientCall) failed(err error) {
	defer hook.Guard()
	if leave := c.end(err); leave != nil {
		leave()
	}
}

// end is the leave function of newClientStream, where there is a span.
func (s *clientStart) end() {
	defer hook.Guard()
	if c := s.call; !s.returned && !c.done.Swap(true) {
		c.over()
		if !c.Covered() {
			hook.RecordPanic(c.span)
			c.span.End()
		}
	}
	s.release()
}

var (
	callContext   = place{is: contextType, paths: []string{"ctx"}}
	streamContext = place{is: contextType, paths: []string{"s.ctx", "s.Stream.ctx", "transportStream.Stream.ctx"}}
)

// ClientFinish is woven into google.golang.org/grpc's (*clientStream).finish,
// with which every call ends once, whoever ends it.
func ClientFinish(cs any, err error) (leave func()) {
	if !client.On() {
		return nil
	}
	return clientFinish(cs, err)
}

func clientFinish(cs any, err error) (leave func()) {
	defer hook.Guard()
	ctx := (*context.Context)(callContext.in(cs))
	if ctx == nil {
		return nil
	}
	c := callIn(*ctx)
	if c == nil {
		return nil
	}
	return c.end(err)
}

// end is for a call that ends, with err. What is left of that for a span that
// somebody may want to know of, it returns, to be done when gRPC is done as well.
func (c *clientCall) end(err error) (leave func()) {
	if c.done.Swap(true) {
		return nil
	}
	if clientDuration.On() && !c.Measured() {
		code := codes.OK
		if err != nil {
			code = endOf(err).Code()
		}
		set := clientMethods.set(c.method, code)
		clientDuration.RecordSpan(c, c.Span(), c.begin, set)
	}
	if c.span == nil {
		return nil
	}
	return c.finishing(err)
}

// endOf is the status of a call. A stream that ended as it should ends with io.EOF.
//
//go:noinline
func endOf(err error) *status.Status {
	if err == io.EOF {
		err = nil
	}
	return statusOf(err)
}

//go:noinline
func (c *clientCall) finishing(err error) func() {
	c.err = err
	return c.finish
}

// Where an attempt has what the server has sent: up to 1.67, and since.
var (
	headersIn = place{is: reflect.TypeFor[chan struct{}](), paths: []string{"s.headerChan", "transportStream.headerChan"}}
	headerIn  = place{is: reflect.TypeFor[metadata.MD](), paths: []string{"s.header", "transportStream.header"}}
	trailerIn = place{is: reflect.TypeFor[metadata.MD](), paths: []string{"s.trailer", "transportStream.Stream.trailer"}}
)

// AttemptFinish is woven into google.golang.org/grpc's (*csAttempt).finish: it
// sees to which of the servers the attempt went, and what was answered.
func AttemptFinish(attempt any) (leave func()) {
	if !client.On() || recording.Load() == 0 {
		return nil
	}
	return attemptFinish(attempt)
}

func attemptFinish(attempt any) (leave func()) {
	defer hook.Guard()
	ctx := (*context.Context)(streamContext.in(attempt))
	if ctx == nil {
		return nil
	}
	c := callIn(*ctx)
	if c == nil || c.span == nil || !c.span.IsRecording() {
		return nil
	}
	if p, ok := peer.FromContext(*ctx); ok {
		c.peer = p.Addr
	}
	if options.clientResponse == nil {
		return nil
	}
	return func() { c.answered(attempt) }
}

// answered records what is asked for of the metadata that the server has sent. The
// attempt's stream is closed: what it has does not change any more.
func (c *clientCall) answered(attempt any) {
	defer hook.Guard()
	var header, trailer metadata.MD
	if came := (*chan struct{})(headersIn.in(attempt)); came != nil && *came != nil {
		select {
		case <-*came:
			if p := (*metadata.MD)(headerIn.in(attempt)); p != nil {
				header = *p
			}
		default:
		}
	}
	if p := (*metadata.MD)(trailerIn.in(attempt)); p != nil {
		trailer = *p
	}
	capture(c.span, options.clientResponse, header, trailer)
}

// callIn returns the call of a context, nil if it is none of ours.
func callIn(ctx context.Context) *clientCall {
	if ctx == nil {
		return nil
	}
	c, _ := ctx.Value(callKey{}).(*clientCall)
	return c
}

// finish ends the span.
func (c *clientCall) finish() {
	defer hook.Guard()
	c.over()
	if c.Covered() {
		return
	}
	if c.span.IsRecording() {
		s := endOf(c.err)
		a := pool.Get().(*attrs)
		a.status(s.Code(), s.Code() != codes.OK)
		host, port := splitAddr(c.peer)
		a.str(keyPeerAddress, host)
		a.port(keyPeerPort, port)
		a.flush(c.span)
		pool.Put(a)
		if s.Code() != codes.OK {
			setStatus(c.span, s)
		}
	}
	c.span.End()
}
