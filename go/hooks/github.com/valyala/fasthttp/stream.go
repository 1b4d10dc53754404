package fasthttp

import (
	"context"
	"net"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// What goes on after the handler or the call: bodies that are streams; and what a
// PipelineClient gets to know for a caller whose response a hook is not given.

// waiting is what waits for something to happen to a value of the library's.
type waiting[K comparable, V any] struct {
	n    atomic.Int32
	here sync.Map // K to V
}

func (w *waiting[K, V]) add(k K, v V) {
	w.here.Store(k, v)
	w.n.Add(1)
}

// take returns what waits for k, and forgets it. It costs a load where nothing waits.
func (w *waiting[K, V]) take(k K) (v V, ok bool) {
	if w.n.Load() == 0 {
		return v, false
	}
	found, ok := w.here.LoadAndDelete(k)
	if ok {
		w.n.Add(-1)
		v = found.(V)
	}
	return v, ok
}

// writing are the calls whose response's body is a stream that is written.
var writing waiting[*fasthttp.RequestCtx, *serverCall]

// WriteEnter is woven into writeResponse, which writes the response of a handler that
// has returned.
func WriteEnter(ctx *fasthttp.RequestCtx) (after func(error) error) {
	c, ok := writing.take(ctx)
	if !ok {
		return asItIs
	}
	return c.written
}

// written ends the span of a response whose body was a stream. An error is one of the
// connection's, or of what the body was read from.
func (c *serverCall) written(err error) error {
	defer hook.Guard()
	resp := &c.req.Response
	if n := resp.Header.ContentLength(); httpconv.Options.BodySize && err == nil && n >= 0 {
		c.sent = 0
		if !c.head && !resp.SkipBody {
			c.sent = int64(n)
		}
		c.attrs.Int(httpconv.KeyBodySize, int(c.sent))
	}
	if err != nil && c.ctx.recording && !c.ctx.Covered() && c.status < 500 {
		kind, message := errorType(err)
		c.attrs.Str(httpconv.KeyErrorType, kind)
		c.span.SetStatus(codes.Error, message)
	}
	c.close()
	return err
}

// ReleaseEnter is woven into (*fasthttp.Server).releaseCtx: a connection has ended, and
// what has not been written until then will not be.
func ReleaseEnter(ctx *fasthttp.RequestCtx) {
	if c, ok := writing.take(ctx); ok {
		defer hook.Guard()
		c.close()
	}
}

// reading are the calls whose response's body is a stream that the program reads: by
// the stream.
var reading waiting[any, *clientStream]

// clientStream is what is left of a call whose response is being read.
type clientStream struct {
	span           trace.Span
	ctx            context.Context // nil if nothing is measured
	begin          time.Duration
	key            httpconv.Sent
	sent, received int64
}

// hold leaves the span open until the body has been read, if that is a stream.
func (c *clientCall) hold() bool {
	if !c.bodiesSent || !c.resp.IsBodyStream() {
		return false
	}
	stream := c.resp.BodyStream()
	if reflect.TypeOf(stream).Kind() != reflect.Pointer {
		return false
	}
	reading.add(stream, &clientStream{c.span, c.ctx, c.begin, c.key, int64(c.req.Header.ContentLength()), int64(c.resp.Header.ContentLength())})
	return true
}

// CloseStreamEnter is woven into (*fasthttp.Response).closeBodyStream, with which every
// stream ends: when the program closes it, or has the response used again.
func CloseStreamEnter(stream any) {
	if stream == nil || reading.n.Load() == 0 || reflect.TypeOf(stream).Kind() != reflect.Pointer {
		return
	}
	s, ok := reading.take(stream)
	if !ok {
		return
	}
	defer hook.Guard()
	if s.ctx != nil {
		client.Record(s.ctx, s.span, s.begin, hook.Clock(), &s.key, s.sent, s.received)
	}
	s.span.End()
}

// answer is what a PipelineClient has got to know.
type answer struct {
	status  int
	version string
	peer    net.Addr
}

func answerOf(resp *fasthttp.Response) answer {
	return answer{resp.StatusCode(), responseVersion(resp), resp.RemoteAddr()}
}

// awaiting are the calls of a PipelineClient without a response of their own, by the
// span's id, which their requests carry.
var awaiting waiting[string, *clientCall]

// await has WorkEnter tell the answer.
func (c *clientCall) await() {
	if id := spanIn(c.req); id != "" {
		c.awaited = id
		awaiting.add(id, c)
	}
}

// answers says that no answer is awaited any more.
func (c *clientCall) answers() {
	if c.awaited != "" {
		awaiting.take(c.awaited)
		c.awaited = ""
	}
}

// spanIn returns the span's id in a request's traceparent, "" if there is none.
func spanIn(req *fasthttp.Request) string {
	if v := req.Header.Peek("traceparent"); len(v) >= 52 {
		return string(v[36:52])
	}
	return ""
}

// Where a work has its request and its response.
var workReq, workResp struct {
	once  sync.Once
	field hook.Field
}

// WorkEnter is woven into (*fasthttp.pipelineConnClient).releasePipelineWork, on the
// goroutine of the caller: its request has been answered, or has failed.
func WorkEnter(w any) {
	if awaiting.n.Load() == 0 {
		return
	}
	defer hook.Guard()
	workReq.once.Do(func() {
		workReq.field, _ = hook.FieldOf(reflect.TypeOf(w), "req", reflect.TypeFor[*fasthttp.Request]())
	})
	workResp.once.Do(func() {
		workResp.field, _ = hook.FieldOf(reflect.TypeOf(w), "resp", reflect.TypeFor[*fasthttp.Response]())
	})
	req, resp := (**fasthttp.Request)(workReq.field.Of(w)), (**fasthttp.Response)(workResp.field.Of(w))
	if req == nil || resp == nil || *req == nil || *resp == nil {
		return
	}
	if c, ok := awaiting.take(spanIn(*req)); ok {
		c.awaited = ""
		c.answer = answerOf(*resp)
	}
}
