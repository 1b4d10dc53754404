package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"otel.tool/tests/e2e/collect"
)

// doctorLine returns the line about one subject, with its help.
func doctorLine(out, subject string) string {
	lines := strings.Split(out, "\n")
	for i, line := range lines {
		if f := strings.Fields(line); len(f) > 1 && f[1] == subject {
			if i+1 < len(lines) && strings.Contains(lines[i+1], "help:") {
				line += "\n" + lines[i+1]
			}
			return line
		}
	}
	return ""
}

// TestDoctorEndpoint: the doctor tells a collector from what is none, on every protocol.
func TestDoctorEndpoint(t *testing.T) {
	t.Parallel()
	c := collect.Start(t)
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(func() { web.Close() })
	late := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
	}))
	t.Cleanup(func() { late.Close() })
	locked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Api-Key") != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(func() { locked.Close() })
	closed := freeAddr(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })

	endpoint := func(url string) string { return "OTEL_EXPORTER_OTLP_ENDPOINT=" + url }
	protocol := func(name string) string { return "OTEL_EXPORTER_OTLP_PROTOCOL=" + name }
	for _, row := range []struct {
		name, subject, says string
		wrong               bool
		env                 []string
	}{
		{"grpc", "endpoint", "takes OTLP over gRPC", false, []string{endpoint(c.GRPC)}},
		{"protobuf", "endpoint", "takes http/protobuf", false, []string{endpoint(c.HTTP), protocol("http/protobuf")}},
		{"json", "endpoint", "takes http/json", false, []string{endpoint(c.HTTP), protocol("http/json")}},
		{"own endpoint", "endpoint", "takes http/protobuf", false, []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=" + c.HTTP + "/v1/traces", protocol("http/protobuf")}},
		{"grpc at HTTP", "endpoint", "does not speak gRPC", true, []string{endpoint(c.HTTP), protocol("grpc")}},
		{"HTTP at grpc", "endpoint", "does not answer in HTTP", true, []string{endpoint(c.GRPC), protocol("http/protobuf")}},
		{"web server", "endpoint", "/v1/traces answers with status 404", true, []string{endpoint(web.URL), protocol("http/protobuf")}},
		{"no key", "endpoint", "OTEL_EXPORTER_OTLP_HEADERS", true, []string{endpoint(locked.URL), protocol("http/protobuf")}},
		{"key", "endpoint", "takes http/protobuf", false, []string{endpoint(locked.URL), protocol("http/protobuf"), "OTEL_EXPORTER_OTLP_HEADERS=Api-Key=secret"}},
		{"closed", "endpoint", "Connection refused", true, []string{endpoint("http://" + closed)}},
		{"no name", "endpoint", "no address for the name 'nowhere.invalid'", true, []string{endpoint("http://nowhere.invalid:4317")}},
		{"silent", "endpoint", "does not speak gRPC", true, []string{endpoint("http://" + silent.Addr().String())}},
		{"no URL", "endpoint", "is not http://HOST:PORT", true, []string{endpoint("ftp://here")}},
		{"console", "endpoint", "not asked", false, []string{"OTEL_TRACES_EXPORTER=console"}},
		{"clock", "clock", "ahead of that of the endpoint", true, []string{endpoint(late.URL), protocol("http/protobuf")}},
		{"misspelt", "environment", "did you mean 'OTEL_TRACES_EXPORTER'?", true, []string{endpoint(c.GRPC), "OTEL_TRACE_EXPORTER=otlp"}},
		{"wrong value", "environment", "did you mean 'always_on'?", true, []string{endpoint(c.GRPC), "OTEL_TRACES_SAMPLER=allways_on"}},
		{"no number", "environment", "OTEL_BSP_MAX_QUEUE_SIZE=many is not a number", true, []string{endpoint(c.GRPC), "OTEL_BSP_MAX_QUEUE_SIZE=many"}},
		{"disabled", "environment", "OTEL_SDK_DISABLED=true", true, []string{endpoint(c.GRPC), "OTEL_SDK_DISABLED=true"}},
		{"contradiction", "environment", "OTEL_TRACES_EXPORTER=none, although", true, []string{endpoint(c.GRPC), "OTEL_TRACES_EXPORTER=none"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := emptyApp(t, "go.mod", "module example.com/app\n")
			a.env = []string{"OTEL_GO_CACHE=" + filepath.Join(a.dir, "cache"), "LC_ALL=C"}
			r := a.run(append(row.env, otel, "doctor")...)
			line := doctorLine(r.out, row.subject)
			if !strings.Contains(line, row.says) || strings.HasPrefix(line, "wrong") != row.wrong || r.code == 0 == row.wrong || r.err != "" {
				t.Errorf("want %q, wrong: %v:\n%v", row.says, row.wrong, r)
			}
		})
	}
	t.Cleanup(func() {
		if n := len(c.Spans()); n > 0 {
			t.Errorf("the doctor has sent %d spans", n)
		}
	})
}

// TestDoctorCache: a cache folder that others can write to is refused, and the doctor says so.
func TestDoctorCache(t *testing.T) {
	t.Parallel()
	a := emptyApp(t, "go.mod", "module example.com/app\n\ngo 1.24\n", "main.go", helloMain)
	cache := filepath.Join(a.dir, "cache")
	if err := os.Mkdir(cache, 0o777); err != nil {
		t.Fatal(err)
	}
	os.Chmod(cache, 0o777)
	r := a.run("OTEL_GO_CACHE="+cache, "OTEL_TRACES_EXPORTER=none", otel, "doctor")
	if line := doctorLine(r.out, "cache"); !strings.HasPrefix(line, "wrong") || !strings.Contains(line, "chmod 700") || r.code != exitDiagnostics {
		t.Errorf("%v", r)
	}
	r = a.run("OTEL_GO_CACHE="+cache, otel, "go", "build")
	if r.code != exitEnvironment || !strings.Contains(r.err, "others may write to") {
		t.Errorf("%v", r)
	}
}

// TestRun: the program runs as it would, and its traces come beside it.
func TestRun(t *testing.T) {
	t.Parallel()
	bin := built(t, "hello").woven
	addr := freeAddr(t)
	p := start(t, nil, otel, "run", "--", bin, addr)
	p.listening(addr)
	for range 3 {
		resp, err := http.Get("http://" + addr + "/")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	p.signal(syscall.SIGTERM)
	r := p.wait()
	if !strings.Contains(r.err, "3 traces, 0 with errors\n") || !strings.Contains(r.err, "trace ") || strings.Contains(r.out, "trace ") {
		t.Errorf("%v", r)
	}
	for _, code := range []int{0, 3} {
		a := emptyApp(t, "README", "")
		if r := a.run(otel, "run", "sh", "-c", fmt.Sprint("echo out; exit ", code)); r.code != code || r.out != "out\n" {
			t.Errorf("%v", r)
		}
	}
}
