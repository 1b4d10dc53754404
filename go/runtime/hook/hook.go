// Package hook is what hook packages are written with: the functions that otel
// weaves into a library call a hook package, and that calls this.
//
// A hook is a plain function whose results the weaver knows by name:
//
//	var client hook.Instrumentation
//
//	func init() { hook.Register(&client, "example.com/redis", "otel.tool/hooks/redis", version) }
//
//	func DoEnter(ctx context.Context, cmd *redis.Cmd) (newCtx context.Context, leave func()) {
//		newCtx = ctx
//		if !client.On() {
//			return
//		}
//		defer hook.Guard()
//		ctx, span := client.Start(ctx, cmd.Name(), kind)
//		return ctx, func() { span.End() }
//	}
//
// What hooks must keep to, as they run in someone else's program:
//
//   - Off is one load and one branch: ask [Instrumentation.On] first. The zero
//     Instrumentation is off, so a hook may be called before its package's init.
//   - No panic of ours reaches the program: defer [Guard] in each hook, in leave
//     and in after.
//   - A context that is passed always wins; [Instrumentation.Start] takes the
//     goroutine's current span only where the context has none.
//   - Nothing of the program is changed that it can see.
//
// In stack traces the files of packages that come with otel are named by their import paths:
// otel.tool/runtime/hook/hook.go.
package hook

import (
	"context"
	"os"
	rtrace "runtime/trace"
	"strings"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/internal/exit"
	"otel.tool/runtime/internal/gctx"
)

// Instrumentation is the tracing and measuring of one library. The zero Instrumentation is
// off; [Register] lets [Enable] turn it on. It must not be copied.
type Instrumentation struct {
	on          atomic.Pointer[telemetry]
	info        info
	instruments []Instrument
}

type info struct {
	name, scope, version string
}

// telemetry is what an Instrumentation works with while it is on.
type telemetry struct {
	_       [0]func() // never compared
	tracer  trace.Tracer
	follows Following // the tracer, if it is one
	begins  Beginner  // the tracer, if it is one
	prop    propagation.TextMapPropagator
	tells   FollowingPropagator // the propagator, if it is one
}

func newTelemetry(tracer trace.Tracer, prop propagation.TextMapPropagator) *telemetry {
	t := &telemetry{tracer: tracer, prop: prop}
	t.follows, _ = tracer.(Following)
	t.begins, _ = tracer.(Beginner)
	t.tells, _ = prop.(FollowingPropagator)
	return t
}

var (
	mu         sync.Mutex
	registered []*Instrumentation
	provider   trace.TracerProvider // nil while disabled
	meters     metric.MeterProvider // nil while disabled, or without metrics
	propagator propagation.TextMapPropagator
	enabled    atomic.Bool // provider or meters is set
)

// Register makes in known under a name, usually the library's import path, and
// with the name and version of its instrumentation scope. Call it in init.
//
// in stays off where OTEL_INSTRUMENTATION_<NAME>_ENABLED is false, NAME being
// the name in capitals with _ for all that is no letter or digit, or the same
// for a leading part of the name ("net/http" for "net/http/server"), or
// OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED; the most specific one counts.
func Register(in *Instrumentation, name, scope, version string) {
	mu.Lock()
	defer mu.Unlock()
	in.info = info{name, scope, version}
	registered = append(registered, in)
	in.set()
}

// Enable turns the registered instrumentations on, those to come included, with
// the provider of their tracers and the propagator of their contexts. It may be
// called again with others.
func Enable(tp trace.TracerProvider, prop propagation.TextMapPropagator) {
	findPanicOffset()
	gctx.ShowInProfiles(showInProfiles())
	mu.Lock()
	defer mu.Unlock()
	provider, propagator = tp, prop
	setAll()
}

// Disable turns all instrumentations off.
func Disable() {
	mu.Lock()
	defer mu.Unlock()
	kept.Store(nil)
	keptThen.Store(false)
	provider, propagator, meters = nil, nil, nil
	setAll()
}

// setAll turns the registered instrumentations on or off. mu is held.
func setAll() {
	enabled.Store(provider != nil || meters != nil)
	for _, in := range registered {
		in.set()
	}
}

// Enabled says whether there is telemetry in this program: what [Enable] or
// [EnableMetrics] has turned on.
func Enabled() bool { return enabled.Load() }

// set turns in on or off. mu is held.
func (in *Instrumentation) set() {
	on := in.info.name != "" && Wanted(in.info.name)
	in.setInstruments(on)
	switch {
	case !on || provider == nil && meters == nil:
		in.on.Store(nil)
	case provider == nil:
		in.on.Store(newTelemetry(noop.NewTracerProvider().Tracer(""), propagator))
	default:
		tracer := provider.Tracer(in.info.scope, trace.WithInstrumentationVersion(in.info.version))
		in.on.Store(newTelemetry(tracer, propagator))
	}
}

