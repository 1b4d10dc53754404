package http

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/hooktest"
	"otel.tool/runtime/hook/httpconv"
)

// answer starts a server that is not traced.
func answer(t testing.TB, h http.HandlerFunc) *httptest.Server {
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = quiet
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func TestClientSpan(t *testing.T) {
	s := answer(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/missing":
			http.NotFound(w, r)
		case "/broken":
			w.WriteHeader(500)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "short")
		default:
			fmt.Fprint(w, "hello")
		}
	})
	host := strings.TrimPrefix(s.URL, "http://")
	const to = " server.address=127.0.0.1 server.port=PORT "
	tests := []struct{ method, url, want string }{
		{"GET", s.URL + "/", `client "GET" http.request.method=GET http.response.status_code=200 network.protocol.version=1.1` + to + "url.full=http://127.0.0.1:PORT/"},
		{"HEAD", s.URL + "/a b", `client "HEAD" http.request.method=HEAD http.response.status_code=200 network.protocol.version=1.1` + to + "url.full=http://127.0.0.1:PORT/a%20b"},
		{"", "http://user:secret@" + host + "/x?token=secret&q=1#secret", `client "GET" http.request.method=GET http.response.status_code=200 network.protocol.version=1.1` + to + "url.full=http://REDACTED:REDACTED@127.0.0.1:PORT/x?token=REDACTED&q=REDACTED"},
		{"PURGE", s.URL, `client "HTTP" http.request.method=_OTHER http.request.method_original=PURGE http.response.status_code=200 network.protocol.version=1.1` + to + "url.full=http://127.0.0.1:PORT"},
		{"POST", s.URL + "/missing", `client "POST" error.type=404 http.request.method=POST http.response.status_code=404 network.protocol.version=1.1` + to + "url.full=http://127.0.0.1:PORT/missing Error"},
		{"GET", s.URL + "/broken", `client "GET" error.type=500 http.request.method=GET http.response.status_code=500 network.protocol.version=1.1` + to + "url.full=http://127.0.0.1:PORT/broken Error"},
		{"GET", s.URL + "/cut", `client "GET" error.type=io.ErrUnexpectedEOF http.request.method=GET http.response.status_code=200 network.protocol.version=1.1` + to + "url.full=http://127.0.0.1:PORT/cut Error(unexpected EOF)"},
		{"GET", "http://127.0.0.1:1/", `client "GET" error.type=*net.OpError http.request.method=GET` + to + "url.full=http://127.0.0.1:PORT/ Error(dial tcp 127.0.0.1:1: connect: connection refused)"},
	}
	for _, tt := range tests {
		t.Run(tt.method+tt.url, func(t *testing.T) {
			rec := record(t)
			get(t, tracedClient(t), tt.method, tt.url)
			if got := show(rec.wait(1)[0]); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestClientRefusedRequests(t *testing.T) {
	rec := record(t)
	tr := wovenTransport{&http.Transport{}}
	for _, req := range []*http.Request{
		{Method: "GET", Header: http.Header{}},
		{Method: "GET", URL: &url.URL{Scheme: "http", Host: "x"}},
		{Method: "GET", URL: &url.URL{Scheme: "ftp", Host: "x"}, Header: http.Header{}},
	} {
		if _, err := tr.RoundTrip(req); err == nil {
			t.Error("no error")
		}
	}
	rec.wait(0)
	_, err := tr.RoundTrip(&http.Request{Method: "G T", URL: &url.URL{Scheme: "http", Host: "x"}, Header: http.Header{}})
	if err == nil {
		t.Error("no error")
	}
	rec.wait(1)
}

func TestClientPropagates(t *testing.T) {
	rec := record(t)
	var got once[string]
	s := answer(t, func(w http.ResponseWriter, r *http.Request) {
		got.set(r.Header.Get("Traceparent") + " " + r.Header.Get("X"))
	})
	ctx, parent := client.Start(context.Background(), "parent")
	req, _ := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
	req.Header["X"] = append(make([]string, 0, 8), "mine")
	before, headers := *req, req.Header.Clone()
	resp, err := tracedClient(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	span := rec.wait(1)[0]
	if want := fmt.Sprintf("00-%s-%s-01 mine", span.SpanContext().TraceID(), span.SpanContext().SpanID()); got.get() != want {
		t.Errorf("sent %q, want %q", got.get(), want)
	}
	if span.Parent().SpanID() != parent.SpanContext().SpanID() {
		t.Error("not the child of the span in the context")
	}
	if resp.Request != req {
		t.Error("the response's request is not the caller's")
	}
	if !reflect.DeepEqual(*req, before) || !reflect.DeepEqual(req.Header, headers) {
		t.Errorf("the caller's request was changed: %v", req.Header)
	}
}

func TestClientChildOfHandler(t *testing.T) {
	rec := record(t)
	back := answer(t, func(http.ResponseWriter, *http.Request) {})
	c := tracedClient(t)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		get(t, c, "GET", back.URL) // no context
		done := make(chan bool)
		go func() { get(t, c, "GET", back.URL); close(done) }()
		<-done
	})
	get(t, plain, "GET", s.URL)
	got := rec.wait(3)
	for _, g := range got[1:] {
		if g.Parent().SpanID() != got[0].SpanContext().SpanID() || g.Parent().IsRemote() {
			t.Errorf("parent %v", g.Parent())
		}
	}
}

func TestClientRedirects(t *testing.T) {
	rec := record(t)
	s := answer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/c" {
			http.Redirect(w, r, map[string]string{"/a": "/b", "/b": "/c"}[r.URL.Path], http.StatusFound)
		}
	})
	resp := get(t, tracedClient(t), "GET", s.URL+"/a")
	if resp.Request.URL.Path != "/c" || resp.Request.Response.Request.URL.Path != "/b" {
		t.Error("the chain of requests is not as net/http makes it")
	}
	for i, g := range rec.wait(3) {
		if got := attr(g, httpconv.KeyResendCount); got != []string{"", "1", "2"}[i] {
			t.Errorf("resend count %q in %s", got, show(g))
		}
	}
}

