package metrics

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk"

	"otel.tool/runtime/internal/setup"
)

// A test binary is left alone: this one has been.
func TestInertInTests(t *testing.T) {
	if setup.OwnType(otel.GetMeterProvider()) {
		t.Error("a meter provider has been set")
	}
}

var prog = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "otel-metrics")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "prog")
	out, err := exec.Command("go", "build", "-ldflags=-checklinkname=0", "-o", bin, "./testdata/prog").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return bin, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if bin, err := prog(); err == nil {
		os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

func command(t *testing.T, arg string, env ...string) *exec.Cmd {
	t.Helper()
	bin, err := prog()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, arg)
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
	return cmd
}

// run runs the program to its end.
func run(t *testing.T, arg string, env ...string) (stdout, stderr string) {
	t.Helper()
	cmd := command(t, arg, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Errorf("%s: %v\n%s", arg, err, errs.String())
	}
	return out.String(), errs.String()
}

// request is an ExportMetricsServiceRequest as JSON, as much of it as is looked at.
type request struct {
	ResourceMetrics []struct {
		ScopeMetrics []struct {
			Scope   struct{ Name string }
			Metrics []metricOf
		}
	}
}

type metricOf struct {
	Name, Unit           string
	Sum, Histogram       *dataOf
	ExponentialHistogram *dataOf
}

type dataOf struct {
	AggregationTemporality int
	DataPoints             []struct {
		AsInt, Count string
		Attributes   []struct{ Key string }
		BucketCounts []string
		Exemplars    []struct{ TimeUnixNano string }
	}
}

// collector keeps the requests that it gets.
type collector struct {
	mu       sync.Mutex
	requests []request
	status   int
}

func collect(t *testing.T) (c *collector, env []string) {
	c = &collector{}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	return c, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + s.URL, "OTEL_EXPORTER_OTLP_PROTOCOL=http/json"}
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req request
	err := json.NewDecoder(r.Body).Decode(&req)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil && r.URL.Path == "/v1/metrics" {
		c.requests = append(c.requests, req)
	}
	if c.status != 0 {
		w.WriteHeader(c.status)
	}
}

func (c *collector) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.requests)
}

// names returns SCOPE NAME of all that came, each once.
func (c *collector) names() (names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, req := range c.requests {
		for _, rm := range req.ResourceMetrics {
			for _, sm := range rm.ScopeMetrics {
				for _, m := range sm.Metrics {
					if name := sm.Scope.Name + " " + m.Name; !slices.Contains(names, name) {
						names = append(names, name)
					}
				}
			}
		}
	}
	return names
}

// metric returns the first metric of that name.
func (c *collector) metric(name string) (m metricOf) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, req := range c.requests {
		for _, rm := range req.ResourceMetrics {
			for _, sm := range rm.ScopeMetrics {
				for _, m := range sm.Metrics {
					if m.Name == name {
						return m
					}
				}
			}
		}
	}
	return metricOf{Histogram: &dataOf{}}
}

func TestExportsAtTheEnd(t *testing.T) {
	c, env := collect(t)
	if out, errs := run(t, "measure", env...); out+errs != "" {
		t.Errorf("said %q, %q", out, errs)
	}
	names := c.names()
	for _, want := range []string{
		"prog prog.work", "hook.scope hook.calls", scope + " go.memory.used", scope + " go.memory.allocated", scope + " go.memory.allocations",
		scope + " go.memory.gc.goal", scope + " go.goroutine.count", scope + " go.processor.limit", scope + " go.config.gogc", scope + " go.schedule.duration",
		scope + " process.cpu.time", scope + " process.uptime",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("no %s in %q", want, names)
		}
	}
	if c.count() != 1 {
		t.Errorf("%d requests", c.count())
	}
}

