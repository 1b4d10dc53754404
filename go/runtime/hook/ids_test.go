package hook

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/trace"
)

func TestIDs(t *testing.T) {
	state, err := trace.ParseTraceState("a=1,b=2")
	if err != nil {
		t.Fatal(err)
	}
	traceID, spanID := trace.TraceID{1, 2, 3, 7: 4, 8: 5, 15: 0xff}, trace.SpanID{0xa, 7: 0xb}
	for _, config := range []trace.SpanContextConfig{
		{},
		{TraceID: traceID}, {SpanID: spanID},
		{TraceID: traceID, SpanID: spanID},
		{TraceID: trace.TraceID{1}, SpanID: spanID}, {TraceID: trace.TraceID{15: 1}, SpanID: spanID},
		{TraceID: traceID, SpanID: spanID, TraceFlags: 3, TraceState: state, Remote: true},
	} {
		sc := trace.NewSpanContext(config)
		unrecorded, _ := NewUnrecorded(context.Background(), sc, &Refusal{})
		for name, ctx := range map[string]context.Context{
			"of another": trace.ContextWithSpanContext(context.Background(), sc), "unrecorded": unrecorded,
		} {
			ids, flags, hasState := IDsIn(ctx)
			traceText, spanText := ids.Hex()
			if ids.IsValid() != sc.IsValid() || flags != sc.TraceFlags() || hasState != (sc.TraceState().Len() > 0) ||
				traceText != sc.TraceID().String() || spanText != sc.SpanID().String() {
				t.Errorf("%s, %+v: %s %s %v %v", name, sc, traceText, spanText, flags, hasState)
			}
			if n := testing.AllocsPerRun(100, func() { IDsIn(ctx) }); n != 0 {
				t.Errorf("%s: %v allocations", name, n)
			}
		}
	}
	var none context.Context
	if ids, _, _ := IDsIn(none); ids.IsValid() || GoroutineIDs().IsValid() {
		t.Error("a span from nowhere")
	}
	ctx := trace.ContextWithSpanContext(context.Background(), spanContext(2))
	defer MakeCurrent(&Active{Ctx: ctx}).Leave()
	if ids, _, _ := IDsIn(ctx); ids != GoroutineIDs() {
		t.Error("not the goroutine's")
	}
}
