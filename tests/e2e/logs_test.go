package e2e

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// withLogs has the app built with the signal logs.
func (a *app) withLogs() *app {
	a.env = append(a.env, "OTEL_GO_SIGNALS=traces,logs")
	return a
}

// idPair is what a line gets, in the forms of the libraries.
var idPair = regexp.MustCompile(`[,{\t ]*"trace_id": ?"([0-9a-f]{32})",( ?)"span_id": ?"([0-9a-f]{16})"(, ?|})?|` +
	`[,{ ]*"span_id":"([0-9a-f]{16})","trace_id":"([0-9a-f]{32})"|` +
	` trace_id=([0-9a-f]{32}) span_id=([0-9a-f]{16})| span_id=([0-9a-f]{16}) trace_id=([0-9a-f]{32})`)

var lineTimes = regexp.MustCompile(`\d{4}/\d\d/\d\d|\d\d:\d\d:\d\d|127\.0\.0\.1:\d+|0x[0-9a-f]+`)

// correlated compares what a program that logs in sections writes plain and woven:
// woven, the lines of the section "inside" have ids, once, of a span that exists,
// but for those that want says have none; and nothing else differs.
func correlated(t *testing.T, plain, woven string, spans []collect.Span, none func(line string) bool) {
	t.Helper()
	p := strings.Split(lineTimes.ReplaceAllString(plain, "T"), "\n")
	w := strings.Split(lineTimes.ReplaceAllString(woven, "T"), "\n")
	if len(p) != len(w) {
		t.Fatalf("%d lines, plain %d:\n%s", len(w), len(p), diff(strings.Join(p, "\n"), strings.Join(w, "\n")))
	}
	section, found := "", 0
	for i := range w {
		if name, ok := strings.CutPrefix(p[i], "== "); ok {
			section = name
		}
		ids := idPair.FindAllStringSubmatch(w[i], -1)
		bare := idPair.ReplaceAllString(w[i], "")
		want := section == "inside" && p[i] != "" && !strings.HasPrefix(p[i], "==") && !none(p[i])
		if (len(ids) == 1) != want || len(ids) > 1 {
			t.Errorf("%s: %d pairs of ids in %s", section, len(ids), w[i])
			continue
		}
		if want {
			found++
			traceID, spanID := ids[0][1]+ids[0][6]+ids[0][7]+ids[0][10], ids[0][3]+ids[0][5]+ids[0][8]+ids[0][9]
			if !slices.ContainsFunc(spans, func(s collect.Span) bool { return s.TraceID == traceID && s.SpanID == spanID }) {
				t.Errorf("no span has the ids in %s", w[i])
			}
		}
		if punctuated(bare) != punctuated(p[i]) {
			t.Errorf("- %s\n+ %s", p[i], w[i])
		}
	}
	if found < 10 {
		t.Errorf("ids in %d lines only", found)
	}
}

// punctuated is a line without what stands between fields, which the ids bring with
// them: which of it stays when they are taken out depends on their place.
func punctuated(line string) string {
	return strings.NewReplacer(",", "", "{", "", "}", "", "\t", "", " ", "").Replace(line)
}

// TestLogs runs testdata/logs: log and log/slog.
func TestLogs(t *testing.T) {
	t.Parallel()
	a := newApp(t, "logs").withLogs()
	plain, woven := a.plain(), a.woven()
	p := a.must(plain)
	c := collect.Start(t)
	w := a.must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, woven)
	correlated(t, p.out, w.out, c.Wait(t, 2), func(line string) bool {
		return strings.Contains(line, "mine") || strings.HasPrefix(line, "writes:") || strings.HasPrefix(line, "parsed") ||
			strings.HasSuffix(line, `{"json": true}`) || strings.HasSuffix(line, "two") // its second line has them
	})
	if p.err != w.err {
		t.Errorf("standard error: %q, plain %q", w.err, p.err)
	}
	for _, off := range []string{"OTEL_SDK_DISABLED=true", "OTEL_INSTRUMENTATION_LOG_ENABLED=false"} {
		w := a.must(off, "OTEL_TRACES_EXPORTER=none", woven)
		if d := diff(lineTimes.ReplaceAllString(p.out, "T"), lineTimes.ReplaceAllString(w.out, "T")); d != "" {
			t.Errorf("%s:\n%s", off, d)
		}
	}
	if w := a.must("OTEL_GO_LOG_LINES=never", "OTEL_TRACES_EXPORTER=none", woven); strings.Contains(w.out, "standard trace_id") {
		t.Error("OTEL_GO_LOG_LINES=never is not heeded")
	}
}

