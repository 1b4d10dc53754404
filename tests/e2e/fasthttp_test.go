package e2e

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// TestFasthttp serves and sends requests in every way with fasthttp's oldest, newest and
// other versions: what the program notices is what it notices of the plain one, and the
// spans are those of the requests.
func TestFasthttp(t *testing.T) {
	t.Parallel()
	const (
		client = "Client GET|  Server GET"
		failed = "Client GET Error"
	)
	rows := []struct{ section, tree string }{
		{"server", "Server GET|Server GET|Server GET|Server GET|Server GET Error|Server GET|Server HEAD|Server HTTP|Server OPTIONS|Server CONNECT|" +
			"Server GET|Server POST|Server POST|Server POST|Server GET"},
		{"timeout", "Server GET|Server GET"},
		{"hijack", "Server GET|Server GET"},
		{"recover", "Server GET Error"},
		{"conn", "Server GET|Server GET"},
		{"again", "Server GET|Server GET|Server GET"},
		{"client", client + "|Client GET Error|  Server GET|Client GET Error|  Server GET Error|Client GET Error|  Server GET|Client POST|  Server POST|Client POST|  Server POST|" +
			"Client HTTP|  Server HTTP|" + client + "|Client POST|  Server POST|" + client},
		{"propagated", client},
		{"redirect", strings.Repeat(client+"|", 6) + client},
		{"retry", failed + "|" + failed + "|" + client + "|" + failed + "|" + failed + "|" + client},
		{"faults", failed + "|" + failed + "|" + failed + "|" + failed + "|" + failed},
		{"pipeline", client + "|" + client + "|" + client + "|" + failed + "|  Server GET Error"},
		{"nested", "Server GET|  Client GET|    Server GET|  Client GET|    Server GET|Server GET|  Client GET|    Server GET"},
		{"proxy", "Server GET|  Client GET|    Server GET"},
		{"secure", client},
	}
	for i, version := range tested["github.com/valyala/fasthttp"] {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			between(t, i, len(tested["github.com/valyala/fasthttp"]))
			a := atVersions(t, "fasthttp", "github.com/valyala/fasthttp@"+version)
			plain, woven := a.plain(), a.woven()
			replaced(t, a, "github.com/valyala/fasthttp", version)
			want := a.must(plain).out
			for _, env := range []string{"OTEL_TRACES_SAMPLER=always_on", "OTEL_TRACES_SAMPLER=always_off", "OTEL_SDK_DISABLED=true"} {
				if got := a.must("OTEL_TRACES_EXPORTER=none", env, woven).out; got != want {
					t.Errorf("%s, - plain, + woven:\n%s", env, diff(want, got))
				}
			}
			for _, row := range rows {
				spans := traces(t, woven, row.section)
				if got := collect.Tree(spans); got != lines(row.tree) {
					t.Errorf("%s: got\n%swant\n%s", row.section, got, lines(row.tree))
				}
				if strings.Contains(fmt.Sprint(spans), "S3CR3T") {
					t.Errorf("%s: a span holds a secret:\n%+v", row.section, spans)
				}
			}
			fasthttpAttributes(t, woven)
			const sides = "OTEL_INSTRUMENTATION_GITHUB_COM_VALYALA_FASTHTTP_"
			for off, want := range map[string]string{"ENABLED": "", "SERVER_ENABLED": "Client GET|", "CLIENT_ENABLED": "Server GET|"} {
				if got := collect.Tree(traces(t, woven, sides+off+"=false", "propagated")); got != strings.ReplaceAll(want, "|", "\n") {
					t.Errorf("%s=false: got\n%s", off, got)
				}
			}
			if got := collect.Tree(traces(t, woven, "OTEL_GO_EXCLUDE=GET /hello,POST /*", "conn")); got != "" {
				t.Errorf("what is to be left out: got\n%s", got)
			}
			if got := a.must("go", "version", "-m", woven).out; !strings.Contains(got, "github.com/valyala/fasthttp\t"+version) {
				t.Errorf("another fasthttp:\n%s", got)
			}
		})
	}
}

