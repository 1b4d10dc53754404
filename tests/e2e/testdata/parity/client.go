package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"os"
	"runtime"
	"runtime/pprof"
	"sort"
	"strings"
	"sync"
	"time"
)

const minute = time.Minute

func soon() time.Time { return time.Now().Add(minute) }

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// header prints a header without what a tracer may add.
func header(h http.Header) string {
	var lines []string
	for k, v := range h {
		switch k {
		case "Traceparent", "Tracestate", "Baggage", "Date":
		default:
			lines = append(lines, fmt.Sprintf("%s=%q", k, v))
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, " ")
}

// client prints how requests arrive, and that they come back as they were.
func client() {
	for _, kind := range kinds {
		s := serve(kind, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			out("got %s %s %s host %q length %d encoding %v body %q [%s]", r.Method, r.URL, r.Proto, r.Host, r.ContentLength, r.TransferEncoding, b, header(r.Header))
			http.SetCookie(w, &http.Cookie{Name: "c", Value: "1"})
			w.Header().Set("X-Method", r.Method)
			fmt.Fprintf(w, "answer to %s", r.Method)
		}))
		c := clientFor(kind, s)
		c.Jar, _ = cookiejar.New(nil)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "BREW"} {
			var body io.Reader
			if method == "POST" || method == "PUT" {
				body = strings.NewReader("payload")
			}
			if method == "PATCH" {
				body = io.MultiReader(strings.NewReader("of unknown length")) // chunked
			}
			req, err := http.NewRequest(method, s.URL+"/p?q=a%20b#frag", body)
			if err != nil {
				out("%v", err)
				continue
			}
			req.Header.Set("X-A", "1")
			before := fmt.Sprint(req.Header, req.ContentLength, req.Host, req.Close, req.URL, req.Context() == context.Background())
			res, err := c.Do(req)
			if err != nil {
				out("%v", err)
				continue
			}
			b, err := io.ReadAll(res.Body)
			res.Body.Close()
			out("%s %s %q %v length %d uncompressed %t [%s]", res.Proto, res.Status, b, err, res.ContentLength, res.Uncompressed, header(res.Header))
			after := fmt.Sprint(req.Header, req.ContentLength, req.Host, req.Close, req.URL, req.Context() == context.Background())
			own := body != nil || res.Request == req // http2 may send a copy of one with a body
			out("request unchanged %t, its own in the response %t, header %v", before == after, own, req.Header)
		}
		// one request used again, with a nil header, and through RoundTrip
		req := &http.Request{Method: "GET", URL: mustURL(s.URL)}
		for range 3 {
			res, err := c.Transport.RoundTrip(req)
			if err != nil {
				out("round trip: %v, header nil %t", err, req.Header == nil)
				req.Header = http.Header{}
				continue
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			out("round trip %s header %v same request %t", res.Status, req.Header, res.Request == req)
		}
		// many at a time
		var wg sync.WaitGroup
		var mu sync.Mutex
		seen := map[string]int{}
		quiet := serve(kind, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "ok") }))
		qc := clientFor(kind, quiet)
		for range 20 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				res, err := qc.Get(quiet.URL)
				status := fmt.Sprint(err)
				if err == nil {
					io.Copy(io.Discard, res.Body)
					res.Body.Close()
					status = res.Status
				}
				mu.Lock()
				seen[status]++
				mu.Unlock()
			}()
		}
		wg.Wait()
		out("%v", seen)
		quiet.Close()
		s.Close()
	}

	r, _ := http.NewRequest("POST", "http://a.example/x", strings.NewReader("body"))
	r.Header.Set("X-A", "1")
	dump, err := httputil.DumpRequestOut(r, true)
	var kept []string
	for _, line := range strings.Split(string(dump), "\r\n") {
		if !strings.HasPrefix(line, "Traceparent:") {
			kept = append(kept, line)
		}
	}
	out("%q %v", kept, err)
}

