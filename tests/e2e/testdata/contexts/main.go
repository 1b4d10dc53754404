// Contexts does with contexts what is not done every day, in one request for each, and
// prints what the program notices of it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"time"
)

// mine is a context of the program's own making, with its own end.
type mine struct {
	values context.Context
	done   chan struct{}
}

var errMine = errors.New("mine has ended")

func (mine) Deadline() (time.Time, bool) { return time.Time{}, false }
func (m mine) Done() <-chan struct{}     { return m.done }

func (m mine) Err() error {
	select {
	case <-m.done:
		return errMine
	default:
		return nil
	}
}

func (m mine) Value(key any) any {
	if key == "whose" {
		return "mine"
	}
	return m.values.Value(key)
}

var (
	base    string
	jobs    = make(chan func())
	hanging = make(chan bool)
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/leaf", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "leaf") })
	mux.HandleFunc("/hang", func(w http.ResponseWriter, r *http.Request) {
		close(hanging)
		<-r.Context().Done()
	})
	mux.HandleFunc("/custom", custom)
	mux.HandleFunc("/ended", ended)
	mux.HandleFunc("/elsewhere", elsewhere)
	mux.HandleFunc("/labels", labels)
	mux.HandleFunc("/start", func(http.ResponseWriter, *http.Request) {
		go func() {
			for job := range jobs {
				job()
			}
		}()
	})
	mux.HandleFunc("/worker", worker)
	s := httptest.NewServer(mux)
	defer s.Close()
	base = s.URL
	for _, path := range []string{"/custom", "/ended", "/elsewhere", "/labels", "/start", "/worker"} {
		fmt.Println("==", path)
		get(context.Background(), path)
	}
}

// get asks this program for a path.
func get(ctx context.Context, path string) {
	req, err := http.NewRequestWithContext(ctx, "GET", base+path, nil)
	if err != nil {
		panic(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		fmt.Println(errors.Is(err, errMine), errors.Is(err, context.Canceled), req.Context() == ctx)
		return
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	fmt.Println(path, res.StatusCode, err, req.Context() == ctx, res.Request == req)
}

// custom calls with a context whose values are the request's, and then with none of them.
func custom(_ http.ResponseWriter, r *http.Request) {
	ctx := mine{r.Context(), make(chan struct{})}
	get(ctx, "/leaf")
	get(context.WithValue(ctx, "more", 1), "/leaf")
	get(mine{context.Background(), make(chan struct{})}, "/leaf")
	fmt.Println(ctx.Value("whose"), ctx.Err(), r.Context().Err())
}

// ended has its context end during a call.
func ended(_ http.ResponseWriter, r *http.Request) {
	ctx := mine{r.Context(), make(chan struct{})}
	go func() {
		<-hanging
		close(ctx.done)
	}()
	get(ctx, "/hang")
}

// elsewhere hands an answer to another goroutine, which reads and closes it, and calls again
// before and after that.
func elsewhere(_ http.ResponseWriter, r *http.Request) {
	res, err := http.Get(base + "/leaf")
	if err != nil {
		panic(err)
	}
	get(context.Background(), "/leaf")
	done := make(chan error)
	go func() {
		_, err := io.Copy(io.Discard, res.Body)
		done <- errors.Join(err, res.Body.Close())
	}()
	fmt.Println(<-done)
	get(context.Background(), "/leaf")
}

// labels has labels of the program's own around a call and within a goroutine.
func labels(_ http.ResponseWriter, r *http.Request) {
	pprof.Do(r.Context(), pprof.Labels("user", "ann"), func(ctx context.Context) {
		get(ctx, "/leaf")
		done := make(chan bool)
		go func() {
			get(context.Background(), "/leaf")
			close(done)
		}()
		<-done
		pprof.ForLabels(ctx, func(key, value string) bool { fmt.Println(key, value); return true })
	})
}

// worker has a goroutine work for it that an earlier request has started.
func worker(http.ResponseWriter, *http.Request) {
	done := make(chan bool)
	jobs <- func() {
		get(context.Background(), "/leaf")
		close(done)
	}
	<-done
}
