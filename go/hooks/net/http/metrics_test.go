package http

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// series collects what has been measured.
type series struct {
	*sdkmetric.ManualReader
	t testing.TB
}

func measure(t testing.TB) series {
	reader := sdkmetric.NewManualReader()
	mp := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	hook.EnableMetrics(mp)
	t.Cleanup(func() {
		hook.EnableMetrics(nil)
		_ = mp.Shutdown(context.Background())
	})
	return series{reader, t}
}

// collect returns all metrics by their names.
func (s series) collect() map[string]metricdata.Metrics {
	s.t.Helper()
	var rm metricdata.ResourceMetrics
	if err := s.Collect(context.Background(), &rm); err != nil {
		s.t.Fatal(err)
	}
	all := map[string]metricdata.Metrics{}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			all[m.Name] = m
		}
	}
	return all
}

// points returns the points of a metric, sorted, with what is always the same:
// of a duration how many there were, of sizes the sum.
func (s series) points(name string) (lines []string) {
	s.t.Helper()
	attrs := func(set attribute.Set) string {
		var b strings.Builder
		for it := set.Iter(); it.Next(); {
			kv := it.Attribute()
			v := kv.Value.Emit()
			if kv.Key == httpconv.KeyServerPort {
				v = "PORT"
			}
			fmt.Fprintf(&b, " %s=%s", kv.Key, v)
		}
		return b.String()
	}
	switch data := s.collect()[name].Data.(type) {
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			n := float64(p.Count)
			if strings.HasSuffix(name, ".size") {
				n = p.Sum
			}
			lines = append(lines, fmt.Sprint(n, attrs(p.Attributes)))
		}
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			lines = append(lines, fmt.Sprint(p.Value, attrs(p.Attributes)))
		}
	}
	sort.Strings(lines)
	return lines
}

func (s series) want(name string, lines ...string) {
	s.t.Helper()
	var got []string
	for range 200 { // the server's is measured when the client has its answer
		if got = s.points(name); slices.Equal(got, lines) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.t.Errorf("%s:\ngot  %q\nwant %q", name, got, lines)
}

func TestServerMetrics(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/users/{id}/files/", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/fail", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
	mux.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic(errors.New("oh")) })
	mux.HandleFunc("/abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	handler := wovenMux(mux)
	const http11 = " http.response.status_code=200 http.route=/users/{id} network.protocol.version=1.1 url.scheme=http"
	const post = " http.request.method=POST http.response.status_code="
	tests := []struct {
		name, method, path string
		want               string
	}{
		{"route", "GET", "/users/7", "1 http.request.method=GET" + http11},
		{"another of it", "HEAD", "/users/8", "1 http.request.method=HEAD" + http11},
		{"no route", "POST", "/none", "1" + post + "404 network.protocol.version=1.1 url.scheme=http"},
		{"status", "POST", "/fail", "1 error.type=503" + post + "503 http.route=/fail network.protocol.version=1.1 url.scheme=http"},
		{"panic", "POST", "/panic", "1 error.type=*errors.errorString http.request.method=POST http.route=/panic network.protocol.version=1.1 url.scheme=http"},
		{"abort", "POST", "/abort", "1 error.type=net/http.ErrAbortHandler http.request.method=POST http.route=/abort network.protocol.version=1.1 url.scheme=http"},
		{"unknown method", "BREW", "/none", "1 http.request.method=_OTHER http.response.status_code=404 network.protocol.version=1.1 url.scheme=http"},
		{"redirect that adds a slash", "BREW", "/users/9/files", "1 http.request.method=_OTHER http.response.status_code=307 http.route=/users/{id}/files/ network.protocol.version=1.1 url.scheme=http"},
	}
	for _, sampler := range []sdk.Sampler{sdk.AlwaysSample(), sdk.NeverSample()} {
		for _, tt := range tests {
			t.Run(tt.name+"/"+sampler.Description(), func(t *testing.T) {
				record(t, sdk.WithSampler(sampler))
				m := measure(t)
				s := serve(t, handler.ServeHTTP)
				c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
				get(t, c, tt.method, s.URL+tt.path)
				want := tt.want
				if tt.name == "redirect that adds a slash" && strings.Contains(fmt.Sprint(m.points("http.server.request.duration")), "=301") {
					want = strings.Replace(want, "=307", "=301", 1) // before Go 1.26
				}
				m.want("http.server.request.duration", want)
				method := tt.method
				if method == "BREW" {
					method = "_OTHER"
				}
				m.want("http.server.active_requests", "0 http.request.method="+method+" url.scheme=http")
			})
		}
	}
}