// replaced checks that the library is replaced at link: nothing that imports it was
// compiled again.
func replaced(t *testing.T, a *app, library, version string) {
	t.Helper()
	want := library + " " + version + "  replaced at link\n"
	if got := a.must(otel, "explain").out; !strings.Contains(got, want) {
		t.Errorf("want %sgot\n%s", want, got)
	}
}

// fasthttpAttributes checks attributes against the semantic conventions.
func fasthttpAttributes(t *testing.T, woven string) {
	t.Helper()
	const local = "127.0.0.1"
	for _, row := range []struct {
		section string
		want    []attrs // in the order of the spans' start
	}{
		{"server", []attrs{
			{"http.request.method": "GET", "url.scheme": "http", "url.path": "/hello", "url.query": "name=REDACTED&token=REDACTED", "http.response.status_code": 200,
				"server.address": "example.com", "server.port": 8080, "client.address": local, "network.peer.address": local, "network.peer.port": anything,
				"network.protocol.version": "1.1", "user_agent.original": "probe/1", "http.route": none, "error.type": none, "http.request.method_original": none},
			{"url.path": "/a/hello you", "http.response.status_code": 404, "url.query": none, "error.type": none},
			{"url.path": "/hello", "server.address": "other.example", "server.port": none},
			{"http.response.status_code": 200},
			{"http.response.status_code": 503, "error.type": "503"},
			{},
			{"http.request.method": "HEAD"},
			{"http.request.method": "_OTHER", "http.request.method_original": "BREW"},
			{"url.path": "*"},
			{"url.path": none, "server.address": "h", "server.port": 443},
			{"network.protocol.version": "1.0", "server.address": none},
		}},
		{"timeout", []attrs{{"http.response.status_code": 408, "http.request.method": "GET"}, {"http.response.status_code": 201}}},
		{"hijack", []attrs{{"http.response.status_code": 101}, {"http.response.status_code": none, "error.type": none}}},
		{"recover", []attrs{{"error.type": "500"}}},
		{"redirect", []attrs{
			{"http.request.method": "GET", "http.response.status_code": 302, "http.request.resend_count": none, "server.address": local, "server.port": anything, "url.full": anything, "network.protocol.version": "1.1"},
			{}, {"http.response.status_code": 307, "http.request.resend_count": 1}, {}, {"http.response.status_code": 200, "http.request.resend_count": 2}, {}, {"http.request.resend_count": none},
		}},
		{"retry", []attrs{{"error.type": "io.EOF", "http.response.status_code": none}, {"error.type": "io.EOF", "http.request.resend_count": 1}, {"http.response.status_code": 200, "http.request.resend_count": 2, "error.type": none}}},
		{"secure", []attrs{{"url.full": anything, "server.port": anything}, {"url.scheme": "https", "url.path": "/hello"}}},
		{"faults", []attrs{{"error.type": "*net.OpError"}, {"error.type": "timeout"}}},
	} {
		spans := traces(t, woven, row.section)
		for i, want := range row.want {
			if i >= len(spans) {
				t.Errorf("%s: %d spans", row.section, len(spans))
				break
			}
			want.check(t, spans[i])
		}
	}
	// The trace that a request brings goes on, and that which the program has put into
	// the headers by itself.
	last := traces(t, woven, "server")
	sent := traces(t, woven, "propagated")[0]
	for _, s := range []collect.Span{last[len(last)-1], sent} {
		if s.TraceID != "0af7651916cd43dd8448eb211c80319c" || s.ParentID != "b7ad6b7169203331" {
			t.Errorf("%s: trace %s, parent %s", s.Kind, s.TraceID, s.ParentID)
		}
	}
}

