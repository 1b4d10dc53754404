package e2e

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// TestConfigFile: what a program sends is what OTEL_CONFIG_FILE says, and other
// variables say nothing; a file that is wrong leaves the program as it is, without
// telemetry, and says where it is wrong.
func TestConfigFile(t *testing.T) {
	t.Parallel()
	const file = `file_format: "1.0"
resource:
  attributes: [{name: service.name, value: "${NAME:-nobody}"}, {name: floor, value: 3, type: int}]
tracer_provider:
  processors:
    - simple: {exporter: {otlp_http: {endpoint: "${TO}/v1/traces", headers: [{name: key, value: secret}]}}}
  limits: {attribute_count_limit: 3}
  sampler: RATIO
`
	for _, row := range []struct {
		name, text string
		spans      int
		says       string
	}{
		{"on", strings.Replace(file, "RATIO", "{parent_based: {root: {trace_id_ratio_based: {ratio: 1}}}}", 1), 1, ""},
		{"off", strings.Replace(file, "RATIO", "{always_off: }", 1), 0, ""},
		{"disabled", "file_format: '1.0'\ndisabled: true\n", 0, ""},
		{"unsupported", strings.Replace(file, "RATIO", "\nown: 1", 1), 1, ":9:1: 'own' is not supported; it is left out\n"},
		{"wrong", strings.Replace(file, "RATIO", "{trace_id_ratio_based: {ratio: often}}", 1), 0, ":8:43: expected a number from 0 to 1, found 'often'; there is no telemetry\n"},
		{"broken", file + "\t- x\n", 0, ":9:2: a tab in the indentation; there is no telemetry\n"},
		{"missing", "", 0, "no such file or directory; there is no telemetry\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := collect.Start(t)
			path := filepath.Join(tempDir(t), "otel.yaml")
			if row.text != "" {
				if err := os.WriteFile(path, []byte(row.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			addr := freeAddr(t)
			p := start(t, []string{"OTEL_CONFIG_FILE=" + path, "TO=" + c.HTTP, "NAME=shop", "OTEL_SERVICE_NAME=other",
				"OTEL_TRACES_EXPORTER=none", "OTEL_TRACES_SAMPLER=always_off", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=1"}, built(t, "hello").woven, addr)
			p.listening(addr)
			if _, body, err := fetch(plainClient, "http://"+addr+"/greet"); err != nil || body != "hello\n" {
				t.Errorf("answer %q, %v", body, err)
			}
			r := p.stop()
			if row.says == "" && r.err != "" || !strings.HasSuffix(r.err, row.says) || strings.Count(r.err, "\n") > 1 {
				t.Errorf("says %q, want %q", r.err, row.says)
			}
			spans := c.Spans()
			if len(spans) != row.spans {
				t.Fatalf("%d spans, want %d", len(spans), row.spans)
			}
			for _, s := range spans {
				if s.Service != "shop" || s.Resource["floor"] != int64(3) || len(s.Attrs) != 3 || s.Resource["host.name"] != nil {
					t.Errorf("%+v", s)
				}
			}
			for _, r := range c.Requests() {
				if r.Protocol != "http/protobuf" || r.Header["key"] != "secret" {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// excludeMain serves /users/{id} and /greet, each of which asks a database and /plain.
const excludeMain = `package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/http"
	"os"
)

type fake struct{}

func (fake) Open(string) (driver.Conn, error)          { return fake{}, nil }
func (fake) Prepare(string) (driver.Stmt, error)       { return nil, driver.ErrBadConn }
func (fake) Close() error                              { return nil }
func (fake) Begin() (driver.Tx, error)                 { return nil, driver.ErrBadConn }
func (fake) Ping(context.Context) error                { return nil }
func (fake) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return driver.ResultNoRows, nil
}

func main() {
	sql.Register("fake", fake{})
	db, _ := sql.Open("fake", "")
	work := func(w http.ResponseWriter, r *http.Request) {
		db.ExecContext(r.Context(), "DELETE FROM t")
		db.ExecContext(r.Context(), "INSERT INTO t VALUES (1)")
		req, _ := http.NewRequestWithContext(r.Context(), "GET", "http://"+os.Args[1]+"/plain", nil)
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
		}
	}
	http.HandleFunc("/users/{id}", work)
	http.HandleFunc("/greet", work)
	http.HandleFunc("/plain", func(http.ResponseWriter, *http.Request) {})
	http.ListenAndServe(os.Args[1], nil)
}
`

// TestExclude: what OTEL_GO_EXCLUDE leaves out by its route is neither traced nor
// measured, nor is what is done for it, here and in the program that it calls; and so it
// is with the operation of a database.
func TestExclude(t *testing.T) {
	t.Parallel()
	a := emptyApp(t, "go.mod", "module example.com/app\n\ngo 1.24\n", "main.go", excludeMain)
	a.env = append(a.env, "OTEL_GO_SIGNALS=traces,metrics")
	bin := a.woven()
	c := collect.Start(t)
	addr, scraped := freeAddr(t), freeAddr(t)
	host, port, err := net.SplitHostPort(scraped)
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC, "OTEL_BSP_SCHEDULE_DELAY=50", "OTEL_METRICS_EXPORTER=prometheus",
		"OTEL_EXPORTER_PROMETHEUS_HOST=" + host, "OTEL_EXPORTER_PROMETHEUS_PORT=" + port,
		"OTEL_GO_EXCLUDE=http.route=/users/{id},db.operation.name=DEL*"}, bin, addr)
	p.listening(addr)
	p.listening(scraped)
	for _, path := range []string{"/users/7", "/greet", "/users/8"} {
		if status, _, err := fetch(plainClient, "http://"+addr+path); err != nil || status != 200 {
			t.Fatal(status, err)
		}
	}
	const want = "Server GET /greet\n  Client INSERT t\n  Client GET\n    Server GET /plain\n"
	if got := collect.Tree(c.Wait(t, 4)); got != want {
		t.Errorf("got\n%s", got)
	}
	for _, metric := range []string{"http_server_request_duration_seconds_count{", "http_client_request_duration_seconds_count{", "db_client_operation_duration_seconds_count{"} {
		lines := 0
		for _, line := range scrape(t, scraped, metric) {
			if strings.Contains(line, `http_route="/plain"`) {
				continue // as if another program were asked, which measures for itself
			}
			if lines++; lines > 1 || !strings.HasSuffix(line, "} 1") || strings.Contains(line, "/users") || strings.Contains(line, "DELETE") {
				t.Errorf("counted %s", line)
			}
		}
		if lines == 0 {
			t.Errorf("no %s", metric)
		}
	}
	p.stop()
	if got := collect.Tree(c.Spans()); got != want {
		t.Errorf("at the end\n%s", got)
	}
}

// TestConfigFileSignals: metrics and logs are where the file says, and without it in the
// file a signal is not sent, whatever the variables say.
func TestConfigFileSignals(t *testing.T) {
	t.Parallel()
	a := newApp(t, "hello")
	a.env = append(a.env, "OTEL_GO_SIGNALS=all")
	bin := a.woven()
	addr, scraped := freeAddr(t), freeAddr(t)
	host, port, err := net.SplitHostPort(scraped)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(a.dir, "otel.yaml")
	a.write("otel.yaml", `file_format: "1.0"
log_level: info
resource: {attributes: [{name: service.name, value: shop}]}
meter_provider:
  readers: [{pull: {exporter: {prometheus/development: {host: "`+host+`", port: `+port+`}}}}]
  exemplar_filter: always_off
logger_provider:
  processors: [{simple: {exporter: {otlp_file/development: {output_stream: "file://`+a.dir+`/logs.jsonl"}}}}]
`)
	p := start(t, []string{"OTEL_CONFIG_FILE=" + path, "OTEL_METRICS_EXPORTER=none", "OTEL_LOGS_EXPORTER=none", "OTEL_TRACES_EXPORTER=console"}, bin, addr)
	p.listening(addr)
	p.listening(scraped)
	if _, body, err := fetch(plainClient, "http://"+addr+"/greet"); err != nil || body != "hello\n" {
		t.Errorf("answer %q, %v", body, err)
	}
	if lines := scrape(t, scraped, "target_info{"); len(lines) != 1 || !strings.Contains(lines[0], `service_name="shop"`) {
		t.Errorf("%q", lines)
	}
	r := p.stop()
	for _, want := range []string{"otel: traces: made, and sent nowhere; set by OTEL_CONFIG_FILE\n", "otel: metrics: prometheus; set by OTEL_CONFIG_FILE\n", "otel: logs: lines to " + a.dir + "/logs.jsonl; set by OTEL_CONFIG_FILE\n"} {
		if !strings.Contains(r.err, want) {
			t.Errorf("no %q in\n%s", want, r.err)
		}
	}
	if strings.Contains(r.err, "GET /greet") {
		t.Errorf("a trace on standard error:\n%s", r.err)
	}
}

// TestConfigFileHTTP: what the file says of HTTP reaches its hooks, before the variables.
func TestConfigFileHTTP(t *testing.T) {
	t.Parallel()
	c := collect.Start(t)
	path := filepath.Join(tempDir(t), "otel.yaml")
	err := os.WriteFile(path, []byte(`file_format: "1.0"
tracer_provider: {processors: [{simple: {exporter: {otlp_http: {endpoint: "`+c.HTTP+`/v1/traces"}}}}]}
instrumentation/development:
  general:
    http:
      server: {request_captured_headers: [User-Agent], known_methods: [PUT]}
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	addr := freeAddr(t)
	p := start(t, []string{"OTEL_CONFIG_FILE=" + path, "OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS=Accept-Encoding"}, built(t, "hello").woven, addr)
	p.listening(addr)
	if _, body, err := fetch(plainClient, "http://"+addr+"/greet"); err != nil || body != "hello\n" {
		t.Errorf("answer %q, %v", body, err)
	}
	if r := p.stop(); r.err != "" {
		t.Errorf("said %q", r.err)
	}
	spans := c.Spans()
	if len(spans) != 1 {
		t.Fatalf("%d spans", len(spans))
	}
	attrs{"http.request.header.user-agent": anything, "http.request.header.accept-encoding": none,
		"http.request.method": "_OTHER", "http.request.method_original": "GET"}.check(t, spans[0])
}
