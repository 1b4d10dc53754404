package fasthttp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttputil"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// record turns tracing on for one test, and returns what has the spans that ended.
func record(t testing.TB) *tracetest.SpanRecorder {
	rec := tracetest.NewSpanRecorder()
	tp := sdk.NewTracerProvider(sdk.WithSpanProcessor(rec))
	hook.Enable(tp, propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	faults := hook.Faults()
	t.Cleanup(func() {
		hook.Disable()
		_ = tp.Shutdown(context.Background())
		if n := hook.Faults() - faults; n != 0 {
			t.Errorf("%d panics in hooks", n)
		}
	})
	return rec
}

// serve calls the handler as a woven server does.
func serve(h fasthttp.RequestHandler, target string) *fasthttp.RequestCtx {
	s := &fasthttp.Server{Handler: h}
	ServeEnter(s)
	ctx := new(fasthttp.RequestCtx)
	ctx.Init(&fasthttp.Request{}, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1234}, nil)
	ctx.Request.Header.SetRequestURI(target)
	s.Handler(ctx)
	return ctx
}

// sendAll is what HostClient.doNonNilReqResp becomes, in Do.
func sendAll(req *fasthttp.Request, resp *fasthttp.Response, sent func() (bool, error)) error {
	for l := SendEnter(req); l != nil; l = nil {
		defer l()
	}
	for {
		retry, err := func() (bool, error) {
			leave, after := AttemptEnter(req, resp)
			for l := leave; l != nil; l = nil {
				defer l()
			}
			return after(sent())
		}()
		if !retry {
			return err
		}
	}
}

func show(s sdk.ReadOnlySpan, keys ...attribute.Key) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", s.SpanKind(), s.Name())
	for _, k := range keys {
		for _, kv := range s.Attributes() {
			if kv.Key == k {
				fmt.Fprintf(&b, " %s", kv.Value.Emit())
			}
		}
	}
	for _, e := range s.Events() {
		fmt.Fprintf(&b, " !%s", e.Name)
	}
	return b.String()
}

func TestServeOnce(t *testing.T) {
	s := &fasthttp.Server{}
	ServeEnter(s)
	if s.Handler != nil {
		t.Error("a handler where there was none")
	}
	h := func(*fasthttp.RequestCtx) {}
	s.Handler = h
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() { defer wg.Done(); ServeEnter(s) }()
	}
	wg.Wait()
	first := s.Handler
	ServeEnter(s)
	if code(s.Handler) == code(h) || code(s.Handler) != code(first) {
		t.Error("not wrapped, or twice")
	}
}