// Wanted says whether the environment leaves the instrumentation of that name on:
// see [Register].
func Wanted(name string) bool {
	for {
		if v, ok := os.LookupEnv("OTEL_INSTRUMENTATION_" + envName(name) + "_ENABLED"); ok && v != "" {
			return !strings.EqualFold(v, "false")
		}
		cut := strings.LastIndexByte(name, '/')
		if cut < 0 {
			return !strings.EqualFold(os.Getenv("OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED"), "false")
		}
		name = name[:cut]
	}
}

// envName is name as a part of a variable's name.
func envName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, name)
}

// On says whether in is on: one atomic load.
func (in *Instrumentation) On() bool { return in.on.Load() != nil }

// Start starts a span whose parent is the span in ctx, or where it holds none,
// the current span of the goroutine. It returns ctx with the new span (and with
// the baggage that came with the goroutine's), and no-ops while in is off.
func (in *Instrumentation) Start(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	return in.StartEntry(WithCurrent(ctx), name, opts...)
}

// StartEntry is Start for spans with which work enters the program (servers,
// consumers): the goroutine's span is none of their business.
func (in *Instrumentation) StartEntry(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	if ctx == nil {
		ctx = context.Background()
	}
	t := in.on.Load()
	if t == nil {
		return ctx, trace.SpanFromContext(context.Background())
	}
	within, span := t.tracer.Start(ctx, name, opts...)
	if f := onStart.Load(); f != nil && span.IsRecording() {
		span.SetAttributes((*f)(in.info.scope, name, kindOf(span, opts))...)
	}
	return exclude(ctx, within, span, opts), span
}

// Starting returns attributes for a span that an instrumentation of that scope has begun.
type Starting = func(scope, name string, kind trace.SpanKind) []attribute.KeyValue

var onStart atomic.Pointer[Starting]

// OnStart has f asked for attributes of every span that instrumentations begin and that is
// recorded, after those that have been given in before. f must not panic.
func OnStart(f Starting) {
	mu.Lock()
	defer mu.Unlock()
	all := f
	if before := onStart.Load(); before != nil {
		all = func(scope, name string, kind trace.SpanKind) []attribute.KeyValue {
			first := (*before)(scope, name, kind)
			return append(first[:len(first):len(first)], f(scope, name, kind)...)
		}
	}
	onStart.Store(&all)
}

// kindOf returns the kind of a span that has begun with options.
func kindOf(span trace.Span, opts []trace.SpanStartOption) trace.SpanKind {
	if s, ok := span.(interface{ SpanKind() trace.SpanKind }); ok {
		return s.SpanKind()
	}
	config := trace.NewSpanStartConfig(opts...)
	return trace.ValidateSpanKind(config.SpanKind())
}

// Inject writes the span and baggage of ctx into carrier, for the next program.
func (in *Instrumentation) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	if t := in.on.Load(); t != nil && t.prop != nil {
		t.prop.Inject(ctx, carrier)
	}
}

// InjectsW3C says that Inject writes headers of the W3C only: traceparent, tracestate, baggage.
func (in *Instrumentation) InjectsW3C() bool {
	t := in.on.Load()
	return t != nil && t.tells != nil && t.tells.Now() != nil
}

// Extract returns ctx with what the program before has written into carrier.
func (in *Instrumentation) Extract(ctx context.Context, carrier propagation.TextMapCarrier) context.Context {
	if t := in.on.Load(); t != nil && t.prop != nil {
		return t.prop.Extract(ctx, carrier)
	}
	return ctx
}

// WithCurrent returns ctx if it holds a span, else ctx with the goroutine's
// current span and its baggage. A nil ctx is context.Background.
func WithCurrent(ctx context.Context) context.Context {
	ctx, _ = CurrentIn(ctx)
	return ctx
}

// CurrentIn is WithCurrent, and returns the span that the context holds.
func CurrentIn(ctx context.Context) (context.Context, trace.Span) {
	return currentOr(ctx, SpanIn(ctx))
}

// currentOr is CurrentIn where the span that ctx holds is at hand.
func currentOr(ctx context.Context, span trace.Span) (context.Context, trace.Span) {
	if ctx == nil {
		ctx = context.Background()
	}
	if _, ok := span.(*Unrecorded); ok || span.SpanContext().IsValid() {
		return ctx, span
	}
	a := gctx.Current()
	if a == nil {
		return ctx, span
	}
	span = trace.SpanFromContext(a.Ctx)
	ctx = trace.ContextWithSpan(ctx, span)
	if Excluded(a.Ctx) {
		ctx = context.WithValue(ctx, excludedKey{}, true)
	}
	if b := baggage.FromContext(a.Ctx); b.Len() > 0 && baggage.FromContext(ctx).Len() == 0 {
		ctx = baggage.ContextWithBaggage(ctx, b)
	}
	return ctx, span
}

