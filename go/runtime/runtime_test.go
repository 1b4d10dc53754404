package runtime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"

	"otel.tool/runtime/internal/receive"
	"otel.tool/runtime/internal/setup"
)

// A test binary is left alone: this one has been.
func TestInertInTests(t *testing.T) {
	if !setup.InTest() {
		t.Error("not known as a test")
	}
	if setup.OwnType(otel.GetTracerProvider()) {
		t.Error("a tracer provider has been set")
	}
}

// prog builds testdata/prog once: as a module of its own, whose name comes
// before ours, as packages are initialized in the order of their import paths.
var prog = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "otel-runtime")
	if err != nil {
		return "", err
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, os.DirFS("testdata/prog")); err != nil {
		return "", err
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		return "", err
	}
	sum, err := os.ReadFile("go.sum")
	if err != nil {
		return "", err
	}
	text := strings.Replace(string(mod), "module otel.tool/runtime", "module a.example/prog", 1) +
		"\nrequire otel.tool/runtime v0.0.0\n\nreplace otel.tool/runtime => " + strconv.Quote(here) + "\n"
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o666), os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o666)); err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "prog")
	cmd := exec.Command("go", "build", "-mod=mod", "-ldflags=-checklinkname=0", "-o", bin, ".")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
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

// collector is a receiver that keeps the names of spans.
type collector struct {
	mu    sync.Mutex
	names []string
	first receive.Span
}

func (c *collector) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.names, " ")
}

func collect(t *testing.T) (c *collector, address string) {
	t.Helper()
	c = &collector{}
	server := receive.NewServer(func(spans []receive.Span) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.names) == 0 {
			c.first = spans[0]
		}
		for _, s := range spans {
			c.names = append(c.names, s.Name)
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
	return c, l.Addr().String()
}

type result struct {
	stdout, stderr string
	code           int
	took           time.Duration
}

// run runs prog with variables in a clean environment.
func run(t *testing.T, env []string, args ...string) result {
	t.Helper()
	bin, err := prog()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, args...)
	cmd.Env = env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begun := time.Now()
	err = cmd.Run()
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), time.Since(begun)}
}