// What is off does nothing, and a program that measures nothing is not held up.
func TestQuiet(t *testing.T) {
	for _, tt := range []struct {
		name, arg, env string
	}{
		{"nothing measured", "nothing", ""},
		{"disabled", "measure", "OTEL_SDK_DISABLED=true"},
		{"none", "measure", "OTEL_METRICS_EXPORTER=none"},
		{"own provider", "own", ""},
	} {
		c, env := collect(t)
		if _, errs := run(t, tt.arg, append(env, tt.env)...); errs != "" {
			t.Errorf("%s: said %q", tt.name, errs)
		}
		if c.count() != 0 {
			t.Errorf("%s: %d requests", tt.name, c.count())
		}
	}
}

// The program's own provider has what hooks and libraries measure.
func TestOwnProvider(t *testing.T) {
	_, env := collect(t)
	if out, _ := run(t, "own", env...); !strings.Contains(out, "prog prog.work\n") || !strings.Contains(out, "hook.scope hook.calls\n") || strings.Contains(out, "go.memory") {
		t.Errorf("their provider has %q", out)
	}
}

func TestPreferences(t *testing.T) {
	c, env := collect(t)
	run(t, "measure", append(env, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta",
		"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION=base2_exponential_bucket_histogram",
		"OTEL_INSTRUMENTATION_RUNTIME_METRICS_ENABLED=false", "OTEL_INSTRUMENTATION_PROCESS_METRICS_ENABLED=false")...)
	found := 0
	for _, sm := range c.requests[0].ResourceMetrics[0].ScopeMetrics {
		for _, m := range sm.Metrics {
			switch {
			case m.Name == "prog.work" && m.ExponentialHistogram != nil && m.ExponentialHistogram.AggregationTemporality == 1:
				found++
			case m.Name == "hook.calls" && m.Sum != nil && m.Sum.AggregationTemporality == 1:
				found++
			default:
				t.Errorf("%s %+v", sm.Scope.Name, m)
			}
		}
	}
	if found != 2 {
		t.Errorf("%+v", c.requests)
	}
}

// atLeast says whether the SDK is v1.MINOR or newer.
func atLeast(t *testing.T, minor int) bool {
	t.Helper()
	var n int
	if _, err := fmt.Sscanf(sdk.Version(), "1.%d.", &n); err != nil {
		t.Fatal(err)
	}
	return n >= minor
}

// Outside of spans there are exemplars only if all measurements may be some.
func TestExemplarFilter(t *testing.T) {
	if !atLeast(t, 32) {
		t.Skip("the SDK reads another variable")
	}
	for filter, want := range map[string]int{"": 0, "trace_based": 0, "always_off": 0, "always_on": 1} {
		c, env := collect(t)
		run(t, "measure", append(env, "OTEL_METRICS_EXEMPLAR_FILTER="+filter)...)
		if p := c.metric("prog.work").Histogram.DataPoints; len(p) != 1 || len(p[0].Exemplars) != want {
			t.Errorf("%s: %+v", filter, p)
		}
	}
}

// An instrument has so many series, the last of which is for all others.
func TestCardinality(t *testing.T) {
	for variable, want := range map[string]int{"": 2000, "OTEL_GO_X_CARDINALITY_LIMIT=10": 10} {
		if variable == "" && !atLeast(t, 38) {
			continue
		}
		c, env := collect(t)
		run(t, "many", append(env, variable)...)
		points := c.metric("prog.work").Histogram.DataPoints
		others := 0
		for _, p := range points {
			if p.Attributes[0].Key == "otel.metric.overflow" {
				others++
			}
		}
		if len(points) != want || others != 1 {
			t.Errorf("%s: %d series, %d for all others", variable, len(points), others)
		}
	}
}

