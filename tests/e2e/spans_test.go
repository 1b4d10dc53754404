package e2e

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"otel.tool/tests/e2e/collect"
)

// service is testdata/spans, woven and running, with a collector for its spans.
type service struct {
	*proc
	*collect.Collector
	base, tls string
}

func startService(t *testing.T, env ...string) *service {
	t.Helper()
	s := &service{Collector: collect.Start(t)}
	env = append([]string{
		"OTEL_SERVICE_NAME=spans",
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + s.GRPC,
		"OTEL_BSP_SCHEDULE_DELAY=50",
	}, env...)
	s.proc = start(t, env, built(t, "spans").woven)
	s.tls = s.line("tls ")
	s.base = s.line("listening ")
	return s
}

// ask asks the service for a path and returns what was answered.
func (s *service) ask(path string, header ...string) (status int, body string, err error) {
	s.t.Helper()
	return fetch(plainClient, s.base+path, header...)
}

// plainClient connects anew for each request, so that tests do not meet.
var plainClient = &http.Client{
	Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true},
	Timeout:   time.Minute,
}

func fetch(c *http.Client, url string, header ...string) (int, string, error) {
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return 0, "", err
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, string(body), err
}

// TestSpanTree asks a woven service for its paths and compares the traces that
// come out: names, kinds, parents, errors.
func TestSpanTree(t *testing.T) {
	t.Parallel()
	s := startService(t)
	rows := []struct{ path, tree string }{
		{"/plain", "Server GET /plain"},
		{"/items/7", "Server GET /items/{id}"},
		{"/nowhere", "Server GET"},
		{"/status/404", "Server GET /status/{code}"},
		{"/status/500", "Server GET /status/{code} Error"},
		{"/status/503", "Server GET /status/{code} Error"},
		{"/ctx", "Server GET /ctx|  Client GET|    Server GET /plain"},
		{"/noctx", "Server GET /noctx|  Client GET|    Server GET /plain"},
		{"/two", "Server GET /two|  Client GET|    Server GET /items/{id}|  Client GET|    Server GET /items/{id}"},
		{"/background", "Server GET /background|  Client GET|    Server GET /plain"},
		{"/deep", "Server GET /deep|  Client GET|    Server GET /noctx|      Client GET|        Server GET /plain"},
		{"/labels", "Server GET /labels|  Client GET|    Server GET /plain"},
		{"/setlabels", "Server GET /setlabels|  Client GET|    Server GET /plain"},
		{"/panic", "Server GET /panic Error"},
		{"/panic-after", "Server GET /panic-after Error"},
		{"/refused", "Server GET /refused|  Client GET Error"},
		{"/upstream?code=404", "Server GET /upstream|  Client GET Error|    Server GET /status/{code}"},
		{"/upstream?code=500", "Server GET /upstream|  Client GET Error|    Server GET /status/{code} Error"},
		{"/redirect", "Server GET /redirect|  Client GET|    Server GET /moved|  Client GET|    Server GET /plain"},
		{"/stream", "Server GET /stream"},
		{"/slowbody", "Server GET /slowbody|  Client GET|    Server GET /stream"},
		{"/unread", "Server GET /unread|  Client GET|    Server GET /plain"},
		{"/h2", "Server GET /h2|  Client GET|    Server GET /plain"},
		{"/owntransport", "Server GET /owntransport|  Client GET|    Server GET /plain"},
		{"/retry", "Server GET /retry|  Client GET|    Server GET /plain|  Client GET|    Server GET /plain"},
		{"/hijack", "Server GET /hijack"},
		{"/abort", "Server GET /abort Error"},
		{"/timed/5", "Server GET /timed/{n}"},
		{"/middle/5", "Server GET /middle/{n}"},
		{"/sub/things/1", "Server GET /sub/things/{thing}"},
		{"/goexit", "Server GET /goexit"},
		{"/proxy/plain", "Server GET /proxy/|  Client GET|    Server GET /plain"},
	}
	for _, row := range rows {
		t.Run(row.path[1:], func(t *testing.T) {
			s.Reset()
			s.ask(row.path)
			want := strings.ReplaceAll(row.tree, "|", "\n") + "\n"
			spans := s.Wait(t, strings.Count(want, "\n"))
			if got := collect.Tree(spans); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			for _, sp := range spans {
				if sp.TraceID != spans[0].TraceID {
					t.Errorf("%s is in another trace", sp.Name)
				}
			}
		})
	}
	t.Run("settled", func(t *testing.T) { // no span came late
		s.Reset()
		time.Sleep(300 * time.Millisecond)
		if late := s.Spans(); len(late) != 0 {
			t.Errorf("late spans:\n%s", collect.Tree(late))
		}
	})
}

