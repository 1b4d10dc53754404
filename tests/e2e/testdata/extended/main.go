// Extended asks itself three times, and logs. With the argument own it has an SDK of its own, with
// early from before anything is handed over.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

func serve(w http.ResponseWriter, r *http.Request) {
	slog.InfoContext(r.Context(), "serving")
	fmt.Fprintln(w, r.URL.Path)
	if v := r.Header.Get("X-Extended"); v != "" {
		fmt.Fprintln(os.Stderr, "program: propagated", v)
	}
}

// printer is the exporter of the program's own SDK.
type printer struct{}

func (printer) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	for _, s := range spans {
		fmt.Fprintln(os.Stderr, "program: exported", s.Name(), s.Attributes())
	}
	return nil
}

func (printer) Shutdown(context.Context) error { return nil }

func own() { otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSyncer(printer{}))) }

var _ = func() bool {
	if len(os.Args) > 1 && os.Args[1] == "early" {
		own()
	}
	return true
}()

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	if len(os.Args) > 1 && os.Args[1] == "own" {
		own()
	}
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()
	for _, path := range []string{"/one", "/dropped", "/two"} {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			panic(err)
		}
		_, _ = io.Copy(os.Stdout, resp.Body)
		resp.Body.Close()
	}
}
