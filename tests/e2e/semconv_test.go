package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
	"otel.tool/tests/e2e/semconv"
)

// TestSemconvModel: semconv/registry.yaml is what its generator makes of the package in
// which OpenTelemetry publishes the conventions' model; spans.yaml fits.
func TestSemconvModel(t *testing.T) {
	t.Parallel()
	dir, _ := moduleDir(t, semconv.Module, semconv.Sum)
	want, err := semconv.Generate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile("semconv/registry.yaml", want, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Skip("written; run it again")
	}
	got, err := os.ReadFile("semconv/registry.yaml")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("semconv/registry.yaml, - as it is, + as it is made (UPDATE=1 accepts): %v\n%s", err, diff(string(got), string(want)))
	}
	if _, err := semconv.Load(); err != nil {
		t.Error(err)
	}
}

// telemetry is what one program has sent.
type telemetry struct {
	spans   []collect.Span
	metrics []collect.Metric
}

// add runs a woven program to its end, and keeps what it sends.
func (r *telemetry) add(t *testing.T, bin string, words ...string) {
	t.Helper()
	c := collect.Start(t)
	env := append([]string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC}, everything...)
	if p := start(t, env, bin, words...).wait(); p.code != 0 {
		t.Fatal(p)
	}
	r.spans, r.metrics = append(r.spans, c.Spans()...), append(r.metrics, c.Metrics()...)
}

// everything are the options that let more be recorded than by default, as far as it is not
// the values of the program's own. Who asks for older conventions gets the
// stable ones all the same.
var everything = []string{"OTEL_SEMCONV_STABILITY_OPT_IN=http/dup,database/dup,rpc/dup",
	"OTEL_INSTRUMENTATION_HOST_METRICS_ENABLED=true", "OTEL_GO_HTTP_BODY_SIZE=true", "OTEL_GO_DB_RETURNED_ROWS=true"}

// wovenWithAll builds a program of testdata, or of a folder, with all signals.
func wovenWithAll(t *testing.T, name string) string {
	t.Helper()
	a := newApp(t, name)
	a.env = []string{"OTEL_GO_SIGNALS=all"}
	return a.woven()
}

// TestSemconv holds every span and metric of programs that serve and send requests in every
// way against the conventions' model: attribute by attribute, with types and levels, kinds,
// names, units.
func TestSemconv(t *testing.T) {
	t.Parallel()
	var r telemetry
	r.add(t, wovenWithAll(t, "parity"))
	r.add(t, wovenWithAll(t, "grpc"))
	r.add(t, wovenWithAll(t, "fasthttp"))
	a := emptyApp(t, "go.mod", "module example.com/f\n\ngo 1.24\n", "main.go", lambdaMain)
	a.must("go", "get", "github.com/aws/aws-lambda-go@v1.55.1")
	_, _, invocations := lambda(t, a.woven())
	r.spans = append(r.spans, invocations...)
	conforms(t, r, "span.http.client", "span.http.server", "span.rpc.grpc.call.client", "span.rpc.grpc.call.server", "span.aws.lambda.server")
}

// callsMain calls a stored procedure, which is not there.
const callsMain = `package main

import (
	"database/sql"
	"os"

	_ "github.com/lib/pq"
)

func main() {
	db, err := sql.Open("postgres", os.Args[1])
	if err != nil {
		panic(err)
	}
	if _, err := db.Exec("CALL refresh(1)"); err == nil {
		panic("it is there")
	}
	db.Close()
}
`

// TestRealSemconv does the same for the reference service of the benchmarks, and for
// programs that ask real databases in every way.
func TestRealSemconv(t *testing.T) {
	real(t)
	var r telemetry
	pg, redis := "postgres://shop:"+secret+"@"+postgres(t)+"/postgres?sslmode=disable", redisServer(t, "--requirepass", secret)
	c := collect.Start(t)
	addr := freeAddr(t)
	env := append([]string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC, "BENCH_POSTGRES=" + pg, "BENCH_REDIS=" + redisServer(t)}, everything...)
	p := start(t, env, wovenWithAll(t, "../../bench/reference"), addr)
	p.listening(addr)
	if _, body, err := fetch(plainClient, "http://"+addr+"/users/1"); err != nil || body == "" {
		t.Fatal(body, err)
	}
	p.stop()
	r.spans, r.metrics = c.Spans(), c.Metrics()
	if len(r.spans) != 8 {
		t.Errorf("the reference service has %d spans, want 8:\n%s", len(r.spans), collect.Tree(r.spans))
	}
	sql := wovenWithAll(t, "sql")
	r.add(t, sql, "postgres", pg)
	r.add(t, sql, "mysql", "shop:"+secret+"@tcp("+mariadb(t)+")/shop")
	a := emptyApp(t, "go.mod", "module example.com/calls\n\ngo 1.24\n", "main.go", callsMain)
	a.must("go", "get", "github.com/lib/pq@v1.10.9")
	r.add(t, a.woven(), pg)
	r.add(t, wovenWithAll(t, "redis"), redis, redisCluster(t))
	conforms(t, r, "span.db.sql.client", "span.db.redis.client")
}

