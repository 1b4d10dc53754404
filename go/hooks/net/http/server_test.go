package http

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

var quiet = log.New(io.Discard, "", 0)

// get sends a request and reads the answer.
func get(t testing.TB, c *http.Client, method, url string, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "test/1")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp
}

func TestServerSpan(t *testing.T) {
	const common = "client.address=127.0.0.1 "
	const network = "network.peer.address=127.0.0.1 network.peer.port=PORT network.protocol.version=1.1 server.address=127.0.0.1 server.port=PORT "
	tests := []struct {
		name    string
		method  string
		target  string
		handler http.HandlerFunc
		want    string
	}{
		{"nothing written", "GET", "/greet", func(http.ResponseWriter, *http.Request) {},
			`server "GET" ` + common + "http.request.method=GET http.response.status_code=200 " + network + "url.path=/greet url.scheme=http user_agent.original=test/1"},
		{"status", "POST", "/x/y", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); fmt.Fprint(w, "no") },
			`server "POST" ` + common + "http.request.method=POST http.response.status_code=404 " + network + "url.path=/x/y url.scheme=http user_agent.original=test/1"},
		{"server error", "GET", "/", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "x", http.StatusServiceUnavailable) },
			`server "GET" ` + common + "error.type=503 http.request.method=GET http.response.status_code=503 " + network + "url.path=/ url.scheme=http user_agent.original=test/1 Error"},
		{"WriteHeader twice", "GET", "/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(202); w.WriteHeader(500) },
			`server "GET" ` + common + "http.request.method=GET http.response.status_code=202 " + network + "url.path=/ url.scheme=http user_agent.original=test/1"},
		{"1xx", "GET", "/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(201) },
			`server "GET" ` + common + "http.request.method=GET http.response.status_code=201 " + network + "url.path=/ url.scheme=http user_agent.original=test/1"},
		{"query", "GET", "/s?q=secret&empty=&flag&x=1", func(http.ResponseWriter, *http.Request) {},
			`server "GET" ` + common + "http.request.method=GET http.response.status_code=200 " + network + "url.path=/s url.query=q=REDACTED&empty=&REDACTED&x=REDACTED url.scheme=http user_agent.original=test/1"},
		{"unknown method", "BREW", "/", func(http.ResponseWriter, *http.Request) {},
			`server "HTTP" ` + common + "http.request.method=_OTHER http.request.method_original=BREW http.response.status_code=200 " + network + "url.path=/ url.scheme=http user_agent.original=test/1"},
		{"panic", "GET", "/", func(http.ResponseWriter, *http.Request) { panic(errors.New("oh")) },
			`server "GET" ` + common + "error.type=*errors.errorString http.request.method=GET " + network + "url.path=/ url.scheme=http user_agent.original=test/1 Error(panic: oh) !exception"},
		{"panic after writing", "GET", "/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200); panic("oh") },
			`server "GET" ` + common + "error.type=string http.request.method=GET http.response.status_code=200 " + network + "url.path=/ url.scheme=http user_agent.original=test/1 Error(panic: oh) !exception"},
		{"abort", "GET", "/", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			`server "GET" ` + common + "error.type=net/http.ErrAbortHandler http.request.method=GET " + network + "url.path=/ url.scheme=http user_agent.original=test/1 Error(response aborted)"},
		{"panic recovered by the handler", "GET", "/", func(w http.ResponseWriter, _ *http.Request) {
			defer func() { _ = recover(); w.WriteHeader(500) }()
			panic("oh")
		}, `server "GET" ` + common + "error.type=500 http.request.method=GET http.response.status_code=500 " + network + "url.path=/ url.scheme=http user_agent.original=test/1 Error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := record(t)
			s := serve(t, tt.handler)
			get(t, plain, tt.method, s.URL+tt.target)
			if got := show(rec.wait(1)[0]); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestServerGoexit(t *testing.T) {
	rec := record(t)
	s := serve(t, func(http.ResponseWriter, *http.Request) { runtime.Goexit() })
	c := &http.Client{Transport: &http.Transport{}, Timeout: 200 * time.Millisecond}
	get(t, c, "GET", s.URL)
	if got := rec.wait(1)[0]; len(got.Events()) != 0 {
		t.Error(show(got))
	}
	s.CloseClientConnections()
}

// transports are the ways in which a request may come.
func transports(t *testing.T, h http.HandlerFunc) map[string]struct {
	url    string
	client *http.Client
} {
	type way = struct {
		url    string
		client *http.Client
	}
	ways := map[string]way{}
	s := serve(t, h)
	ways["http/1.1"] = way{s.URL, plain}

	s = httptest.NewUnstartedServer(woven(h))
	s.StartTLS()
	t.Cleanup(s.Close)
	ways["https/1.1"] = way{s.URL, s.Client()}

	s = httptest.NewUnstartedServer(woven(h))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = quiet
	s.StartTLS()
	t.Cleanup(s.Close)
	ways["https/2"] = way{s.URL, s.Client()}

	s = httptest.NewUnstartedServer(woven(h))
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Config.Protocols.SetHTTP1(true)
	s.Start()
	t.Cleanup(s.Close)
	tr := &http.Transport{Protocols: new(http.Protocols)}
	tr.Protocols.SetUnencryptedHTTP2(true)
	ways["h2c"] = way{s.URL, &http.Client{Transport: tr}}
	return ways
}

func TestServerProtocols(t *testing.T) {
	rec := record(t)
	httpconv.Options.BodySize = true
	defer func() { httpconv.Options.BodySize = false }()
	ways := transports(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(418)
		fmt.Fprint(w, "teapot")
	})
	for name, way := range ways {
		rec.Reset()
		get(t, way.client, "GET", way.url+"/tea")
		s := rec.wait(1)[0]
		scheme, version := "https", "2"
		if strings.HasSuffix(name, "1.1") {
			version = "1.1"
		}
		if !strings.HasPrefix(name, "https") {
			scheme = "http"
		}
		if attr(s, httpconv.KeyStatus) != "418" || attr(s, httpconv.KeyURLScheme) != scheme || attr(s, httpconv.KeyProtocolVersion) != version || attr(s, httpconv.KeyBodySize) != "6" {
			t.Errorf("%s: %s", name, show(s))
		}
	}
}

