// Parity prints what a program can notice of net/http: the bytes on the wire,
// the types of what it is handed, errors, logs, stack traces. Built plain and
// woven, it has to print the same.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
)

func main() {
	sections := []struct {
		name string
		run  func()
	}{
		{"wire", wire},
		{"writer", writer},
		{"request", request},
		{"stack", stack},
		{"stream", stream},
		{"hijack", hijack},
		{"client", client},
		{"client errors", clientErrors},
		{"client types", clientTypes},
		{"redirects", redirects},
		{"transports", transports},
		{"trace hooks", traceHooks},
		{"sendfile", sendfile},
		{"websocket", webSocket},
		{"retries", retries},
		{"trailers", trailers},
		{"more", more},
	}
	for _, s := range sections {
		fmt.Printf("== %s\n", s.name)
		s.run()
	}
}

// out prints what changes from run to run in a way that does not.
func out(format string, args ...any) {
	fmt.Println(scrub(fmt.Sprintf(format, args...)))
}

var scrubs = []struct {
	re   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`Date: [^\r\n]*`), "Date: D"},
	{regexp.MustCompile(`\b(127\.0\.0\.1|\[::1\]|localhost|example\.com):\d+`), "HOST:PORT"},
	{regexp.MustCompile(`goroutine \d+`), "goroutine N"},
	{regexp.MustCompile(`0x[0-9a-f]+\??`), "0xN"},
	{regexp.MustCompile(`(?m)^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d `), ""},
}

func scrub(s string) string {
	for _, r := range scrubs {
		s = r.re.ReplaceAllString(s, r.with)
	}
	return strings.ReplaceAll(s, "\r\n", "\\r\n")
}

// served is a server whose log is kept.
type served struct {
	*httptest.Server
	log *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// serve starts a server: plain HTTP/1.1, "tls" for HTTP/2 over TLS, "h2c" for
// HTTP/2 in clear text, "tls1" for HTTP/1.1 over TLS.
func serve(kind string, h http.Handler) served {
	buf := &lockedBuffer{}
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(buf, "", log.LstdFlags|log.Lshortfile)
	switch kind {
	case "tls":
		s.EnableHTTP2 = true
		s.StartTLS()
	case "tls1":
		s.StartTLS()
	case "h2c":
		s.Config.Protocols = new(http.Protocols)
		s.Config.Protocols.SetHTTP1(true)
		s.Config.Protocols.SetUnencryptedHTTP2(true)
		s.Start()
	default:
		s.Start()
	}
	return served{s, buf}
}

// clientFor returns a client that speaks the server's protocol.
func clientFor(kind string, s served) *http.Client {
	if kind != "h2c" {
		return s.Client()
	}
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: p}}
}

var kinds = []string{"http1", "tls1", "tls", "h2c"}

// wire sends raw requests and prints the raw answers.
func wire() {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "hello") })
	mux.HandleFunc("/empty", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/none", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) })
	mux.HandleFunc("/notmod", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(304) })
	mux.HandleFunc("/twice", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(201)
		w.WriteHeader(500)
		fmt.Fprint(w, "twice")
	})
	mux.HandleFunc("/early", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(200)
		fmt.Fprint(w, "late")
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, strings.Repeat("x", 5000)) })
	mux.HandleFunc("/length", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "3")
		_, err := fmt.Fprint(w, "too long")
		out("write: %v", err)
	})
	mux.HandleFunc("/trailer", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		fmt.Fprint(w, "body")
		w.Header().Set("X-Sum", "42")
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(w, r.Body)
		out("copied %d %v", n, err)
	})
	mux.HandleFunc("/teapot", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "teapot", 418) })
	mux.HandleFunc("/panic", func(w http.ResponseWriter, r *http.Request) { panic("oops") })
	mux.HandleFunc("/panic-late", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, strings.Repeat("y", 3000))
		panic(errors.New("oops, later"))
	})
	mux.HandleFunc("/abort", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, exe()) })
	mux.Handle("/strip/", http.StripPrefix("/strip", http.RedirectHandler("/elsewhere", 302)))
	mux.HandleFunc("/dir/", func(w http.ResponseWriter, r *http.Request) {})

	s := serve("http1", mux)
	for _, raw := range []string{
		"GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /empty HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /hello HTTP/1.0\r\n\r\n",
		"HEAD /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /notmod HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /twice HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /early HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /length HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /trailer HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close\r\n\r\n",
		"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\nwxyz",
		"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
		"GET /teapot HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /missing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /dir HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /a/../hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /strip/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /panic HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /panic-late HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /abort HTTP/1.1\r\nHost: a\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /hello HTTP/1.1\r\n\r\n",
		"BAD\r\n\r\n",
		"GET /hello HTTP/3.7\r\nHost: a\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("z", 2<<20) + "\r\n\r\n",
	} {
		name, _, _ := strings.Cut(raw, "\r")
		out("-- %s", name)
		answer, err := exchange(s.Listener.Addr().String(), raw)
		out("%.600s\n(%d bytes, %v)", answer, len(answer), err)
	}
	s.Close()
	out("-- log\n%s", paths(s.log.String()))
}