// bodyOf fetches url, through a woven transport or a plain one.
func bodyOf(t *testing.T, c *http.Client, url string, header ...string) *http.Response {
	req, _ := http.NewRequest("GET", url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func TestClientBodies(t *testing.T) {
	s := answer(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			fmt.Fprint(z, "hello")
			_ = z.Close()
		case "/empty":
			w.WriteHeader(204)
		default:
			fmt.Fprint(w, strings.Repeat("hello", 1000))
		}
	})
	end := map[string]func(*http.Response){
		"read":       func(r *http.Response) { _, _ = io.ReadAll(r.Body) },
		"close":      func(r *http.Response) { _ = r.Body.Close() },
		"both":       func(r *http.Response) { _, _ = io.ReadAll(r.Body); _ = r.Body.Close(); _ = r.Body.Close() },
		"read a bit": func(r *http.Response) { _, _ = r.Body.Read(make([]byte, 3)); _ = r.Body.Close() },
	}
	for name, f := range end {
		for _, path := range []string{"/", "/gzip", "/empty"} {
			t.Run(name+path, func(t *testing.T) {
				rec := record(t)
				resp := bodyOf(t, tracedClient(t), s.URL+path)
				if path != "/empty" {
					if len(rec.Ended()) != 0 {
						t.Error("the span ends before the body does")
					}
					if want := fmt.Sprintf("%T", bodyOf(t, plain, s.URL+path).Body); fmt.Sprintf("%T", resp.Body) != want {
						t.Errorf("body is a %T, want %s", resp.Body, want)
					}
				}
				f(resp)
				if g := rec.wait(1)[0]; g.Status().Code != 0 {
					t.Error(show(g))
				}
			})
		}
	}
}

func TestClientConnectionsAreReused(t *testing.T) {
	rec := record(t)
	conns := 0
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, strings.Repeat("x", 10000)) }))
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			conns++
		}
	}
	s.Start()
	c := tracedClient(t)
	for i := 0; i < 5; i++ {
		get(t, c, "GET", s.URL)
	}
	c.CloseIdleConnections()
	s.Close()
	if conns != 1 {
		t.Errorf("%d connections", conns)
	}
	rec.wait(5)
}