// TestSpanGoroutines: a goroutine that a handler starts belongs to the request
// while that lasts, and no longer.
func TestSpanGoroutines(t *testing.T) {
	t.Parallel()
	s := startService(t)
	t.Run("during", func(t *testing.T) {
		s.ask("/goroutine")
		spans := s.Wait(t, 5)
		want := "Server GET /goroutine\n  Client GET\n    Server GET /items/{id}\n  Client GET\n    Server GET /items/{id}\n"
		if got := collect.Tree(spans); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
	t.Run("after", func(t *testing.T) {
		s.Reset()
		s.ask("/late")
		spans := s.Wait(t, 3)
		want := "Server GET /late\nClient GET\n  Server GET /items/{id}\n"
		if got := collect.Tree(spans); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		if spans[0].TraceID == spans[1].TraceID {
			t.Error("a call after the end of the request is in the request's trace")
		}
	})
	t.Run("keep-alive", func(t *testing.T) {
		s.Reset()
		c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
		for range 3 {
			if _, _, err := fetch(c, s.base+"/noctx"); err != nil {
				t.Fatal(err)
			}
		}
		traces := map[string]int{}
		for _, sp := range s.Wait(t, 9) {
			traces[sp.TraceID]++
		}
		if len(traces) != 3 {
			t.Errorf("three requests on one connection are %d traces: %v", len(traces), traces)
		}
	})
}

// attrs is what a span's attributes must be: a value, any (present, whatever it
// is), or none (absent).
type attrs map[string]any

const (
	anything = "\x00any"
	none     = "\x00none"
)

func (want attrs) check(t *testing.T, s collect.Span) {
	t.Helper()
	for k, v := range want {
		got, ok := s.Attrs[k]
		switch {
		case v == none && ok:
			t.Errorf("%s %s: %s is %v, want none", s.Kind, s.Name, k, got)
		case v == none:
		case !ok:
			t.Errorf("%s %s: no %s, want %q", s.Kind, s.Name, k, v)
		case v != anything && fmt.Sprint(got) != fmt.Sprint(v):
			t.Errorf("%s %s: %s is %v, want %v", s.Kind, s.Name, k, got, v)
		}
	}
}

// TestSpanAttributes checks attributes against the semantic conventions.
func TestSpanAttributes(t *testing.T) {
	t.Parallel()
	s := startService(t, "OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=test,team=a%20b")
	host, port, _ := net.SplitHostPort(strings.TrimPrefix(s.base, "http://"))
	_, tlsPort, _ := net.SplitHostPort(strings.TrimPrefix(s.tls, "https://"))

	rows := []struct {
		name, url string
		header    []string
		want      []attrs // in the order of the spans' start
	}{
		{"route", s.base + "/items/7?q=1", []string{"User-Agent", "test/1.0"}, []attrs{{
			"http.request.method":       "GET",
			"url.path":                  "/items/7",
			"url.query":                 "q=REDACTED",
			"url.scheme":                "http",
			"http.route":                "/items/{id}",
			"http.response.status_code": 200,
			"server.address":            host,
			"server.port":               port,
			"client.address":            "127.0.0.1",
			"network.peer.address":      "127.0.0.1",
			"network.peer.port":         anything,
			"network.protocol.version":  "1.1",
			"user_agent.original":       "test/1.0",
			"error.type":                none,
			// never the old names
			"http.method": none, "http.target": none, "http.status_code": none,
		}}},
		{"not found", s.base + "/nowhere", nil, []attrs{{
			"http.route": none, "http.response.status_code": 404, "error.type": none,
		}}},
		{"server error", s.base + "/status/503", nil, []attrs{{
			"http.response.status_code": 503, "error.type": "503",
		}}},
		{"panic", s.base + "/panic", nil, []attrs{{"error.type": anything}}},
		{"tls", s.tls + "/plain", nil, []attrs{{
			"url.scheme": "https", "network.protocol.version": "2", "server.port": tlsPort,
		}}},
		{"h2c", s.base + "/h2", nil, []attrs{
			{"network.protocol.version": "1.1"},
			{"network.protocol.version": "2", "http.response.status_code": 200},
			{"network.protocol.version": "2", "url.scheme": "http"},
		}},
		{"client", s.base + "/ctx", nil, []attrs{{}, {
			"http.request.method":       "GET",
			"url.full":                  s.base + "/plain",
			"server.address":            host,
			"server.port":               port,
			"http.response.status_code": 200,
			"network.protocol.version":  "1.1",
			"error.type":                none,
		}, {}}},
		{"client error", s.base + "/upstream?code=404", nil, []attrs{{}, {
			"http.response.status_code": 404, "error.type": "404",
		}, {}}},
		{"client refused", s.base + "/refused", nil, []attrs{{"http.response.status_code": 200}, {
			"http.response.status_code": none, "error.type": anything, "server.port": 1,
		}}},
		{"credentials", s.base + "/secret", nil, []attrs{{}, {
			"url.full": strings.Replace(s.base, "http://", "http://REDACTED:REDACTED@", 1) + "/plain?sig=REDACTED&q=REDACTED",
		}, {}}},
		{"forwarded is not believed", s.base + "/plain", []string{"X-Forwarded-For", "203.0.113.9, 10.0.0.1"}, []attrs{{
			"client.address": "127.0.0.1", "network.peer.address": "127.0.0.1",
		}}},
		{"mux in a mux", s.base + "/sub/things/1", nil, []attrs{{"url.path": "/sub/things/1", "http.route": "/sub/things/{thing}"}}},
		{"hijacked", s.base + "/hijack", nil, []attrs{{"url.path": "/hijack", "http.response.status_code": none}}},
		{"aborted", s.base + "/abort", nil, []attrs{{"error.type": "net/http.ErrAbortHandler"}}},
		{"timeout", s.base + "/timeout", nil, []attrs{{"http.response.status_code": 200}, {"error.type": "context.DeadlineExceeded"}, {}}},
		{"timeout handler", s.base + "/toolong", nil, []attrs{{"http.response.status_code": 503, "http.route": "/toolong", "error.type": "503"}}},
		{"redirects", s.base + "/redirects", nil, []attrs{
			{}, {"http.request.resend_count": none, "http.response.status_code": 302}, {},
			{"http.request.resend_count": 1, "http.response.status_code": 302}, {},
			{"http.request.resend_count": 2, "http.response.status_code": 200}, {},
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s.Reset()
			fetch(plainClient, row.url, row.header...)
			spans := s.Wait(t, len(row.want))
			for i, want := range row.want {
				want.check(t, spans[i])
			}
		})
	}

	for k, want := range map[string]string{
		"service.name": "spans", "deployment.environment.name": "test", "team": "a b",
		"telemetry.sdk.language": "go", "telemetry.sdk.name": "opentelemetry",
	} {
		if got := s.Spans()[0].Resource[k]; got != want {
			t.Errorf("resource: %s is %v, want %s", k, got, want)
		}
	}
	for _, sp := range s.Spans() {
		if text := fmt.Sprint(sp); strings.Contains(text, "password") {
			t.Errorf("a span holds the password: %s", text)
		}
	}
}

// TestSpanMethods: a method that is none of the known ones is _OTHER.
func TestSpanMethods(t *testing.T) {
	t.Parallel()
	s := startService(t)
	for method, want := range map[string]attrs{
		"POST": {"http.request.method": "POST", "http.request.method_original": none},
		"BREW": {"http.request.method": "_OTHER", "http.request.method_original": "BREW"},
	} {
		s.Reset()
		req, _ := http.NewRequest(method, s.base+"/plain", strings.NewReader("x"))
		res, err := plainClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		span := s.Wait(t, 1)[0]
		want.check(t, span)
		name := method + " /plain"
		if method == "BREW" {
			name = "HTTP /plain"
		}
		if span.Name != name {
			t.Errorf("span %q, want %q", span.Name, name)
		}
	}
}

// TestSpanPanic: a panic is recorded on the span, with its message.
func TestSpanPanic(t *testing.T) {
	t.Parallel()
	s := startService(t)
	s.ask("/panic")
	span := s.Wait(t, 1)[0]
	for _, e := range span.Events {
		if e.Name == "exception" && e.Attrs["exception.message"] == "oops" {
			return
		}
	}
	t.Errorf("no exception event with the message: %+v", span)
}

// TestSpanPropagation: trace context comes in and goes out as W3C says.
func TestSpanPropagation(t *testing.T) {
	t.Parallel()
	const traceID, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	s := startService(t)

	t.Run("remote parent", func(t *testing.T) {
		s.Reset()
		s.ask("/ctx", "Traceparent", "00-"+traceID+"-"+parent+"-01", "Tracestate", "vendor=x")
		for i, span := range s.Wait(t, 3) {
			if span.TraceID != traceID || span.State != "vendor=x" {
				t.Errorf("trace %s state %q, want the caller's", span.TraceID, span.State)
			}
			if i == 0 && span.ParentID != parent {
				t.Errorf("parent %s, want the caller's", span.ParentID)
			}
		}
	})
	t.Run("broken parent", func(t *testing.T) {
		for _, header := range []string{"00-0-0-01", "x", "00-" + strings.Repeat("0", 32) + "-" + parent + "-01", "ff-" + traceID + "-" + parent + "-01"} {
			s.Reset()
			s.ask("/plain", "Traceparent", header)
			if span := s.Wait(t, 1)[0]; span.ParentID != "" {
				t.Errorf("%q: parent %s", header, span.ParentID)
			}
		}
	})
	t.Run("not sampled", func(t *testing.T) {
		s.Reset()
		s.ask("/ctx", "Traceparent", "00-"+traceID+"-"+parent+"-00")
		s.ask("/plain")
		if spans := s.Wait(t, 1); len(spans) != 1 || spans[0].TraceID == traceID {
			t.Errorf("an unsampled trace was exported:\n%s", collect.Tree(spans))
		}
	})
	t.Run("injected", func(t *testing.T) {
		s.Reset()
		_, body, err := s.ask("/proxy/headers", "Traceparent", "00-"+traceID+"-"+parent+"-01", "Baggage", "k=v")
		if err != nil {
			t.Fatal(err)
		}
		client := s.Wait(t, 3)[1]
		if want := "Traceparent: 00-" + traceID + "-" + client.SpanID + "-01"; !strings.Contains(body, want) {
			t.Errorf("headers\n%s\nwant %s", body, want)
		}
		if strings.Count(body, "Traceparent:") != 1 || !strings.Contains(body, "Baggage: k=v") {
			t.Errorf("headers\n%s", body)
		}
	})
	t.Run("none", func(t *testing.T) {
		s := startService(t, "OTEL_PROPAGATORS=none")
		_, body, _ := s.ask("/proxy/headers")
		if strings.Contains(body, "Traceparent") {
			t.Errorf("headers\n%s", body)
		}
	})
}

// TestSpanSwitches: server and client spans can be had without the other.
func TestSpanSwitches(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ off, tree string }{
		{"SERVER", "Client GET\n"},
		{"CLIENT", "Server GET /ctx\nServer GET /plain\n"},
	} {
		t.Run(row.off, func(t *testing.T) {
			t.Parallel()
			s := startService(t, "OTEL_INSTRUMENTATION_NET_HTTP_"+row.off+"_ENABLED=false")
			s.ask("/ctx")
			s.stop()
			if got := collect.Tree(s.Spans()); got != row.tree {
				t.Errorf("got\n%swant\n%s", got, row.tree)
			}
		})
	}
}

// TestSpanSamplers: the standard samplers do what they are named for.
func TestSpanSamplers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		sampler, arg string
		want         int // spans of /plain
	}{
		{"always_on", "", 1},
		{"always_off", "", 0},
		{"traceidratio", "0", 0},
		{"traceidratio", "1", 1},
		{"parentbased_always_off", "", 0},
		{"parentbased_traceidratio", "1.0", 1},
	} {
		t.Run(row.sampler+row.arg, func(t *testing.T) {
			t.Parallel()
			s := startService(t, "OTEL_TRACES_SAMPLER="+row.sampler, "OTEL_TRACES_SAMPLER_ARG="+row.arg)
			s.ask("/plain")
			s.stop()
			if got := len(s.Spans()); got != row.want {
				t.Errorf("%d spans, want %d", got, row.want)
			}
		})
	}
}

