package hook

import (
	"context"
	"sync/atomic"
	"unsafe"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
)

// Unrecorded is a span of which nobody wants to know more than its ids. Hooks know it by its type:
// most of what they do within one that refuses what is below is to see that.
type Unrecorded struct {
	_ [0]func() // never compared itself
	*sealed
	by    *Refusal
	whole *trace.SpanContext // if it has more than these:
	trace trace.TraceID
	id    trace.SpanID
	flags trace.TraceFlags

	parentFlags trace.TraceFlags
	parent      trace.SpanID // of another program, that it is below, in an [Entry]
}

// sealed makes a type one of the API's spans, in the room of a pointer, which is nil.
type sealed struct{ embedded.Span }

// Refusal is what the spans have in common that a tracer does not record.
type Refusal struct {
	Own   *trace.TracerProvider // whom they name as their provider
	Below bool                  // what hooks begin below them is not recorded either

	// Which spans are known to be refused: those without a parent, and those below one of another
	// program that is sampled, or is not.
	Root, Sampled, Not bool
}

// NewUnrecorded returns the span, and the context that holds it within ctx.
func NewUnrecorded(ctx context.Context, sc trace.SpanContext, by *Refusal) (context.Context, *Unrecorded) {
	u := new(struct {
		Unrecorded
		within Within // the context that holds it
	})
	u.by, u.trace, u.id, u.flags = by, sc.TraceID(), sc.SpanID(), sc.TraceFlags()
	if sc.TraceState().Len() > 0 || sc.IsRemote() {
		whole := sc
		u.whole = &whole
	}
	u.within = NewWithin(ctx, &u.Unrecorded)
	return &u.within, &u.Unrecorded
}

// SpanContext is the span's ids, and that it is not sampled.
func (u *Unrecorded) SpanContext() trace.SpanContext {
	if u.whole != nil {
		return *u.whole
	}
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: u.trace, SpanID: u.id, TraceFlags: u.flags})
}

// Refuses says whether what hooks begin below is not recorded either, by who names *own.
func (u *Unrecorded) Refuses(own *trace.TracerProvider) bool { return u.by.Below && u.by.Own == own }

// refusesNow says whether it is known without asking anybody that what a hook begins below is not
// recorded: the span's provider is the global one, and nothing is left out of measurements.
func (u *Unrecorded) refusesNow() bool {
	seen := global.Load()
	return u.by.Below && seen != nil && sameProvider(seen, u.by.Own) && !Excluding()
}

// global is the provider that has been global when hooks looked last. They do whenever a span begins,
// but for those below one that is not recorded: a request has a dozen of them.
var global atomic.Pointer[trace.TracerProvider]

// Sees says that a [Following] tracer has found another provider to be global than before.
func Sees(tp trace.TracerProvider) { global.Store(&tp) }

// Recorded says that span is none of those of which hooks know by the type that nobody wants to know of
// them.
func Recorded(span trace.Span) bool {
	_, refused := span.(*Unrecorded)
	return !refused
}

// sameProvider compares the words of two interfaces. To compare what they hold could panic.
func sameProvider(a, b *trace.TracerProvider) bool {
	x, y := (*[2]unsafe.Pointer)(unsafe.Pointer(a)), (*[2]unsafe.Pointer)(unsafe.Pointer(b))
	return x[0] == y[0] && x[1] == y[1]
}

// What the API's spans do.

func (*Unrecorded) IsRecording() bool                       { return false }
func (*Unrecorded) SetStatus(codes.Code, string)            {}
func (*Unrecorded) SetName(string)                          {}
func (*Unrecorded) SetAttributes(...attribute.KeyValue)     {}
func (*Unrecorded) AddEvent(string, ...trace.EventOption)   {}
func (*Unrecorded) AddLink(trace.Link)                      {}
func (*Unrecorded) RecordError(error, ...trace.EventOption) {}
func (*Unrecorded) End(...trace.SpanEndOption)              {}
func (u *Unrecorded) TracerProvider() trace.TracerProvider  { return *u.by.Own }
