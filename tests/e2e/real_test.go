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
func buildServer(t *testing.T, bin, dir, pkg string, flags ...string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	began := time.Now()
	part := fmt.Sprintf("%s.%d", bin, os.Getpid())
	cmd := exec.Command("go", append(append([]string{"build", "-o", part}, flags...), pkg)...)
	cmd.Dir, cmd.Env = dir, environ("GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", filepath.Base(bin), err, out)
	}
	if err := os.Rename(part, bin); err != nil {
		t.Fatal(err)
	}
	t.Logf("built %s in %v", filepath.Base(bin), time.Since(began).Round(time.Second))
	return bin
}

// moduleDir downloads a module, path@version, whose sum is known.
func moduleDir(t *testing.T, module, sum string) (dir, version string) {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = suite
	out, err := cmd.Output()
	var mod struct{ Dir, Sum, Error string }
	if jsonErr := json.Unmarshal(out, &mod); jsonErr != nil || err != nil || mod.Error != "" {
		t.Fatalf("%v: %s", err, out)
	}
	if mod.Sum != sum {
		t.Fatalf("%s has sum %s, want %s", module, mod.Sum, sum)
	}
	_, version, _ = strings.Cut(module, "@")
	return mod.Dir, version
}

// jaeger builds and starts a real Jaeger: its OTLP endpoint for grpc, and the
// base URL of its API.
func jaeger(t *testing.T) (grpc, api string) {
	t.Helper()
	dir, version := moduleDir(t, jaegerModule, jaegerSum)
	bin := buildServer(t, serverCache(t, "jaeger-"+version), dir, "./cmd/all-in-one")

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
