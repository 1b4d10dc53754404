package hook

import (
	"context"
	"fmt"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// Described is what a span that begins is asked for its first attributes, if anybody wants to
// know them: a sampler, or whoever records the span.
type Described interface {
	// Describe returns the attributes, to be copied before the hook goes on.
	Describe() []attribute.KeyValue
}

// Nothing is the [Described] of a span that begins without attributes.
var Nothing Described = Attributes(nil)

// Attributes are a [Described] that is always the same.
type Attributes []attribute.KeyValue

// Describe returns a.
func (a Attributes) Describe() []attribute.KeyValue { return a }

// Beginner is a tracer with a shorter way to begin the spans of hooks than the API's, of which
// the options alone cost more than such a span.
type Beginner interface {
	trace.Tracer

	// Begin begins a span within ctx, which holds the span above. If it is not recorded, what it
	// returns may be ctx itself, and the span in that.
	Begin(ctx context.Context, above trace.Span, name string, kind trace.SpanKind, d Described) (context.Context, trace.Span)

	// Refusal says which spans are known not to be recorded, whatever they are; nil if there are none.
	Refusal() *Refusal
}

// Following is a tracer that stands for another one, now for this, later perhaps for that
// (package follow).
type Following interface {
	trace.Tracer

	// Now returns the tracer that it stands for at this moment, and the same as a [Beginner] if it
	// is one.
	Now() (trace.Tracer, Beginner)
}

// Begin starts a span like [Instrumentation.Start]. d is asked at once, and only where there is
// a use for attributes: a span that is not sampled costs next to nothing.
func (in *Instrumentation) Begin(ctx context.Context, name string, kind trace.SpanKind, d Described) (context.Context, trace.Span) {
	return in.BeginIn(ctx, SpanIn(ctx), name, kind, d)
}

// BeginIn is Begin where the span that ctx holds is at hand.
func (in *Instrumentation) BeginIn(ctx context.Context, held trace.Span, name string, kind trace.SpanKind, d Described) (context.Context, trace.Span) {
	t := in.on.Load()
	if u, ok := held.(*Unrecorded); ok && t != nil && u.refusesNow() {
		return ctx, u
	}
	ctx, above := currentOr(ctx, held)
	return in.BeginBelow(ctx, above, name, kind, d)
}

// BeginEntry is Begin for spans with which work enters the program, as [Instrumentation.StartEntry].
func (in *Instrumentation) BeginEntry(ctx context.Context, name string, kind trace.SpanKind, d Described) (context.Context, trace.Span) {
	if ctx == nil {
		ctx = context.Background()
	}
	return in.BeginBelow(ctx, SpanIn(ctx), name, kind, d)
}

// BeginBelow is BeginEntry where the span that ctx holds is at hand.
func (in *Instrumentation) BeginBelow(ctx context.Context, above trace.Span, name string, kind trace.SpanKind, d Described) (context.Context, trace.Span) {
	t := in.on.Load()
	if t == nil {
		return ctx, trace.SpanFromContext(context.Background())
	}
	if u, ok := above.(*Unrecorded); ok && u.refusesNow() {
		return ctx, u
	}
	return in.beginBy(t, ctx, above, name, kind, d)
}

// beginBy is BeginBelow by what t says.
func (in *Instrumentation) beginBy(t *telemetry, ctx context.Context, above trace.Span, name string, kind trace.SpanKind, d Described) (context.Context, trace.Span) {
	keeps() // which notes it, for what is measured below
	tracer, begins := t.tracer, t.begins
	if t.follows != nil {
		tracer, begins = t.follows.Now()
	}
	var within context.Context
	var span trace.Span
	if begins != nil {
		within, span = begins.Begin(ctx, above, name, kind, d)
	} else {
		within, span = startBy(tracer, ctx, name, kind, d)
	}
	if f := onStart.Load(); f != nil && span.IsRecording() {
		span.SetAttributes((*f)(in.info.scope, name, kind)...)
	}
	if f := excluding.Load(); f != nil && !span.IsRecording() {
		return excludeIn(ctx, within, f, kind, d.Describe()), span
	}
	return within, span
}

// startBy begins a span by a tracer that knows the API's way only.
func startBy(t trace.Tracer, ctx context.Context, name string, kind trace.SpanKind, d Described) (context.Context, trace.Span) {
	o := optionsPool.Get().(*options)
	defer o.release()
	return t.Start(ctx, name, o.of(kind, d.Describe())...)
}

// options are those of the API for a span that begins. They are used again, and whoever begins
// spans copies what they hold.
type options struct {
	_     [0]func() // never compared
	attrs [16]attribute.KeyValue
	n     int
	with  [17]trace.SpanStartOption // for the first n of attrs, made once
	list  [2]trace.SpanStartOption
}

var optionsPool = sync.Pool{New: func() any { return new(options) }}

// of returns the options of a span of that kind with these attributes.
func (o *options) of(kind trace.SpanKind, attrs []attribute.KeyValue) []trace.SpanStartOption {
	o.list[0] = kindOptions[trace.ValidateSpanKind(kind)]
	if len(attrs) > len(o.attrs) {
		o.list[1] = trace.WithAttributes(attrs...)
		return o.list[:]
	}
	o.n = copy(o.attrs[:], attrs)
	if o.with[o.n] == nil {
		o.with[o.n] = trace.WithAttributes(o.attrs[:o.n]...)
	}
	o.list[1] = o.with[o.n]
	return o.list[:]
}

func (o *options) release() {
	clear(o.attrs[:o.n])
	o.n, o.list[1] = 0, nil
	optionsPool.Put(o)
}

// kindOptions are made once.
var kindOptions = func() (options [trace.SpanKindConsumer + 1]trace.SpanStartOption) {
	for kind := range options {
		options[kind] = trace.WithSpanKind(trace.SpanKind(kind))
	}
	return options
}()

// Within is a context that holds a span: trace.ContextWithSpan, in the memory of the span.
type Within struct {
	context.Context
	Span trace.Span
}

// NewWithin returns the context that holds span, within ctx. Spans that ctx is made of by itself are
// passed over: nobody sees them any more, and what they do not know is asked for further below.
func NewWithin(ctx context.Context, span trace.Span) Within {
	return Within{Context: below(ctx), Span: span}
}

// SpanIn is trace.SpanFromContext, and shorter for the spans that hooks ask for most.
func SpanIn(ctx context.Context) trace.Span {
	switch w := ctx.(type) {
	case nil:
		return none
	case *Within:
		return w.Span
	}
	switch span := ctx.Value(spanKey).(type) {
	case *Unrecorded:
		return span
	case trace.Span:
		return span
	}
	return none
}

// none is the span of a context that holds none.
var none = trace.SpanFromContext(context.Background())

// below returns what ctx is without the spans that it is made of by itself.
func below(ctx context.Context) context.Context {
	for {
		w, ok := ctx.(*Within)
		if !ok {
			return ctx
		}
		ctx = w.Context
	}
}

// Value answers the key under which contexts hold spans.
func (w *Within) Value(key any) any {
	if IsSpanKey(key) {
		return w.Span
	}
	return w.Context.Value(key)
}

// String is that of the context within, as far as the program prints contexts.
func (w *Within) String() string { return fmt.Sprint(w.Context) }