func TestProgram(t *testing.T) {
	tests := []struct {
		name   string
		env    string
		args   string
		stdout string
		stderr string // a part of it; "" for nothing
		code   int
		spans  string // what the collector got
	}{
		{"on, and idle", "", "on goroutines provider", "on true\ngoroutines 1\n*watch.provider\n", "", 0, ""},
		{"a span", "", "span", "", "", 0, "work"},
		{"a span and os.Exit", "", "span exit3", "", "", 3, "work"},
		{"a span from before the runtime", "", "early span", "", "", 0, "work"},
		{"a span that never ends", "", "open span", "", "", 0, "work"},
		{"disabled", "OTEL_SDK_DISABLED=true OTEL_TRACES_EXPORTER=nonsense", "on goroutines provider fields span", "on false\ngoroutines 1\n*global.tracerProvider\n0\n", "", 0, ""},
		{"no exporter", "OTEL_TRACES_EXPORTER=none", "span on goroutines", "on true\ngoroutines 1\n", "", 0, ""},
		{"console", "OTEL_TRACES_EXPORTER=console", "span", "", "1 span, 1 service", 0, ""},
		{"both", "OTEL_TRACES_EXPORTER=otlp,console", "span", "", "work  prog  internal", 0, "work"},
		{"own provider, before", "PROG_OWN_PROVIDER=1", "on provider span goroutines", "on true\nnoop.TracerProvider\ngoroutines 1\n", "", 0, ""},
		{"own provider, later", "", "ownlate provider fields span", "noop.TracerProvider\n2\n", "", 0, ""},
		{"a hook's span", "", "hookspan", "", "", 0, "hook"},
		{"a hook's spans, own provider in between", "", "hookspan ownlate hookspan", "", "", 0, "hook"},
		{"a hook's span, own provider before", "PROG_OWN_PROVIDER=1", "hookspan", "", "", 0, ""},
		{"never sampled", "OTEL_TRACES_SAMPLER=always_off", "span goroutines", "goroutines 1\n", "", 0, ""},
		{"a wrong value", "OTEL_TRACES_SAMPLER=sometimes", "span", "", "otel: OTEL_TRACES_SAMPLER: expected", 0, "work"},
		{"a wrong file", "OTEL_EXPORTER_OTLP_CERTIFICATE=/nonexistent", "span", "", "/nonexistent: no such file or directory", 0, "work"},
		{"a wrong value, in silence", "OTEL_TRACES_SAMPLER=sometimes OTEL_LOG_LEVEL=error", "span", "", "", 0, "work"},
		{"a wrong level", "OTEL_LOG_LEVEL=loud", "span", "", "otel: OTEL_LOG_LEVEL: expected none, error, warn, info, debug, found 'loud'; warn is used\n", 0, "work"},
		{"info", "OTEL_LOG_LEVEL=Info", "span", "", "; set by OTEL_LOG_LEVEL, OTEL_EXPORTER_OTLP_ENDPOINT\n", 0, "work"},
		{"info, off", "OTEL_LOG_LEVEL=info OTEL_SDK_DISABLED=true", "span", "", "otel: traces: off; set by OTEL_SDK_DISABLED\n", 0, ""},
		{"info, own provider", "OTEL_LOG_LEVEL=info PROG_OWN_PROVIDER=1", "span", "", "otel: traces: the program has its own provider; set by", 0, ""},
		{"debug", "OTEL_LOG_LEVEL=debug", "span", "", "otel: 1 spans to http://127.0.0.1:", 0, "work"},
		{"errors of the program", "", "error", "", "an error of the program", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, address := collect(t)
			env := append(strings.Fields(tt.env), "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+address)
			r := run(t, env, strings.Fields(tt.args)...)
			if r.stdout != tt.stdout || r.code != tt.code {
				t.Errorf("exit status %d and %q, want %d and %q", r.code, r.stdout, tt.code, tt.stdout)
			}
			if !strings.Contains(r.stderr, tt.stderr) || tt.stderr == "" && r.stderr != "" {
				t.Errorf("said %q, want %q", r.stderr, tt.stderr)
			}
			if tt.env == "OTEL_TRACES_SAMPLER=sometimes" && strings.Count(r.stderr, "\n") != 1 {
				t.Errorf("said more than once: %q", r.stderr)
			}
			if got := c.String(); got != tt.spans {
				t.Errorf("spans %q, want %q", got, tt.spans)
			}
		})
	}
}

