package hook

import (
	"context"
	rtrace "runtime/trace"
	"slices"
	"strings"
	"sync/atomic"
	"unsafe"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/gctx"
)

// Layer is the context of a hook's span for something of which the program may
// make a span itself: with otelhttp, otelgrpc, a middleware of its own. Theirs
// stays. As theirs begins, directly within the layer and of its kind ([Cover]),
// the layer stands down: its span must not be ended, so it is never exported,
// and theirs is in its place wherever the layer's context is kept.
//
// A hook embeds it in the context that it gives to the program, passes on what
// its own Value does not know, and asks Covered before it ends its span:
//
//	ctx, span := server.StartEntry(outer, name, options...)
//	c := &serverContext{Layer: hook.NewLayer(ctx, outer, trace.SpanKindServer)}
//	…
//	if !c.Covered() {
//		span.End()
//	}
type Layer struct {
	_               [0]func() // never compared
	context.Context           // what is around the hook's span

	outer  context.Context // holds the span's parent, unless that is below
	own    layerSpan
	theirs atomic.Pointer[trace.Span]

	kind  uint8 // a trace.SpanKind
	clear bool  // nothing is suppressed around it
	bare  bool  // the layer's span is not recorded, and the program sees it as it is

	// ByGoroutine says that the library passes no context to the program. Then what the
	// program does for the request without one of its own, and without a span, is within the
	// layer if that is current for the goroutine.
	ByGoroutine bool

	metric atomic.Bool
}

// layerSpan is the layer's span as the program sees it: otelhttp and the like
// take their tracers from the provider of the span that they find.
type layerSpan struct{ trace.Span }

// TracerProvider is the global one, whose spans are watched.
func (s *layerSpan) TracerProvider() trace.TracerProvider { return otel.GetTracerProvider() }

// SpanKind and Attributes are what the SDK's span tells of itself.
func (s *layerSpan) SpanKind() trace.SpanKind {
	if r, ok := s.Span.(interface{ SpanKind() trace.SpanKind }); ok {
		return r.SpanKind()
	}
	return trace.SpanKindUnspecified
}

// Attributes are those that the span has now.
func (s *layerSpan) Attributes() []attribute.KeyValue {
	if r, ok := s.Span.(interface{ Attributes() []attribute.KeyValue }); ok {
		return r.Attributes()
	}
	return nil
}

// NewLayer returns the layer of the span in ctx, which was started from outer.
// It must not be copied once it is in use.
func NewLayer(ctx, outer context.Context, kind trace.SpanKind) Layer {
	span := SpanIn(ctx)
	return Layer{
		Context: below(ctx), outer: outer, kind: uint8(kind), own: layerSpan{span},
		clear: SuppressionIn(outer) == nil, bare: !span.IsRecording(),
	}
}

// Within makes l, which is zero, the layer of span, which ctx holds and which was started from outer,
// with around, what is suppressed there, at hand.
func (l *Layer) Within(ctx, outer context.Context, span trace.Span, kind trace.SpanKind, around *Suppression) {
	l.Context, l.outer, l.kind, l.own.Span = below(ctx), outer, uint8(kind), span
	l.clear, l.bare = around == nil, !span.IsRecording()
}

// parent returns what the layer's span is below.
func (l *Layer) parent() trace.Span {
	if u, ok := l.own.Span.(*Unrecorded); ok && u.parent.IsValid() {
		return u.above()
	}
	return trace.SpanFromContext(l.outer)
}

// MakeCurrent is [MakeCurrent] for a, whose context is the layer's, as the span begins.
func (l *Layer) MakeCurrent(a *Active) Scope {
	if l.bare && !rtrace.IsEnabled() && !Recorded(l.own.Span) {
		return gctx.EnterHidden(a) // profiles do not name what nobody finds
	}
	return makeCurrent(a, l.own.SpanContext())
}

type layerKey struct{}

// Value is that of the context within, but for the span once it is covered.
func (l *Layer) Value(key any) any {
	if IsSpanKey(key) {
		return l.Span()
	}
	switch key.(type) {
	case layerKey:
		return l
	case suppressKey: // what hooks ask for each time
		if l.clear {
			return nil
		}
	}
	return l.Context.Value(key)
}

// Span is the layer's as the program sees it, or the one that is in its place: what the context holds.
func (l *Layer) Span() trace.Span {
	if l.bare && l.theirs.Load() == nil {
		return l.own.Span
	}
	return l.seen()
}

func (l *Layer) seen() trace.Span {
	if s := l.theirs.Load(); s != nil {
		return *s
	}
	if l.bare || TracersWatched.Load() || !l.own.IsRecording() {
		return l.own.Span
	}
	return &l.own
}

// Own is the layer's own span.
func (l *Layer) Own() trace.Span { return l.own.Span }

// Covered says whether the program makes a span for the layer itself.
func (l *Layer) Covered() bool { return l.theirs.Load() != nil }

