package http

import (
	"io"
	"net/http"
	"reflect"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// body ends the span of a response when its body has been read to the end, could
// not be read on, or has been closed.
type body struct {
	span    trace.Span
	measure clientMeasure
	from    time.Duration // when the response was there, by hook.Clock

	prev, next *body // in open
}

// endWithBody has the span and what measures it end when the response's body does.
func endWithBody(span trace.Span, resp *http.Response, measure clientMeasure) {
	if resp.Body == nil || resp.Body == http.NoBody || resp.StatusCode == http.StatusSwitchingProtocols {
		measure.end(span, "")
		span.End()
		return
	}
	if !span.IsRecording() && measure.ctx == nil {
		return // nothing will be exported: no need to know
	}
	b := body{span: span, measure: measure, from: hook.Clock()}
	f := bodies.get(resp.Body, findBodyFields)
	at := bodyFuncs[*func(error) error, *func() error]{(*func(error) error)(f.fn.Of(resp.Body)), (*func() error)(f.early.Of(resp.Body))}
	if at.fn != nil && at.early != nil && *at.fn != nil && *at.early != nil {
		hooked := hookedBodies.Get().(*hookedBody)
		hooked.body = b
		hooked.hook(at)
		return
	}
	if _, ok := resp.Body.(io.Writer); ok {
		measure.end(span, "")
		span.End() // a connection of its own kind, as after an upgrade
		return
	}
	wrapped := &wrappedBody{b, resp.Body}
	open.add(&wrapped.body)
	resp.Body = wrapped
}

// finish ends the span, once.
func (b *body) finish(err error) {
	defer hook.Guard()
	if !open.remove(b) {
		return
	}
	kind := ""
	if err != nil && err != io.EOF {
		kind = recordError(b.span, err, b.measure.ctx != nil)
	}
	b.measure.end(b.span, kind)
	b.span.End()
}

// abandon ends the span of a body that will not end itself, at the time when the
// response was there: what came later is not known.
func (b *body) abandon() {
	defer hook.Guard()
	b.measure.endAt(b.span, b.from, "")
	b.span.End(trace.WithTimestamp(time.Now().Add(b.from - hook.Clock())))
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

// remove says whether b was in the list.
func (l *bodyList) remove(b *body) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.prev == nil && b.next == nil && l.last != b {
		return false
	}
	l.unlink(b)
	return true
}

func (l *bodyList) unlink(b *body) {
	if b.prev != nil {
		b.prev.next = b.next
	}
	if b.next != nil {
		b.next.prev = b.prev
	} else {
		l.last = b.prev
	}
	b.prev, b.next = nil, nil
}

func (l *bodyList) abandonAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.last != nil {
		b := l.last
		l.unlink(b)
		b.abandon()
	}
}

// wrappedBody stands in the place of a response's body. The program has it for as long as it likes.
type wrappedBody struct {
	body
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

// hookedBody is told by net/http's own type of body when that ends. It is used again then.
type hookedBody struct {
	body
	at   bodyFuncs[*func(error) error, *func() error] // where net/http's functions stand
	own  bodyFuncs[func(error) error, func() error]   // what stands there without us
	ours bodyFuncs[func(error) error, func() error]   // and what now: b.atEnd and b.atClose, made once
}

// bodyFuncs are the functions that a body calls: at its end, with io.EOF or an error, and when it is
// closed before. It calls them with its lock held, one of them once.
type bodyFuncs[Fn, Early any] struct {
	fn    Fn
	early Early
}

var hookedBodies sync.Pool // New is set in init

func newHookedBody() any {
	b := new(hookedBody)
	b.ours.fn, b.ours.early = b.atEnd, b.atClose
	return b
}

// hook puts our functions in the place of net/http's.
func (b *hookedBody) hook(at bodyFuncs[*func(error) error, *func() error]) {
	b.at = at
	b.own.fn, b.own.early = *at.fn, *at.early
	open.add(&b.body)
	*at.fn, *at.early = b.ours.fn, b.ours.early
}

// unhook puts net/http's functions back, so that b is not called any more.
func (b *hookedBody) unhook() { *b.at.fn, *b.at.early = b.own.fn, b.own.early }

func (b *hookedBody) atEnd(err error) error {
	b.unhook()
	err = b.own.fn(err) // which says more, if the request was cancelled
	b.finish(err)
	b.release()
	return err
}

func (b *hookedBody) atClose() error {
	b.unhook()
	early := b.own.early
	b.finish(nil)
	b.release()
	return early()
}

// release lets b be used again.
func (b *hookedBody) release() {
	*b = hookedBody{ours: b.ours}
	hookedBodies.Put(b)
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