func TestServerActiveRequests(t *testing.T) {
	record(t)
	m := measure(t)
	in, out := make(chan bool), make(chan bool)
	s := serve(t, func(http.ResponseWriter, *http.Request) { in <- true; <-out })
	for range 2 {
		go func() {
			if resp, err := plain.Get(s.URL); err == nil {
				_ = resp.Body.Close()
			}
		}()
		<-in
	}
	m.want("http.server.active_requests", "2 http.request.method=GET url.scheme=http")
	if got := m.points("http.server.request.duration"); got != nil {
		t.Errorf("measured before the end: %q", got)
	}
	close(out)
	m.want("http.server.active_requests", "0 http.request.method=GET url.scheme=http")
	m.want("http.server.request.duration", "2 http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 url.scheme=http")
}

// The instruments and their units are those of the conventions, and a request's
// duration has its span for an example.
func TestServerInstruments(t *testing.T) {
	rec := record(t)
	m := measure(t)
	s := serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(20 * time.Millisecond) })
	get(t, plain, "GET", s.URL)
	span := rec.wait(1)[0]
	m.want("http.server.active_requests", "0 http.request.method=GET url.scheme=http")
	all := m.collect()
	d := all["http.server.request.duration"]
	if d.Unit != "s" || all["http.server.active_requests"].Unit != "{request}" || len(all) != 2 {
		t.Errorf("%v", all)
	}
	p := d.Data.(metricdata.Histogram[float64]).DataPoints[0]
	if !slices.Equal(p.Bounds, []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}) {
		t.Errorf("bounds %v", p.Bounds)
	}
	if span := span.EndTime().Sub(span.StartTime()).Seconds(); p.Sum < 0.02 || p.Sum > span+0.01 {
		t.Errorf("%v s, the span %v s", p.Sum, span)
	}
	if len(p.Exemplars) != 1 || string(p.Exemplars[0].SpanID) != string(idOf(span)) {
		t.Errorf("exemplars %+v of span %x", p.Exemplars, idOf(span))
	}
}

func idOf(s sdk.ReadOnlySpan) []byte {
	id := s.SpanContext().SpanID()
	return id[:]
}

func TestBodySizes(t *testing.T) {
	httpconv.Options.BodySize = true
	server.MeasureSizes()
	client.MeasureSizes()
	t.Cleanup(func() { httpconv.Options.BodySize = false })
	record(t)
	m := measure(t)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
		_, _ = w.Write([]byte("more"))
	})
	resp, err := tracedClient(t).Post(s.URL, "text/plain", strings.NewReader("1234567890"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	const post = " http.request.method=POST http.response.status_code=200 network.protocol.version=1.1"
	m.want("http.server.request.body.size", "10"+post+" url.scheme=http")
	m.want("http.server.response.body.size", "14"+post+" url.scheme=http")
	m.want("http.client.request.body.size", "10"+post+" server.address=127.0.0.1 server.port=PORT")
	m.want("http.client.response.body.size", "14"+post+" server.address=127.0.0.1 server.port=PORT")
}

func TestClientMetrics(t *testing.T) {
	const server = " network.protocol.version=1.1 server.address=127.0.0.1 server.port=PORT"
	handler := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/missing":
			w.WriteHeader(404)
		case "/broken":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("x"))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		default:
			_, _ = w.Write([]byte("hello"))
		}
	}
	tests := []struct {
		name, method, path string
		want               string
	}{
		{"ok", "GET", "/", "1 http.request.method=GET http.response.status_code=200" + server},
		{"missing", "GET", "/missing", "1 error.type=404 http.request.method=GET http.response.status_code=404" + server},
		{"unknown method", "BREW", "/", "1 http.request.method=_OTHER http.response.status_code=200" + server},
		{"body breaks off", "GET", "/broken", "1 error.type=io.ErrUnexpectedEOF http.request.method=GET http.response.status_code=200" + server},
	}
	for _, sampler := range []sdk.Sampler{sdk.AlwaysSample(), sdk.NeverSample()} {
		for _, tt := range tests {
			t.Run(tt.name+"/"+sampler.Description(), func(t *testing.T) {
				record(t, sdk.WithSampler(sampler))
				m := measure(t)
				s := httptest.NewUnstartedServer(http.HandlerFunc(handler))
				s.Config.ErrorLog = quiet
				s.Start()
				t.Cleanup(s.Close)
				get(t, tracedClient(t), tt.method, s.URL+tt.path)
				m.want("http.client.request.duration", tt.want)
			})
		}
		t.Run("refused/"+sampler.Description(), func(t *testing.T) {
			record(t, sdk.WithSampler(sampler))
			m := measure(t)
			s := httptest.NewServer(nil)
			s.Close()
			get(t, tracedClient(t), "GET", s.URL)
			m.want("http.client.request.duration", "1 error.type=*net.OpError http.request.method=GET server.address=127.0.0.1 server.port=PORT")
		})
	}
}