// TestSpanEarly: a request made by an init function does not crash, and its
// spans are kept.
func TestSpanEarly(t *testing.T) {
	t.Parallel()
	s := startService(t, "EARLY=1")
	if early := s.line("early "); early != "<nil>" {
		t.Errorf("request in an init function: %s", early)
	}
	for _, span := range s.stop2() {
		if span.Attrs["url.path"] == "/early" {
			return
		}
	}
	t.Error("no span of the request that was made in an init function")
}

// stop2 stops the service and returns all of its spans.
func (s *service) stop2() []collect.Span {
	s.t.Helper()
	s.stop()
	return s.Spans()
}

// TestExportProtocols: all three forms of OTLP, with what can be set for them.
func TestExportProtocols(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name     string
		env      func(c *collect.Collector) []string
		protocol string
		header   map[string]string
	}{
		{"default", func(c *collect.Collector) []string {
			return []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC}
		}, "grpc", nil},
		{"grpc", func(c *collect.Collector) []string {
			return []string{"OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC, "OTEL_EXPORTER_OTLP_HEADERS=api-key=a%20b,x=y"}
		}, "grpc", map[string]string{"api-key": "a b", "x": "y"}},
		{"grpc gzip", func(c *collect.Collector) []string {
			return []string{"OTEL_EXPORTER_OTLP_COMPRESSION=gzip", "OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC}
		}, "grpc", nil},
		{"grpc traces endpoint", func(c *collect.Collector) []string {
			return []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=" + c.GRPC}
		}, "grpc", nil},
		{"protobuf", func(c *collect.Collector) []string {
			return []string{"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_EXPORTER_OTLP_ENDPOINT=" + c.HTTP, "OTEL_EXPORTER_OTLP_HEADERS=x=y"}
		}, "http/protobuf", map[string]string{"x": "y"}},
		{"protobuf gzip", func(c *collect.Collector) []string {
			return []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=" + c.HTTP + "/v1/traces", "OTEL_EXPORTER_OTLP_COMPRESSION=gzip"}
		}, "http/protobuf", map[string]string{"content-encoding": "gzip"}},
		{"json", func(c *collect.Collector) []string {
			return []string{"OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_ENDPOINT=" + c.HTTP + "/"}
		}, "http/json", nil},
		{"json gzip", func(c *collect.Collector) []string {
			return []string{"OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_ENDPOINT=" + c.HTTP, "OTEL_EXPORTER_OTLP_COMPRESSION=gzip"}
		}, "http/json", map[string]string{"content-encoding": "gzip"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := collect.Start(t)
			p := start(t, append(row.env(c), "OTEL_SERVICE_NAME=protocols", "OTEL_BSP_SCHEDULE_DELAY=50"), built(t, "spans").woven)
			base := p.line("listening ")
			c.Refuse(1) // the exporter has to try again
			fetch(plainClient, base+"/ctx")
			spans := c.Wait(t, 3)
			want := "Server GET /ctx\n  Client GET\n    Server GET /plain\n"
			if got := collect.Tree(spans); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			if spans[0].Service != "protocols" {
				t.Errorf("service %q", spans[0].Service)
			}
			for _, r := range c.Requests() {
				if r.Protocol != row.protocol {
					t.Errorf("sent by %s, want %s", r.Protocol, row.protocol)
				}
				for k, v := range row.header {
					if r.Header[k] != v {
						t.Errorf("header %s is %q, want %q", k, r.Header[k], v)
					}
				}
				if ua := r.Header["user-agent"]; !strings.HasPrefix(strings.ToLower(ua), "otel") {
					t.Errorf("user agent %q does not begin with OTel, as OTLP exporters' should", ua)
				}
			}
			p.stop()
			if p.stdout.String() != "early <nil>\ntls "+p.line("tls ")+"\nlistening "+base+"\n" {
				t.Errorf("something was added to standard output: %q", p.stdout)
			}
		})
	}
}