func TestServerKeepsNothing(t *testing.T) {
	rec := record(t)
	freed := make(chan bool, 1)
	func() {
		s := &fasthttp.Server{Handler: func(*fasthttp.RequestCtx) {}}
		ServeEnter(s)
		ctx := new(fasthttp.RequestCtx)
		ctx.Init(&fasthttp.Request{}, nil, nil)
		s.Handler(ctx)
		runtime.SetFinalizer(s, func(*fasthttp.Server) { freed <- true })
	}()
	for range 50 {
		runtime.GC()
		select {
		case <-freed:
			if len(rec.Ended()) != 1 {
				t.Error(rec.Ended())
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("the server is kept")
}

func TestHandlerEnds(t *testing.T) {
	for _, tt := range []struct {
		name    string
		handler fasthttp.RequestHandler
		want    string
	}{
		{"returns", func(ctx *fasthttp.RequestCtx) { ctx.SetStatusCode(204) }, "server GET 204"},
		{"fails", func(ctx *fasthttp.RequestCtx) { ctx.SetStatusCode(500) }, "server GET 500 500"},
		{"panics", func(*fasthttp.RequestCtx) { panic(errors.New("oh")) }, "server GET *errors.errorString !exception"},
		{"exits", func(*fasthttp.RequestCtx) { runtime.Goexit() }, "server GET"},
		{"is routed", func(ctx *fasthttp.RequestCtx) {
			hook.SetRoute(ctx, "/users/:id", "/users/7")
			hook.SetRoute(ctx, "/", "/users/7")
		}, "server GET /users/:id 200 /users/:id"},
		{"has no route", func(ctx *fasthttp.RequestCtx) { hook.SetRoute(ctx, "", ""); hook.SetRoute(ctx, "/", "/") }, "server GET 200"},
		{"times out", func(ctx *fasthttp.RequestCtx) { ctx.SetStatusCode(500); ctx.TimeoutErrorWithCode("late", 504) }, "server GET 504 504"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := record(t)
			done := make(chan any)
			go func() {
				defer func() { done <- recover() }()
				serve(tt.handler, "/users/7?token=S3CR3T")
			}()
			<-done
			ended := rec.Ended()
			if len(ended) != 1 {
				t.Fatal(ended)
			}
			if got := show(ended[0], httpconv.KeyStatus, httpconv.KeyErrorType, httpconv.KeyRoute); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if hook.Routed(context.Background()) {
				t.Error("still current")
			}
		})
	}
}

// TestWrappedTwice: the program has put a handler of its own before ours, and serves again.
func TestWrappedTwice(t *testing.T) {
	rec := record(t)
	inner := &fasthttp.Server{Handler: func(*fasthttp.RequestCtx) {}}
	ServeEnter(inner)
	serve(func(ctx *fasthttp.RequestCtx) { inner.Handler(ctx) }, "/")
	if n := len(rec.Ended()); n != 1 {
		t.Errorf("%d spans", n)
	}
	serve(func(*fasthttp.RequestCtx) { serve(func(*fasthttp.RequestCtx) {}, "/") }, "/")
	if n := len(rec.Ended()); n != 3 {
		t.Errorf("%d spans, a request within a request among them", n-1)
	}
}

func TestAbandon(t *testing.T) {
	rec := record(t)
	serve(func(*fasthttp.RequestCtx) {
		inFlight.EndAll()
		if len(rec.Ended()) != 1 {
			t.Error("the span of a request that is being served has not ended")
		}
	}, "/")
	inFlight.EndAll()
	if len(rec.Ended()) != 1 {
		t.Error("ended twice")
	}
}

func TestCarrier(t *testing.T) {
	for _, raw := range []bool{false, true} {
		h := new(fasthttp.RequestHeader)
		if raw {
			h.DisableNormalizing()
		}
		h.Set("X-Before", "1")
		h.Set("Traceparent", "old")
		h.Set("X-After", "1")
		h.Add("Baggage", "a=1")
		h.Add("Baggage", "b=2")
		was := h.String()
		c := carrier{h: h}
		if c.Get("traceparent") != "old" || len(c.Values("baggage")) != 2 || len(c.Keys()) < 4 || c.Get("nothing") != "" {
			t.Errorf("%q %q %q", c.Get("traceparent"), c.Values("baggage"), c.Keys())
		}
		for i, name := range []string{"traceparent", "tracestate", "traceparent", "x-b3", "too-many"} {
			c.Set(name, fmt.Sprint("new", i))
		}
		if c.Get("tracestate") != "new1" || c.Get("too-many") != "" {
			t.Errorf("%q", h.String())
		}
		c.restore()
		if got := h.String(); got != was {
			t.Errorf("got  %q\nwant %q", got, was)
		}
	}
}

func TestClient(t *testing.T) {
	rec := record(t)
	req, resp := new(fasthttp.Request), new(fasthttp.Response)
	req.SetRequestURI("http://user:S3CR3T@h.example:81/p?key=S3CR3T")
	var parents []string
	times := 0
	ok := func() (bool, error) {
		parents = append(parents, string(req.Header.Peek("traceparent")))
		if times++; times < 3 {
			return true, errors.New("S3CR3T")
		}
		return false, nil
	}
	if err := sendAll(req, resp, ok); err != nil {
		t.Fatal(err)
	}
	keys := []attribute.Key{httpconv.KeyURLFull, httpconv.KeyServerAddress, httpconv.KeyServerPort, httpconv.KeyResendCount, httpconv.KeyStatus, httpconv.KeyErrorType}
	const sent = "client GET http://REDACTED:REDACTED@h.example:81/p?key=REDACTED h.example 81"
	want := []string{sent + " *errors.errorString", sent + " 1 *errors.errorString", sent + " 2 200"}
	for i, s := range rec.Ended() {
		if got := show(s, keys...); got != want[i] || s.Status().Description != "" {
			t.Errorf("got %q, want %q; %q", got, want[i], s.Status().Description)
		}
		if !strings.Contains(parents[i], s.SpanContext().SpanID().String()) {
			t.Errorf("sent %q", parents[i])
		}
	}
	if req.Header.Peek("traceparent") != nil {
		t.Error("the request has changed")
	}
	if _, left := sending.Load(req); left {
		t.Error("the request is kept")
	}
}

func TestClientPanics(t *testing.T) {
	rec := record(t)
	req := new(fasthttp.Request)
	req.SetRequestURI("http://h/")
	func() {
		defer func() { _ = recover() }()
		_ = sendAll(req, new(fasthttp.Response), func() (bool, error) { panic("oh") })
	}()
	if got := rec.Ended(); len(got) != 1 || show(got[0], httpconv.KeyErrorType) != "client GET string !exception" {
		t.Error(got)
	}
	if _, left := sending.Load(req); left || req.Header.Peek("traceparent") != nil {
		t.Error("the request has changed, or is kept")
	}
}

// TestClientOfOthers: no span for what exports spans, nor where another instrumentation
// has made it.
func TestClientOfOthers(t *testing.T) {
	rec := record(t)
	req, resp := new(fasthttp.Request), new(fasthttp.Response)
	req.SetRequestURI("http://h/")
	fine := func() (bool, error) { return false, nil }
	req.Header.SetUserAgent("OTel-OTLP-Exporter-Go/1.41.0")
	_ = sendAll(req, resp, fine)
	req.Header.SetUserAgent("")
	serve(func(*fasthttp.RequestCtx) {
		client.Inject(hook.WithCurrent(context.Background()), propagation.HeaderCarrier{})
		sc := trace.SpanContextFromContext(hook.WithCurrent(context.Background()))
		req.Header.Set("Traceparent", "00-"+sc.TraceID().String()+"-"+sc.SpanID().String()+"-01")
		_ = sendAll(req, resp, fine)
	}, "/")
	if n := len(rec.Ended()); n != 1 {
		t.Errorf("%d spans", n)
	}
}

func TestErrorType(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("refused")}
	for _, tt := range []struct {
		err           error
		name, message string
	}{
		{fasthttp.ErrTimeout, "timeout", "timeout"},
		{fmt.Errorf("S3CR3T: %w", fasthttp.ErrDialTimeout), "timeout", fasthttp.ErrDialTimeout.Error()},
		{fasthttp.ErrNoFreeConns, "fasthttp.ErrNoFreeConns", fasthttp.ErrNoFreeConns.Error()},
		{fmt.Errorf("S3CR3T: %w", refused), "*net.OpError", refused.Error()},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Name: "h"}}, "*net.DNSError", "dial: lookup h: "},
		{errors.New("S3CR3T"), "*errors.errorString", ""},
	} {
		if name, message := errorType(tt.err); name != tt.name || message != tt.message {
			t.Errorf("%v: %q %q", tt.err, name, message)
		}
	}
}

