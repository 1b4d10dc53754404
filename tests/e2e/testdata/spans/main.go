// Spans is a service whose handlers do what handlers do: the tests ask for a
// path, and look at the spans. It calls itself where it calls anything.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

var base string // base URL of this service

// early runs before main, and before the runtime may be ready.
var early = func() error {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	defer s.Close()
	if os.Getenv("EARLY") == "" {
		return nil
	}
	res, err := http.Get(s.URL + "/early")
	if err == nil {
		res.Body.Close()
	}
	return err
}()

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	base = "http://" + l.Addr().String()
	srv := &http.Server{Handler: routes(), Protocols: new(http.Protocols), ErrorLog: log.New(io.Discard, "", 0)}
	srv.Protocols.SetHTTP1(true)
	srv.Protocols.SetUnencryptedHTTP2(true)
	go srv.Serve(l)

	secure := httptest.NewUnstartedServer(routes())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.EnableHTTP2 = true
	secure.StartTLS()

	fmt.Println("early", early)
	fmt.Println("tls", secure.URL)
	fmt.Println("listening", base)

	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM)
	<-c
}

func routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(w http.ResponseWriter, r *http.Request) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := f(w, r); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		})
	}
	handle("/plain", func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, "plain")
		return err
	})
	handle("GET /items/{id}", func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, r.PathValue("id"))
		return err
	})
	handle("example.com/hosted", func(w http.ResponseWriter, r *http.Request) error { return nil })
	handle("/status/{code}", func(w http.ResponseWriter, r *http.Request) error {
		code, err := strconv.Atoi(r.PathValue("code"))
		w.WriteHeader(code)
		return err
	})
	handle("/echo", func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.Copy(w, r.Body)
		return err
	})
	handle("/headers", func(w http.ResponseWriter, r *http.Request) error {
		return r.Header.Write(w)
	})

	// calls with a context, and without
	handle("/ctx", func(w http.ResponseWriter, r *http.Request) error { return call(r.Context(), "/plain") })
	handle("/noctx", func(w http.ResponseWriter, r *http.Request) error { return get("/plain") })
	handle("/two", func(w http.ResponseWriter, r *http.Request) error {
		return errors.Join(call(r.Context(), "/items/1"), get("/items/2"))
	})
	handle("/background", func(w http.ResponseWriter, r *http.Request) error { return call(context.Background(), "/plain") })
	handle("/deep", func(w http.ResponseWriter, r *http.Request) error { return get("/noctx") })
	handle("/goroutine", func(w http.ResponseWriter, r *http.Request) error {
		var wg sync.WaitGroup
		wg.Add(2)
		go func() { defer wg.Done(); get("/items/1") }()
		go func() {
			defer wg.Done()
			done := make(chan struct{})
			go func() { get("/items/2"); close(done) }()
			<-done
		}()
		wg.Wait()
		return nil
	})
	handle("/late", func(w http.ResponseWriter, r *http.Request) error {
		go func() { time.Sleep(300 * time.Millisecond); get("/items/late") }()
		return nil
	})
	handle("/labels", func(w http.ResponseWriter, r *http.Request) error {
		var err error
		pprof.Do(r.Context(), pprof.Labels("user", "1"), func(ctx context.Context) {
			v, ok := pprof.Label(ctx, "user")
			fmt.Fprintln(w, v, ok)
			err = get("/plain")
		})
		return err
	})
	handle("/setlabels", func(w http.ResponseWriter, r *http.Request) error {
		ctx := pprof.WithLabels(context.Background(), pprof.Labels("user", "1"))
		pprof.SetGoroutineLabels(ctx)
		defer pprof.SetGoroutineLabels(context.Background())
		return get("/plain")
	})

	// things that go wrong
	handle("/panic", func(w http.ResponseWriter, r *http.Request) error { panic("oops") })
	handle("/panic-after", func(w http.ResponseWriter, r *http.Request) error {
		w.WriteHeader(201)
		panic(errors.New("too late"))
	})
	handle("/abort", func(w http.ResponseWriter, r *http.Request) error { panic(http.ErrAbortHandler) })
	handle("/refused", func(w http.ResponseWriter, r *http.Request) error {
		fetch(r.Context(), "http://127.0.0.1:1/x")
		return nil
	})
	handle("/secret", func(w http.ResponseWriter, r *http.Request) error {
		return fetch(r.Context(), strings.Replace(base, "http://", "http://user:password@", 1)+"/plain?sig=abc&q=1#f")
	})
	handle("/upstream", func(w http.ResponseWriter, r *http.Request) error {
		return call(r.Context(), "/status/"+r.FormValue("code"))
	})
	handle("/timeout", func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), 50*time.Millisecond)
		defer cancel()
		call(ctx, "/slow")
		return nil
	})
	handle("/slow", func(w http.ResponseWriter, r *http.Request) error {
		select {
		case <-r.Context().Done():
		case <-time.After(2 * time.Second):
		}
		return nil
	})

	// longer ways
	handle("/redirect", func(w http.ResponseWriter, r *http.Request) error { return call(r.Context(), "/moved") })
	handle("/moved", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/plain", http.StatusFound)
		return nil
	})
	handle("/redirects", func(w http.ResponseWriter, r *http.Request) error { return call(r.Context(), "/moved2") })
	handle("/moved2", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/moved", http.StatusFound)
		return nil
	})
	handle("/stream", func(w http.ResponseWriter, r *http.Request) error {
		for range 3 {
			fmt.Fprint(w, "data: x\n\n")
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
		return nil
	})
	handle("/slowbody", func(w http.ResponseWriter, r *http.Request) error {
		res, err := http.Get(base + "/stream")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		_, err = io.Copy(w, res.Body)
		return err
	})
	handle("/unread", func(w http.ResponseWriter, r *http.Request) error {
		res, err := http.Get(base + "/plain")
		if err != nil {
			return err
		}
		return res.Body.Close()
	})
	handle("/h2", func(w http.ResponseWriter, r *http.Request) error {
		t := &http.Transport{Protocols: new(http.Protocols)}
		t.Protocols.SetUnencryptedHTTP2(true)
		defer t.CloseIdleConnections()
		return with(r.Context(), &http.Client{Transport: t}, base+"/plain")
	})
	handle("/owntransport", func(w http.ResponseWriter, r *http.Request) error {
		t := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
		defer t.CloseIdleConnections()
		return with(r.Context(), &http.Client{Transport: tripper{t}, Timeout: time.Minute}, base+"/plain")
	})
	handle("/retry", func(w http.ResponseWriter, r *http.Request) error {
		// the first attempt goes over a connection that is dead by then
		t := &http.Transport{}
		defer t.CloseIdleConnections()
		c := &http.Client{Transport: t}
		return errors.Join(with(r.Context(), c, base+"/plain"), with(r.Context(), c, base+"/plain"))
	})
	mux.Handle("GET /timed/{n}", http.TimeoutHandler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), time.Minute, "too late"))
	mux.Handle("GET /toolong", http.TimeoutHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), 20*time.Millisecond, "too late"))
	mux.HandleFunc("/goexit", func(http.ResponseWriter, *http.Request) { runtime.Goexit() })
	mux.Handle("/files/", http.StripPrefix("/files", http.FileServer(http.Dir("."))))
	mux.Handle("/sub/", http.StripPrefix("/sub", sub()))
	target, _ := url.Parse(base)
	mux.Handle("/proxy/", http.StripPrefix("/proxy", httputil.NewSingleHostReverseProxy(target)))
	mux.HandleFunc("/hijack", func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
		conn.Close()
	})
	inner := http.NewServeMux()
	inner.HandleFunc("GET /middle/{n}", func(http.ResponseWriter, *http.Request) {})
	mux.Handle("/middle/", middleware(inner))
	return mux
}

// middleware hands on another request than it was given.
func middleware(next http.Handler) http.Handler {
	type key struct{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, 1)))
	})
}

// sub is a mux inside another.
func sub() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{thing}", func(w http.ResponseWriter, r *http.Request) {})
	return mux
}

type tripper struct{ http.RoundTripper }

func (t tripper) RoundTrip(r *http.Request) (*http.Response, error) {
	return t.RoundTripper.RoundTrip(r)
}

// call asks this service for a path, with a context; get without.
func call(ctx context.Context, path string) error { return fetch(ctx, base+path) }

func fetch(ctx context.Context, url string) error { return with(ctx, http.DefaultClient, url) }

func with(ctx context.Context, c *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return err
	}
	return read(c.Do(req))
}

func get(path string) error { return read(http.Get(base + path)) }

func read(res *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}
