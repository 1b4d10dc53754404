package logs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/log/global"

	"otel.tool/runtime/internal/setup"
)

// A test binary is left alone: this one has been.
func TestInertInTests(t *testing.T) {
	if setup.OwnType(global.GetLoggerProvider()) {
		t.Error("a logger provider has been set")
	}
}

var prog = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "otel-logs")
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

// run runs the program to its end.
func run(t *testing.T, arg string, env ...string) (stdout, stderr string) {
	t.Helper()
	bin, err := prog()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, arg)
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"), "OTEL_GO_RESOURCE_DETECTORS=none")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && arg != "fatal" {
		t.Errorf("%s: %v\n%s", arg, err, errs.String())
	}
	return out.String(), errs.String()
}

// collect starts a receiver, and returns the scopes that came, as JSON.
func collect(t *testing.T) (scopes func() []string, env []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/v1/logs" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, scopesOf(t, b)...)
	}))
	t.Cleanup(s.Close)
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return all
	}, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + s.URL, "OTEL_EXPORTER_OTLP_PROTOCOL=http/json"}
}

func scopesOf(t *testing.T, body []byte) (all []string) {
	t.Helper()
	var req struct {
		ResourceLogs []struct{ ScopeLogs []json.RawMessage }
	}
	if err := json.Unmarshal(body, &req); err != nil {
		t.Errorf("%v in %s", err, body)
		return nil
	}
	for _, rl := range req.ResourceLogs {
		for _, s := range rl.ScopeLogs {
			all = append(all, string(s))
		}
	}
	return all
}

const scopeLog = `{"scope":{"name":"otel.tool/hooks/log/slog","version":"0.1.0"},"logRecords":[{"timeUnixNano":"1700000000000000005",` +
	`"severityNumber":13,"severityText":"WARN","body":{"stringValue":"disk is nearly full"},"attributes":[{"key":"text","value":{"stringValue":"x"}},{"key":"int","value":{"intValue":"-7"}},` +
	`{"key":"float","value":{"doubleValue":0.5}},{"key":"bool","value":{"boolValue":true}},{"key":"bytes","value":{"bytesValue":"Ynl0ZXM="}},{"key":"empty","value":{}},` +
	`{"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},{"stringValue":"y"}]}}},{"key":"group","value":{"kvlistValue":{"values":[{"key":"inner","value":{"boolValue":false}}]}}}],` +
	`"flags":1,"traceId":"ab000000000000000000000000000001","spanId":"0000000000000002","observedTimeUnixNano":"N"}]}`

// unobserved takes away the time of observation.
func unobserved(s string) string {
	before, rest, _ := strings.Cut(s, `"observedTimeUnixNano":"`)
	_, after, _ := strings.Cut(rest, `"`)
	return before + `"observedTimeUnixNano":"N"` + after
}

func TestExports(t *testing.T) {
	for _, arg := range []string{"log", "fatal"} {
		scopes, env := collect(t)
		out, errs := run(t, arg, append(env, "OTEL_LOGS_EXPORTER=otlp")...)
		if got := scopes(); len(got) != 1 || unobserved(got[0]) != scopeLog {
			t.Errorf("%s: got\n%q\nwant\n%s", arg, got, scopeLog)
		}
		if out != "exports true\n" || arg == "log" && errs != "" {
			t.Errorf("said %q, %q", out, errs)
		}
	}
	scopes, env := collect(t)
	run(t, "api", append(env, "OTEL_LOGS_EXPORTER=otlp")...)
	if got := scopes(); len(got) != 1 || !strings.Contains(got[0], "by the API") {
		t.Errorf("%q", got)
	}
}

// The limits of records are what the variables say.
func TestLimits(t *testing.T) {
	for env, want := range map[string]string{
		"OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT=1":        `"attributes":[{"key":"text","value":{"stringValue":"x"}}],"droppedAttributesCount":7,`,
		"OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT=0": `{"key":"text","value":{"stringValue":""}}`,
	} {
		scopes, address := collect(t)
		run(t, "log", append(address, "OTEL_LOGS_EXPORTER=otlp", env)...)
		if got := scopes(); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%s: %q", env, got)
		}
	}
}

func TestOff(t *testing.T) {
	for _, e := range []string{"", "OTEL_LOGS_EXPORTER=none", "OTEL_SDK_DISABLED=true"} {
		scopes, env := collect(t)
		if out, errs := run(t, "log", append(env, e)...); out != "exports false\n" || errs != "" || len(scopes()) != 0 {
			t.Errorf("%s: %q, %q, %q", e, out, errs, scopes())
		}
	}
}

func TestOwnProvider(t *testing.T) {
	scopes, env := collect(t)
	if out, _ := run(t, "own", append(env, "OTEL_LOGS_EXPORTER=otlp")...); out != "exports true\nown: disk is nearly full\n" || len(scopes()) != 0 {
		t.Errorf("%q, and to ours %q", out, scopes())
	}
}

func TestConsole(t *testing.T) {
	_, errs := run(t, "log", "OTEL_LOGS_EXPORTER=console", "TZ=UTC")
	want := "22:13:20.000 WARN  disk is nearly full  text=x int=-7 float=0.5 bool=true bytes=[98 121 116 101 115] empty=<nil> list=[1 y] group=[inner:false]  trace ab000000000000000000000000000001\n"
	if errs != want {
		t.Errorf("got  %q\nwant %q", errs, want)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		if out, errs := run(t, "log", "OTEL_LOGS_EXPORTER=otlp_file", "OTEL_GO_OTLP_FOLDER="+dir); errs != "" {
			t.Errorf("%q, %q", out, errs)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "logs.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%q", lines)
	}
	for _, l := range lines {
		if got := scopesOf(t, []byte(l)); len(got) != 1 || unobserved(got[0]) != scopeLog {
			t.Errorf("%q", got)
		}
	}
	out, errs := run(t, "log", "OTEL_LOGS_EXPORTER=otlp/stdout")
	if got := scopesOf(t, []byte(strings.TrimPrefix(out, "exports true\n"))); errs != "" || len(got) != 1 || unobserved(got[0]) != scopeLog {
		t.Errorf("on standard output: %q, %q", out, errs)
	}
	if _, errs := run(t, "log", "OTEL_LOGS_EXPORTER=otlp_file", "OTEL_GO_OTLP_FOLDER=/does/not/exist"); strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "cannot send log records to /does/not/exist/logs.jsonl") {
		t.Errorf("said %q", errs)
	}
}

func TestReceiverIsDown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	_, errs := run(t, "log", "OTEL_LOGS_EXPORTER=otlp", "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+l.Addr().String())
	if strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "cannot send log records to http://127.0.0.1") {
		t.Errorf("said %q", errs)
	}
}