// The views of the configuration file, on what the program, hooks and we measure.
func TestViews(t *testing.T) {
	c, env := collect(t)
	path := filepath.Join(t.TempDir(), "otel.yaml")
	text := `file_format: "1.0"
meter_provider:
  readers:
    - periodic: {exporter: {otlp_http: {endpoint: "` + strings.TrimPrefix(env[0], "OTEL_EXPORTER_OTLP_ENDPOINT=") + `/v1/metrics", encoding: json}}}
  views:
    - selector: {instrument_name: prog.work}
      stream: {name: work, attribute_keys: {excluded: [b]}, aggregation: {explicit_bucket_histogram: {boundaries: [0.25, 1]}}}
    - {selector: {instrument_name: hook.*}, stream: {aggregation: {drop: }}}
    - {selector: {instrument_name: "go.*", instrument_type: observable_up_down_counter}, stream: {aggregation: {drop: }}}
    - {selector: {instrument_name: process.uptime}, stream: {name: up}}
`
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, errs := run(t, "attributes", "OTEL_CONFIG_FILE="+path); out+errs != "" {
		t.Errorf("said %q, %q", out, errs)
	}
	names := c.names()
	for name, want := range map[string]bool{
		"prog work": true, "prog prog.work": false, "hook.scope hook.calls": false, scope + " go.goroutine.count": false,
		scope + " go.memory.allocated": true, scope + " up": true, scope + " process.uptime": false, scope + " process.cpu.time": true,
	} {
		if slices.Contains(names, name) != want {
			t.Errorf("%s is there: %v", name, !want)
		}
	}
	points := c.metric("work").Histogram.DataPoints
	if len(points) != 1 || points[0].Count != "2" || len(points[0].Attributes) != 1 || len(points[0].BucketCounts) != 3 {
		t.Errorf("%+v", points)
	}
}

// A receiver that is down, or refuses, costs a line, and the end of the program no
// time.
func TestReceiverFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	begun := time.Now()
	_, errs := run(t, "measure", "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+l.Addr().String())
	if strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "cannot send metrics to http://127.0.0.1") || !strings.Contains(errs, "refused") {
		t.Errorf("said %q", errs)
	}
	c, env := collect(t)
	c.mu.Lock()
	c.status = 400
	c.mu.Unlock()
	if _, errs := run(t, "measure", env...); strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "400 Bad Request") {
		t.Errorf("said %q", errs)
	}
	if d := time.Since(begun); d > 20*time.Second {
		t.Errorf("took %v", d)
	}
}

// TestTakesNoMetrics: a receiver of traces alone, as Jaeger is, is told of once.
func TestTakesNoMetrics(t *testing.T) {
	c, env := collect(t)
	c.mu.Lock()
	c.status = 404
	c.mu.Unlock()
	stderr, end := waiting(t, append(env, "OTEL_METRIC_EXPORT_INTERVAL=20")...)
	for since := time.Now(); c.count() < 5 && time.Since(since) < 20*time.Second; {
		time.Sleep(10 * time.Millisecond)
	}
	end()
	if n := c.count(); n < 5 {
		t.Errorf("%d attempts", n)
	}
	want := "takes no metrics: 404 Not Found; OTEL_METRICS_EXPORTER=none turns them off\n"
	if errs := stderr.String(); strings.Count(errs, "\n") != 1 || !strings.HasSuffix(errs, want) {
		t.Errorf("said %q", errs)
	}
}

// TestNotAsked: nobody is told that metrics are not taken who has not asked for metrics.
func TestNotAsked(t *testing.T) {
	c, env := collect(t)
	c.mu.Lock()
	c.status = 404
	c.mu.Unlock()
	if _, errs := run(t, "measure", env...); errs != "" {
		t.Errorf("said %q", errs)
	}
	if _, errs := run(t, "measure", append(env, "OTEL_LOG_LEVEL=info")...); !strings.Contains(errs, "takes no metrics") {
		t.Errorf("said %q", errs)
	}
	for _, row := range []struct {
		set  []string
		want asked
	}{
		{nil, asked{}},
		{[]string{"OTEL_SERVICE_NAME"}, asked{}},
		{[]string{"OTEL_EXPORTER_OTLP_ENDPOINT"}, asked{receiver: true}},
		{[]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"}, asked{true, true}},
		{[]string{"OTEL_METRICS_EXPORTER"}, asked{true, true}},
		{[]string{"OTEL_CONFIG_FILE"}, asked{true, true}},
	} {
		if got := askedBy(row.set); got != row.want {
			t.Errorf("%v: %v", row.set, got)
		}
	}
}

// waiting starts a program that waits, and returns what ends it.
func waiting(t *testing.T, env ...string) (stderr *bytes.Buffer, end func()) {
	t.Helper()
	cmd := command(t, "wait", env...)
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	stderr = &bytes.Buffer{}
	cmd.Stderr = stderr
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	if !bufio.NewScanner(out).Scan() {
		t.Error("did not start")
	}
	end = sync.OnceFunc(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v\n%s", err, stderr.String())
		}
	})
	t.Cleanup(end)
	return stderr, end
}

