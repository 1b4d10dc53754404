package pprof

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// set is what pprof.SetGoroutineLabels is when woven.
func set(ctx context.Context) {
	after := SetLabelsEnter()
	pprof.SetGoroutineLabels(ctx)
	after()
}

func current() trace.SpanID {
	return trace.SpanContextFromContext(hook.WithCurrent(context.Background())).SpanID()
}

func TestSetLabels(t *testing.T) {
	ctx := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2},
	}))
	labels := pprof.WithLabels(context.Background(), pprof.Labels("user", "one"))
	for range 2 { // the second time with what the first has left in the pool
		scope := hook.MakeCurrent(&hook.Active{Ctx: ctx})
		set(labels)
		var b bytes.Buffer
		_ = pprof.Lookup("goroutine").WriteTo(&b, 1)
		if current() != (trace.SpanID{2}) || !strings.Contains(b.String(), `"user":"one"`) {
			t.Error("the span or the labels are lost")
		}
		set(context.Background())
		if current() != (trace.SpanID{2}) {
			t.Error("the span is lost")
		}
		scope.Leave()
		if current().IsValid() {
			t.Error("the span stays")
		}
	}
}

func TestWithoutSpan(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { SetLabelsEnter()() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
