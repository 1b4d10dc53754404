package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// extended builds testdata/extended with all signals, and returns what it prints when plain go built it.
func extended(t *testing.T) (a *app, bin, out string) {
	t.Helper()
	a = newApp(t, "extended")
	out = a.must(a.plain()).out
	a.env = append(a.env, "OTEL_GO_SIGNALS=all")
	return a, a.woven(), out
}

// quiet sends nothing anywhere but what the extension does.
var quiet = []string{"OTEL_TRACES_EXPORTER=none", "OTEL_METRICS_EXPORTER=none", "OTEL_LOGS_EXPORTER=none"}

// runExtended runs it, and returns its lines on standard error that begin with prefix.
func runExtended(a *app, out, prefix string, words ...string) (lines []string) {
	a.t.Helper()
	r := a.must(words...)
	if r.out != out {
		a.t.Errorf("%v: it says\n%s\nplain\n%s", words, r.out, out)
	}
	for line := range strings.Lines(r.err) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), prefix); ok {
			lines = append(lines, rest)
		}
	}
	return lines
}

// TestExtension has a package of the user's add something by each of the functions that there are.
func TestExtension(t *testing.T) {
	t.Parallel()
	a, bin, out := extended(t)
	c := collect.Start(t)
	r := a.must("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="+c.GRPC, "OTEL_METRICS_EXPORTER=console", "OTEL_LOGS_EXPORTER=console", "OTEL_RESOURCE_ATTRIBUTES=team=variable", bin)
	if r.out != out {
		t.Errorf("it says\n%s\nplain\n%s", r.out, out)
	}
	for text, n := range map[string]int{
		"program: propagated yes\n":            3,
		"extension: ended GET\n":               4,
		"extension: flushed\n":                 1,
		"extension: exported 4\n":              1,
		"extension: measured renamed.duration": 1,
		"  renamed.duration ":                  1,
		"http.server.request.duration":         0,
		"INFO  changed serving":                3,
		"otel: ":                               0,
	} {
		if got := strings.Count(r.err, text); got != n {
			t.Errorf("%d times %q, want %d, in\n%s", got, text, n, r.err)
		}
	}
	spans := c.Spans()
	if len(spans) != 4 {
		t.Fatalf("%d spans, want those of two requests", len(spans))
	}
	for _, s := range spans {
		attrs{"processed": true, "started": "http GET " + strings.ToLower(s.Kind)}.check(t, s)
		for key, want := range map[string]string{"found.by": "extension", "host.name": "extension", "team": "variable"} {
			if got := s.Resource[key]; got != want {
				t.Errorf("resource: %s is %v, want %s", key, got, want)
			}
		}
	}
	a.write("tool/main.go", "package main\n\nfunc main() {}\n") // nothing is woven in it
	if r := a.must(otel, "explain", "./..."); strings.Contains(r.out, "extended/tool") || !strings.Contains(r.out, "example.com/extended: extended by example.com/extended/internal/telemetry\n") {
		t.Errorf("explain: %v", r)
	}

	// Nothing of it is called in these.
	everything := "EXTENDED_PANICS=SpanProcessors,SpanExporters,Sampler,Propagator,Resource,MetricReaders,Views,LogProcessors"
	if r := a.must("OTEL_SDK_DISABLED=true", everything+",SpanStarting", bin); r.out != out || r.err != "" {
		t.Errorf("disabled: %v", r)
	}
	off := append(quiet, "OTEL_TRACES_SAMPLER=always_off")
	if lines := runExtended(a, out, "", append(off, "EXTENDED_PANICS=SpanStarting,SpanProcessors.method,SpanExporters.method", bin)...); slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "otel:") || strings.Contains(line, "ended") }) {
		t.Errorf("unsampled: %q", lines)
	}
	// A file in the place of the variables.
	a.write("otel-sdk.yaml", "file_format: \"1.0\"\n")
	if lines := runExtended(a, out, "extension: ", "OTEL_CONFIG_FILE=otel-sdk.yaml", bin); !slices.Contains(lines, "exported 4") {
		t.Errorf("with a file: %q", lines)
	}
}

// TestExtensionFails: what panics or fails in an extension is one line, and the rest works.
func TestExtensionFails(t *testing.T) {
	t.Parallel()
	a, bin, out := extended(t)
	for _, tt := range []struct {
		what  string
		fails bool // it can return an error as well
		lost  string
	}{
		{"SpanProcessors", false, "ended GET"},
		{"SpanProcessors.method", true, ""},
		{"SpanExporters", true, "exported 4"},
		{"SpanExporters.method", true, "exported 4"},
		{"Sampler", false, "exported 4"}, // 6 then: the configured one decides
		{"Sampler.method", false, "exported 4"},
		{"Propagator", false, ""},
		{"Propagator.method", false, ""},
		{"Resource", true, ""},
		{"SpanStarting", false, ""},
		{"MetricReaders", true, "measured renamed.duration"},
		{"MetricReaders.method", true, ""},
		{"Views", false, "measured renamed.duration"},
		{"Views.method", false, "measured renamed.duration"},
		{"LogProcessors", true, ""},
		{"LogProcessors.method", true, ""},
	} {
		for _, how := range []string{"EXTENDED_PANICS", "EXTENDED_FAILS"} {
			if how == "EXTENDED_FAILS" && !tt.fails {
				continue
			}
			setting := how + "=" + tt.what
			said := runExtended(a, out, "", append(quiet, setting, bin)...)
			var ours []string
			for _, line := range said {
				if strings.HasPrefix(line, "otel: ") {
					ours = append(ours, line)
				}
			}
			want := "no " + tt.what
			if how == "EXTENDED_FAILS" {
				want = "not " + tt.what
			}
			if len(ours) != 1 || !strings.Contains(ours[0], "example.com/extended/internal/telemetry") || !strings.Contains(ours[0], want) {
				t.Errorf("%s: said %q", setting, ours)
			}
			for _, line := range []string{"ended GET", "exported 4", "measured renamed.duration"} {
				panics := how == "EXTENDED_PANICS" || tt.what == "SpanExporters.method"
				if !slices.Contains(said, "extension: "+line) && !(line == tt.lost && panics) && tt.what != "SpanProcessors.method" {
					t.Errorf("%s: no %q in %q", setting, line, said)
				}
			}
		}
	}
}