// exchange writes a raw request and reads to the end of the connection.
func exchange(addr, raw string) (string, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	go io.WriteString(conn, raw)
	b, err := io.ReadAll(conn)
	var reset *net.OpError
	if errors.As(err, &reset) {
		err = nil // whether unread input resets the connection is a race
	}
	return string(b), err
}

// writer prints the type of each kind of ResponseWriter and what it can do.
func writer() {
	for _, kind := range kinds {
		s := serve(kind, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, flusher := w.(http.Flusher)
			_, hijacker := w.(http.Hijacker)
			_, pusher := w.(http.Pusher)
			_, readerFrom := w.(io.ReaderFrom)
			_, stringWriter := w.(io.StringWriter)
			_, closeNotifier := w.(http.CloseNotifier) //lint:ignore SA1019 programs still use it
			_, flushError := w.(interface{ FlushError() error })
			_, unwraps := w.(interface{ Unwrap() http.ResponseWriter })
			out("%s %s: %T flusher=%t hijacker=%t pusher=%t readerFrom=%t stringWriter=%t closeNotifier=%t flushError=%t unwraps=%t",
				kind, r.Proto, w, flusher, hijacker, pusher, readerFrom, stringWriter, closeNotifier, flushError, unwraps)
			c := http.NewResponseController(w)
			out("deadline %v, full duplex %v, flush %v", c.SetWriteDeadline(soon()), c.EnableFullDuplex(), c.Flush())
			wrapped := http.NewResponseController(wrapper{w})
			out("unwrapped: deadline %v, flush %v", wrapped.SetReadDeadline(soon()), wrapped.Flush())
			if p, ok := w.(http.Pusher); ok {
				out("push: %v", p.Push("/pushed", nil))
			}
		}))
		res, err := clientFor(kind, s).Get(s.URL)
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
		out("%s: %v", kind, err)
		s.Close()
	}
	h := http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { out("timeout handler: %T", w) }), minute, "")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
}

type wrapper struct{ http.ResponseWriter }

func (w wrapper) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// request prints what a handler sees of its request.
func request() {
	type key struct{}
	for _, kind := range kinds {
		var inner *http.Request
		mux := http.NewServeMux()
		mux.HandleFunc("POST /items/{id}/{rest...}", func(w http.ResponseWriter, r *http.Request) {
			out("pattern %q id %q rest %q", r.Pattern, r.PathValue("id"), r.PathValue("rest"))
			out("same request as the middleware's: %t", r == inner)
			b, err := io.ReadAll(r.Body)
			out("body %T %q %v trailer %v", r.Body, b, err, r.Trailer)
			out("context value %v, server %T, local %T", r.Context().Value(key{}),
				r.Context().Value(http.ServerContextKey), r.Context().Value(http.LocalAddrContextKey))
			out("done %t err %v", r.Context().Done() != nil, r.Context().Err())
			_, hasDeadline := r.Context().Deadline()
			out("deadline %t", hasDeadline)
		})
		s := serve(kind, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r = r.WithContext(context.WithValue(r.Context(), key{}, "mine"))
			inner = r
			mux.ServeHTTP(w, r)
			out("pattern seen by the middleware %q", r.Pattern)
		}))
		req, _ := http.NewRequest("POST", s.URL+"/items/7/a/b?q=1", strings.NewReader("data"))
		req.Header.Set("X-Mine", "1")
		req.Trailer = http.Header{"X-T": {"t"}}
		res, err := clientFor(kind, s).Do(req)
		if err != nil {
			out("%v", err)
		} else {
			out("%s %s", res.Proto, res.Status)
			res.Body.Close()
		}
		s.Close()
	}
}

