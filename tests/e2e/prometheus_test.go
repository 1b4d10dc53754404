package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"otel.tool/tests/e2e/collect"
)

// The Prometheus that judges, and what its module must hash to.
const (
	prometheusModule = "github.com/prometheus/prometheus@v0.316.0"
	prometheusSum    = "h1:f1GRFerhTMKQma+awCoC9T820ecWeGSdF+xAlMHzZzM="
)

// prometheusTool builds prometheus or promtool, without the clouds that it could ask for
// what to scrape.
func prometheusTool(t *testing.T, name string) (bin string) {
	t.Helper()
	dir, version := moduleDir(t, prometheusModule, prometheusSum)
	return buildServer(t, serverCache(t, name+"-"+version), dir, "./cmd/"+name, "-tags=remove_all_sd")
}

// prometheus starts a real Prometheus that scrapes target twice a second, as OpenMetrics
// (job "open") and as text (job "text"), and returns the base URL of its API.
func prometheus(t *testing.T, target string) (api string) {
	t.Helper()
	bin := prometheusTool(t, "prometheus")
	a := emptyApp(t, "prometheus.yml", fmt.Sprintf(`global: {scrape_interval: 500ms, scrape_timeout: 500ms}
scrape_configs:
  - {job_name: open, static_configs: [{targets: [%q]}]}
  - {job_name: text, scrape_protocols: [PrometheusText0.0.4], static_configs: [{targets: [%[1]q]}]}
`, target))
	addr := freeAddr(t)
	p := start(t, nil, bin, "--config.file="+filepath.Join(a.dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(a.dir, "data"),
		"--web.listen-address="+addr, "--enable-feature=exemplar-storage")
	p.until("Prometheus", func() bool {
		status, _, err := fetch(http.DefaultClient, "http://"+addr+"/-/ready")
		return err == nil && status == http.StatusOK
	})
	return "http://" + addr + "/api/v1/"
}

// askPrometheus asks its API, and reads what it answers into data.
func askPrometheus(t *testing.T, api, path string, data any, query ...string) {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	_, body, err := fetch(http.DefaultClient, api+path+"?"+values.Encode())
	answer := struct{ Data any }{data}
	if err == nil {
		err = json.Unmarshal([]byte(body), &answer)
	}
	if err != nil {
		t.Fatalf("%s: %v: %s", path, err, body)
	}
}

// families is what Prometheus must know of hello, whose server calls nobody: name, type,
// unit and the text of the semantic conventions.
const families = `go_config_gogc_percent gauge percent: Heap size target percentage configured by the user, otherwise 100.
go_goroutine_count gauge : Count of live goroutines.
go_memory_allocated_bytes counter bytes: Memory allocated to the heap by the application.
go_memory_allocations counter : Count of allocations to the heap by the application.
go_memory_gc_goal_bytes gauge bytes: Heap size target for the end of the GC cycle.
go_memory_used_bytes gauge bytes: Memory used by the Go runtime.
go_processor_limit gauge : The number of OS threads that can execute user-level Go code simultaneously.
go_schedule_duration_seconds histogram seconds: The time goroutines have spent in the scheduler in a runnable state before actually running.
http_server_active_requests gauge : Number of active HTTP server requests.
http_server_request_duration_seconds histogram seconds: Duration of HTTP server requests.
process_cpu_time_seconds counter seconds: Total CPU seconds broken down by different states.
process_memory_usage_bytes gauge bytes: The amount of physical memory in use.
process_memory_virtual_bytes gauge bytes: The amount of committed virtual memory.
process_thread_count gauge : Process threads count.
process_unix_file_descriptor_count gauge : Number of unix file descriptors in use by the process.
process_uptime_seconds gauge seconds: The time the process has been running.
target info : Target metadata
`

// TestRealPrometheus has a real Prometheus scrape a program, in both formats: what it knows
// of names, types, units and help is what the specification says, a request is counted under
// its route, and its exemplar leads to its trace.
func TestRealPrometheus(t *testing.T) {
	real(t)
	a := newApp(t, "hello")
	a.env = append(a.env, "OTEL_GO_SIGNALS=traces,metrics")
	bin := a.woven()
	c := collect.Start(t)
	addr, scraped := freeAddr(t), freeAddr(t)
	host, port, _ := net.SplitHostPort(scraped)
	p := start(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC, "OTEL_BSP_SCHEDULE_DELAY=50", "OTEL_METRICS_EXPORTER=prometheus",
		"OTEL_EXPORTER_PROMETHEUS_HOST=" + host, "OTEL_EXPORTER_PROMETHEUS_PORT=" + port}, bin, addr)
	p.listening(addr)
	p.listening(scraped)
	const requests = 7
	for range requests {
		fetch(plainClient, "http://"+addr+"/greet")
	}
	spans := c.Wait(t, requests)
	api := prometheus(t, scraped)

	const counted = `http_server_request_duration_seconds_count{http_route="/greet",http_request_method="GET",http_response_status_code="200",url_scheme="http",` +
		`network_protocol_version="1.1",otel_scope_name="otel.tool/hooks/net/http"}`
	for _, job := range []string{"open", "text"} {
		selector := strings.Replace(counted, "{", `{job="`+job+`",`, 1)
		p.until(job+": the count of the requests", func() bool { return slices.Equal(values(t, api, selector), []string{fmt.Sprint(requests)}) })
		bucket := strings.Replace(strings.Replace(selector, "_count{", "_bucket{", 1), "{", `{le="+Inf",`, 1)
		if got := values(t, api, bucket); !slices.Equal(got, []string{fmt.Sprint(requests)}) {
			t.Errorf("%s: the last bucket is %q", job, got)
		}
		for _, total := range []string{"process_cpu_time_seconds_total", "go_memory_allocations_total", `target_info{service_name="hello"}`} {
			if got := values(t, api, total); len(got) == 0 {
				t.Errorf("%s: no %s", job, total)
			}
		}
	}

	var known []struct{ Metric, Type, Help, Unit string }
	askPrometheus(t, api, "targets/metadata", &known, "match_target", `{job="open"}`)
	var got []string
	for _, m := range known {
		got = append(got, fmt.Sprintf("%s %s %s: %s\n", m.Metric, m.Type, m.Unit, m.Help))
	}
	slices.Sort(got)
	if d := diff(families, strings.Join(got, "")); d != "" {
		t.Errorf("metadata, - wanted, + there:\n%s", d)
	}

	var series []struct {
		SeriesLabels map[string]string
		Exemplars    []struct{ Labels map[string]string }
	}
	askPrometheus(t, api, "query_exemplars", &series, "query", `http_server_request_duration_seconds_bucket{job="open"}`,
		"start", fmt.Sprint(time.Now().Add(-time.Hour).Unix()), "end", fmt.Sprint(time.Now().Add(time.Minute).Unix()))
	found := 0
	for _, s := range series {
		for _, e := range s.Exemplars {
			found++
			if !slices.ContainsFunc(spans, func(s collect.Span) bool {
				return s.TraceID == e.Labels["trace_id"] && s.SpanID == e.Labels["span_id"]
			}) {
				t.Errorf("no span is that of the exemplar %v", e.Labels)
			}
		}
	}
	if found == 0 {
		t.Error("no exemplar")
	}
	checkMetrics(t, scraped)
}

// values are the values of what a query finds.
func values(t *testing.T, api, query string) (found []string) {
	t.Helper()
	var data struct{ Result []struct{ Value [2]any } }
	askPrometheus(t, api, "query", &data, "query", query)
	for _, r := range data.Result {
		found = append(found, fmt.Sprint(r.Value[1]))
	}
	return found
}

// objections are promtool's objections to names that the semantic conventions give.
const objections = `go_config_gogc_percent use base unit "ratio" instead of "percent"
go_goroutine_count non-histogram and non-summary metrics should not have "_count" suffix
process_thread_count non-histogram and non-summary metrics should not have "_count" suffix
process_unix_file_descriptor_count non-histogram and non-summary metrics should not have "_count" suffix
`

// checkMetrics has promtool look at the text: it objects to names alone, which are not ours.
func checkMetrics(t *testing.T, addr string) {
	t.Helper()
	cmd := exec.Command(prometheusTool(t, "promtool"), "check", "metrics")
	cmd.Stdin = strings.NewReader(strings.Join(scrape(t, addr, ""), "\n") + "\n")
	out, err := cmd.CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(objections, line) {
			t.Errorf("promtool: %s", line)
		}
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Error(err)
	}
}