func TestMetrics(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	hook.EnableMetrics(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	defer hook.EnableMetrics(nil)
	serve(func(ctx *fasthttp.RequestCtx) {
		hook.SetRoute(ctx, "/users/:id", "/users/7") // without a span
		ctx.SetStatusCode(503)
	}, "/users/7")
	req := new(fasthttp.Request)
	req.SetRequestURI("https://h.example/")
	_ = sendAll(req, new(fasthttp.Response), func() (bool, error) { return false, fasthttp.ErrNoFreeConns })

	var rm metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &rm); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Histogram[float64]:
				got[m.Name] = data.DataPoints[0].Attributes.Encoded(attribute.DefaultEncoder())
			case metricdata.Sum[int64]:
				got[m.Name] = fmt.Sprint(data.DataPoints[0].Value)
			}
		}
	}
	want := map[string]string{
		"http.server.request.duration": "error.type=503,http.request.method=GET,http.response.status_code=503,http.route=/users/:id,network.protocol.version=1.1,url.scheme=http",
		"http.server.active_requests":  "0",
		"http.client.request.duration": "error.type=fasthttp.ErrNoFreeConns,http.request.method=GET,server.address=h.example,server.port=443",
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s: got %s, want %s", name, got[name], w)
		}
	}
}

// TestBodySizes: those of streams are known once they are written.
func TestBodySizes(t *testing.T) {
	httpconv.Options.BodySize = true
	server.MeasureSizes()
	client.MeasureSizes()
	t.Cleanup(func() { httpconv.Options.BodySize = false })
	rec := record(t)
	for _, tt := range []struct {
		name    string
		handler fasthttp.RequestHandler
		want    string
	}{
		{"text", func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString("text") }, "server GET 4"},
		{"head", func(ctx *fasthttp.RequestCtx) { ctx.Response.SkipBody = true; ctx.SetBodyString("text") }, "server GET 0"},
		{"stream", func(ctx *fasthttp.RequestCtx) { ctx.SetBodyStream(strings.NewReader("text"), 4) }, "server GET 4"},
		{"chunks", func(ctx *fasthttp.RequestCtx) { ctx.SetBodyStream(strings.NewReader("text"), -1) }, "server GET"},
	} {
		before := len(rec.Ended())
		ctx := serve(tt.handler, "/")
		if ctx.Response.IsBodyStream() {
			if len(rec.Ended()) != before {
				t.Errorf("%s: the span has ended before the stream", tt.name)
			}
			w := bufio.NewWriter(io.Discard)
			_ = WriteEnter(ctx)(ctx.Response.Write(w))
		}
		ended := rec.Ended()
		if got := show(ended[len(ended)-1], httpconv.KeyBodySize); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestStreams: spans end with the body, whatever becomes of it, and once.
func TestStreams(t *testing.T) {
	rec := record(t)
	stream := func(ctx *fasthttp.RequestCtx) { ctx.SetBodyStream(strings.NewReader("text"), 4) }
	ended := func(want int, when string) {
		t.Helper()
		if n := len(rec.Ended()); n != want {
			t.Errorf("%s: %d spans have ended, want %d", when, n, want)
		}
	}
	ctx := serve(stream, "/")
	ended(0, "handler")
	ReleaseEnter(ctx)
	ReleaseEnter(ctx)
	ended(1, "connection gone")
	ctx = serve(stream, "/")
	_ = WriteEnter(ctx)(io.ErrUnexpectedEOF)
	ReleaseEnter(ctx)
	ended(2, "written")
	set := attribute.NewSet(rec.Ended()[1].Attributes()...)
	if v, _ := set.Value(httpconv.KeyErrorType); v.AsString() != "io.ErrUnexpectedEOF" {
		t.Errorf("error.type %q", v.AsString())
	}

	req, resp := new(fasthttp.Request), new(fasthttp.Response)
	req.SetRequestURI("http://x/")
	leave, after := AttemptEnter(req, resp)
	resp.SetBodyStream(strings.NewReader("text"), 4)
	_, _ = after(false, nil)
	leave()
	ended(2, "call")
	CloseStreamEnter(nil)
	CloseStreamEnter(resp.BodyStream())
	CloseStreamEnter(resp.BodyStream())
	ended(3, "read")
	if n := writing.n.Load() + reading.n.Load(); n != 0 {
		t.Errorf("%d calls are kept", n)
	}
}

// TestWork: the answer to a PipelineClient's request is known by the copy that was sent.
func TestWork(t *testing.T) {
	rec := record(t)
	type work struct {
		_    int
		req  *fasthttp.Request
		resp *fasthttp.Response
	}
	req := new(fasthttp.Request)
	req.SetRequestURI("http://x/")
	for _, err := range []error{nil, fasthttp.ErrTimeout} {
		leave, after := DeadlineEnter(req)
		sent, resp := new(fasthttp.Request), new(fasthttp.Response)
		req.CopyTo(sent)
		resp.SetStatusCode(503)
		WorkEnter(&work{})
		WorkEnter(&work{req: new(fasthttp.Request), resp: resp})
		WorkEnter(&work{req: sent, resp: resp})
		_ = after(err)
		leave()
	}
	want := []string{"503", "timeout"}
	for i, s := range rec.Ended() {
		set := attribute.NewSet(s.Attributes()...)
		status, _ := set.Value(httpconv.KeyStatus)
		if v, _ := set.Value(httpconv.KeyErrorType); v.AsString() != want[i] || (status.AsInt64() == 503) != (i == 0) {
			t.Errorf("%v", s.Attributes())
		}
	}
	if n := awaiting.n.Load(); n != 0 {
		t.Errorf("%d calls are kept", n)
	}
}

func TestOffAllocatesNothing(t *testing.T) {
	hook.Disable()
	s := &fasthttp.Server{Handler: func(*fasthttp.RequestCtx) {}}
	ServeEnter(s)
	ctx := new(fasthttp.RequestCtx)
	ctx.Init(&fasthttp.Request{}, nil, nil)
	req, resp := new(fasthttp.Request), new(fasthttp.Response)
	fine := func() (bool, error) { return false, nil }
	if n := testing.AllocsPerRun(100, func() {
		s.Handler(ctx)
		_ = sendAll(req, resp, fine)
	}); n != 0 && !raceEnabled {
		t.Errorf("%v allocations", n)
	}
}

// Allocations for one request, the SDK's own included.
func TestAllocations(t *testing.T) {
	s := &fasthttp.Server{Handler: func(*fasthttp.RequestCtx) {}}
	ServeEnter(s)
	ctx := new(fasthttp.RequestCtx)
	ctx.Init(&fasthttp.Request{}, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1234}, nil)
	ctx.Request.Header.SetMethod("GET")
	ctx.Request.Header.SetRequestURI("/users/7")
	ctx.Request.Header.SetHost("example.com:8080")
	req, resp := new(fasthttp.Request), new(fasthttp.Response)
	req.Header.SetMethod("GET")
	req.SetRequestURI("http://example.com:8080/users/7")
	fine := func() (bool, error) { return false, nil }
	for _, tt := range []struct {
		name           string
		sampler        sdk.Sampler
		server, client float64
	}{
		{"unsampled", sdk.NeverSample(), 9, 9},
		{"sampled", sdk.AlwaysSample(), 11, 11},
	} {
		hook.Enable(sdk.NewTracerProvider(sdk.WithSampler(tt.sampler)), propagation.TraceContext{})
		if n := testing.AllocsPerRun(200, func() { s.Handler(ctx) }); n > tt.server && !raceEnabled {
			t.Errorf("%s server: %v allocations, want at most %v", tt.name, n, tt.server)
		}
		if n := testing.AllocsPerRun(200, func() { _ = sendAll(req, resp, fine) }); n > tt.client && !raceEnabled {
			t.Errorf("%s client: %v allocations, want at most %v", tt.name, n, tt.client)
		}
	}
	hook.Disable()
}

