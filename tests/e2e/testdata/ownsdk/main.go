// Ownsdk sets up a tracer provider of its own, at the time that its argument names, and
// serves itself two requests. At its end it prints what its exporter has got.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// time is when the provider is set.
var time = os.Args[1]

var memory = tracetest.NewInMemoryExporter()

// before is before main, and before what else is set up.
var before = at("init")

// at sets a provider if it is time.
func at(now string) bool {
	if time != now {
		return false
	}
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithBatcher(memory)))
	otel.SetTextMapPropagator(propagation.TraceContext{})
	return true
}

func main() {
	at("main")
	if at("twice") {
		memory.Reset()
		at("twice")
	}
	if time == "noop" {
		otel.SetTracerProvider(noop.NewTracerProvider())
	}
	request()
	at("late")
	request()
	if tp, ok := otel.GetTracerProvider().(*sdktrace.TracerProvider); ok {
		check(tp.ForceFlush(context.Background()))
	}
	names := map[trace.SpanID]string{}
	for _, s := range memory.GetSpans() {
		names[s.SpanContext.SpanID()] = s.Name
	}
	for _, s := range memory.GetSpans() {
		fmt.Printf("%s %s in %q\n", s.SpanKind, s.Name, names[s.Parent.SpanID()])
	}
}

// request serves one request, with a span of otelhttp and one by hand.
func request() {
	s := httptest.NewServer(otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, span := otel.Tracer("mine").Start(r.Context(), "step")
		span.End()
	}), "", otelhttp.WithSpanNameFormatter(func(string, *http.Request) string { return "theirs" })))
	defer s.Close()
	res, err := http.Get(s.URL)
	check(err)
	_, err = io.Copy(io.Discard, res.Body)
	check(err)
	res.Body.Close()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
