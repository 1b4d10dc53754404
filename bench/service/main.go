// Service is what the benchmarks load: one route that answers with JSON. There
// is no OpenTelemetry in it.
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
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", user)
	srv := &http.Server{Addr: os.Args[1], Handler: mux}
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