// spanGroups are the model's groups of our instrumentations' spans, by scope and kind.
var spanGroups = map[string]string{
	"net/http Client":                     "span.http.client",
	"net/http Server":                     "span.http.server",
	"github.com/valyala/fasthttp Client":  "span.http.client",
	"github.com/valyala/fasthttp Server":  "span.http.server",
	"database/sql Client":                 "span.db.sql.client",
	"github.com/redis/go-redis/v9 Client": "span.db.redis.client",
	"google.golang.org/grpc Client":       "span.rpc.grpc.call.client",
	"google.golang.org/grpc Server":       "span.rpc.grpc.call.server",
	"github.com/aws/aws-lambda-go Server": "span.aws.lambda.server",
}

// excuse is an attribute that a span may lack, although the model wants it, and when.
type excuse struct {
	group, attr string                  // group: the beginning of its name
	why         string                  // or whose condition it is: the model's
	when        func(collect.Span) bool // nil: always
	only        bool                    // then it must not be there
}

const modelsOwn = "the model's own condition"

var excuses = []excuse{
	{"", "error.type", modelsOwn, func(s collect.Span) bool { return s.Status != "Error" }, true},
	{"", "network.peer.port", modelsOwn + ": the peer has none", without("network.peer.address", "bufconn"), true},
	{"", "server.port", modelsOwn + ": the address has none", func(s collect.Span) bool { return s.Kind == "Server" || s.Attrs["server.address"] == "buffer" }, false},

	{"span.http", "http.request.method_original", modelsOwn, func(s collect.Span) bool { return s.Attrs["http.request.method"] != "_OTHER" }, true},
	{"span.http", "network.protocol.name", modelsOwn + ": it is http", nil, true},
	{"span.http.client", "http.request.resend_count", modelsOwn, nil, false},
	{"span.http.client", "http.response.status_code", modelsOwn + ": none was received, or the program gives fasthttp's PipelineClient no response", func(s collect.Span) bool { return failed(s) || isFasthttp(s) }, false},
	{"span.http.client", "network.protocol.version", "it is the response that tells it", noResponse, true},
	{"span.http.client", "network.peer.address", "there was no connection, or a RoundTripper of the program's has it", noConnection, false},
	{"span.http.client", "server.address", "the URL has no host, and fails", func(s collect.Span) bool { return s.Attrs["url.full"] == "http://" }, true},
	{"span.http.server", "http.response.status_code", modelsOwn + ": none was sent: a panic, or the connection was taken over", noStatus, false},
	{"span.http.server", "http.route", modelsOwn + ": no router has told one", func(s collect.Span) bool { return !strings.Contains(s.Name, " ") }, true},
	{"span.http.server", "server.address", "HTTP/1.0 without a Host header", func(s collect.Span) bool { return s.Attrs["network.protocol.version"] == "1.0" }, false},
	{"span.http.server", "url.path", "CONNECT has none", func(s collect.Span) bool { return s.Attrs["http.request.method"] == "CONNECT" }, false},
	{"span.http.server", "url.query", modelsOwn, nil, false},
	{"span.http.server", "user_agent.original", "the header was not sent", nil, false},

	{"span.db", "db.response.status_code", modelsOwn + ": an error of the driver's or of Go's has none", nil, false},
	{"span.db.sql", "db.operation.batch.size", "database/sql has no batches", nil, true},
	{"span.db.redis", "db.operation.batch.size", "is of pipelines and transactions", nil, false},
	{"span.db.sql", "db.query.text", "is of queries: not of a transaction's begin and end, nor of a ping; and nothing is told of what cannot be read", nil, false},
	{"span.db.sql", "db.query.summary", "is of queries, as far as they can be read", nil, false},
	{"span.db.sql", "db.stored_procedure.name", modelsOwn, nil, false},
	{"span.db.sql", "db.operation.name", modelsOwn + ": not taken from the text", nil, false},
	{"span.db.sql", "db.collection.name", modelsOwn + ": not taken from the text", nil, true},
	{"span.db.redis", "db.query.text", "would have keys and values; of a command its name is recorded", nil, true},
	{"span.db.redis", "db.stored_procedure.name", "is one of a command's arguments, which are not recorded", nil, true},
	{"span.db.redis", "db.operation.name", "what the program sent is no name of a command, and may be anything", func(s collect.Span) bool { return s.Name == "redis" }, true},
	{"span.db.redis", "db.namespace", modelsOwn + ": pipelines of rings and clusters go to several", nil, false},
	{"span.db.redis", "server.address", "pipelines of rings and clusters go to several", nil, false},
	{"span.db.redis", "server.port", "pipelines of rings and clusters go to several", nil, false},
	{"span.db.redis", "network.peer.address", "no connection was used, or several", nil, false},

	{"span.rpc", "rpc.method_original", modelsOwn, func(s collect.Span) bool { return s.Attrs["rpc.method"] != "_OTHER" }, true},
	{"span.rpc", "rpc.method_original", "what was asked for is empty, or too long: TestGRPC looks at the others", func(s collect.Span) bool { return s.Name == "grpc" }, false},
	{"span.rpc", "client.port", "the client's address has none", without("client.address", "bufconn"), true},
	{"span.rpc.grpc.call.client", "rpc.method_original", "a client's methods are the program's own", nil, true},
	{"span.rpc.grpc.call.client", "network.peer.address", "no attempt has got to a connection", failed, false},
	{"span.rpc.grpc.call.server", "rpc.response.status_code", "a handler panicked: gRPC sends none", failed, false},
}