// TestFasthttpExit: a program that ends in a handler ends as the plain one does, and the
// span of the request is kept.
func TestFasthttpExit(t *testing.T) {
	t.Parallel()
	p := built(t, "fasthttp")
	a := &app{t: t, dir: suite, env: []string{"GOTRACEBACK=single"}}
	frame := regexp.MustCompile(`(?m)^otel\.tool/.*\n.*\n`) // of our handler, before the program's
	for way, want := range map[string]string{"panic": "Server GET Error", "exit": "Server GET"} {
		c := collect.Start(t)
		plain, woven := a.run(p.plain, way), a.run("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, p.woven, way)
		woven.err = frame.ReplaceAllString(woven.err, "")
		if plain.code != woven.code || plain.out != woven.out || stable(plain.err) != stable(woven.err) {
			t.Errorf("plain: %vwoven: %v%s", plain, woven, diff(stable(plain.err), stable(woven.err)))
		}
		spans := c.Spans()
		if got := collect.Tree(spans); got != lines(want) {
			t.Fatalf("%s: got\n%s", way, got)
		}
		if way == "panic" {
			attrs{"error.type": "string", "http.response.status_code": none}.check(t, spans[0])
			if e := spans[0].Events; len(e) != 1 || e[0].Name != "exception" || e[0].Attrs["exception.message"] != "oh" {
				t.Errorf("events %v", e)
			}
		}
	}
}

// TestFasthttpRace runs everything under the race detector, and many requests at once:
// each is in a trace of its own.
func TestFasthttpRace(t *testing.T) {
	t.Parallel()
	a := newApp(t, "fasthttp")
	a.env = append(a.env, "CGO_ENABLED=1")
	woven := a.woven("-race")
	spans := traces(t, woven)
	if len(spans) < 1600 {
		t.Errorf("%d spans", len(spans))
	}
	want := lines("Client GET|  Server GET|    Client GET|      Server GET")
	if got := collect.Tree(traces(t, woven, "many")); got != strings.Repeat(want, 400) {
		t.Errorf("many: got\n%.2000s", got)
	}
}

// TestFasthttpMetrics: what a client sends does not make the series grow.
func TestFasthttpMetrics(t *testing.T) {
	t.Parallel()
	a := newApp(t, "fasthttp")
	a.env = append(a.env, "OTEL_GO_SIGNALS=all")
	scraped := freeAddr(t)
	host, port, _ := net.SplitHostPort(scraped)
	env := []string{"OTEL_TRACES_EXPORTER=none", "OTEL_METRICS_EXPORTER=prometheus", "OTEL_EXPORTER_PROMETHEUS_HOST=" + host, "OTEL_EXPORTER_PROMETHEUS_PORT=" + port, "OTEL_GO_EXCLUDE=/wanted/not"}
	p := start(t, env, a.woven(), "random", "conn", "retry", "ready")
	p.line("ready")
	for _, row := range []struct {
		prefix string
		most   int
		has    string
	}{
		{"http_server_request_duration_seconds_count", 4, `{http_request_method="_OTHER",http_response_status_code="404",network_protocol_version="1.1",url_scheme="http",otel_scope_name="otel.tool/hooks/github.com/valyala/fasthttp",otel_scope_version="0.1.0"} 300`},
		{"http_server_request_duration_seconds_count", 4, `{http_request_method="GET",http_response_status_code="200",network_protocol_version="1.1",url_scheme="http",`},
		{"http_server_active_requests", 2, `{http_request_method="GET",url_scheme="http",otel_scope_name="otel.tool/hooks/github.com/valyala/fasthttp",otel_scope_version="0.1.0"} 0`},
		{"http_client_request_duration_seconds_count", 103, `server_address="_OTHER"`},
		{"http_client_request_duration_seconds_count", 103, `error_type="io.EOF",http_request_method="GET",server_address="127.0.0.1"`},
	} {
		got := scrape(t, scraped, row.prefix)
		if len(got) == 0 || len(got) > row.most || !strings.Contains(strings.Join(got, "\n"), row.has) {
			t.Errorf("%s: %d series, want at most %d, and %s:\n%s", row.prefix, len(got), row.most, row.has, strings.Join(got, "\n"))
		}
	}
}