// The resource says what the program is.
func TestResource(t *testing.T) {
	for _, tt := range []struct {
		env  string
		want map[string]string
	}{
		{"", map[string]string{"service.name": "prog", "telemetry.sdk.name": "opentelemetry", "process.executable.name": "prog"}},
		{"OTEL_SERVICE_NAME=shop", map[string]string{"service.name": "shop"}},
		{"OTEL_RESOURCE_ATTRIBUTES=service.name=a,host.name=h,team=x%20y", map[string]string{"service.name": "a", "host.name": "h", "team": "x y"}},
		{"OTEL_SERVICE_NAME=b OTEL_RESOURCE_ATTRIBUTES=service.name=a", map[string]string{"service.name": "b"}},
	} {
		c, address := collect(t)
		run(t, append(strings.Fields(tt.env), "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+address), "span")
		for key, want := range tt.want {
			if got := c.first.Resource[key]; got != want {
				t.Errorf("%q: %s is %v, want %s", tt.env, key, got, want)
			}
		}
	}
}

// The limits of spans are what the variables say, the general ones where there is no own.
func TestSpanLimits(t *testing.T) {
	for env, want := range map[string]string{
		"":                                    "2 long, 2 events of 2, 2 links of 2",
		"OTEL_ATTRIBUTE_COUNT_LIMIT=1":        "1 long, 2 events of 2, 2 links of 2",
		"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT=2": "2 lo, 2 events of 2, 2 links of 2",
		"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=1":   "1 long, 2 events of 2, 2 links of 2",
		"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT=3":                                     "2 lon, 2 events of 2, 2 links of 2",
		"OTEL_SPAN_EVENT_COUNT_LIMIT=1":                                                "2 long, 1 events of 2, 2 links of 2",
		"OTEL_SPAN_LINK_COUNT_LIMIT=1":                                                 "2 long, 2 events of 2, 1 links of 2",
		"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT=1":                                           "2 long, 2 events of 1, 2 links of 2",
		"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT=1":                                            "2 long, 2 events of 2, 2 links of 1",
		"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT=2 OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT=3": "2 lon, 2 events of 2, 2 links of 2",
	} {
		dir := t.TempDir()
		run(t, append(strings.Fields(env), "OTEL_TRACES_EXPORTER=otlp_file", "OTEL_GO_OTLP_FOLDER="+dir), "limits")
		text, err := os.ReadFile(filepath.Join(dir, "traces.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		type attributes []struct{ Value struct{ StringValue string } }
		type part struct{ Attributes attributes }
		var req struct {
			ResourceSpans []struct {
				ScopeSpans []struct {
					Spans []struct {
						part
						Events, Links []part
					}
				}
			}
		}
		if err := json.Unmarshal(text, &req); err != nil {
			t.Fatal(err)
		}
		s := req.ResourceSpans[0].ScopeSpans[0].Spans[0]
		got := fmt.Sprintf("%d %s, %d events of %d, %d links of %d", len(s.Attributes), s.Attributes[0].Value.StringValue,
			len(s.Events), len(s.Events[0].Attributes), len(s.Links), len(s.Links[0].Attributes))
		if got != want {
			t.Errorf("%s: %s, want %s", env, got, want)
		}
	}
}

// HTTP goes through the proxy that the environment names, but not to ourselves.
func TestProxy(t *testing.T) {
	for _, tt := range []struct {
		env, want string
	}{
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.invalid:4318", "work"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.invalid:4318 NO_PROXY=collector.invalid", ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1 OTEL_EXPORTER_OTLP_PROTOCOL=http/json", ""},
	} {
		c, address := collect(t) // what is asked of a proxy has a host that it does not look at
		run(t, append(strings.Fields(tt.env), "HTTP_PROXY=http://"+address, "OTEL_GO_FLUSH_TIMEOUT=500"), "span")
		if got := c.String(); got != tt.want {
			t.Errorf("%s: the proxy got %q, want %q", tt.env, got, tt.want)
		}
	}
}

// A receiver that is not there, or accepts and says nothing, costs one line, and one at the end if
// that has not told of all that was lost; no exit status, and no more time than the flush has.
func TestReceiverDown(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	tests := []struct {
		name, env, args string
		most            time.Duration
		stderr          string
		last            string // of what is said, at the end
	}{
		{"refused", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "span", 2 * time.Second, "connection refused; 1 lost so far", "; 1 lost so far"},
		{"refused while it runs", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1 OTEL_BSP_SCHEDULE_DELAY=10", "span wait span", 2 * time.Second, "connection refused; trying again", "; 2 lost in all"},
		{"refused, and many spans", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "many", 3 * time.Second, "connection refused", "; 5000 lost in all"},
		{"refused, over HTTP", "OTEL_EXPORTER_OTLP_PROTOCOL=http/json OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "span", 2 * time.Second, "connection refused", "; 1 lost so far"},
		{"silent", "OTEL_EXPORTER_OTLP_ENDPOINT=http://" + silent.Addr().String() + " OTEL_GO_FLUSH_TIMEOUT=300", "span", 2 * time.Second, "trying again", "; 1 lost in all"},
		{"no such host", "OTEL_EXPORTER_OTLP_ENDPOINT=http://nowhere.invalid:4317 OTEL_GO_FLUSH_TIMEOUT=500", "span", 2 * time.Second, "", "lost "},
	}
	for _, tt := range tests {
		r := run(t, strings.Fields(tt.env), strings.Fields(tt.args)...)
		if r.code != 0 || r.stdout != "" || r.took > tt.most {
			t.Errorf("%s: exit status %d after %v, printed %q", tt.name, r.code, r.took, r.stdout)
		}
		lines := strings.Split(strings.TrimSuffix(r.stderr, "\n"), "\n")
		if !strings.Contains(r.stderr, tt.stderr) || !strings.Contains(lines[len(lines)-1], tt.last) || len(lines) > 2 {
			t.Errorf("%s: said %q", tt.name, r.stderr)
		}
	}
}

// What start adds to a program's own start.
func BenchmarkStart(b *testing.B) {
	bin, err := prog()
	if err != nil {
		b.Fatal(err)
	}
	for _, env := range []string{"OTEL_SDK_DISABLED=true", "OTEL_SDK_DISABLED=false"} {
		b.Run(env, func(b *testing.B) {
			for range b.N {
				cmd := exec.Command(bin)
				cmd.Env = []string{env}
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