func TestServerPanicsOverHTTP2(t *testing.T) {
	rec := record(t)
	way := transports(t, func(http.ResponseWriter, *http.Request) { panic("oh") })["https/2"]
	if get(t, way.client, "GET", way.url) != nil {
		t.Error("the panic did not reach net/http")
	}
	if s := rec.wait(1)[0]; s.Status().Description != "panic: oh" {
		t.Error(show(s))
	}
}

func TestServerContext(t *testing.T) {
	rec := record(t)
	type key struct{}
	var inHandler, inGoroutine once[trace.SpanContext]
	var canceled once[error]
	done := make(chan bool)
	s := httptest.NewUnstartedServer(woven(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(key{}) != "base" || r.Context().Value(http.ServerContextKey) == nil {
			t.Error("values of the context are lost")
		}
		inHandler.set(spanOf(r.Context()))
		inGoroutine.set(spanOf(hook.WithCurrent(context.Background())))
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		if ctx.Err() != nil {
			t.Error(ctx.Err())
		}
		go func() {
			defer close(done)
			<-r.Context().Done()
			canceled.set(r.Context().Err())
		}()
	})))
	s.Config.BaseContext = func(net.Listener) context.Context { return context.WithValue(context.Background(), key{}, "base") }
	s.Start()
	defer s.Close()
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	get(t, plain, "GET", s.URL, "Traceparent", parent)
	span := rec.wait(1)[0]
	if span.Parent().SpanID().String() != "b7ad6b7169203331" || !span.Parent().IsRemote() ||
		span.SpanContext().TraceID().String() != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("parent %v", span.Parent())
	}
	if !inHandler.get().Equal(span.SpanContext()) || !inGoroutine.get().Equal(span.SpanContext()) {
		t.Error("the handler's span is not in its context, or not current")
	}
	<-done
	if canceled.get() != context.Canceled {
		t.Error("the context is not cancelled when the handler returns")
	}
}

// Requests on one connection are served by one goroutine: nothing must be left.
func TestServerKeepAlive(t *testing.T) {
	rec := record(t)
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	for i := 0; i < 3; i++ {
		get(t, plain, "GET", s.URL)
	}
	for _, s := range rec.wait(3) {
		if s.Parent().IsValid() {
			t.Error("a request is the parent of the next")
		}
	}
}

