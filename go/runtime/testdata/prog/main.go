// Prog is a program with the runtime in it, as otel would build it. It does what
// its arguments say, and reports on standard output.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"a.example/prog/early"
	_ "otel.tool/runtime"
	"otel.tool/runtime/hook"
)

var instrumentation hook.Instrumentation

func init() { hook.Register(&instrumentation, "prog", "prog", "1") }

func span(name string) trace.Span {
	_, s := otel.Tracer("prog").Start(context.Background(), name)
	return s
}

var steps = map[string]func(){
	"on":         func() { fmt.Println("on", instrumentation.On()) },
	"goroutines": func() { fmt.Println("goroutines", runtime.NumGoroutine()) },
	"span":       func() { span("work").End() },
	"open":       func() { span("never ended") },
	"early":      func() { early.Span.End() },
	"provider":   func() { fmt.Printf("%T\n", otel.GetTracerProvider()) },
	"fields":     func() { fmt.Println(len(otel.GetTextMapPropagator().Fields())) },
	"exit3":      func() { os.Exit(3) },
	"wait":       func() { time.Sleep(300 * time.Millisecond) },
	"many": func() {
		for range 5000 {
			span("many").End()
		}
	},
	"hookspan": func() {
		_, s := instrumentation.Start(context.Background(), "hook", trace.WithSpanKind(trace.SpanKindServer))
		s.End()
	},
	"ownlate": func() {
		otel.SetTracerProvider(noop.NewTracerProvider())
		otel.SetTextMapPropagator(propagation.TraceContext{})
	},
	"limits": func() { // two of everything that has a limit
		two := []attribute.KeyValue{attribute.String("a", "long"), attribute.String("b", "long")}
		link := trace.Link{SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}}), Attributes: two}
		_, s := otel.Tracer("prog").Start(context.Background(), "limits", trace.WithAttributes(two...), trace.WithLinks(link, link))
		s.AddEvent("event", trace.WithAttributes(two...))
		s.AddEvent("event", trace.WithAttributes(two...))
		s.End()
	},
	"error": func() { otel.Handle(fmt.Errorf("an error of the program")) },
}

func main() {
	for _, arg := range os.Args[1:] {
		steps[arg]()
	}
}