func TestClientHTTP2(t *testing.T) {
	rec := record(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "Sum")
		fmt.Fprint(w, r.Header.Get("Traceparent"))
		w.Header().Set("Sum", "7")
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	c := &http.Client{Transport: wovenTransport{s.Client().Transport}}
	for range 2 { // the second finds a connection, and takes another way
		resp, err := c.Post(s.URL, "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		if resp.Request.Header.Get("Traceparent") != "" {
			t.Error("the response's request has our header")
		}
		_ = resp.Body.Close()
	}
	rec.wait(2)
	rec.Reset()
	resp := bodyOf(t, c, s.URL)
	if len(rec.Ended()) != 0 {
		t.Error("the span ends before the body does")
	}
	all, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	g := rec.wait(1)[0]
	if attr(g, httpconv.KeyProtocolVersion) != "2" || !strings.Contains(string(all), g.SpanContext().SpanID().String()) {
		t.Errorf("%s %s", all, show(g))
	}
	if resp.Trailer.Get("Sum") != "7" || resp.Request.Header.Get("Traceparent") != "" {
		t.Error("trailer or request")
	}
}

func TestClientUpgrade(t *testing.T) {
	rec := record(t)
	s := answer(t, func(w http.ResponseWriter, r *http.Request) {
		conn, rw, _ := w.(http.Hijacker).Hijack()
		defer conn.Close()
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		_ = rw.Flush()
		line, _ := rw.ReadString('\n')
		_, _ = rw.WriteString(line)
		_ = rw.Flush()
	})
	resp := bodyOf(t, tracedClient(t), s.URL, "Connection", "Upgrade", "Upgrade", "echo")
	rw, ok := resp.Body.(io.ReadWriteCloser)
	if !ok {
		t.Fatalf("%T is no io.ReadWriteCloser", resp.Body)
	}
	fmt.Fprintln(rw, "echo")
	if all, _ := io.ReadAll(rw); string(all) != "echo\n" {
		t.Errorf("%q", all)
	}
	if g := rec.wait(1)[0]; attr(g, httpconv.KeyStatus) != "101" {
		t.Error(show(g))
	}
}

func TestClientCancelled(t *testing.T) {
	rec := record(t)
	s := answer(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "x")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(context.Background())
	req, _ := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
	resp, err := tracedClient(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if g := rec.wait(1)[0]; attr(g, httpconv.KeyErrorType) != "context.Canceled" {
		t.Error(show(g))
	}
	rec.Reset()
	c := tracedClient(t)
	c.Timeout = 50 * time.Millisecond
	if resp, err = c.Get(s.URL); err == nil {
		_, err = io.ReadAll(resp.Body)
	}
	if !os.IsTimeout(err) {
		t.Error(err)
	}
	if g := rec.wait(1)[0]; attr(g, httpconv.KeyErrorType) == "" {
		t.Error(show(g))
	}
}

func TestClientRequestBody(t *testing.T) {
	rec := record(t)
	var got once[string]
	s := answer(t, func(w http.ResponseWriter, r *http.Request) {
		all, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/again" {
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
			return
		}
		got.set(fmt.Sprintf("%s %d", all, r.ContentLength))
	})
	resp, err := tracedClient(t).Post(s.URL+"/again", "text/plain", strings.NewReader("body"))
	if err != nil || resp.StatusCode != 200 || got.get() != "body 4" {
		t.Error(resp, err, got.get())
	}
	rec.wait(2)
}

func TestClientHTTPTrace(t *testing.T) {
	record(t)
	s := answer(t, func(http.ResponseWriter, *http.Request) {})
	var wrote, first bool
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		WroteHeaders: func() { wrote = true }, GotFirstResponseByte: func() { first = true },
	})
	req, _ := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
	resp, err := tracedClient(t).Do(req)
	if err != nil || !wrote || !first {
		t.Error(err, wrote, first)
	}
	_ = resp.Body.Close()
}

