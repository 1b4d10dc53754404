package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"otel.tool/tests/e2e/collect"
)

// The Jaeger that the walk-through is tested with, and what its module must
// hash to.
const (
	jaegerModule = "github.com/jaegertracing/jaeger@v1.76.0"
	jaegerSum    = "h1:sWCOOF1dr+NL0PLil7mFo3BqqQL8k4WiM7aguFbc14g="
)

// real skips a test that needs servers that take minutes to build.
func real(t *testing.T) {
	t.Helper()
	if !*realServers {
		t.Skip("without -real")
	}
	t.Parallel()
}

// serverCache is where built servers are kept from run to run.
func serverCache(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "otel-e2e")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// building is held while a server is built: two tests may want the same one.
var building sync.Mutex

// buildServer builds a server with go, in the module in dir, unless it is there.
func buildServer(t *testing.T, bin, dir, pkg string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	began := time.Now()
	part := fmt.Sprintf("%s.%d", bin, os.Getpid())
	cmd := exec.Command("go", "build", "-o", part, pkg)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", filepath.Base(bin), err, out)
	}
	if err := os.Rename(part, bin); err != nil {
		t.Fatal(err)
	}
	t.Logf("built %s in %v", filepath.Base(bin), time.Since(began).Round(time.Second))
	return bin
}

// jaeger builds and starts a real Jaeger: its OTLP endpoint for grpc, and the
// base URL of its API.
func jaeger(t *testing.T) (grpc, api string) {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", jaegerModule)
	cmd.Dir = suite
	out, err := cmd.Output()
	var mod struct{ Dir, Sum, Error string }
	if jsonErr := json.Unmarshal(out, &mod); jsonErr != nil || err != nil || mod.Error != "" {
		t.Fatalf("%v: %s", err, out)
	}
	if mod.Sum != jaegerSum {
		t.Fatalf("%s has sum %s, want %s", jaegerModule, mod.Sum, jaegerSum)
	}
	_, version, _ := strings.Cut(jaegerModule, "@")
	bin := buildServer(t, serverCache(t, "jaeger-"+version), mod.Dir, "./cmd/all-in-one")

	grpcAddr, query := freeAddr(t), freeAddr(t)
	p := start(t, nil, bin,
		"--collector.otlp.grpc.host-port="+grpcAddr, "--collector.otlp.http.host-port="+freeAddr(t),
		"--query.http-server.host-port="+query, "--query.grpc-server.host-port="+freeAddr(t),
		"--collector.grpc-server.host-port="+freeAddr(t), "--collector.http-server.host-port="+freeAddr(t),
		"--admin.http.host-port="+freeAddr(t))
	p.listening(grpcAddr)
	p.listening(query)
	return "http://" + grpcAddr, "http://" + query
}