// The duration is that of the span: until the body has been read.
func TestClientDurationIsTheSpans(t *testing.T) {
	record(t, sdk.WithSampler(sdk.NeverSample()))
	m := measure(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) }))
	t.Cleanup(s.Close)
	resp, err := tracedClient(t).Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.points("http.client.request.duration"); got != nil {
		t.Errorf("measured before the end: %q", got)
	}
	time.Sleep(30 * time.Millisecond)
	_, _ = io.Copy(io.Discard, resp.Body)
	p := m.collect()["http.client.request.duration"].Data.(metricdata.Histogram[float64]).DataPoints
	if len(p) != 1 || p[0].Sum < 0.03 {
		t.Errorf("%+v", p)
	}
	_ = resp.Body.Close()
	m.want("http.client.request.duration", "1 http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port=PORT")
}

// What is left out is not measured, nor are the requests that are made for it.
func TestExcluded(t *testing.T) {
	record(t, sdk.WithSampler(sdk.NeverSample()))
	m := measure(t)
	hook.Exclude(func(kind trace.SpanKind, attrs []attribute.KeyValue) bool {
		return kind == trace.SpanKindServer && slices.Contains(attrs, httpconv.KeyURLPath.String("/health"))
	})
	t.Cleanup(func() { hook.Exclude(nil) })
	backend := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(backend.Close)
	c := tracedClient(t)
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		for _, ctx := range []context.Context{context.Background(), r.Context()} {
			req, _ := http.NewRequestWithContext(ctx, "GET", backend.URL, nil)
			if resp, err := c.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		}
	})
	get(t, plain, "GET", s.URL+"/health")
	m.want("http.server.request.duration")
	m.want("http.client.request.duration")
	m.want("http.server.active_requests")
	get(t, plain, "GET", s.URL+"/work")
	m.want("http.server.request.duration", "1 http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 url.scheme=http")
	m.want("http.client.request.duration", "2 error.type=404 http.request.method=GET http.response.status_code=404 network.protocol.version=1.1 server.address=127.0.0.1 server.port=PORT")
	m.want("http.server.active_requests", "0 http.request.method=GET url.scheme=http")
}

// Whatever clients send, and whatever hosts they make the program call, there are
// few series.
func TestSeriesAreBounded(t *testing.T) {
	record(t, sdk.WithSampler(sdk.NeverSample()))
	m := measure(t)
	handler := wovenMux(func() *http.ServeMux {
		mux := http.NewServeMux()
		mux.HandleFunc("/a/{x}/", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(len(r.URL.Path)%3 + 200) })
		return mux
	}())
	h := woven(handler)
	send := wovenTransport{&stub{}}
	for i := range 20000 {
		in := httptest.NewRequest(fmt.Sprintf("M%d", i), fmt.Sprintf("/a/%d%s", i, []string{"", "/"}[i%2]), nil)
		in.Host = fmt.Sprintf("h%d", i)
		in.Header.Set("User-Agent", fmt.Sprint(i))
		h.ServeHTTP(httptest.NewRecorder(), in)
		out, _ := http.NewRequest("GET", fmt.Sprintf("http://host%d.example:%d/%d", i, 1+i%60000, i), nil)
		_, _ = send.RoundTrip(out)
	}
	n := 0
	for _, name := range []string{"http.server.request.duration", "http.server.active_requests", "http.client.request.duration"} {
		n += len(m.points(name))
	}
	if n == 0 || n >= 200 {
		t.Errorf("%d series", n)
	}
	if got := m.points("http.client.request.duration"); !strings.Contains(got[len(got)-1], "server.address=_OTHER") && !strings.Contains(fmt.Sprint(got), "server.address=_OTHER") {
		t.Errorf("%q", got)
	}
}

// What metrics add to a request that is not sampled, and to one where they are off.
func TestMetricAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	rw := httptest.NewRecorder()
	in := httptest.NewRequest("GET", "http://example.com:8080/users/7", nil)
	in.RemoteAddr = "192.0.2.1:1234"
	ctx := in.Context()
	h := woven(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	out, _ := http.NewRequest("GET", "http://example.com:8080/users/7", nil)
	send := wovenTransport{&stub{}}
	hook.Enable(sdk.NewTracerProvider(sdk.WithSampler(sdk.NeverSample())), propagation.TraceContext{})
	t.Cleanup(hook.Disable)
	count := func() (server, client float64) {
		server = testing.AllocsPerRun(200, func() { h.ServeHTTP(rw, in); setContext(in, ctx) })
		client = testing.AllocsPerRun(200, func() { _, _ = send.RoundTrip(out) })
		return server, client
	}
	server, client := count()
	measure(t)
	if s, c := count(); s > server || c > client {
		t.Errorf("metrics: %v and %v allocations, %v and %v without", s, c, server, client)
	}
}