// clientErrors prints the errors of requests that fail, and what they are.
func clientErrors() {
	hang := make(chan struct{})
	s := serve("http1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hang":
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		case "/cut":
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Close()
		case "/short":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "short")
		case "/half":
			fmt.Fprint(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "/garbage":
			conn, _, _ := w.(http.Hijacker).Hijack()
			fmt.Fprint(conn, "garbage\r\n\r\n")
			conn.Close()
		}
	}))
	show := func(name string, err error) {
		var ue *url.Error
		var ne net.Error
		var oe *net.OpError
		out("%s: %v", name, err)
		out("  %T url %t op %t net %t canceled %t deadline %t eof %t unexpected %t", err, errors.As(err, &ue), errors.As(err, &oe),
			errors.As(err, &ne), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
			errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF))
		if ue != nil {
			out("  %s %s timeout %t temporary %t inner %T", ue.Op, ue.URL, ue.Timeout(), ue.Temporary(), ue.Err)
		}
	}
	do := func(name string, c *http.Client, req *http.Request, err error) {
		if err != nil {
			show(name+" (request)", err)
			return
		}
		res, err := c.Do(req)
		if err != nil {
			show(name, err)
			return
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		show(fmt.Sprintf("%s: %s %q", name, res.Status, b), err)
	}
	request := func(ctx context.Context, url string) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, "GET", url, nil)
	}
	bg := context.Background()
	c := s.Client()

	l, _ := net.Listen("tcp", "127.0.0.1:0")
	closed := "http://" + l.Addr().String()
	l.Close()
	for _, u := range []string{closed, s.URL + "/cut", s.URL + "/short", s.URL + "/half", s.URL + "/garbage",
		"ftp://localhost/", "http://", "/relative", "http://[::1", "http://localhost:0/", "https://" + s.Listener.Addr().String()} {
		req, err := request(bg, u)
		do(u, c, req, err)
	}
	canceled, cancel := context.WithCancel(bg)
	cancel()
	req, err := request(canceled, s.URL)
	do("canceled before", c, req, err)

	caused, cause := context.WithCancelCause(bg)
	time.AfterFunc(200*time.Millisecond, func() { cause(errors.New("my cause")) })
	req, err = request(caused, s.URL+"/hang")
	do("canceled while waiting", c, req, err)

	late, cancel2 := context.WithTimeout(bg, 200*time.Millisecond)
	req, err = request(late, s.URL+"/hang")
	do("deadline", c, req, err)
	cancel2()

	req, err = request(bg, s.URL+"/hang")
	do("client timeout", &http.Client{Timeout: 200 * time.Millisecond}, req, err)

	req, err = request(bg, s.URL)
	do("transport error", &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, io.EOF })}, req, err)
	do("nil response", &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, nil })}, req, err)

	req, err = request(bg, s.URL)
	if err == nil {
		req.Header["Bad Header"] = []string{"x"}
	}
	do("bad header", c, req, err)
	body := &closeCounter{Reader: strings.NewReader("x")}
	req, _ = http.NewRequest("POST", closed, body)
	do("body", c, req, nil)
	out("body closed %t", body.closed)
	req, _ = http.NewRequest("POST", s.URL, errReader{})
	do("failing body", c, req, nil)

	close(hang)
	s.Close()
}

type closeCounter struct {
	io.Reader
	closed bool
}

func (c *closeCounter) Close() error { c.closed = true; return nil }

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("cannot read") }