// TestExtensionBesideOwnSDK: where the program sets up an SDK of its own, only what is for the
// hooks' spans, and for other signals, is left of an extension.
func TestExtensionBesideOwnSDK(t *testing.T) {
	t.Parallel()
	a, bin, out := extended(t)
	for _, when := range []string{"own", "early"} {
		env := append([]string{}, quiet...)
		if when == "early" { // then these are not even called
			env = append(env, "EXTENDED_PANICS=Sampler,SpanProcessors,SpanExporters")
		}
		said := runExtended(a, out, "", append(env, bin, when)...)
		spans := 0
		for _, line := range said {
			switch {
			case strings.HasPrefix(line, "program: exported GET"):
				spans++
				if !strings.Contains(line, "started") || strings.Contains(line, "processed") {
					t.Errorf("%s: %q", when, line)
				}
			case strings.HasPrefix(line, "otel:"), strings.HasPrefix(line, "extension: ended"), strings.HasPrefix(line, "extension: exported"):
				t.Errorf("%s: %q", when, line)
			}
		}
		if spans != 6 || !slices.Contains(said, "extension: measured renamed.duration") {
			t.Errorf("%s: %d spans, %q", when, spans, said)
		}
	}
}

// TestExtensionInTests: test binaries have it too, that of its own package and those that it is
// made of included, and telemetry with OTEL_GO_TEST=1 only.
func TestExtensionInTests(t *testing.T) {
	t.Parallel()
	a := newApp(t, "extended")
	plain := a.must("go", "test", "./...").code
	c := collect.Start(t)
	if r := a.run(otel, "go", "test", "-count=1", "./..."); r.code != plain || strings.Contains(r.out, "extension:") {
		t.Errorf("%v", r)
	}
	r := a.must("OTEL_GO_TEST=1", "OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, otel, "go", "test", "-count=1", "./...")
	spans := c.Spans()
	if len(spans) != 2 {
		t.Fatalf("%d spans, want those of a request: %v", len(spans), r)
	}
	for _, s := range spans {
		attrs{"processed": true, "started": "http GET " + strings.ToLower(s.Kind)}.check(t, s)
	}
}

// TestExtensionChanges: a plan that was kept follows the extension.
func TestExtensionChanges(t *testing.T) {
	t.Parallel()
	a := newApp(t, "../../examples/extension")
	says := func(want string) {
		t.Helper()
		if r := a.must("OTEL_TRACES_EXPORTER=none", a.woven()); r.err != want {
			t.Errorf("it says\n%s\nwant\n%s", r.err, want)
		}
	}
	const first = "span GET, client, team -, in example\nspan GET /greet/{name}, server, team greeters, in example\n" +
		"span GET, client, team -, in example\nspan GET, server, team greeters, in example\n"
	says(first)
	says(first)
	source := filepath.Join("telemetry", "telemetry.go")
	text := readFile(t, filepath.Join(a.dir, source))
	a.write(source, strings.Replace(text, "func SpanStarting(", "func Starting(", 1))
	says(strings.ReplaceAll(first, "greeters", "-"))
	a.write(source, text)
	a.write("otel.yaml", "extensions: [example.com/extension/telemetry, ./telemetry]\n")
	says(first)
	a.write("otel.yaml", "extensions:\n")
	says("")
	a.write("otel.yaml", "extensions: [./telemetry]\n")
	a.must("go", "mod", "vendor")
	says(first)
}

// TestExtensionInternal: a program that may not import the package is built without it.
func TestExtensionInternal(t *testing.T) {
	t.Parallel()
	a := newApp(t, "extended")
	a.write("go.work", "go 1.24.0\n\nuse (\n\t.\n\t./two\n)\n")
	a.write("two/go.mod", "module example.com/two\n\ngo 1.24\n")
	a.write("two/main.go", "package main\n\nimport \"net/http\"\n\nfunc main() { http.Get(\"http://127.0.0.1:1\") }\n")
	a.write("two/two_test.go", "package main\n\nimport \"testing\"\n\nfunc TestMain(t *testing.T) { main() }\n")
	const warning = "warning: the extension 'example.com/extended/internal/telemetry' is left out of 'example.com/two', which may not import it\n"
	for _, words := range [][]string{{otel, "go", "build", "-o", "bin/", ".", "./two"}, {otel, "go", "test", "./two"}} {
		if r := a.must(words...); strings.Count(r.err, warning) != 1 {
			t.Errorf("%v: %v", words, r)
		}
	}
	for bin, extended := range map[string]bool{"bin/extended": true, "bin/two": false} {
		r := a.must("OTEL_TRACES_EXPORTER=none", filepath.Join(a.dir, bin))
		if strings.Contains(r.err, "extension: exported") != extended {
			t.Errorf("%s: %v", bin, r)
		}
	}
}