// TestExportConsole: the console exporter prints a tree on standard error.
func TestExportConsole(t *testing.T) {
	t.Parallel()
	p := start(t, []string{"OTEL_TRACES_EXPORTER=console", "OTEL_SERVICE_NAME=spans"}, built(t, "spans").woven)
	base := p.line("listening ")
	fetch(plainClient, base+"/two")
	r := p.stop()
	for _, want := range []string{"GET /two", "GET /items/{id}", "GET"} {
		if !strings.Contains(r.err, want) {
			t.Errorf("no %q in\n%s", want, r.err)
		}
	}
	if strings.Contains(r.out, "GET") {
		t.Errorf("on standard output:\n%s", r.out)
	}
}

// TestExportOff: what turns us off does.
func TestExportOff(t *testing.T) {
	t.Parallel()
	for _, off := range []string{"OTEL_SDK_DISABLED=true", "OTEL_TRACES_EXPORTER=none"} {
		t.Run(off, func(t *testing.T) {
			t.Parallel()
			s := startService(t, off)
			_, body, err := s.ask("/proxy/headers")
			if off == "OTEL_SDK_DISABLED=true" && strings.Contains(body, "Traceparent") {
				t.Errorf("headers\n%s", body)
			}
			s.ask("/two")
			r := s.stop()
			if spans := s.Spans(); len(spans) != 0 || err != nil {
				t.Errorf("%d spans, error %v", len(spans), err)
			}
			if r.err != "" {
				t.Errorf("standard error:\n%s", r.err)
			}
		})
	}
}

