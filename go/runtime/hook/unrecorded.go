package hook

import (
	"context"
	"unsafe"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
)

// Unrecorded is a span of which nobody wants to know more than its ids. Hooks know it by its type:
// most of what they do within one that refuses what is below is to see that.
type Unrecorded struct {
	embedded.Span
	within  Within // the context that holds it
	sc      trace.SpanContext
	own     *trace.TracerProvider
	refuses bool
}

// NewUnrecorded returns the span, and the context that holds it within ctx. It names *own as its
// provider. Refuses says that what hooks begin below it is not recorded either.
func NewUnrecorded(ctx context.Context, sc trace.SpanContext, own *trace.TracerProvider, refuses bool) (context.Context, *Unrecorded) {
	u := &Unrecorded{sc: sc, own: own, refuses: refuses}
	u.within = NewWithin(ctx, u)
	return &u.within, u
}

// Refuses says whether what hooks begin below is not recorded either, by who names *own.
func (u *Unrecorded) Refuses(own *trace.TracerProvider) bool { return u.refuses && u.own == own }

// refusesNow says whether it is known without asking anybody that what a hook begins below is not
// recorded: the span's provider is still the global one, and nothing is left out of measurements.
func (u *Unrecorded) refusesNow() bool {
	return u.refuses && sameProvider(otel.GetTracerProvider(), *u.own) && !Excluding()
}

// Recorded says that span is none of those of which hooks know by the type that nobody wants to know of
// them.
func Recorded(span trace.Span) bool {
	_, refused := span.(*Unrecorded)
	return !refused
}

// sameProvider compares the words of two interfaces. To compare what they hold could panic.
func sameProvider(a, b trace.TracerProvider) bool {
	x, y := (*[2]unsafe.Pointer)(unsafe.Pointer(&a)), (*[2]unsafe.Pointer)(unsafe.Pointer(&b))
	return x[0] == y[0] && x[1] == y[1]
}

// What the API's spans do.

func (u *Unrecorded) SpanContext() trace.SpanContext        { return u.sc }
func (*Unrecorded) IsRecording() bool                       { return false }
func (*Unrecorded) SetStatus(codes.Code, string)            {}
func (*Unrecorded) SetName(string)                          {}
func (*Unrecorded) SetAttributes(...attribute.KeyValue)     {}
func (*Unrecorded) AddEvent(string, ...trace.EventOption)   {}
func (*Unrecorded) AddLink(trace.Link)                      {}
func (*Unrecorded) RecordError(error, ...trace.EventOption) {}
func (*Unrecorded) End(...trace.SpanEndOption)              {}
func (u *Unrecorded) TracerProvider() trace.TracerProvider  { return *u.own }