func TestInterval(t *testing.T) {
	c, env := collect(t)
	_, end := waiting(t, append(env, "OTEL_METRIC_EXPORT_INTERVAL=50")...)
	for i := 0; c.count() < 3 && i < 400; i++ {
		time.Sleep(5 * time.Millisecond)
	}
	n := c.count()
	if n < 3 {
		t.Errorf("%d requests", n)
	}
	end()
	if c.count() <= n-1 {
		t.Error("nothing at the end")
	}
}

func TestConsole(t *testing.T) {
	out, errs := run(t, "measure", "OTEL_METRICS_EXPORTER=console")
	if out != "" || !strings.Contains(errs, "\n  prog.work  1 × 500 ms, p50 ≤ ") || !strings.Contains(errs, "\n  hook.calls  1\n") {
		t.Errorf("%q, %q", out, errs)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func TestPrometheus(t *testing.T) {
	port := freePort(t)
	_, _ = waiting(t, "OTEL_METRICS_EXPORTER=prometheus", "OTEL_EXPORTER_PROMETHEUS_PORT="+port)
	url := "http://localhost:" + port
	get := func(path, accept string) (status int, kind, body string) {
		t.Helper()
		req, err := http.NewRequest("GET", url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", accept)
		resp, err := http.DefaultClient.Do(req) // which unzips
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		return resp.StatusCode, resp.Header.Get("Content-Type"), string(b)
	}
	const scraper = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1"
	if status, kind, body := get("/metrics", scraper); status != 200 || !strings.HasPrefix(kind, "application/openmetrics-text; version=1.0.0") ||
		!strings.Contains(body, `prog_work_seconds_count{otel_scope_name="prog",otel_scope_version=""} 1`) || !strings.HasSuffix(body, "# EOF\n") {
		t.Errorf("%d %s\n%s", status, kind, body)
	}
	if status, kind, body := get("/metrics", "*/*"); status != 200 || !strings.HasPrefix(kind, "text/plain; version=0.0.4") ||
		!strings.Contains(body, "# TYPE hook_calls_total counter\nhook_calls_total{") || strings.Contains(body, "# EOF") {
		t.Errorf("%d %s\n%s", status, kind, body)
	}
	if status, _, _ := get("/", ""); status != 404 {
		t.Errorf("/: %d", status)
	}
	if _, errs := run(t, "nothing", "OTEL_METRICS_EXPORTER=prometheus", "OTEL_EXPORTER_PROMETHEUS_PORT="+port); strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "cannot serve metrics") {
		t.Errorf("with a port that is taken: %q", errs)
	}
}

func TestQuality(t *testing.T) {
	for _, tt := range []struct {
		header, name string
		want         float64
	}{
		{"", "gzip", 0}, {"gzip", "gzip", 1}, {"br, gzip;q=0.5", "gzip", 0.5}, {"gzip;q=0", "gzip", 0}, {"gzip;q=x", "gzip", 0},
		{"text/plain;version=0.0.4;q=0.3,*/*;q=0.1", "text/plain", 0.3}, {";;,", "gzip", 0},
	} {
		if got := quality(tt.header, tt.name); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.header, got, tt.want)
		}
	}
}
