package propagators

import (
	"context"
	"maps"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

const someParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// FuzzTraceContext holds ours against the official propagator, for any headers.
func FuzzTraceContext(f *testing.F) {
	for _, h := range []string{
		someParent, someParent[:53] + "00", someParent[:53] + "02", someParent[:53] + "03", someParent[:53] + "0/", someParent[:53] + "11",
		strings.ToUpper(someParent), "01" + someParent[2:], "ff" + someParent[2:], someParent + "-x", someParent[:54], "",
		"00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
		"00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333\xff-01",
	} {
		f.Add(h, "")
		f.Add(h, "a=1,b=2")
		f.Add(h, "\x00")
	}
	f.Fuzz(func(t *testing.T, parent, state string) {
		carrier := propagation.MapCarrier{"traceparent": parent, "tracestate": state}
		type key struct{}
		outer := context.WithValue(context.Background(), key{}, 1)
		want := trace.SpanContextFromContext(propagation.TraceContext{}.Extract(outer, carrier))
		ctx := traceContext{}.Extract(outer, carrier)
		got := trace.SpanContextFromContext(ctx)
		if !got.Equal(want) {
			t.Errorf("%q, %q: %+v, want %+v", parent, state, got, want)
		}
		if (ctx == outer) == want.IsValid() || ctx.Value(key{}) != 1 {
			t.Errorf("%q: another context", parent)
		}
		if s := trace.SpanFromContext(ctx); s.IsRecording() || s.TracerProvider() == nil {
			t.Errorf("%q: %v", parent, s)
		}
		sent, official := propagation.MapCarrier{}, propagation.MapCarrier{}
		traceContext{}.Inject(ctx, sent)
		propagation.TraceContext{}.Inject(ctx, official)
		if !maps.Equal(sent, official) {
			t.Errorf("%q, %q: sends %v, want %v", parent, state, sent, official)
		}
	})
}

func TestExtractAllocations(t *testing.T) {
	var carrier propagation.TextMapCarrier = propagation.MapCarrier{"traceparent": someParent}
	if n := testing.AllocsPerRun(100, func() { traceContext{}.Extract(context.Background(), carrier) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

// What is sent for a span that is not recorded is what the official propagators send.
func TestInjectW3C(t *testing.T) {
	state, err := trace.ParseTraceState("a=1")
	if err != nil {
		t.Fatal(err)
	}
	member, err := baggage.NewMember("k", "v")
	if err != nil {
		t.Fatal(err)
	}
	bag, err := baggage.New(member)
	if err != nil {
		t.Fatal(err)
	}
	id := trace.SpanContextConfig{TraceID: trace.TraceID{1, 15: 0xef}, SpanID: trace.SpanID{2, 7: 0xcd}}
	sampled, random, more := id, id, id
	sampled.TraceFlags, random.TraceFlags, more.TraceState = trace.FlagsSampled, 3, state
	for _, config := range []trace.SpanContextConfig{id, sampled, random, more, {}, {TraceID: id.TraceID}} {
		for _, names := range [][]string{{"tracecontext"}, {"tracecontext", "baggage"}} {
			official := propagation.NewCompositeTextMapPropagator(propagation.TraceContext{})
			if len(names) > 1 {
				official = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
			}
			for _, outer := range []context.Context{context.Background(), baggage.ContextWithBaggage(context.Background(), bag)} {
				ctx, _ := hook.NewUnrecorded(outer, trace.NewSpanContext(config), &hook.Refusal{})
				got, want := propagation.MapCarrier{}, propagation.MapCarrier{}
				New(names).Inject(ctx, got)
				official.Inject(ctx, want)
				if !maps.Equal(got, want) {
					t.Errorf("%v, %+v: %v, want %v", names, config, got, want)
				}
			}
		}
	}
}