// TestServer serves over a connection, many requests at once.
func TestServer(t *testing.T) {
	rec := record(t)
	l := fasthttputil.NewInmemoryListener()
	s := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) { _, _ = ctx.Write(ctx.QueryArgs().Peek("n")) }}
	ServeEnter(s)
	go func() { _ = s.Serve(l) }()
	c := &fasthttp.HostClient{Addr: "h", Dial: func(string) (net.Conn, error) { return l.Dial() }}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			n := fmt.Sprint(i)
			if _, body, err := c.Get(nil, "http://h/?n="+n); err != nil || string(body) != n {
				t.Errorf("%s: %s %v", n, body, err)
			}
		}()
	}
	wg.Wait()
	_ = s.Shutdown()
	if n := len(rec.Ended()); n != 50 {
		t.Errorf("%d spans", n)
	}
}

// Who serves single connections asks each time: fasthttp's own tests count the allocations.
func TestServeEnterAllocates(t *testing.T) {
	s := &fasthttp.Server{Handler: func(*fasthttp.RequestCtx) {}}
	if n := testing.AllocsPerRun(100, func() { ServeEnter(s) }); n != 0 && !raceEnabled {
		t.Errorf("%v allocations", n)
	}
}

// client.address is what a trusted proxy tells.
func TestForwarded(t *testing.T) {
	for trusted, want := range map[string]string{"": "127.0.0.1", "loopback": "203.0.113.7"} {
		t.Setenv("OTEL_GO_TRUSTED_PROXIES", trusted)
		httpconv.SetOptions()
		rec := record(t)
		ctx := new(fasthttp.RequestCtx)
		ctx.Init(new(fasthttp.Request), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7}, nil)
		ctx.Request.SetRequestURI("http://h/")
		ctx.Request.Header.Add("X-Forwarded-For", "198.51.100.1")
		ctx.Request.Header.Add("X-Forwarded-For", "203.0.113.7")
		wrap(func(*fasthttp.RequestCtx) {})(ctx)
		if got := show(rec.Ended()[0], "client.address"); got != "server GET "+want {
			t.Errorf("%q: %s", trusted, got)
		}
	}
	t.Setenv("OTEL_GO_TRUSTED_PROXIES", "")
	httpconv.SetOptions()
}