// Begins is for who sees that a tracer of the program's begins a span: where it is
// for what a layer around ctx is for, the layer stands down. The span is to be
// started from newCtx, and began, if not nil, wants to know it.
func Begins(ctx context.Context, scope string, options []trace.SpanStartOption) (newCtx context.Context, began func(trace.Span)) {
	if ctx == nil || strings.HasPrefix(scope, "otel.tool/") {
		return ctx, nil // none, or ours
	}
	if len(options) == 0 {
		return withLayer(ctx), nil
	}
	if l := layerAround(ctx); l == nil || l.Covered() && !l.ByGoroutine {
		return ctx, nil
	}
	config := trace.NewSpanStartConfig(options...)
	kind := config.SpanKind()
	switch kind {
	case trace.SpanKindServer:
	case trace.SpanKindConsumer:
		return ctx, nil
	case trace.SpanKindClient:
		// Within one call there may be another, of another kind: for a token, say.
		if !strings.Contains(scope, "grpc") {
			return withLayer(ctx), nil
		}
	default:
		return withLayer(ctx), nil
	}
	newCtx, layer := Cover(ctx, kind)
	if layer == nil {
		return newCtx, nil
	}
	measured := strings.HasPrefix(scope, "go.opentelemetry.io/contrib/")
	return newCtx, func(span trace.Span) { layer.CoveredBy(span, measured) }
}

// withLayer returns ctx, within the goroutine's layer if it holds no span.
func withLayer(ctx context.Context) context.Context {
	if layerContext() == nil || trace.SpanContextFromContext(ctx).IsValid() {
		return ctx
	}
	return WithCurrent(ctx)
}

// TracersWatched says that [Begins] is asked for every span of the SDK, by what is
// woven into it. It is set before the runtime's provider is made.
var TracersWatched atomic.Bool

// Cover is for who sees that a span of that kind begins in ctx. If a layer of
// that kind is around ctx, with no span between, the layer stands down. Then
// newCtx has the parent of the layer's span in the place of that, and layer,
// else nil, wants to know the span that has begun.
func Cover(ctx context.Context, kind trace.SpanKind) (newCtx context.Context, layer *Layer) {
	if ctx == nil {
		return ctx, nil
	}
	l := layerAround(ctx)
	if l == nil || l.kind != uint8(kind) || l.Covered() {
		return ctx, nil
	}
	// They may have read the parent from the headers again.
	parent := l.parent()
	now := trace.SpanContextFromContext(ctx).SpanID()
	if now != l.own.Span.SpanContext().SpanID() && now != parent.SpanContext().SpanID() {
		return ctx, nil
	}
	if !l.theirs.CompareAndSwap(nil, &parent) {
		return ctx, nil
	}
	return trace.ContextWithSpan(ctx, parent), l
}

// layerAround returns the layer around ctx, nil if there is none.
func layerAround(ctx context.Context) *Layer {
	if l, ok := ctx.Value(layerKey{}).(*Layer); ok {
		return l
	}
	if current := layerContext(); current != nil {
		l, _ := current.Value(layerKey{}).(*Layer)
		return l
	}
	return nil
}

// layerContext returns the goroutine's current context, nil if that is none of a layer that is
// found by the goroutine.
func layerContext() context.Context {
	a := gctx.Current()
	if a == nil {
		return nil
	}
	if l, ok := a.Ctx.Value(layerKey{}).(*Layer); !ok || !l.ByGoroutine {
		return nil
	}
	return a.Ctx
}

// CoveredBy puts span, which has begun after [Cover], in the place of the layer's.
// measured says that who made it measures as well.
func (l *Layer) CoveredBy(span trace.Span, measured bool) {
	l.theirs.Store(&span)
	l.metric.Store(measured)
}

// Measured says that the layer is covered by an instrumentation that measures
// what it makes spans for.
func (l *Layer) Measured() bool { return l.metric.Load() }

// spanKey is the key under which a context holds its span.
var spanKey = KeyOf(func(ctx context.Context) { trace.SpanFromContext(ctx) })

// IsSpanKey says whether key is the one under which contexts hold spans. A key of that type is nearly always the very same word, and then
// what it points to is not compared.
func IsSpanKey(key any) bool {
	a, b := (*[2]unsafe.Pointer)(unsafe.Pointer(&key)), (*[2]unsafe.Pointer)(unsafe.Pointer(&spanKey))
	return a[0] == b[0] && (a[1] == b[1] || key == spanKey)
}

// KeyOf returns the key that ask asks its context for, nil if it asks for none: many libraries keep
// the keys of what they put into contexts to themselves. The context holds nothing, and ask may not
// use more of it.
func KeyOf(ask func(context.Context)) any {
	var k keyOf
	ask(&k)
	return k.key
}

// keyOf is a context that remembers what it was asked for.
type keyOf struct {
	context.Context
	key any
}

func (k *keyOf) Value(key any) any {
	k.key = key
	return nil
}

// SpanOf says whether the span in ctx is being recorded, is of that kind, and was
// made by an instrumentation whose scope's name begins with one of scopes.
func SpanOf(ctx context.Context, kind trace.SpanKind, scopes ...string) bool {
	span := SpanIn(ctx)
	return Recorded(span) && isOf(span, kind, scopes)
}

func isOf(span trace.Span, kind trace.SpanKind, scopes []string) bool {
	s, ok := span.(interface {
		InstrumentationScope() instrumentation.Scope
		SpanKind() trace.SpanKind
	})
	if !ok || s.SpanKind() != kind {
		return false
	}
	name := s.InstrumentationScope().Name
	return slices.ContainsFunc(scopes, func(scope string) bool { return strings.HasPrefix(name, scope) })
}
