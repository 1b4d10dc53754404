package http

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"sync"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// roundTrip ends when the body of its response has been read to the end, could not be read on, or
// has been closed. It is what there is to say of it then.
type roundTrip struct {
	_    [0]func() // never compared
	span trace.Span

	ctx       context.Context // in which it is measured; nil: it is not
	begin     time.Duration   // of hook.Clock
	answered  time.Duration   // when the response was there
	key       httpconv.Sent
	sent, got int64 // bytes of the bodies; -1 if not known

	prev, next *roundTrip // in open
	listed     bool       // it has been there
}

// measures has the round trip measured, from now on.
func (r *roundTrip) measures(ctx context.Context, req *http.Request, name string) {
	r.ctx, r.begin, r.sent, r.got = ctx, hook.Clock(), req.ContentLength, -1
	if req.Body != nil && r.sent == 0 {
		r.sent = -1
	}
	r.key.Method, r.key.Host, r.key.Port = name, req.URL.Host, defaultPort(req.URL)
}

// end ends the round trip now; errorType is "" if it did not fail.
func (r *roundTrip) end(errorType string) {
	r.measureAt(hook.Clock(), errorType)
	r.span.End()
}

// measureAt measures the round trip that ended at that time.
func (r *roundTrip) measureAt(end time.Duration, errorType string) {
	if r.ctx == nil {
		return
	}
	if errorType != "" {
		r.key.ErrorType = errorType
	}
	client.Record(r.ctx, r.span, r.begin, end, &r.key, r.sent, r.got)
}

// recordError records that the round trip, or reading the body, failed. It
// returns error.type, if the span or metrics want to know.
func (r *roundTrip) recordError(err error) (kind string) {
	recording := r.span.IsRecording()
	if r.ctx == nil && !recording {
		return ""
	}
	if err == nil {
		err = errors.New("no response")
	}
	kind = errorType(err)
	if recording {
		r.span.SetAttributes(httpconv.KeyErrorType.String(kind))
		r.span.SetStatus(codes.Error, err.Error())
	}
	return kind
}

// finish ends the round trip with the body, once: err is how reading that ended, nil if it has been
// closed.
func (r *roundTrip) finish(err error) {
	defer hook.Guard()
	if r.listed && !open.remove(r) {
		return
	}
	kind := ""
	if err != nil && err != io.EOF {
		kind = r.recordError(err)
	}
	r.end(kind)
}

// abandon ends a round trip whose body will not end, at the time when the response was there: what
// came later is not known.
func (r *roundTrip) abandon() {
	defer hook.Guard()
	r.measureAt(r.answered, "")
	r.span.End(trace.WithTimestamp(time.Now().Add(r.answered - hook.Clock())))
}

// open are the round trips whose bodies have not ended, but for those that net/http's own bodies tell of
// and of which there is no span. Programs do forget to read and close them; their spans are ended when the
// program does.
var open = newOpenList()

// openList is a ring, of which head is a part: none of the others is first or last.
type openList struct {
	atExit sync.Once
	mu     sync.Mutex
	head   roundTrip
}

func newOpenList() *openList {
	l := new(openList)
	l.head.prev, l.head.next = &l.head, &l.head
	return l
}

func (l *openList) add(r *roundTrip) {
	l.atExit.Do(endOpenAtExit)
	l.mu.Lock()
	r.listed = true
	r.prev, r.next = &l.head, l.head.next
	r.next.prev, l.head.next = r, r
	l.mu.Unlock()
}

func endOpenAtExit() { hook.AtExit(open.abandonAll) }

// remove says whether r was in the list.
func (l *openList) remove(r *roundTrip) bool {
	l.mu.Lock()
	was := r.next != nil
	if was {
		l.unlink(r)
	}
	l.mu.Unlock()
	return was
}

func (*openList) unlink(r *roundTrip) {
	r.prev.next, r.next.prev = r.next, r.prev
	r.prev, r.next = nil, nil
}

func (l *openList) abandonAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for r := l.head.next; r != &l.head; r = l.head.next {
		l.unlink(r)
		r.abandon()
	}
}

// endWithBody has the round trip end when the response's body does.
func (c *clientCall) endWithBody(resp *http.Response) {
	if resp.Body == nil || resp.Body == http.NoBody || resp.StatusCode == http.StatusSwitchingProtocols {
		c.end("")
		return
	}
	if c.ctx == nil && !c.span.IsRecording() {
		return // nothing will be exported: no need to know
	}
	c.answered = hook.Clock()
	f := bodies.get(resp.Body, findBodyFields)
	if !c.hook((*func(error) error)(f.fn.Of(resp.Body)), (*func() error)(f.early.Of(resp.Body))) {
		c.wrapBody(resp)
	}
}

// hook puts our functions in the place of net/http's, which stand there, if they do.
func (c *clientCall) hook(fn *func(error) error, early *func() error) bool {
	if fn == nil || early == nil || *fn == nil || *early == nil {
		return false
	}
	c.at, c.own = bodyAt{fn, early}, bodyFuncs{*fn, *early}
	if hook.Recorded(c.span) {
		open.add(&c.roundTrip)
	}
	*fn, *early = c.ours.fn, c.ours.early
	return true
}

// bodyFuncs are the functions that a body of net/http's own type calls: at its end, with io.EOF or an
// error, and when it is closed before. It calls them with its lock held, one of them once.
type bodyFuncs struct {
	fn    func(error) error
	early func() error
}

// bodyAt is where a body keeps them.
type bodyAt struct {
	fn    *func(error) error
	early *func() error
}

// unhook puts net/http's functions back, so that c is not called any more.
func (c *clientCall) unhook() { *c.at.fn, *c.at.early = c.own.fn, c.own.early }

func (c *clientCall) atEnd(err error) error {
	c.unhook()
	err = c.own.fn(err) // which says more, if the request was cancelled
	c.finish(err)
	c.release()
	return err
}

func (c *clientCall) atClose() error {
	c.unhook()
	early := c.own.early
	c.finish(nil)
	c.release()
	return early()
}

// wrapBody has a body of another type tell.
//
//go:noinline
func (c *clientCall) wrapBody(resp *http.Response) {
	if _, ok := resp.Body.(io.Writer); ok {
		c.end("") // a connection of its own kind, as after an upgrade
		return
	}
	wrapped := &wrappedBody{c.roundTrip, resp.Body}
	open.add(&wrapped.roundTrip)
	resp.Body = wrapped
}

// wrappedBody stands in the place of a response's body. The program has it for as long as it likes.
type wrappedBody struct {
	roundTrip
	io.ReadCloser
}

func (b *wrappedBody) Read(p []byte) (n int, err error) {
	n, err = b.ReadCloser.Read(p)
	if err != nil {
		b.finish(err)
	}
	return n, err
}

func (b *wrappedBody) Close() error {
	err := b.ReadCloser.Close()
	b.finish(nil)
	return err
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
