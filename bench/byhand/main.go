// Byhand is ../service with OpenTelemetry put in by hand, as its documentation
// says: the SDK, its OTLP exporter over gRPC, and otelhttp.
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

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	ctx := context.Background()
	if os.Getenv("OTEL_SDK_DISABLED") != "true" { // the Go SDK does not read it
		exporter, err := otlptracegrpc.New(ctx)
		if err != nil {
			log.Fatal(err)
		}
		tp := trace.NewTracerProvider(trace.WithBatcher(exporter))
		defer tp.Shutdown(ctx)
		otel.SetTracerProvider(tp)
		otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
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