func TestServerOutsideParent(t *testing.T) {
	rec := record(t)
	ctx, span := server.StartEntry(context.Background(), "outer")
	scope := hook.MakeCurrent(&hook.Active{Ctx: ctx})
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	get(t, plain, "GET", s.URL)
	if got := rec.wait(1)[0]; got.Parent().IsValid() {
		t.Error("the span in which the server was started is the parent of its requests")
	}
	scope.Leave()
	span.End()
}

func TestServerSameWriterAndRequest(t *testing.T) {
	record(t)
	var before, inside once[string]
	look := func(w http.ResponseWriter, r *http.Request) string {
		_, f := w.(http.Flusher)
		_, h := w.(http.Hijacker)
		_, rf := w.(io.ReaderFrom)
		_, p := w.(http.Pusher)
		_, sw := w.(io.StringWriter)
		return fmt.Sprintf("%T %p %p %v %v %v %v %v", w, w, r, f, h, rf, p, sw)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		before.set(look(w, r))
		woven(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { inside.set(look(w, r)) })).ServeHTTP(w, r)
	}))
	defer s.Close()
	get(t, plain, "GET", s.URL)
	if before.get() != inside.get() {
		t.Errorf("%s\n%s", before.get(), inside.get())
	}
}

// net/http removes the files of a form that the handler has parsed.
func TestServerMultipartFilesAreRemoved(t *testing.T) {
	record(t)
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var during once[int]
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1); err != nil {
			t.Error(err)
		}
		files, _ := filepath.Glob(filepath.Join(tmp, "multipart-*"))
		during.set(len(files))
	})
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, _ := form.CreateFormFile("f", "f.txt")
	_, _ = part.Write(make([]byte, 1<<20))
	_ = form.Close()
	resp, err := plain.Post(s.URL, form.FormDataContentType(), &b)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	s.Close()
	entries, _ := os.ReadDir(tmp)
	if during.get() != 1 || len(entries) != 0 {
		t.Errorf("%d files during, %d after", during.get(), len(entries))
	}
}

func TestServerHijack(t *testing.T) {
	rec := record(t)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\n\r\nhi")
		_ = conn.Close()
	})
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /ws HTTP/1.1\r\nHost: x\r\n\r\n")
	line, _ := bufio.NewReader(conn).ReadString('\n')
	if !strings.Contains(line, "101") {
		t.Error(line)
	}
	if got := rec.wait(1)[0]; attr(got, httpconv.KeyStatus) != "" || got.Status().Code != 0 {
		t.Error(show(got))
	}
}

func TestServerStreams(t *testing.T) {
	rec := record(t)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < 3; i++ {
			fmt.Fprintf(w, "data: %d\n\n", i)
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
		}
		if _, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("end")); err != nil {
			t.Error(err)
		}
	})
	resp, err := plain.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	all, _ := io.ReadAll(resp.Body)
	if string(all) != "data: 0\n\ndata: 1\n\ndata: 2\n\nend" {
		t.Errorf("%q", all)
	}
	rec.wait(1)
}