func failed(s collect.Span) bool { return s.Status == "Error" }

// without says whether a span lacks the attribute, or has one of these values.
func without(attr string, values ...string) func(collect.Span) bool {
	return func(s collect.Span) bool {
		v, _ := s.Attrs[attr].(string)
		return v == "" || slices.Contains(values, v)
	}
}

// noConnection: the request failed, or went to a host of the tests' own RoundTrippers.
func noConnection(s collect.Span) bool {
	host, _ := s.Attrs["server.address"].(string)
	return failed(s) || strings.HasSuffix(host, ".example") || isFasthttp(s) && noResponse(s)
}

func noResponse(s collect.Span) bool { return s.Attrs["http.response.status_code"] == nil }

func isFasthttp(s collect.Span) bool { return strings.HasSuffix(s.Scope, "/fasthttp") }

// noStatus: a panic, or a path of the tests' at which the connection is taken over or the goroutine ends.
func noStatus(s collect.Span) bool {
	path, _ := s.Attrs["url.path"].(string)
	return failed(s) || s.Attrs["http.request.method"] == "CONNECT" || path == "/silent" || path == "/" || strings.HasPrefix(path, "/hijack") || slices.Contains([]string{"/cut", "/garbage", "/goexit"}, path)
}

// conforms checks all that has been received. Of the groups named, each attribute that the model
// wants, and that we have, must have been seen.
func conforms(t *testing.T, r telemetry, whole ...string) {
	t.Helper()
	model, err := semconv.Load()
	if err != nil {
		t.Fatal(err)
	}
	faults := map[string][]any{} // each with whatever has it
	seen := map[string]bool{}
	for _, s := range r.spans {
		for name := range s.Attrs {
			seen[spanGroups[strings.TrimPrefix(s.Scope, scopes)+" "+s.Kind]+" "+name] = true
		}
		for _, fault := range spanFaults(model, s) {
			fault = fmt.Sprintf("%s %s: %s", strings.TrimPrefix(s.Scope, scopes), s.Kind, fault)
			faults[fault] = append(faults[fault], fmt.Sprintf("%q %s %v", s.Name, s.Status, s.Attrs))
		}
	}
	for _, m := range r.metrics {
		for _, fault := range metricFaults(model, m) {
			fault = "metric " + m.Name + ": " + fault
			faults[fault] = append(faults[fault], m.Points)
		}
	}
	for _, id := range whole {
		for name, level := range model.Spans[id].Attributes {
			never := slices.ContainsFunc(excuses, func(e excuse) bool {
				return strings.HasPrefix(id, e.group) && e.attr == name && e.only && e.when == nil
			})
			if level.Wanted() && !never && !seen[id+" "+name] {
				t.Errorf("%s: no span has %s, which is %s", id, name, level)
			}
		}
	}
	for _, fault := range slices.Sorted(maps.Keys(faults)) {
		t.Errorf("%s\n\t%d times, as in %v", fault, len(faults[fault]), faults[fault][0])
	}
}

const scopes = "otel.tool/hooks/"