// clientTypes prints the types of what a client gets.
func clientTypes() {
	for _, kind := range kinds {
		s := serve(kind, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/empty":
				w.WriteHeader(204)
			case "/gzip":
				w.Header().Set("Content-Encoding", "gzip")
				w.Write([]byte{31, 139, 8, 0, 0, 0, 0, 0, 0, 255, 203, 200, 228, 2, 0, 122, 122, 111, 237, 3, 0, 0, 0})
			default:
				fmt.Fprint(w, "hi\n")
			}
		}))
		c := clientFor(kind, s)
		for _, path := range []string{"/", "/empty", "/gzip"} {
			res, err := c.Get(s.URL + path)
			if err != nil {
				out("%v", err)
				continue
			}
			_, writer := res.Body.(io.Writer)
			_, writerTo := res.Body.(io.WriterTo)
			body := "http2's" // has no public name, and nothing to ask for
			if res.ProtoMajor == 1 {
				body = fmt.Sprintf("%T", res.Body)
			}
			out("%s %s: body %s nobody %t writer %t writerTo %t, tls %t", kind, path, body, res.Body == http.NoBody, writer, writerTo, res.TLS != nil)
			b, err := io.ReadAll(res.Body)
			out("  %q %v close %v", b, err, res.Body.Close())
			_, err = res.Body.Read(make([]byte, 1))
			out("  read after close %v, close again %v", err, res.Body.Close())
		}
		// a body that nobody reads, and one that is read in part
		res, err := c.Get(s.URL)
		if err == nil {
			out("unread close %v", res.Body.Close())
		}
		res, err = c.Get(s.URL)
		if err == nil {
			n, err := res.Body.Read(make([]byte, 1))
			out("read %d %v close %v", n, err, res.Body.Close())
		}
		var buf bytes.Buffer
		if res, err = c.Get(s.URL); err == nil {
			res.Header.Del("Date")
			err = res.Write(&buf)
		}
		out("written %q %v", buf.String(), err)
		s.Close()
	}
	out("%T %t", http.DefaultTransport, http.DefaultClient.Transport == nil)
}

// more prints the rest of what a program may build on.
func more() {
	s := serve("http1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/upload":
			err := r.ParseMultipartForm(10)
			f, fh, err2 := r.FormFile("file")
			if err != nil || err2 != nil {
				out("%v %v", err, err2)
				return
			}
			out("upload %T %s %d", f, fh.Filename, fh.Size)
			f.Close()
		case "/goexit":
			runtime.Goexit()
		case "/hang":
			<-r.Context().Done()
		case "/labels":
			pprof.Do(r.Context(), pprof.Labels("user", "1"), func(ctx context.Context) {
				v, ok := pprof.Label(ctx, "user")
				var profile bytes.Buffer
				pprof.Lookup("goroutine").WriteTo(&profile, 1)
				out("label %q %t, in the profile %t", v, ok, strings.Contains(profile.String(), `"user":"1"`))
			})
		}
		fmt.Fprint(w, "ok")
	}))
	defer s.Close()

	// temporary files of an upload are gone when the request is over
	temp, _ := os.MkdirTemp("", "parity-upload-")
	defer os.RemoveAll(temp)
	os.Setenv("TMPDIR", temp)
	var form bytes.Buffer
	mw := multipart.NewWriter(&form)
	part, _ := mw.CreateFormFile("file", "f.txt")
	part.Write(bytes.Repeat([]byte("x"), 11<<20))
	mw.Close()
	res, err := s.Client().Post(s.URL+"/upload", mw.FormDataContentType(), &form)
	if err == nil {
		res.Body.Close()
	}
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if left, _ := os.ReadDir(temp); len(left) == 0 {
			break
		}
	}
	left, _ := os.ReadDir(temp)
	out("upload %v, files left %d", err, len(left))
	os.Unsetenv("TMPDIR")

	get(s.Client(), s.URL+"/goexit")
	get(s.Client(), s.URL+"/labels")

	// both old ways to cancel a request
	t := &http.Transport{}
	req, _ := http.NewRequest("GET", s.URL+"/hang", nil)
	time.AfterFunc(200*time.Millisecond, func() { t.CancelRequest(req) }) //lint:ignore SA1019 programs still use it
	_, err = t.RoundTrip(req)
	out("CancelRequest: %v", err)
	cancel := make(chan struct{})
	req, _ = http.NewRequest("GET", s.URL+"/hang", nil)
	req.Cancel = cancel //lint:ignore SA1019 programs still use it
	time.AfterFunc(200*time.Millisecond, func() { close(cancel) })
	_, err = t.RoundTrip(req)
	out("Request.Cancel: %v", err)

	// one connection for requests one after the other
	addrs := map[string]bool{}
	counting := serve("http1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { addrs[r.RemoteAddr] = true }))
	defer counting.Close()
	t = &http.Transport{Proxy: func(r *http.Request) (*url.URL, error) {
		out("proxy for %s %s [%s]", r.Method, r.URL, header(r.Header))
		return nil, nil
	}}
	for range 5 {
		get(&http.Client{Transport: t}, counting.URL)
	}
	t.CloseIdleConnections()
	out("connections %d", len(addrs))
}

