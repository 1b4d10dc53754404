package tracing

import (
	"context"
	"net/http"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/follow"
	"otel.tool/runtime/internal/propagators"
)

// global is a provider as the runtime makes it global.
type global struct {
	embedded.TracerProvider
	*Provider
}

type headers struct{ propagation.HeaderCarrier }

func (h headers) Values(key string) []string { return http.Header(h.HeaderCarrier).Values(key) }

var entering hook.Instrumentation

func init() { hook.Register(&entering, "entering", "otel.tool/entering", "1") }

// The short way into a program is the long one: Extract, BeginEntry and NewLayer.
func TestEntry(t *testing.T) {
	t.Cleanup(hook.Disable)
	const parent = "00-0102030405060708090a0b0c0d0e0f10-0102030405060708-0"
	state, _ := trace.ParseTraceState("a=b")
	within := func(flags trace.TraceFlags, remote bool, s trace.TraceState) context.Context {
		return trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: flags, Remote: remote, TraceState: s,
		}))
	}
	around := []context.Context{
		context.Background(), within(0, false, trace.TraceState{}), within(1, false, trace.TraceState{}), within(1, true, trace.TraceState{}),
		within(0, false, state), within(0x2, false, trace.TraceState{}), hook.SuppressHTTPClient(context.Background()),
	}
	samplers := []sdktrace.Sampler{
		sdktrace.AlwaysSample(), sdktrace.NeverSample(), sdktrace.TraceIDRatioBased(0), sdktrace.TraceIDRatioBased(0.5),
		sdktrace.ParentBased(sdktrace.NeverSample()), sdktrace.ParentBased(sdktrace.AlwaysSample()),
		sdktrace.ParentBased(sdktrace.AlwaysSample(), sdktrace.WithRemoteParentSampled(sdktrace.NeverSample())),
		someSampler{sdktrace.NeverSample()},
	}
	short := 0
	for _, names := range [][]string{{"tracecontext"}, {"tracecontext", "baggage"}, {"baggage", "tracecontext"}, {"b3"}} {
		otel.SetTextMapPropagator(propagators.New(names))
		for _, sampler := range samplers {
			g := &global{Provider: &Provider{Limits: unlimited(), Sampler: sampler, Knows: KnownOf(sampler)}}
			g.Own = g
			otel.SetTracerProvider(g)
			hook.Enable(follow.TracerProvider{}, new(follow.Propagator))
			for _, h := range []headers{
				{propagation.HeaderCarrier{}},
				{propagation.HeaderCarrier{"Traceparent": {parent + "0"}}},
				{propagation.HeaderCarrier{"Traceparent": {parent + "1"}}},
				{propagation.HeaderCarrier{"Traceparent": {parent + "3"}}},
				{propagation.HeaderCarrier{"Traceparent": {parent + "1"}, "Tracestate": {"c=d"}}},
				{propagation.HeaderCarrier{"Traceparent": {parent + "1"}, "Baggage": {"c=d"}}},
				{propagation.HeaderCarrier{"Baggage": {"c=d"}}},
				{propagation.HeaderCarrier{"B3": {"0102030405060708090a0b0c0d0e0f10-0102030405060708-0"}}},
				{propagation.HeaderCarrier{"Traceparent": {"nonsense"}}},
			} {
				for i, ctx := range around {
					var e hook.Entry
					got := e.Begin(&entering, ctx, h, "x", trace.SpanKindServer, hook.Nothing)
					outer := entering.Extract(ctx, h)
					started, want := entering.BeginEntry(outer, "x", trace.SpanKindServer, hook.Nothing)
					l := hook.NewLayer(started, outer, trace.SpanKindServer)
					ratio := sampler.Description() == "TraceIDRatioBased{0.5}"
					a, b := got.SpanContext(), want.SpanContext()
					if !a.IsValid() || a.IsRemote() || a.SpanID() == b.SpanID() || !ratio && got.IsRecording() != want.IsRecording() {
						t.Fatalf("%v, %s, %v, %d: %+v, %v", names, sampler.Description(), h, i, a, got.IsRecording())
					}
					above := trace.SpanContextFromContext(outer)
					if above.IsValid() && a.TraceID() != b.TraceID() || !ratio && a.TraceFlags() != b.TraceFlags() || a.TraceState().String() != b.TraceState().String() {
						t.Errorf("%v, %s, %v, %d: %+v, want %+v", names, sampler.Description(), h, i, a, b)
					}
					if !trace.SpanContextFromContext(&e).Equal(a) || hook.SuppressionIn(&e) != hook.SuppressionIn(&l) {
						t.Errorf("%v, %s, %v, %d: another context", names, sampler.Description(), h, i)
					}
					if got.TracerProvider() != trace.TracerProvider(g) {
						t.Errorf("%s: another provider", sampler.Description())
					}
					// What a span of the program's that takes its place gets as a parent.
					newCtx, layer := hook.Cover(&e, trace.SpanKindServer)
					if sc := trace.SpanContextFromContext(newCtx); layer == nil || !sc.Equal(above) {
						t.Errorf("%v, %s, %v, %d: covered below %+v, want %+v", names, sampler.Description(), h, i, sc, above)
					}
					if got == trace.Span(e.Refused()) {
						short++
					}
				}
			}
		}
	}
	if short == 0 {
		t.Error("the short way is never gone")
	}
	var e hook.Entry
	if s := e.Begin(&entering, hook.Suppress(context.Background()), headers{propagation.HeaderCarrier{}}, "x", trace.SpanKindServer, hook.Nothing); s != nil {
		t.Error("a span where there is to be none")
	}
}
