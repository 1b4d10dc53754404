package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// exportedRecords returns what a woven program has written into dir as OTLP: a line for each
// record, with its scope, the kind of its span, and itself without times, ids and places.
func exportedRecords(t *testing.T, dir string) (records []string) {
	t.Helper()
	kinds := map[string]string{}
	type scope struct {
		Scope struct{ Name string }
		Spans []struct {
			SpanID string
			Kind   int
		}
		LogRecords []json.RawMessage
	}
	for _, signal := range []string{"traces", "logs"} {
		b, err := os.ReadFile(filepath.Join(dir, signal+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
			var req struct {
				ResourceSpans []struct{ ScopeSpans []scope }
				ResourceLogs  []struct{ ScopeLogs []scope }
			}
			if err := json.Unmarshal([]byte(line), &req); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			for _, rs := range req.ResourceSpans {
				for _, s := range rs.ScopeSpans {
					for _, span := range s.Spans {
						kinds[span.SpanID] = map[int]string{2: "server", 3: "client"}[span.Kind]
					}
				}
			}
			for _, rl := range req.ResourceLogs {
				for _, s := range rl.ScopeLogs {
					for _, r := range s.LogRecords {
						var ids struct{ SpanID string }
						if err := json.Unmarshal(r, &ids); err != nil {
							t.Fatal(err)
						}
						text := recordEnd.ReplaceAllString(recordNoise.ReplaceAllString(string(r), ""), "}")
						records = append(records, s.Scope.Name+" in "+kinds[ids.SpanID]+" "+text)
					}
				}
			}
		}
	}
	return records
}

var (
	// What zap's other cores need of us in a line, otelzap sees too.
	recordNoise = regexp.MustCompile(`"(timeUnixNano|observedTimeUnixNano|traceId|spanId)":"[^"]*",?|"flags":\d+,?|,?{"key":"(code\.[^"]*|trace_id|span_id)","value":{[^}]*}}`)
	recordEnd   = regexp.MustCompile(`(,?"attributes":\[\])?,?}$`)
)

// TestOwnLogs: what a program that has OpenTelemetry's API only logs, by the API, by contrib's
// bridges and by other libraries, is exported by us once and within its span, with every version
// of the API: one that is older than we work with moves up, others stay.
func TestOwnLogs(t *testing.T) {
	t.Parallel()
	const list = `{"arrayValue":{"values":[{"stringValue":"y"},{"stringValue":"z"}]}}`
	const group = `{"key":"group","value":{"kvlistValue":{"values":[{"key":"inner","value":{"boolValue":false}}]}}}`
	const number = `{"key":"int","value":{"intValue":"-7"}}`
	want := []string{
		`direct in server {"severityNumber":13,"eventName":"directly"}`,
		`bridged in server {"severityNumber":9,"severityText":"INFO","body":{"stringValue":"by otelslog"},"attributes":[{"key":"text","value":{"stringValue":"x"}},` + number +
			`,{"key":"float","value":{"doubleValue":0.5}},{"key":"bool","value":{"boolValue":true}},{"key":"bytes","value":{"bytesValue":"Ynl0ZXM="}},` + group +
			`,{"key":"list","value":` + list + `},{"key":"map","value":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"1"}}]}}}]}`,
		`zapped in server {"severityNumber":17,"severityText":"error","body":{"stringValue":"by otelzap"},"attributes":[` + number + `,{"key":"list","value":` + list + `}]}`,
		`both in server {"severityNumber":9,"severityText":"info","body":{"stringValue":"by otelzap and to a file"}}`,
		`otel.tool/hooks/log/slog in server {"severityNumber":13,"severityText":"WARN","body":{"stringValue":"by slog"},"attributes":[{"key":"text","value":{"stringValue":"x"}},` +
			`{"key":"bytes","value":{"bytesValue":"Ynl0ZXM="}},` + group + `,{"key":"list","value":` + list + `}]}`,
		`otel.tool/hooks/log/slog in server {"severityNumber":9,"severityText":"INFO","body":{"stringValue":"without a context"}}`,
	}
	for _, row := range []struct {
		bridges, log, got string // of contrib; the version of log that those have, and that is built
		all               bool
	}{
		{"v0.12.0", "v0.13.0", "v0.17.0", false},
		{"v0.16.0", "v0.17.0", "v0.17.0", false},
		{"v0.19.0", "v0.20.0", "v0.20.0", true},
		{"v0.20.0", "v0.21.0", "v0.21.0", false},
		{"v0.21.0", "v1.47.0", "v1.47.0", false},
	} {
		t.Run(row.log, func(t *testing.T) {
			t.Parallel()
			if row.all && !*allMatrix {
				t.Skip("without -all")
			}
			a := atVersions(t, "ownlogs", "go.opentelemetry.io/contrib/bridges/otelslog@"+row.bridges, "go.opentelemetry.io/contrib/bridges/otelzap@"+row.bridges)
			if v := strings.Fields(a.must("go", "list", "-m", "go.opentelemetry.io/otel/log").out)[1]; v != row.log {
				t.Errorf("the program has log %s, not %s", v, row.log)
			}
			a.env = append(a.env, "OTEL_GO_SIGNALS=all")
			woven := a.woven()
			if !strings.Contains(strings.Join(deps(t, woven), "\n")+"\n", "go.opentelemetry.io/otel/log "+row.got+"\n") {
				t.Errorf("built with\n%s", strings.Join(deps(t, woven), "\n"))
			}
			dir := tempDir(t)
			if r := a.must("OTEL_GO_OTLP_FOLDER="+dir, "OTEL_TRACES_EXPORTER=otlp_file", "OTEL_LOGS_EXPORTER=otlp_file", "OTEL_METRICS_EXPORTER=otlp_file", woven); r.err != "" {
				t.Errorf("says %s", r.err)
			}
			got := exportedRecords(t, dir)
			if d := diff(sortedLines(strings.Join(want, "\n")), sortedLines(strings.Join(got, "\n"))); d != "" {
				t.Errorf("- want, + got:\n%s", d)
			}
		})
	}
}

// TestLaterLog: a library may require a later log than ours although nothing of the build imports
// it, as grpc's module requires OpenTelemetry. A workspace has it then.
func TestLaterLog(t *testing.T) {
	t.Parallel()
	a := newApp(t, "hello")
	a.write("lib/go.mod", "module example.com/lib\n\ngo 1.25.0\n\nrequire go.opentelemetry.io/otel/log v0.21.0\n")
	a.write("lib/lib.go", "package lib\n")
	a.write("lib/logs/logs.go", "package logs\n\nimport _ \"go.opentelemetry.io/otel/log\"\n")
	a.write("lib.go", "package main\n\nimport _ \"example.com/lib\"\n")
	a.must("go", "-C", "lib", "mod", "tidy")
	a.must("go", "mod", "edit", "-require=example.com/lib@v1.0.0", "-replace=example.com/lib=./lib")
	a.must("go", "mod", "tidy")
	if d := deps(t, a.plain()); len(d) != 1 {
		t.Errorf("the plain program has %v", d)
	}
	a.env = append(a.env, "OTEL_GO_SIGNALS=all")
	traced(t, a.woven())
}