func TestServerOnce(t *testing.T) {
	rec := record(t)
	s := serve(t, woven(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP)
	get(t, plain, "GET", s.URL)
	rec.wait(1)
}

func TestH2ServerEnter(t *testing.T) {
	if leave, after := H2ServerEnter(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)); leave != nil || after == nil {
		t.Error("does something while off")
	}
	rec := record(t)
	if leave, _ := H2ServerEnter(7, httptest.NewRequest("GET", "/", nil)); leave != nil {
		t.Error("takes what is no ResponseWriter")
	}
	leave, after := H2ServerEnter(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	after()
	leave()
	rec.wait(1)
}

func TestServerSuppressed(t *testing.T) {
	rec := record(t)
	s := httptest.NewUnstartedServer(woven(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	s.Config.BaseContext = func(net.Listener) context.Context { return hook.Suppress(context.Background()) }
	s.Start()
	defer s.Close()
	get(t, plain, "GET", s.URL)
	rec.wait(0)
}

func TestServerOff(t *testing.T) {
	rw, req := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	ctx := req.Context()
	if n := testing.AllocsPerRun(100, func() {
		leave, after := ServerEnter(rw, req)
		if leave != nil {
			t.Error("a leave function while off")
		}
		after()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if req.Context() != ctx {
		t.Error("the context is changed")
	}
}

func TestServerUnsampled(t *testing.T) {
	rec := record(t, sdk.WithSampler(sdk.NeverSample()))
	var inside once[trace.SpanContext]
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { inside.set(spanOf(r.Context())) })
	get(t, plain, "GET", s.URL)
	rec.wait(0)
	if !inside.get().IsValid() || inside.get().IsSampled() {
		t.Error("the context of an unsampled request does not say so")
	}
}

func TestServerBrokenRequests(t *testing.T) {
	rec := record(t)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL, r.Header, r.Method = nil, nil, ""
	})
	get(t, plain, "GET", s.URL)
	get(t, plain, "OPTIONS", s.URL)
	for _, s := range rec.wait(2) {
		if attr(s, httpconv.KeyStatus) != "200" {
			t.Error(show(s))
		}
	}
}

func TestRoute(t *testing.T) {
	leaf := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	copying := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r.WithContext(r.Context())) })
	}
	newMux := func(pattern string, h http.Handler) *http.ServeMux {
		mux := http.NewServeMux()
		mux.Handle(pattern, h)
		return mux
	}
	inner := newMux("GET /users/{id}", leaf)
	tests := []struct {
		name    string
		handler http.Handler
		target  string
		want    string
	}{
		{"mux, hook of the mux not woven", newMux("GET /users/{id}", leaf), "/users/7", "GET /users/{id}"},
		{"copied, hook of the mux not woven", copying(newMux("/users/{id}", leaf)), "/users/7", "GET"},
		{"mux", wovenMux(newMux("GET /users/{id}", leaf)), "/users/7", "GET /users/{id}"},
		{"host", wovenMux(newMux("127.0.0.1/x/", leaf)), "/x/y", "GET /x/"},
		{"copied", copying(wovenMux(newMux("/users/{id}", leaf))), "/users/7", "GET /users/{id}"},
		{"no match", wovenMux(newMux("/users/{id}", leaf)), "/other", "GET"},
		{"below a prefix", wovenMux(newMux("/api/", http.StripPrefix("/api", wovenMux(inner)))), "/api/users/7", "GET /api/users/{id}"},
		{"below a pattern", wovenMux(newMux("/t/{tenant}/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.StripPrefix("/t/"+r.PathValue("tenant"), wovenMux(inner)).ServeHTTP(w, r)
		}))), "/t/acme/users/7", "GET /t/{tenant}/users/{id}"},
		{"mux in a mux", wovenMux(newMux("/", wovenMux(inner))), "/users/7", "GET /users/{id}"},
		{"timeout", http.TimeoutHandler(wovenMux(newMux("/slow/{x}", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}))), 10*time.Millisecond, ""), "/slow/1", "GET /slow/{x}"},
		{"redirect to the directory", wovenMux(newMux("/dir/", leaf)), "/dir", "GET /dir/"},
		{"redirect to a directory of any name", wovenMux(newMux("/{x}/", leaf)), "/a", "GET /{x}/"},
		{"a name with a slash in it", wovenMux(newMux("/users/{id}/", leaf)), "/users/a%2Fb/c", "GET /users/{id}/"},
		{"redirect to what is meant", wovenMux(newMux("/{x}", leaf)), "//a", "GET /{x}"},
		{"redirect to the directory that is meant", wovenMux(newMux("/{x}/", leaf)), "//a", "GET /{x}/"},
		{"a dot", wovenMux(newMux("/{x}/", leaf)), "/a/.", "GET /{x}/"},
		{"all", wovenMux(newMux("/", leaf)), "/a/b", "GET /"},
		{"method not allowed", wovenMux(newMux("POST /{x}", leaf)), "/a", "GET"},
		{"changed by the handler", wovenMux(newMux("/users/{id}/", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			r.Method, r.URL.Path, r.Host = "X", "/gone", ""
		}))), "/users/7/a", "GET /users/{id}/"},
		{"in a goroutine", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				wovenMux(newMux("GET /users/{id}", leaf)).ServeHTTP(w, r)
			}()
			<-done
		}), "/users/7", "GET /users/{id}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := record(t)
			s := serve(t, tt.handler.ServeHTTP)
			c := &http.Client{Transport: plain.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			get(t, c, "GET", s.URL+tt.target)
			got := rec.wait(1)[0]
			if got.Name() != tt.want || attr(got, httpconv.KeyRoute) != strings.TrimPrefix(strings.TrimPrefix(tt.want, "GET"), " ") {
				t.Errorf("name %q, route %q, want %q", got.Name(), attr(got, httpconv.KeyRoute), tt.want)
			}
		})
	}
}

