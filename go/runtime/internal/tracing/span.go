package tracing

import (
	"context"
	"fmt"
	rtrace "runtime/trace"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"

	"otel.tool/runtime/hook"
)

// span is a span that is recorded. The program may keep it for as long as it likes, so it is
// never used again; what it is gathered in is, from its end on.
type span struct {
	embedded.Span
	within hook.Within // the context that holds it

	tracer  *tracer
	context trace.SpanContext
	parent  trace.SpanContext
	kind    trace.SpanKind
	start   time.Time

	mu   sync.Mutex
	rec  atomic.Pointer[record] // nil once it has ended; used with mu held
	end  time.Time
	name string                // at its end
	left *[]attribute.KeyValue // of one that has ended and is left out
}

// record begins a span that is recorded.
func (t *tracer) record(ctx context.Context, parent, sc trace.SpanContext, b *begin, sampled []attribute.KeyValue) (context.Context, trace.Span) {
	b.describe()
	s := &span{tracer: t, context: sc, parent: parent, kind: trace.ValidateSpanKind(b.kind), start: b.at}
	s.within = hook.NewWithin(ctx, s)
	if s.start.IsZero() {
		s.start = time.Now()
	}
	r := newRecord(&t.provider.Limits)
	r.Name = b.name
	for i := range b.links {
		r.link(&b.links[i])
	}
	r.set(sampled)
	r.set(b.attributes)
	if !rtrace.IsEnabled() {
		s.rec.Store(r)
		return &s.within, s
	}
	ctx, task := rtrace.NewTask(&s.within, b.name)
	r.task = task
	s.rec.Store(r)
	return ctx, s
}

// open returns what the span is gathered in, with mu held; nil, and not held, if it has ended.
func (s *span) open() *record {
	s.mu.Lock()
	if r := s.rec.Load(); r != nil {
		return r
	}
	s.mu.Unlock()
	return nil
}

// End is that of the API. Deferred, it records a panic, which goes on.
func (s *span) End(options ...trace.SpanEndOption) {
	end := s.start.Add(time.Since(s.start)) // by the clock that is never set
	if !s.IsRecording() {
		return
	}
	config := trace.NewSpanEndConfig(options...)
	message, value := "", recover()
	if value != nil {
		defer panic(value)
		message = fmt.Sprint(value) // the program's code, which may use the span
	}
	r := s.open()
	if r == nil {
		return
	}
	if value != nil {
		r.exception(typeOf(value), message, config.StackTrace(), nil)
	}
	if t := config.Timestamp(); !t.IsZero() {
		end = t
	}
	s.end, s.name = end, r.Name
	s.rec.Store(nil)
	s.mu.Unlock()
	s.finish(r)
}

// finish hands the span on. r is nobody else's any more.
func (s *span) finish(r *record) {
	defer hook.Guard()
	if r.task != nil {
		r.task.End()
	}
	p := s.tracer.provider
	if s.context.IsSampled() {
		if p.LeftOut != nil && p.LeftOut(s.kind, r.Attributes) {
			s.leaveOut(r)
		} else {
			s.send(r)
		}
	}
	r.release()
}

func (s *span) leaveOut(r *record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := append([]attribute.KeyValue(nil), r.Attributes...)
	s.left = &left
}

func (s *span) send(r *record) {
	encoded := false
	for _, sink := range s.tracer.provider.Sinks {
		if !sink.Room() {
			continue
		}
		if !encoded {
			encoded = true
			r.Context, r.Parent, r.Kind, r.Start, r.End = s.context, s.parent, s.kind, s.start, s.end
			r.encode()
		}
		sink.Take(&s.tracer.source, r.bytes.B)
	}
}

// SpanContext is that of the API.
func (s *span) SpanContext() trace.SpanContext { return s.context }

// IsRecording says whether the span has not ended.
func (s *span) IsRecording() bool { return s.rec.Load() != nil }

// SetStatus is that of the API: Ok stays, and Unset is no status to set after one.
func (s *span) SetStatus(code codes.Code, description string) {
	r := s.open()
	if r == nil {
		return
	}
	defer s.mu.Unlock()
	if r.Status.Code > code {
		return
	}
	r.Status = sdktrace.Status{Code: code}
	if code == codes.Error {
		r.Status.Description = description
	}
}

// SetName is that of the API.
func (s *span) SetName(name string) {
	if r := s.open(); r != nil {
		r.Name = name
		s.mu.Unlock()
	}
}

// SetAttributes is that of the API. It copies attrs.
func (s *span) SetAttributes(attrs ...attribute.KeyValue) {
	if r := s.open(); r != nil {
		r.set(attrs)
		s.mu.Unlock()
	}
}

// AddEvent is that of the API.
func (s *span) AddEvent(name string, options ...trace.EventOption) {
	if r := s.open(); r != nil {
		defer s.mu.Unlock()
		r.event(name, options)
	}
}

// AddLink is that of the API.
func (s *span) AddLink(link trace.Link) {
	if r := s.open(); r != nil {
		defer s.mu.Unlock()
		r.link(&link)
	}
}

// RecordError is that of the API.
func (s *span) RecordError(err error, options ...trace.EventOption) {
	if err == nil {
		return
	}
	message := err.Error() // the program's code, which may use the span
	if r := s.open(); r != nil {
		defer s.mu.Unlock()
		r.exception(typeOf(err), message, false, options)
	}
}

// TracerProvider is that of the program's own spans.
func (s *span) TracerProvider() trace.TracerProvider { return s.tracer.provider.Own }

// What the SDK's spans tell of themselves, too, hooks ask of the spans that they find.

// Parent is what the span has begun below.
func (s *span) Parent() trace.SpanContext { return s.parent }

// SpanKind is the span's kind.
func (s *span) SpanKind() trace.SpanKind { return s.kind }

// InstrumentationScope is that of the span's tracer.
func (s *span) InstrumentationScope() instrumentation.Scope { return s.tracer.source.Scope }

// StartTime is when the span has begun.
func (s *span) StartTime() time.Time { return s.start }

// EndTime is when the span has ended, zero until then.
func (s *span) EndTime() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end
}

// Name is the span's name now.
func (s *span) Name() string {
	if r := s.open(); r != nil {
		defer s.mu.Unlock()
		return r.Name
	}
	return s.name
}

// Attributes are those that the span has now: none after its end, unless it is left out.
func (s *span) Attributes() []attribute.KeyValue {
	if r := s.open(); r != nil {
		defer s.mu.Unlock()
		return append([]attribute.KeyValue(nil), r.Attributes...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == nil {
		return nil
	}
	return *s.left
}