// TestExportDown: with no collector the program works as ever, says so once,
// and ends in good time.
func TestExportDown(t *testing.T) {
	t.Parallel()
	p := start(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OTEL_BSP_SCHEDULE_DELAY=20"}, built(t, "spans").woven)
	base := p.line("listening ")
	for range 20 {
		if status, _, err := fetch(plainClient, base+"/two"); err != nil || status != 200 {
			t.Fatal(status, err)
		}
	}
	time.Sleep(time.Second)
	began := time.Now()
	r := p.stop()
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v to end", took)
	}
	if n := strings.Count(r.err, "\n"); n < 1 || n > 3 {
		t.Errorf("%d lines on standard error, want one or two:\n%s", n, r.err)
	}
}

// TestExportBlackHole: a collector that takes connections and never answers.
func TestExportBlackHole(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := start(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://" + l.Addr().String(), "OTEL_GO_FLUSH_TIMEOUT=100ms", "OTEL_BSP_SCHEDULE_DELAY=20"}, built(t, "spans").woven)
	base := p.line("listening ")
	if status, _, err := fetch(plainClient, base+"/two"); err != nil || status != 200 {
		t.Fatal(status, err)
	}
	began := time.Now()
	p.stop()
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("took %v to end, with a flush timeout of 100 ms", took)
	}
}

