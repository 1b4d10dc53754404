package grpc

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

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
	span  trace.Span
	key   clientKey
	begin time.Duration
	done  atomic.Bool // the span has ended, or is about to

	recorded bool // the span was when it began

	peer net.Addr // of the last attempt
	err  error
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

// clientKey is the attributes of a call's duration.
type clientKey struct {
	hostPort
	method string
	code   codes.Code
}

var clientSets = hook.Sets[clientKey]{Attributes: func(k clientKey) []attribute.KeyValue {
	a := attrs{kv: []attribute.KeyValue{system}}
	a.str(keyMethod, k.method)
	a.str(keyServerAddress, k.address)
	a.port(keyServerPort, k.port)
	a.status(k.code, k.code != codes.OK)
	return a.kv
}}

// clientStart is what the hook keeps until newClientStream returns. It is used
// again.
type clientStart struct {
	call     *clientCall
	returned bool
	start    start
	sent     sent

	leave func() // s.end and s.back, made once
	after func(grpc.ClientStream, error) (grpc.ClientStream, error)
}

var clientStarts sync.Pool // New is set in init

func newClientStart() any {
	s := new(clientStart)
	s.leave, s.after = s.end, s.back
	return s
}

func clientEnter(ctx context.Context, cc *grpc.ClientConn, method string) (newCtx context.Context, leave func(), after func(grpc.ClientStream, error) (grpc.ClientStream, error)) {
	newCtx, after = ctx, asItIs
	defer hook.Guard()
	around := hook.SuppressionIn(ctx)
	if cc == nil || around.All() || exported(method) {
		return newCtx, nil, after
	}
	outer, above := hook.CurrentIn(ctx)
	md, _ := metadata.FromOutgoingContext(outer)
	if hook.Recorded(above) || md != nil {
		if spanMade(outer, md) {
			return newCtx, nil, after
		}
		if md != nil && !trace.SpanContextFromContext(outer).IsValid() {
			outer = client.Extract(outer, outgoing(md)) // the program passes a trace on by itself
			above = hook.SpanIn(outer)
		}
	}

	s := clientStarts.Get().(*clientStart)
	c := &clientCall{key: clientKey{method: methodName(method), hostPort: targets.Of(cc.Target())}}
	if clientDuration.On() {
		c.begin = hook.Clock()
	}
	var started context.Context
	s.start.method, s.start.address, s.start.port = c.key.method, c.key.address, c.key.port
	started, c.span = client.BeginBelow(outer, above, spanName(c.key.method), trace.SpanKindClient, &s.start)
	if !headersSeen.Load() {
		started = s.inject(started, md)
	}
	c.Within(started, outer, c.span, trace.SpanKindClient, around)
	if c.recorded = c.span.IsRecording(); c.recorded {
		recording.Add(1)
		if options.clientRequest != nil {
			capture(c.span, options.clientRequest, md)
		}
	}
	s.call = c
	return c, s.leave, s.after
}

// exported says whether a call is that of an OTLP exporter of the program's.
func exported(method string) bool {
	return strings.HasPrefix(method, "/opentelemetry.proto.collector.")
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
// md now. What the program has set stays as it is, but for older values of the
// very keys. That is the way of a gRPC whose headers we do not see made.
func (s *clientStart) inject(ctx context.Context, md metadata.MD) context.Context {
	s.sent = s.sent[:0]
	client.Inject(ctx, &s.sent)
	if len(s.sent) == 0 {
		return ctx
	}
	replaces := false
	for i := 0; i < len(s.sent); i += 2 {
		replaces = replaces || len(md[s.sent[i]]) > 0
	}
	if replaces {
		for i := 0; i < len(s.sent); i += 2 {
			md[s.sent[i]] = []string{s.sent[i+1]}
		}
		return metadata.NewOutgoingContext(ctx, md)
	}
	return metadata.AppendToOutgoingContext(ctx, s.sent...) // which copies them
}

// sent is what a call propagates, keys and values in turn.
type sent []string

func (c *sent) Get(key string) string {
	for i := 0; i < len(*c); i += 2 {
		if (*c)[i] == key {
			return (*c)[i+1]
		}
	}
	return ""
}

// Set sets a key, once more if it is set already.
func (c *sent) Set(key, value string) {
	key = strings.ToLower(key)
	for i := 0; i < len(*c); i += 2 {
		if (*c)[i] == key {
			(*c)[i+1] = value
			return
		}
	}
	*c = append(*c, key, value)
}

func (c *sent) Keys() (keys []string) {
	for i := 0; i < len(*c); i += 2 {
		keys = append(keys, (*c)[i])
	}
	return keys
}

// back is the after function: newClientStream has returned. A call that could
// not begin has ended.
func (s *clientStart) back(cs grpc.ClientStream, err error) (grpc.ClientStream, error) {
	s.returned = true
	s.failed(err)
	return cs, err
}

func (s *clientStart) failed(err error) {
	defer hook.Guard()
	if err != nil && !s.call.done.Swap(true) {
		s.call.err = err
		s.call.finish()
	}
}

// end is the leave function of newClientStream.
func (s *clientStart) end() {
	defer hook.Guard()
	if c := s.call; !s.returned && !c.done.Swap(true) {
		c.over()
		if !c.Covered() {
			hook.RecordPanic(c.span)
			c.span.End()
		}
	}
	s.call, s.returned = nil, false
	clear(s.sent)
	clientStarts.Put(s)
}

var (
	callContext   = contextField{paths: []string{"ctx"}}
	streamContext = contextField{paths: []string{"s.ctx", "s.Stream.ctx", "transportStream.Stream.ctx"}}
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
	c := callIn(callContext.of(cs))
	if c == nil || c.done.Swap(true) {
		return nil
	}
	if err != io.EOF { // a stream that ended as it should
		c.err = err
	}
	return c.finish
}

// Where an attempt has what the server has sent: up to 1.67, and since.
var (
	headersIn = fieldIn[chan struct{}]{paths: []string{"s.headerChan", "transportStream.headerChan"}}
	headerIn  = fieldIn[metadata.MD]{paths: []string{"s.header", "transportStream.header"}}
	trailerIn = fieldIn[metadata.MD]{paths: []string{"s.trailer", "transportStream.Stream.trailer"}}
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
	ctx := streamContext.of(attempt)
	c := callIn(ctx)
	if c == nil || !c.span.IsRecording() {
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
	if came := headersIn.of(attempt); came != nil && *came != nil {
		select {
		case <-*came:
			if p := headerIn.of(attempt); p != nil {
				header = *p
			}
		default:
		}
	}
	if p := trailerIn.of(attempt); p != nil {
		trailer = *p
	}
	capture(c.span, options.clientResponse, header, trailer)
}

// callIn returns the call of the context that p points to, nil if it is none of
// ours.
func callIn(p *context.Context) *clientCall {
	if p == nil || *p == nil {
		return nil
	}
	c, _ := (*p).Value(callKey{}).(*clientCall)
	return c
}

// finish ends the span.
func (c *clientCall) finish() {
	defer hook.Guard()
	c.over()
	s := statusOf(c.err)
	c.key.code = s.Code()
	if clientDuration.On() && !c.Measured() {
		clientDuration.RecordSpan(c, c.Span(), c.begin, clientSets.Near(hook.Number(c.key.method)+int(c.key.code), c.key))
	}
	if c.Covered() {
		return
	}
	if c.span.IsRecording() {
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
