// Soak does for each request, in six ways, what loses its context: calls that are given
// none, goroutines, workers, timers. Each call asks this program itself for a leaf, whose
// path says for which request and in what way.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"
)

var (
	self      = "http://" + os.Args[1]
	transport = &http.Transport{MaxIdleConnsPerHost: 64}
	client    = &http.Client{Transport: transport}
	buffers   = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	pending   atomic.Int64 // calls that do not hold up their request
)

// job is something for a worker: with the request's context, or with none.
type job struct {
	ctx  context.Context
	path string
	done chan struct{}
}

var (
	jobs    = make(chan job)
	workers sync.Once
)

// work is started within the first request, and lives on.
func work() {
	for j := range jobs {
		labels := pprof.Labels("worker", j.path)
		pprof.Do(context.Background(), labels, func(context.Context) {
			if j.ctx == nil {
				get(j.path)
			} else {
				do(j.ctx, j.path)
			}
		})
		close(j.done)
	}
}

func get(path string) {
	resp, err := client.Get(self + path)
	read(resp, err)
}

func do(ctx context.Context, path string) {
	req, err := http.NewRequestWithContext(ctx, "GET", self+path, nil)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.Do(req)
	read(resp, err)
}

func read(resp *http.Response, err error) {
	if err != nil {
		log.Fatal(err)
	}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if _, err := io.Copy(b, resp.Body); err != nil || b.String() != "leaf\n" {
		log.Fatalf("read %q, %v", b, err)
	}
	resp.Body.Close()
}

func serve(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	path := func(way string) string { return "/leaf/" + id + "/" + way }
	workers.Do(func() {
		for range 8 {
			go work()
		}
	})
	pprof.Do(r.Context(), pprof.Labels("tenant", id[len(id)-1:]), func(ctx context.Context) {
		get(path("direct"))
		slog.Info("half", "id", id)
		done := make(chan struct{})
		go func() {
			defer close(done)
			get(path("goroutine"))
		}()
		pending.Add(2)
		go func() {
			defer pending.Add(-1)
			time.Sleep(time.Duration(id[len(id)-1]-'0') * 4 * time.Millisecond)
			get(path("detached"))
		}()
		time.AfterFunc(20*time.Millisecond, func() {
			defer pending.Add(-1)
			get(path("timer"))
		})
		for _, j := range []job{{nil, path("worker"), make(chan struct{})}, {ctx, path("context"), make(chan struct{})}} {
			jobs <- j
			<-j.done
		}
		<-done
	})
	fmt.Fprintln(w, "work")
}

// stats says what there is when all is done and nothing is kept that need not be.
func stats(w http.ResponseWriter, _ *http.Request) {
	for pending.Load() > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(500 * time.Millisecond) // spans are on their way
	transport.CloseIdleConnections()
	goroutines := runtime.NumGoroutine()
	for range 10 { // they end in their own time; and a sync.Pool keeps things for two collections
		time.Sleep(50 * time.Millisecond)
		goroutines = min(goroutines, runtime.NumGoroutine())
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	_ = json.NewEncoder(w).Encode(map[string]uint64{"goroutines": uint64(goroutines), "heap": m.HeapAlloc, "stacks": m.StackInuse})
}

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	http.HandleFunc("GET /work/{id}", serve)
	http.HandleFunc("GET /leaf/{id}/{way}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "leaf") })
	http.HandleFunc("GET /stats", stats)
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