func TestClientReverseProxy(t *testing.T) {
	rec := record(t)
	var sent once[[]string]
	back := answer(t, func(w http.ResponseWriter, r *http.Request) {
		sent.set(r.Header["Traceparent"])
		fmt.Fprint(w, "back")
	})
	target, _ := url.Parse(back.URL)
	proxy := &httputil.ReverseProxy{Transport: tracedClient(t).Transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	s := serve(t, proxy.ServeHTTP)
	get(t, plain, "GET", s.URL, "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	got := rec.wait(2)
	if got[1].Parent().SpanID() != got[0].SpanContext().SpanID() || got[0].Parent().SpanID().String() != "b7ad6b7169203331" {
		t.Error("not server above client")
	}
	if h := sent.get(); len(h) != 1 || !strings.Contains(h[0], got[1].SpanContext().SpanID().String()) {
		t.Errorf("sent %q", h)
	}
}

// Without a span of its own, a program may still pass a trace on.
func TestClientForwardedHeaders(t *testing.T) {
	rec := record(t)
	var sent once[[]string]
	s := answer(t, func(w http.ResponseWriter, r *http.Request) { sent.set(r.Header["Traceparent"]) })
	get(t, tracedClient(t), "GET", s.URL, "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	g := rec.wait(1)[0]
	if g.Parent().SpanID().String() != "b7ad6b7169203331" || len(sent.get()) != 1 || !strings.Contains(sent.get()[0], g.SpanContext().SpanID().String()) {
		t.Errorf("parent %v, sent %q", g.Parent(), sent.get())
	}
}

// A transport inside a transport, and one inside another's instrumentation, make
// no second span.
func TestClientOnce(t *testing.T) {
	rec := record(t)
	s := answer(t, func(http.ResponseWriter, *http.Request) {})
	c := &http.Client{Transport: wovenTransport{wovenTransport{&http.Transport{}}}}
	get(t, c, "GET", s.URL)
	rec.wait(1)

	rec.Reset()
	c = &http.Client{Transport: wovenTransport{&http.Transport{}}}
	ctx, span := client.Start(context.Background(), "theirs")
	req, _ := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
	client.Inject(ctx, headers(req.Header))
	if _, err := c.Do(req); err != nil {
		t.Error(err)
	}
	rec.wait(0)
	span.End()
}

func TestCarrier(t *testing.T) {
	h := http.Header{"Baggage": {"a=1", "b=2"}}
	c := &carrier{headers: headers(h), room: new([2][1]string)}
	for _, k := range []string{"traceparent", "tracestate", "x-b3-traceid"} {
		c.Set(k, k)
	}
	c.Set("traceparent", "again")
	want := http.Header{"Baggage": {"a=1", "b=2"}, "Traceparent": {"again"}, "Tracestate": {"tracestate"}, "X-B3-Traceid": {"x-b3-traceid"}}
	if !reflect.DeepEqual(h, want) {
		t.Error(h)
	}
	if c.Get("baggage") != "a=1" || len(c.Values("baggage")) != 2 || c.Get("x") != "" || len(c.Keys()) != 4 {
		t.Error("reading")
	}
}

func TestClientSuppressed(t *testing.T) {
	for name, suppress := range map[string]func(context.Context) context.Context{
		"all": hook.Suppress, "of HTTP clients": hook.SuppressHTTPClient,
	} {
		t.Run(name, func(t *testing.T) {
			rec := record(t)
			var sent once[string]
			s := answer(t, func(w http.ResponseWriter, r *http.Request) { sent.set(r.Header.Get("Traceparent")) })
			req, _ := http.NewRequestWithContext(suppress(context.Background()), "GET", s.URL, nil)
			if _, err := tracedClient(t).Do(req); err != nil {
				t.Error(err)
			}
			if rec.wait(0); sent.get() != "" {
				t.Error("propagated")
			}
		})
	}
}

// The program's own exporter would send the span of each of its requests with
// the next one, for ever.
func TestClientExporters(t *testing.T) {
	rec := record(t)
	s := answer(t, func(http.ResponseWriter, *http.Request) {})
	for agent, spans := range map[string]int{"OTel OTLP Exporter Go/1.41.0": 0, "OTel-OTLP-Exporter-Python/1.30": 0, "OTel": 1} {
		rec.Reset()
		req, _ := http.NewRequest("POST", s.URL, nil)
		req.Header.Set("User-Agent", agent)
		resp, err := tracedClient(t).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		if rec.wait(spans); len(rec.Ended()) != spans {
			t.Errorf("%s: %d spans, want %d", agent, len(rec.Ended()), spans)
		}
	}
}

func TestClientPanics(t *testing.T) {
	rec := record(t)
	tr := wovenTransport{&http.Transport{Proxy: func(*http.Request) (*url.URL, error) { panic("oh") }}}
	req, _ := http.NewRequest("GET", "http://x/", nil)
	func() {
		defer func() {
			if r := recover(); r != "oh" {
				t.Error(r)
			}
		}()
		_, _ = tr.RoundTrip(req)
	}()
	if g := rec.wait(1)[0]; g.Status().Description != "panic: oh" {
		t.Error(show(g))
	}
}

// Of a round trip whose span is not recorded there is nothing to do when it panics, whether its request
// was copied, as the first one is, or not.
func TestClientUnrecorded(t *testing.T) {
	ctx := hooktest.Mode{Sampler: sdk.NeverSample(), Metrics: true}.Run(t)
	faults := hook.Faults()
	s := answer(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "x") })
	req, _ := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
	tr := new(http.Transport)
	defer tr.CloseIdleConnections()
	bad := stubFunc(func(*http.Request) (*http.Response, error) { panic("oh") })
	for _, way := range []struct{ works, panics wovenTransport }{
		{wovenTransport{tr}, wovenTransport{bad}},
		{wovenTransport{&wovenSending{answers: tr}}, wovenTransport{&wovenSending{answers: bad}}},
	} {
		for range 3 {
			newReq, leave, after := ClientEnter(nil, req)
			if leave != nil || newReq == req {
				t.Error("something is deferred, or the request is not copied")
			}
			_, _ = after(nil, io.EOF)
			func() {
				defer func() {
					if r := recover(); r != "oh" {
						t.Error(r)
					}
				}()
				_, _ = way.panics.RoundTrip(req)
			}()
			one, err := way.works.RoundTrip(req)
			other, err2 := way.works.RoundTrip(req)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			for _, resp := range []*http.Response{one, other} {
				text, err := io.ReadAll(resp.Body)
				if resp.Body.Close(); string(text) != "x" || err != nil || resp.Request != req {
					t.Error(string(text), err, resp.Request)
				}
			}
		}
	}
	if n := hook.Faults() - faults; n != 0 {
		t.Errorf("%d panics in hooks", n)
	}
}

type stubFunc func(*http.Request) (*http.Response, error)

func (f stubFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestClientUnsampled(t *testing.T) {
	rec := record(t, sdk.WithSampler(sdk.NeverSample()))
	var sent once[string]
	s := answer(t, func(w http.ResponseWriter, r *http.Request) {
		sent.set(r.Header.Get("Traceparent"))
		fmt.Fprint(w, "x")
	})
	get(t, tracedClient(t), "GET", s.URL)
	if rec.wait(0); !strings.HasSuffix(sent.get(), "-00") {
		t.Error(sent.get())
	}
}

func TestClientOff(t *testing.T) {
	req, _ := http.NewRequest("GET", "http://x/", nil)
	if n := testing.AllocsPerRun(100, func() {
		newReq, leave, after := ClientEnter(nil, req)
		if newReq != req || leave != nil {
			t.Error("does something while off")
		}
		if resp, err := after(nil, io.EOF); resp != nil || err != io.EOF {
			t.Error("results")
		}
		if CancelKeyEnter(req) != req {
			t.Error("another request")
		}
		MuxEnter(nil, req)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestH2ClientEnter(t *testing.T) {
	rec := record(t)
	req, _ := http.NewRequest("GET", "http://x/", nil)
	outer, leave, after := ClientEnter(nil, req)
	if inner, l, _ := H2ClientEnter(outer); inner != outer || l != nil {
		t.Error("a second span below net/http's transport")
	}
	_, _ = after(nil, io.EOF)
	leave()
	rec.wait(1)
}

func TestCancelKey(t *testing.T) {
	record(t)
	req, _ := http.NewRequest("GET", "http://x/", nil)
	newReq, leave, after := ClientEnter(nil, req)
	if newReq == req || CancelKeyEnter(newReq) != req || CancelKeyEnter(nil) != nil {
		t.Error("not the caller's request")
	}
	_, _ = after(nil, io.EOF)
	leave()
}

// Nothing of a call may be seen in the next, whatever order bodies end in.
func TestClientStateIsNotShared(t *testing.T) {
	rec := record(t)
	s := answer(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, strings.Repeat(r.URL.Path, 5000)) })
	c := tracedClient(t)
	var open []*http.Response
	for i := 0; i < 10; i++ {
		open = append(open, bodyOf(t, c, fmt.Sprint(s.URL, "/", i)))
	}
	for i := len(open) - 1; i >= 0; i-- {
		_, _ = io.Copy(io.Discard, open[i].Body)
		_ = open[i].Body.Close()
		if got := rec.wait(len(open) - i)[len(open)-1-i]; !strings.HasSuffix(attr(got, httpconv.KeyURLFull), fmt.Sprint("/", i)) {
			t.Errorf("body %d ended %s", i, show(got))
		}
	}
}

// The spans of bodies that are forgotten are ended when the program ends.
func TestClientForgottenBodies(t *testing.T) {
	rec := record(t)
	s := answer(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, strings.Repeat("x", 100000)) })
	c := tracedClient(t)
	var open5 []*http.Response
	for i := 0; i < 5; i++ {
		open5 = append(open5, bodyOf(t, c, s.URL))
	}
	for _, i := range []int{4, 0, 2} { // from both ends, and between
		_ = open5[i].Body.Close()
	}
	rec.wait(3)
	open.abandonAll()
	got := rec.wait(5)
	if d := got[4].EndTime().Sub(got[4].StartTime()); d <= 0 {
		t.Error(d)
	}
	_ = open5[1].Body.Close()
	_ = open5[3].Body.Close()
	rec.wait(5)
	if open.head.next != &open.head {
		t.Error("something is left in the list")
	}
}

func TestErrorType(t *testing.T) {
	for want, err := range map[string]error{
		"context.Canceled":         fmt.Errorf("x: %w", context.Canceled),
		"context.DeadlineExceeded": context.DeadlineExceeded,
		"io.EOF":                   io.EOF,
		"*net.DNSError":            &net.OpError{Err: &net.DNSError{}},
		"*net.OpError":             &net.OpError{Err: syscall.ECONNREFUSED},
		"timeout":                  &net.OpError{Err: os.ErrDeadlineExceeded},
		"*errors.errorString":      errors.New("x"),
		"*os.PathError":            fmt.Errorf("x: %w", &os.PathError{}),
	} {
		if want == "*os.PathError" {
			want = "*fs.PathError"
		}
		if got := errorType(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

func TestFullURL(t *testing.T) {
	for in, want := range map[string]string{
		"http://h":                     "http://h",
		"https://u:p@h:8443/a/b?c=d#e": "https://REDACTED:REDACTED@h:8443/a/b?c=REDACTED",
		"http://u@h/":                  "http://REDACTED:REDACTED@h/",
		"http://h/%2f?x":               "http://h/%2f?REDACTED",
		"http://[::1]:80/":             "http://[::1]:80/",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := fullURL(u, httpconv.QueryRedact); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := fullURL(&url.URL{Scheme: "http", Host: "h", Opaque: "//secret"}, httpconv.QueryRedact); got != "http://h" {
		t.Error(got)
	}
	if got := fullURL(&url.URL{Scheme: "http", Host: "h", Path: "x"}, httpconv.QueryRedact); got != "http://h/x" {
		t.Error(got)
	}
}

type stub struct{ resp http.Response }

func (s *stub) RoundTrip(req *http.Request) (*http.Response, error) {
	s.resp = http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody, Request: req}
	return &s.resp, nil
}