// What a goroutine beside the handler says of the route is no race with the mux.
func TestRouteBeside(t *testing.T) {
	rec := record(t)
	mux := http.NewServeMux()
	mux.HandleFunc("/users/{id}", func(http.ResponseWriter, *http.Request) {})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			hook.SetRoute(r.Context(), "/beside", "/users/7")
		}()
		wovenMux(mux).ServeHTTP(w, r)
		<-done
	})
	for range 50 {
		get(t, plain, "GET", s.URL+"/users/7")
	}
	for _, s := range rec.wait(50) {
		if name := s.Name(); name != "GET /beside" && name != "GET /users/{id}" {
			t.Error(name)
		}
	}
}

// A handler may outlive its request's span, and still route.
func TestRouteTooLate(t *testing.T) {
	rec := record(t)
	ctx := make(chan context.Context, 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { ctx <- r.Context() })
	get(t, plain, "GET", s.URL)
	rec.wait(1)
	hook.SetRoute(<-ctx, "/late", "/late")
	if got := rec.Ended()[0].Name(); got != "GET" {
		t.Error(got)
	}
}

func TestJoinRoute(t *testing.T) {
	tests := []struct{ outer, prefix, inner, want string }{
		{"/api/", "/api", "/x", "/api/x"},
		{"/api/{v}/", "/api/1", "/x/{id}", "/api/{v}/x/{id}"},
		{"/", "", "/x", "/x"},
		{"/{rest...}", "/a/b", "/c", "/c"},
		{"/api", "/api", "/", "/api/"},
		{"/a/", "/a/", "b", "b"},
	}
	for _, tt := range tests {
		if got := joinRoute(tt.outer, tt.prefix, tt.inner); got != tt.want {
			t.Errorf("%v: %q", tt, got)
		}
	}
}

func TestSetRoute(t *testing.T) {
	type step struct{ pattern, path string }
	tests := []struct {
		path  string
		steps []step
		want  string
	}{
		{"/a/b/c", []step{{"/a/", "/a/b/c"}, {"/b/", "/b/c"}, {"/{x}", "/c"}}, "/a/b/{x}"},
		{"/a/b/c", []step{{"/a/", "/a/b/c"}, {"/{b}/{c}", "/b/c"}, {"/b/{c}", "/b/c"}}, "/a/b/{c}"},
		{"/a", []step{{"/", "/a"}, {"/{x}", "/a"}}, "/{x}"},
		{"/a/b", []step{{"/a/", "/a/b"}, {"/other", "/other"}}, "/other"},
		{"/a/b", []step{{"/a/", "/a/b"}, {"/other", "/other"}, {"/{x}", "/b"}}, "/{x}"},
		{"/a", []step{{"", "/a"}}, ""},
	}
	for _, tt := range tests {
		c := &serverContext{path: tt.path}
		for _, s := range tt.steps {
			c.SetRoute(s.pattern, s.path)
		}
		if c.route != tt.want {
			t.Errorf("%v: %q", tt, c.route)
		}
	}
}

func TestWriterFields(t *testing.T) {
	var fields once[writerFields]
	for name, way := range transports(t, func(w http.ResponseWriter, r *http.Request) { fields.set(*writers.get(w, findWriterFields)) }) {
		get(t, way.client, "GET", way.url)
		f := fields.get()
		if _, h1 := f.hijacked, strings.HasSuffix(name, "1.1"); !f.known || h1 && len(fmt.Sprint(f.hijacked)) < 5 {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestOtherWritersAreLeftAlone(t *testing.T) {
	rec := record(t)
	w := httptest.NewRecorder()
	woven(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) })).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if got := rec.wait(1)[0]; attr(got, httpconv.KeyStatus) != "" {
		t.Error(show(got))
	}
}