// spanFaults says what of a span the model does not want, or misses.
func spanFaults(model *semconv.Model, s collect.Span) (faults []string) {
	group := model.Spans[spanGroups[strings.TrimPrefix(s.Scope, scopes)+" "+s.Kind]]
	if group == nil {
		return []string{"no group of the model for it"}
	}
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, e := range excuses {
		if e.only && strings.HasPrefix(group.ID, e.group) && s.Attrs[e.attr] != nil && (e.when == nil || e.when(s)) {
			fault("%s is there: %s", e.attr, e.why)
		}
	}
	for name, value := range s.Attrs {
		attr, known, ok := model.Find(name)
		if level := group.Attributes[known]; !ok || level == "" {
			fault("%s does not know %s", group.ID, name)
		} else if wrong := attr.TypeError(value); wrong != "" {
			fault("%s is %s", name, wrong)
		}
	}
	for name, level := range group.Attributes {
		if s.Attrs[name] == nil && level.Wanted() && !excused(s, group.ID, name) {
			fault("%s is missing, which is %s", name, level)
		}
	}
	return faults
}

func excused(s collect.Span, group, attr string) bool {
	return slices.ContainsFunc(excuses, func(e excuse) bool {
		return strings.HasPrefix(group, e.group) && e.attr == attr && (e.when == nil || e.when(s))
	})
}

// lacks are the attributes that a point may lack, although the model wants them: of the requests to
// more hosts than are told apart, and to a URL without a host.
func lacks(name string, point map[string]any) bool {
	return name == "server.port" && point["server.address"] == "_OTHER" || name == "server.address" && point["server.port"] == int64(80)
}

// metricFaults says what of a metric the model does not want, or misses.
func metricFaults(model *semconv.Model, m collect.Metric) (faults []string) {
	want, ok := model.Metrics[m.Name]
	if !ok {
		return []string{"the model does not know it"}
	}
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if m.Instrument != want.Instrument || m.Unit != want.Unit || m.Value != want.Value && m.Instrument != "Histogram" {
		fault("%s of %s in %s, want %s of %s in %s", m.Instrument, m.Value, m.Unit, want.Instrument, want.Value, want.Unit)
	}
	for _, p := range m.Points {
		for name, value := range p {
			attr, known, ok := model.Find(name)
			if !ok || !slices.Contains(want.Required, known) && !slices.Contains(want.Optional, known) {
				fault("it does not know %s", name)
			} else if wrong := attr.TypeError(value); wrong != "" {
				fault("%s is %s", name, wrong)
			}
		}
		for _, name := range want.Required {
			if p[name] == nil && !lacks(name, p) {
				fault("%s is missing", name)
			}
		}
	}
	return faults
}

const peerMain = `package main

import (
	"io"
	"net/http"
	"net/http/httptest"
)

func main() {
	for _, kind := range []string{"http", "tls", "h2", "h2c"} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Proto", r.Proto)
		}))
		s.EnableHTTP2 = kind == "h2"
		s.Config.Protocols = new(http.Protocols)
		s.Config.Protocols.SetHTTP1(kind != "h2c")
		s.Config.Protocols.SetHTTP2(kind == "h2")
		s.Config.Protocols.SetUnencryptedHTTP2(kind == "h2c")
		if kind == "tls" || kind == "h2" {
			s.StartTLS()
		} else {
			s.Start()
		}
		c := s.Client()
		if kind == "h2c" {
			p := new(http.Protocols)
			p.SetUnencryptedHTTP2(true)
			c = &http.Client{Transport: &http.Transport{Protocols: p}}
		}
		for range 2 { // the second time on a connection that is there
			resp, err := c.Get(s.URL)
			if err != nil {
				panic(err)
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			println(kind, resp.Header.Get("Proto"))
		}
		s.Close()
		if _, err := c.Get(s.URL); err == nil {
			panic("answered")
		}
	}
}
`

// TestClientPeer: the client's spans know where their connection leads to, with each protocol
// and Go release.
func TestClientPeer(t *testing.T) {
	t.Parallel()
	for _, version := range append([]string{"local"}, releases...) {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			if version != "local" {
				haveToolchain(t, version)
			}
			a := emptyApp(t, "go.mod", "module example.com/peer\n\ngo 1.24\n", "main.go", peerMain)
			a.env = []string{"GOTOOLCHAIN=" + version}
			clients := 0
			for _, s := range traces(t, a.woven()) {
				if s.Kind != "Client" {
					continue
				}
				want := attrs{"network.peer.address": "127.0.0.1", "network.peer.port": anything}
				if clients%3 == 2 { // the server has gone, and perhaps a connection was tried that is no more
					want = attrs{"error.type": anything}
				} else if s.Attrs["network.peer.port"] != s.Attrs["server.port"] {
					t.Errorf("peer's port %v, want %v", s.Attrs["network.peer.port"], s.Attrs["server.port"])
				}
				want.check(t, s)
				clients++
			}
			if clients != 12 {
				t.Errorf("%d requests, want 12", clients)
			}
		})
	}
}