// TestLogsReplaced: what is woven for logs is replaced at link, with each release of
// Go that is here: nothing that imports log or log/slog is compiled again.
func TestLogsReplaced(t *testing.T) {
	long(t) // of one release TestReady holds it
	for _, version := range append([]string{""}, releases...) {
		t.Run(version, func(t *testing.T) {
			a := newApp(t, "logs").withLogs()
			if version != "" {
				haveToolchain(t, version)
				a.env = append(a.env, "GOTOOLCHAIN="+version)
			}
			a.private()
			a.plain()
			compiled := a.must(otel, "go", "build", "-v", "-o", filepath.Join(tempDir(t), "bin")).err
			for _, path := range []string{"log", "log/slog"} {
				if !slices.Contains(strings.Fields(compiled), path) {
					t.Errorf("%s is not woven", path)
				}
			}
			for _, path := range []string{"net/http/httptest", "crypto/tls", "mime/multipart", "internal/profile"} {
				if slices.Contains(strings.Fields(compiled), path) {
					t.Errorf("%s is compiled again", path)
				}
			}
		})
	}
}

// TestLogsExport: the records of testdata/logs and loggers are exported where that is asked for.
func TestLogsExport(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"logs":    {"no options  a=1", "default handler  a=1", "context", "from a goroutine", "another", "parsed by somebody", "exception.message=broken"},
		"loggers": {"message  a=1", "sugar 2", "error=broken", "exception.message=broken", "print", "own ids  trace_id=mine"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, name).withLogs()
			r := a.must("OTEL_LOGS_EXPORTER=console", "OTEL_TRACES_EXPORTER=none", a.woven())
			for _, text := range want {
				if !strings.Contains(r.err, text) {
					t.Errorf("no %q in\n%s", text, r.err)
				}
			}
			if n := strings.Count(r.err, "fan-out"); name == "logs" && n != 6 {
				t.Errorf("records that go to two handlers are exported %d times, want 6", n)
			}
		})
	}
}

// TestLoggers runs testdata/loggers: zap, zerolog and logrus, at their newest and
// oldest versions that we know; with -all also two between.
func TestLoggers(t *testing.T) {
	t.Parallel()
	libraries := []string{"go.uber.org/zap", "github.com/rs/zerolog", "github.com/sirupsen/logrus"}
	for i := range 4 {
		var modules []string
		for _, m := range libraries {
			modules = append(modules, nth(m, i, 4))
		}
		t.Run(strings.Join(modules, " "), func(t *testing.T) {
			t.Parallel()
			between(t, i, 4)
			a := newApp(t, "loggers").withLogs()
			a.must(append([]string{"go", "get"}, modules...)...)
			plain, woven := a.plain(), a.woven()
			c := collect.Start(t)
			w := a.must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, woven)
			correlated(t, a.must(plain).out, w.out, c.Wait(t, 2), func(line string) bool {
				return strings.Contains(line, "mine") || !strings.ContainsAny(line, "{=") && !consoleLine.MatchString(line)
			})
		})
	}
}

// consoleLine is one that zap's console encoder writes for an entry, as opposed to
// the lines of a stack.
var consoleLine = regexp.MustCompile(`^(info|warn|error)\t`)