// stack prints stack traces taken inside a handler.
func stack() {
	s := serve("http1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, file, line, _ := runtime.Caller(0)
		out("here %s:%d", filepath.Base(file), line)
		pcs := make([]uintptr, 50)
		frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
		for {
			f, more := frames.Next()
			out("%s %s:%d", f.Function, shortFile(f.File), f.Line)
			if !more {
				break
			}
		}
		buf := make([]byte, 64<<10)
		out("%s", paths(string(buf[:runtime.Stack(buf, false)])))
	}))
	get(s.Client(), s.URL)
	s.Close()

	s = serve("http1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var p *http.Request
		out("%s", p.URL.Path)
	}))
	get(s.Client(), s.URL)
	s.Close()
	out("%s", paths(s.log.String()))

	s = serve("tls", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic("over http/2") }))
	get(s.Client(), s.URL)
	for deadline := soon(); s.log.String() == "" && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond) // http2 logs after it has answered
	}
	s.Close()
	out("%s", paths(s.log.String()))

	// a round tripper sees who called it
	get(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		buf := make([]byte, 64<<10)
		out("%s", paths(string(buf[:runtime.Stack(buf, false)])))
		return nil, errors.New("no answer")
	})}, "http://localhost/")
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// paths shortens file names in a stack trace to their last two elements.
func paths(trace string) string {
	return regexp.MustCompile(`\S*/([^/\s]+/[^/\s]+\.go)`).ReplaceAllString(trace, "$1")
}

func shortFile(file string) string {
	return filepath.Join(filepath.Base(filepath.Dir(file)), filepath.Base(file))
}

// stream reads server-sent events one by one, as they are written.
func stream() {
	for _, kind := range kinds {
		next := make(chan int)
		s := serve(kind, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for n := range next {
				fmt.Fprintf(w, "data: %d\n\n", n)
				w.(http.Flusher).Flush()
			}
		}))
		go func() { next <- 1 }()
		res, err := clientFor(kind, s).Get(s.URL)
		if err != nil {
			out("%v", err)
			return
		}
		lines := bufio.NewScanner(res.Body)
		for n := 2; lines.Scan(); n++ {
			if lines.Text() == "" {
				continue
			}
			out("%s %q", kind, lines.Text())
			if n > 4 {
				close(next)
				break
			}
			next <- n
		}
		_, err = io.ReadAll(res.Body)
		out("%v", err)
		res.Body.Close()
		s.Close()
	}
}

// hijack takes a connection over, on both ends.
func hijack() {
	s := serve("http1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			out("%v", err)
			return
		}
		defer conn.Close()
		out("hijacked %T", conn)
		fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, err := rw.ReadString('\n')
		fmt.Fprintf(conn, "you said %s", line)
		_, err2 := w.Write([]byte("x"))
		out("server read %q %v, write after hijack: %v", line, err, err2)
	}))
	defer s.Close()
	req, _ := http.NewRequest("GET", s.URL, nil)
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "echo")
	res, err := s.Client().Do(req)
	if err != nil {
		out("%v", err)
		return
	}
	rwc, ok := res.Body.(io.ReadWriteCloser)
	out("%s, body %T, read-write %t", res.Status, res.Body, ok)
	fmt.Fprintln(rwc, "hi")
	b, err := io.ReadAll(rwc)
	out("client read %q %v", b, err)
	rwc.Close()

	// CONNECT, through a proxy that hijacks
	target := serve("tls1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "through the tunnel") }))
	defer target.Close()
	proxy := serve("http1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out("proxy: %s %s", r.Method, r.RequestURI)
		up, err := net.Dial("tcp", r.Host)
		if err != nil {
			out("%v", err)
			return
		}
		down, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			out("%v", err)
			return
		}
		fmt.Fprint(down, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { io.Copy(up, down); up.Close() }()
		io.Copy(down, up)
		down.Close()
	}))
	defer proxy.Close()
	u := mustURL(proxy.URL)
	tr := target.Client().Transport.(*http.Transport).Clone()
	tr.Proxy = http.ProxyURL(u)
	get(&http.Client{Transport: tr}, target.URL)
	tr.CloseIdleConnections()
}

func exe() string {
	name := filepath.Join(os.TempDir(), fmt.Sprintf("parity-%d.txt", os.Getpid()))
	os.WriteFile(name, []byte(strings.Repeat("file ", 100)), 0o600)
	return name
}

// get gets a page and prints what came.
func get(c *http.Client, url string) {
	res, err := c.Get(url)
	if err != nil {
		out("error %v", err)
		return
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	out("%s %s %q %v", res.Proto, res.Status, b, err)
}
