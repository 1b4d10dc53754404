package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// everything is a read of all signals.
func everything(getenv func(string) string, warn func(string, ...any)) {
	NewSource(getenv, warn).Traces()
	NewSource(getenv, warn).Metrics()
	NewSource(getenv, warn).Logs()
}

var (
	rowText = regexp.MustCompile("(?m)^\\| `?(OTEL_\\w+)`? \\| (.*?) \\| (?:`(\\w+)\\.(\\w+)`)? ?\\|$")
	ownTest = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

// row is a line of docs/variables.md.
type row struct {
	name, status string
	folder, test string // the last element of the test's folder, and the test
}

const root = "../../../.."

// table returns docs/variables.md.
func table(t *testing.T) (rows []row) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs/variables.md"))
	if err != nil {
		t.Skip(err) // the module by itself
	}
	for _, m := range rowText.FindAllStringSubmatch(string(page), -1) {
		rows = append(rows, row{m[1], m[2], m[3], m[4]})
	}
	if n := strings.Count(string(page), "\n| "); len(rows) != n-2 {
		t.Errorf("%d lines of %d can be read", len(rows), n-2)
	}
	return rows
}

// TestTable holds docs/variables.md against the code: what is done there is read, what
// is not applicable is not, all that is read has a line, and every test that is named
// exists and is about the variable. That it notices if the variable is ignored is held
// by TestIgnored.
func TestTable(t *testing.T) {
	tests := map[string]string{} // the text of the file of FOLDER.TEST
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		path, err = filepath.Abs(path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range ownTest.FindAllStringSubmatch(string(text), -1) {
			tests[filepath.Base(filepath.Dir(path))+"."+m[1]] += string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var reads []string
	everything(func(name string) string {
		reads = append(reads, name)
		if name == "OTEL_TRACES_SAMPLER" {
			return "traceidratio" // which has an argument
		}
		return ""
	}, t.Errorf)

	var known []string
	for _, r := range table(t) {
		if slices.Contains(known, r.name) {
			t.Errorf("%s is there twice", r.name)
		}
		known = append(known, r.name)
		if applies := !strings.HasPrefix(r.status, "not applicable: "); applies != slices.Contains(reads, r.name) {
			t.Errorf("%s: %s, but read: %v", r.name, r.status, !applies)
		} else if applies != (r.test != "") {
			t.Errorf("%s: %s, with the test %q", r.name, r.status, r.test)
		}
		test := r.folder + "." + r.test
		about := strings.Contains(tests[test], r.name) || test == "config.TestSignalForms"
		if r.test != "" && !about {
			t.Errorf("%s: %s is not there, or not about it", r.name, test)
		}
	}
	for _, name := range reads {
		if !strings.HasPrefix(name, "OTEL_GO_") && !slices.Contains(known, name) {
			t.Errorf("%s is read, and not in the table", name)
		}
	}
}

var literal = regexp.MustCompile(`"(OTEL_[A-Z0-9_]*[A-Z0-9])"`)

// What our Go code names of variables, here and in hooks, is in the documentation: those
// of the specification in the table, all others where they are explained.
func TestAllAreDocumented(t *testing.T) {
	var docs strings.Builder
	for _, r := range table(t) {
		docs.WriteString("`" + r.name + "`\n")
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var sources []string
	err = filepath.WalkDir(filepath.Join(root, "go"), func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
		case e.IsDir() && (e.Name() == "testdata" || e.Name() == "conformance"):
			return fs.SkipDir
		case e.Name() == "README.md":
			pages = append(pages, path)
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			sources = append(sources, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pages {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(path) != "variables.md" {
			docs.Write(text)
		}
	}
	for _, path := range sources {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(docs.String(), m[1]) {
				t.Errorf("%s: %s is documented nowhere", path, m[1])
			}
		}
	}
}

// Of each of an exporter's variables the signal's own form comes first.
func TestSignalForms(t *testing.T) {
	values := []struct{ name, general, own, want string }{
		{"ENDPOINT", "http://a:4317", "http://b:4317", "http://b:4317"},
		{"PROTOCOL", "http/json", "grpc", "grpc"},
		{"HEADERS", "a=1", "b=2", "map[B:[2]]"},
		{"TIMEOUT", "1", "2", "2ms"},
		{"COMPRESSION", "none", "gzip", "true"},
		{"INSECURE", "false", "true", "http"},
		{"CERTIFICATE", "a", "b", "b"},
		{"CLIENT_CERTIFICATE", "a", "b", "b"},
		{"CLIENT_KEY", "a", "b", "b"},
	}
	for _, signal := range []string{"TRACES", "METRICS", "LOGS"} {
		r := &reader{getenv: func(name string) string { return strings.TrimPrefix(name, "OTEL_EXPORTER_OTLP_") }, warn: func(string, ...any) {}}
		if c := r.otlp(signal, "v1/x"); c.CertFile != signal+"_CLIENT_CERTIFICATE" {
			t.Errorf("of all forms %q was taken", c.CertFile)
		}
		r.getenv = func(name string) string { return vars{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": "a"}[name] }
		if c := r.otlp(signal, "v1/x"); c.CertFile != "a" {
			t.Errorf("of the general form %q was taken", c.CertFile)
		}
		for _, v := range values {
			env := vars{"OTEL_EXPORTER_OTLP_" + v.name: v.general, "OTEL_EXPORTER_OTLP_" + signal + "_" + v.name: v.own}
			if v.name == "INSECURE" {
				env["OTEL_EXPORTER_OTLP_ENDPOINT"] = "a:4317"
			}
			r := &reader{getenv: func(name string) string { return env[name] }, warn: t.Errorf}
			c := r.otlp(signal, "v1/x")
			got := map[string]any{
				"ENDPOINT": c.Endpoint, "PROTOCOL": c.Protocol, "HEADERS": map[string][]string(c.Headers), "TIMEOUT": c.Timeout,
				"COMPRESSION": c.Gzip, "INSECURE": c.Endpoint.Scheme, "CERTIFICATE": c.CAFile, "CLIENT_CERTIFICATE": c.CertFile, "CLIENT_KEY": c.KeyFile,
			}[v.name]
			if fmt.Sprint(got) != v.want {
				t.Errorf("%s of %s is %v, want %s", v.name, signal, got, v.want)
			}
		}
	}
}

// The SDK reads the limits for itself; a wrong one is told here.
func TestLimits(t *testing.T) {
	defaults := sdktrace.NewSpanLimits()
	for name, of := range map[string]func(sdktrace.SpanLimits) int{
		"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT":           func(l sdktrace.SpanLimits) int { return l.AttributeValueLengthLimit },
		"OTEL_ATTRIBUTE_COUNT_LIMIT":                  func(l sdktrace.SpanLimits) int { return l.AttributeCountLimit },
		"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT":      func(l sdktrace.SpanLimits) int { return l.AttributeValueLengthLimit },
		"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT":             func(l sdktrace.SpanLimits) int { return l.AttributeCountLimit },
		"OTEL_SPAN_EVENT_COUNT_LIMIT":                 func(l sdktrace.SpanLimits) int { return l.EventCountLimit },
		"OTEL_SPAN_LINK_COUNT_LIMIT":                  func(l sdktrace.SpanLimits) int { return l.LinkCountLimit },
		"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT":            func(l sdktrace.SpanLimits) int { return l.AttributePerEventCountLimit },
		"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT":             func(l sdktrace.SpanLimits) int { return l.AttributePerLinkCountLimit },
		"OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT": nil,
		"OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT":        nil,
	} {
		t.Run(name, func(t *testing.T) {
			var warnings []string
			everything(func(n string) string {
				if n == name {
					return "many"
				}
				return ""
			}, func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) })
			if len(warnings) != 1 || !strings.HasPrefix(warnings[0], name+": expected a number") {
				t.Errorf("warned %q", warnings)
			}
			if of == nil {
				return
			}
			t.Setenv(name, "7")
			if got := of(sdktrace.NewSpanLimits()); got != 7 || of(defaults) == 7 {
				t.Errorf("the limit is %d, by default %d", got, of(defaults))
			}
		})
	}
}