// Active is a span that may be current for goroutines, as the context that
// holds it. A hook embeds it in what it allocates for the span anyway.
type Active = gctx.Active

// Scope is a stay within a span that [MakeCurrent] began.
type Scope = gctx.Scope

// MakeCurrent makes the span of a.Ctx the current one of this goroutine and of
// those it starts, until Leave of what it returns: then it is current nowhere,
// and what was before is again. Call Leave on the same goroutine, when the span
// ends. It allocates once. A span without an id is not made current.
func MakeCurrent(a *Active) Scope {
	return makeCurrent(a, trace.SpanContextFromContext(a.Ctx))
}

func makeCurrent(a *Active, sc trace.SpanContext) Scope {
	if !sc.IsValid() {
		return Scope{}
	}
	return enter(a, sc)
}

// enter enters the span; while an execution trace is taken, it is a region of that. Profiles name
// a span that is sampled: nobody finds another by its ids.
func enter(a *Active, sc trace.SpanContext) Scope {
	traceID, spanID := sc.TraceID(), sc.SpanID()
	if !sc.IsSampled() {
		traceID, spanID = trace.TraceID{}, trace.SpanID{}
	}
	s := gctx.Enter(a, traceID, spanID)
	if rtrace.IsEnabled() {
		traceRegion(s, a.Ctx)
	}
	return s
}

// KeepCurrent returns the current span, if there is one, for a function that is
// about to change the goroutine's profiler labels: Rejoin of what it returns makes
// the span current again, and keeps the new labels. It is nil if there is none.
func KeepCurrent() *Kept { return gctx.Keep() }

// Kept is what [KeepCurrent] returns.
type Kept = gctx.Node

// MakeCurrentLayer is [MakeCurrent] for the context of a [Layer] that is found by the goroutine:
// also for one whose span has no id, as where only metrics are wanted.
func MakeCurrentLayer(a *Active) Scope {
	return enter(a, trace.SpanContextFromContext(a.Ctx))
}

// Router is what enclosing server spans put into their context, so that routers
// can tell them the route.
type Router interface {
	// SetRoute takes the pattern that the request matched, without method and
	// host, and the path that was matched with it.
	SetRoute(pattern, path string)
}

// RouterKey is the key under which a context holds the [Router].
type RouterKey struct{}

// SetRoute tells the server span around ctx the route: "/users/{id}", matched
// with the path "/users/7". A later call for a part of the path (a router below
// a router) adds to it; of fasthttp's routers, the first that tells is right. Without a server span nothing happens.
func SetRoute(ctx context.Context, pattern, path string) {
	if r := RouterOf(ctx); r != nil {
		r.SetRoute(pattern, path)
	}
}

// Routed says whether there is a server span around ctx, which wants to know its
// route.
func Routed(ctx context.Context) bool {
	return RouterOf(ctx) != nil
}

// RouterOf returns what takes the route of the server span around ctx, nil if there is none.
func RouterOf(ctx context.Context) Router {
	if r, ok := ctx.Value(RouterKey{}).(Router); ok {
		return r
	}
	if current := layerContext(); current != nil {
		r, _ := current.Value(RouterKey{}).(Router)
		return r
	}
	return nil
}

// AtExit has f called when the program ends, before its telemetry is flushed, to
// end the spans that are still open. Call it when there is the first to end.
func AtExit(f func()) { exit.BeforeEnd(f) }

// Flush sends what has been gathered, and returns when that is done or when the time that
// the program's end has for it (OTEL_GO_FLUSH_TIMEOUT) is over.
func Flush() { exit.FlushInTime() }

var faults atomic.Int64

// Guard, deferred by a hook, keeps a panic of the hook from the program, and
// counts it. It does not recover the program's own panics, in leave neither.
func Guard() {
	if r := recover(); r != nil {
		faults.Add(1)
	}
}

// Faults returns how many panics of hooks [Guard] has caught.
func Faults() int64 { return faults.Load() }

// showInProfiles says whether profiles show trace_id and span_id:
// OTEL_GO_PROFILE_LABELS, else not where tracebacks would show them too (Go
// 1.27): the program's panics look as they would without us.
func showInProfiles() bool {
	switch strings.ToLower(os.Getenv("OTEL_GO_PROFILE_LABELS")) {
	case "true":
		return true
	case "false":
		return false
	}
	godebug := os.Getenv("GODEBUG")
	if tracebacksShowLabels {
		return strings.Contains(godebug, "tracebacklabels=0")
	}
	return !strings.Contains(godebug, "tracebacklabels=1")
}
