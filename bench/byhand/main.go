// Byhand is ../service with OpenTelemetry put in by hand, as its documentation
// says: the SDK with its OTLP exporters over gRPC, runtime metrics, and otelhttp.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	otelruntime "go.opentelemetry.io/contrib/instrumentation/runtime"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	ctx := context.Background()
	if os.Getenv("OTEL_SDK_DISABLED") != "true" { // the Go SDK does not read it
		traces, err := otlptracegrpc.New(ctx)
		if err != nil {
			log.Fatal(err)
		}
		metrics, err := otlpmetricgrpc.New(ctx)
		if err != nil {
			log.Fatal(err)
		}
		tp := trace.NewTracerProvider(trace.WithBatcher(traces))
		defer tp.Shutdown(ctx)
		mp := metric.NewMeterProvider(metric.WithReader(metric.NewPeriodicReader(metrics)))
		defer mp.Shutdown(ctx)
		otel.SetTracerProvider(tp)
		otel.SetMeterProvider(mp)
		otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
		if err := otelruntime.Start(otelruntime.WithMinimumReadMemStatsInterval(15 * time.Second)); err != nil {
			log.Fatal(err)
		}
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", user)
	srv := &http.Server{Addr: os.Args[1], Handler: otelhttp.NewHandler(mux, "server")}
	go stopAtSignal(srv)
	if err := srv.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}

// user handles GET /users/{id}.
func user(w http.ResponseWriter, r *http.Request) {
	first()
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]string{"id": r.PathValue("id"), "name": "Ada"})
}

func stopAtSignal(srv *http.Server) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM)
	<-c
	fmt.Println("mallocs", mallocs()-before)
	srv.Shutdown(context.Background())
}

// first notes what had been allocated before the first request.
var first = sync.OnceFunc(func() { before = mallocs() })

var before uint64

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