// redirects follows redirects and prints each step.
func redirects() {
	mux := http.NewServeMux()
	mux.HandleFunc("/a", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/b", 302) })
	mux.HandleFunc("/b", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/c", 307) })
	mux.HandleFunc("/c", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		out("at the end %s %q [%s]", r.Method, b, header(r.Header))
		fmt.Fprint(w, "end")
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", 302) })
	s := serve("http1", mux)
	defer s.Close()
	c := s.Client()
	c.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		out("redirect to %s via %d [%s] response %s", req.URL, len(via), header(req.Header), req.Response.Status)
		if len(via) > 3 {
			return errors.New("too many")
		}
		return nil
	}
	for _, path := range []string{"/a", "/b", "/loop"} {
		req, _ := http.NewRequest("POST", s.URL+path, strings.NewReader("data"))
		req.Header.Set("Authorization", "secret")
		res, err := c.Do(req)
		if err != nil {
			out("%v, response %t", err, res != nil)
			continue
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		out("%s %q %v, last request %s %s, first %t", res.Status, b, err, res.Request.Method, res.Request.URL, res.Request == req)
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	get(c, s.URL+"/a")
}

// transports prints how transports of the program's own are called.
func transports() {
	s := serve("http1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "ok") }))
	defer s.Close()
	var inner *http.Request
	c := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		inner = r
		out("own transport: [%s] context mine %v", header(r.Header), r.Context().Value("k"))
		return http.DefaultTransport.RoundTrip(r)
	})}
	//lint:ignore SA1029 a plain key is enough here
	req, _ := http.NewRequestWithContext(context.WithValue(context.Background(), "k", "v"), "GET", s.URL, nil)
	res, err := c.Do(req)
	if err != nil {
		out("%v", err)
		return
	}
	out("%s same %t response's %t header %v", res.Status, inner == req, res.Request == inner, req.Header)
	res.Body.Close()

	t := &http.Transport{}
	t.RegisterProtocol("file", http.NewFileTransport(http.Dir(os.TempDir())))
	get(&http.Client{Transport: t}, "file:///does-not-exist")

	proxy := httputil.NewSingleHostReverseProxy(mustURL(s.URL))
	front := serve("http1", proxy)
	get(front.Client(), front.URL)
	front.Close()

	rec := httptest.NewRecorder()
	http.DefaultServeMux.ServeHTTP(rec, httptest.NewRequest("GET", "/nowhere", nil))
	out("%d %q", rec.Code, rec.Body)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// traceHooks prints the calls of a httptrace.ClientTrace.
func traceHooks() {
	s := serve("http1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</x>; rel=preload")
		w.WriteHeader(103)
		w.Header().Del("Link")
		fmt.Fprint(w, "ok")
	}))
	defer s.Close()
	var mu sync.Mutex
	var calls []string
	call := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, scrub(fmt.Sprintf(format, args...)))
	}
	trace := &httptrace.ClientTrace{
		GetConn:              func(hostPort string) { call("get conn %s", hostPort) },
		GotConn:              func(i httptrace.GotConnInfo) { call("got conn reused %t", i.Reused) },
		GotFirstResponseByte: func() { call("first byte") },
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			call("1xx %d %s", code, header(http.Header(h)))
			return nil
		},
		WroteHeaders: func() { call("wrote headers") },
		WroteRequest: func(i httptrace.WroteRequestInfo) { call("wrote request %v", i.Err) },
		WroteHeaderField: func(k string, v []string) {
			if k != "traceparent" && k != "Traceparent" {
				call("wrote %s %v", k, v)
			}
		},
		ConnectStart: func(network, addr string) { call("connect %s %s", network, addr) },
		ConnectDone:  func(network, addr string, err error) { call("connected %s %s %v", network, addr, err) },
	}
	for range 2 {
		req, _ := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), "GET", s.URL, nil)
		res, err := s.Client().Do(req)
		if err != nil {
			out("%v", err)
			return
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
	mu.Lock()
	defer mu.Unlock()
	sort.Strings(calls) // some come from other goroutines
	out("%s", strings.Join(calls, "\n"))
}
