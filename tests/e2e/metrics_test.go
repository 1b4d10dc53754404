package e2e

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"otel.tool/tests/e2e/collect"
)

// scrape returns the lines of a program's metrics that begin with prefix.
func scrape(t *testing.T, addr, prefix string) (lines []string) {
	t.Helper()
	resp, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, prefix) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// A program that was built with metrics measures its requests, and Prometheus' own
// are not among them, nor those that are to be left out; one that was not has none to
// switch on.
func TestMetrics(t *testing.T) {
	t.Parallel()
	a := newApp(t, "hello")
	bin := a.woven()
	addr, scraped := freeAddr(t), freeAddr(t)
	host, port, err := net.SplitHostPort(scraped)
	if err != nil {
		t.Fatal(err)
	}
	// What is exported by OTLP counts itself, and the machine is measured, on request.
	spans := collect.Start(t)
	env := []string{"OTEL_TRACES_EXPORTER=otlp", "OTEL_BSP_SCHEDULE_DELAY=10", "OTEL_EXPORTER_OTLP_ENDPOINT=" + spans.GRPC,
		"OTEL_GO_SELF_METRICS=true", "OTEL_INSTRUMENTATION_HOST_METRICS_ENABLED=true", "OTEL_GO_X_OBSERVABILITY=true", "OTEL_METRICS_EXPORTER=prometheus", "OTEL_GO_EXCLUDE=/healthz", "OTEL_EXPORTER_PROMETHEUS_HOST=" + host, "OTEL_EXPORTER_PROMETHEUS_PORT=" + port}
	p := start(t, env, bin, addr)
	p.listening(addr)
	p.listening(scraped)
	const requests = 5
	for i := range 2 * requests {
		resp, err := http.Get("http://" + addr + []string{"/healthz", "/greet"}[i%2])
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	const want = `http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/greet",` +
		`network_protocol_version="1.1",url_scheme="http",otel_scope_name="otel.tool/hooks/net/http",otel_scope_version="0.1.0"} 5`
	var got []string
	for range 100 { // a request is measured when its answer has gone
		if got = scrape(t, scraped, "http_server_request_duration_seconds_count"); len(got) == 1 && got[0] == want {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if len(got) != 1 || got[0] != want {
		t.Errorf("got  %q\nwant %s", got, want)
	}
	if lines := scrape(t, scraped, "go_goroutine_count"); len(lines) != 1 {
		t.Errorf("%q", lines)
	}
	if lines := scrape(t, scraped, `target_info{`); len(lines) != 1 || !strings.Contains(lines[0], `service_name="`) {
		t.Errorf("%q", lines)
	}
	p.until("the spans have been counted", func() bool {
		got := scrape(t, scraped, "otel_sdk_exporter_span_exported_total{")
		return len(got) == 1 && strings.Contains(got[0], `otel_component_type="otlp_grpc_span_exporter"`) && !strings.HasSuffix(got[0], " 0")
	})
	for _, name := range []string{"otel_sdk_span_live{", "otel_sdk_processor_span_processed_total{", "system_memory_limit_bytes{", "system_cpu_time_seconds_total{"} {
		if len(scrape(t, scraped, name)) == 0 {
			t.Errorf("no %s", name)
		}
	}
	if r := p.stop(); r.err != "" {
		t.Errorf("said %q", r.err)
	}
}