// TestRealJaeger is the walk-through of the README: build the example, point it
// at a Jaeger, ask it for a greeting, and find the trace in Jaeger.
func TestRealJaeger(t *testing.T) {
	real(t)
	grpc, api := jaeger(t)
	a := newApp(t, greet)
	a.must(otel, "go", "build", "-o", "../bin/", "./...")
	bin := filepath.Join(filepath.Dir(a.dir), "bin")

	addr, phrases := freeAddr(t), freeAddr(t)
	endpoint := "OTEL_EXPORTER_OTLP_ENDPOINT=" + grpc
	two := start(t, []string{endpoint, "OTEL_SERVICE_NAME=phrases"}, filepath.Join(bin, "phrases"), "-addr", phrases)
	one := start(t, []string{endpoint, "OTEL_SERVICE_NAME=myapp"}, filepath.Join(bin, "greet"), "-addr", addr, "-phrases", "http://"+phrases)
	two.listening(phrases)
	one.listening(addr)
	if _, body, err := fetch(plainClient, "http://"+addr+"/greet?name=Ada&lang=fr"); body != "Bonjour, Ada!\n" || err != nil {
		t.Fatalf("greeting %q, %v", body, err)
	}

	// What Jaeger's API answers, as far as it is used here.
	var answer struct {
		Data []struct {
			Spans []struct {
				OperationName, ProcessID string
				Duration                 int64 // microseconds
				Tags                     []struct {
					Key   string
					Value any
				}
			}
			Processes map[string]struct{ ServiceName string }
		}
	}
	var spans []string
	one.until("the trace in Jaeger", func() bool {
		res, err := http.Get(api + "/api/traces?service=myapp")
		if err != nil {
			return false
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		if json.Unmarshal(body, &answer) != nil || len(answer.Data) != 1 || len(answer.Data[0].Spans) != 3 {
			time.Sleep(100 * time.Millisecond)
			return false
		}
		return true
	})
	trace := answer.Data[0]
	for _, s := range trace.Spans {
		tags := map[string]any{}
		for _, tag := range s.Tags {
			tags[tag.Key] = tag.Value
		}
		spans = append(spans, fmt.Sprint(trace.Processes[s.ProcessID].ServiceName, " ", s.OperationName, " ",
			tags["span.kind"], " ", tags["url.path"], " ", tags["http.response.status_code"]))
		if s.Duration <= 0 || s.Duration > 10_000_000 {
			t.Errorf("%s took %d µs", s.OperationName, s.Duration)
		}
	}
	slices.Sort(spans)
	want := []string{
		"myapp GET /greet server /greet 200",
		"myapp GET client <nil> 200",
		"phrases GET /phrases/{lang} server /phrases/fr 200",
	}
	if !slices.Equal(spans, want) {
		t.Errorf("Jaeger has\n%q, want\n%q", spans, want)
	}
}

// collector returns the Collector's program, which is built first.
func collector(t *testing.T) (bin string) {
	t.Helper()
	return buildServer(t, serverCache(t, "otelcol-"+hashFile(t, "otelcol/main.go")[:8]+hashFile(t, "otelcol/go.sum")[:8]), "otelcol", ".")
}

// TestRealCollector sends spans to the real Collector in all three protocols.
// It passes them on, over OTLP, to ours.
func TestRealCollector(t *testing.T) {
	real(t)
	bin := collector(t)
	c := collect.Start(t)
	grpc, http := freeAddr(t), freeAddr(t)
	p := start(t, nil, bin, "--config", fmt.Sprintf(`yaml:
receivers: {otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}}
exporters: {otlphttp: {endpoint: %q, sending_queue: {enabled: false}}}
service:
  pipelines: {traces: {receivers: [otlp], exporters: [otlphttp]}}
  telemetry: {metrics: {level: none}}
`, grpc, http, c.HTTP))
	p.listening(grpc)
	p.listening(http)

	rows := []struct{ protocol, endpoint string }{
		{"grpc", "http://" + grpc},
		{"http/protobuf", "http://" + http},
		{"http/json", "http://" + http},
	}
	for _, row := range rows {
		for _, compression := range []string{"none", "gzip"} {
			t.Run(row.protocol+" "+compression, func(t *testing.T) {
				c.Reset()
				p := start(t, []string{
					"OTEL_EXPORTER_OTLP_ENDPOINT=" + row.endpoint,
					"OTEL_EXPORTER_OTLP_PROTOCOL=" + row.protocol,
					"OTEL_EXPORTER_OTLP_COMPRESSION=" + compression,
					"OTEL_SERVICE_NAME=real",
				}, built(t, "spans").woven)
				fetch(plainClient, p.line("listening ")+"/panic")
				fetch(plainClient, p.line("listening ")+"/ctx")
				if r := p.stop(); r.err != "" {
					t.Errorf("standard error: %s", r.err)
				}
				spans := c.Wait(t, 4)
				want := "Server GET /panic Error\nServer GET /ctx\n  Client GET\n    Server GET /plain\n"
				if got := collect.Tree(spans); got != want {
					t.Errorf("got\n%swant\n%s", got, want)
				}
				attrs{"http.response.status_code": 200, "http.route": "/ctx", "url.path": "/ctx"}.check(t, spans[1])
				if spans[0].Service != "real" || len(spans[0].Events) != 1 {
					t.Errorf("service %q, events %v", spans[0].Service, spans[0].Events)
				}
			})
		}
	}
}

// TestRealCollectorSignals sends metrics and logs to the real Collector in all three
// protocols. It prints what it has understood.
func TestRealCollectorSignals(t *testing.T) {
	real(t)
	bin := collector(t)
	a := newApp(t, "logs")
	a.env = append(a.env, "OTEL_GO_SIGNALS=all")
	woven := a.woven()
	for _, protocol := range []string{"grpc", "http/protobuf", "http/json"} {
		t.Run(protocol, func(t *testing.T) {
			addr, kind := freeAddr(t), strings.SplitN(protocol, "/", 2)[0]
			p := start(t, nil, bin, "--config", fmt.Sprintf(`yaml:
receivers: {otlp: {protocols: {%s: {endpoint: %q}}}}
exporters: {debug: {verbosity: detailed}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}
    metrics: {receivers: [otlp], exporters: [debug]}
    logs: {receivers: [otlp], exporters: [debug]}
  telemetry: {metrics: {level: none}}
`, kind, addr))
			p.listening(addr)
			r := a.must("OTEL_EXPORTER_OTLP_ENDPOINT=http://"+addr, "OTEL_EXPORTER_OTLP_PROTOCOL="+protocol,
				"OTEL_LOGS_EXPORTER=otlp", "OTEL_SERVICE_NAME=real", woven)
			if strings.Contains(r.err, "otel:") {
				t.Errorf("standard error: %s", r.err)
			}
			for _, want := range []string{
				"-> service.name: Str(real)", "Name: http.server.request.duration", "-> Unit: s\n", "DataType: Histogram",
				"Name: go.goroutine.count", "InstrumentationScope otel.tool/hooks/log/slog", "Body: Str(from a goroutine)", "SeverityText: INFO",
			} {
				p.until(want, func() bool { return strings.Contains(p.stdout.String()+p.err.String(), want) })
			}
		})
	}
}