// TestSpanLoad: concurrent requests give whole traces, each on its own.
func TestSpanLoad(t *testing.T) {
	t.Parallel()
	s := startService(t)
	const n = 200
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	sem := make(chan struct{}, 16)
	for range n {
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			if ctx.Err() == nil {
				s.ask("/deep")
			}
		}()
	}
	for range cap(sem) {
		sem <- struct{}{}
	}
	byTrace := map[string][]collect.Span{}
	for _, span := range s.Wait(t, 5*n) {
		byTrace[span.TraceID] = append(byTrace[span.TraceID], span)
	}
	if len(byTrace) != n {
		t.Errorf("%d traces, want %d", len(byTrace), n)
	}
	want := "Server GET /deep\n  Client GET\n    Server GET /noctx\n      Client GET\n        Server GET /plain\n"
	for _, spans := range byTrace {
		if got := collect.Tree(spans); got != want {
			t.Fatalf("got\n%swant\n%s", got, want)
		}
	}
}

// TestSpanForwarded: client.address is what proxies tell of it, if they are trusted.
func TestSpanForwarded(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ trusted, header, value, client string }{
		{"", "X-Forwarded-For", "203.0.113.7", "127.0.0.1"},
		{"10.0.0.0/8", "X-Forwarded-For", "203.0.113.7", "127.0.0.1"},
		{"loopback", "X-Forwarded-For", "198.51.100.1, 203.0.113.7", "203.0.113.7"},
		{"loopback,203.0.113.7", "X-Forwarded-For", "198.51.100.1, 203.0.113.7", "198.51.100.1"},
		{"127.0.0.1", "Forwarded", `for="[2001:db8::1]:4711";proto=https`, "2001:db8::1"},
	} {
		s := startService(t, "OTEL_GO_TRUSTED_PROXIES="+row.trusted)
		if _, _, err := s.ask("/things/1", row.header, row.value); err != nil {
			t.Fatal(err)
		}
		attrs{"client.address": row.client, "network.peer.address": "127.0.0.1"}.check(t, s.Wait(t, 1)[0])
		s.stop()
	}
}
