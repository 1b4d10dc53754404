package otelc

import (
	"regexp"
	"strings"
	"testing"
)

// TestSpans has hooks that use the runtime of OpenTelemetry's own tool: spans of their own,
// below which HTTP clients make none, the ids of the current span, the logger, and
// whether an instrumentation is on.
func TestSpans(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	bin := w.woven("ask", []string{"spans"})
	const (
		client = `(?m)GET +ask +client `
		server = `(?m)GET +ask +server `
		own    = `(?m)^ask +ask +client `
		logged = `(?m)^otel: initialized key=ASK$`
	)
	// The status is written behind the answer, when the client may have it already.
	const served = "served /ask/hook 32 16 true\n202 <nil>\nserved /other/hook 32 16 true\n202 <nil>\n"
	for _, row := range []struct {
		name   string
		env    []string
		out    string
		counts map[string]int
	}{
		{"on", nil, served,
			map[string]int{own: 1, client: 1, server: 2, logged: 0}},
		{"logger", []string{"OTEL_LOG_LEVEL=info"}, served,
			map[string]int{own: 1, client: 1, server: 2, logged: 1}},
		{"turned off", []string{"OTEL_GO_DISABLED_INSTRUMENTATIONS=grpc,ask"}, "off\n" + served,
			map[string]int{own: 0, client: 2, server: 2}},
		{"others turned on", []string{"OTEL_GO_ENABLED_INSTRUMENTATIONS=grpc"}, "off\n" + served,
			map[string]int{own: 0, client: 2, server: 2}},
		{"no telemetry", []string{"OTEL_SDK_DISABLED=true"}, "off\n" + strings.ReplaceAll(served, "32 16 true", "0 0 false"),
			map[string]int{own: 0, client: 0, server: 0}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w.t = t
			out, stderr := w.run("ask", append(row.env, "OTEL_TRACES_EXPORTER=console"), bin)
			statuses := strings.Count(out, "status 202\n")
			if out = strings.ReplaceAll(out, "status 202\n", ""); statuses != 2 || out != row.out {
				t.Errorf("wrote %q, want %q", out, row.out)
			}
			for line, want := range row.counts {
				if n := len(regexp.MustCompile(line).FindAllString(stderr, -1)); n != want {
					t.Errorf("%d lines %s, want %d:\n%s", n, line, want, stderr)
				}
			}
		})
	}
}
