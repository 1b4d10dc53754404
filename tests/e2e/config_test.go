package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// TestConfigFile: what a program sends is what OTEL_CONFIG_FILE says, and other
// variables say nothing; a file that is wrong leaves the program as it is, without
// telemetry, and says where it is wrong.
func TestConfigFile(t *testing.T) {
	t.Parallel()
	const file = `file_format: "1.0"
resource:
  attributes: [{name: service.name, value: "${NAME:-nobody}"}, {name: floor, value: 3, type: int}]
tracer_provider:
  processors:
    - simple: {exporter: {otlp_http: {endpoint: "${TO}/v1/traces", headers: [{name: key, value: secret}]}}}
  limits: {attribute_count_limit: 3}
  sampler: RATIO
`
	for _, row := range []struct {
		name, text string
		spans      int
		says       string
	}{
		{"on", strings.Replace(file, "RATIO", "{parent_based: {root: {trace_id_ratio_based: {ratio: 1}}}}", 1), 1, ""},
		{"off", strings.Replace(file, "RATIO", "{always_off: }", 1), 0, ""},
		{"disabled", "file_format: '1.0'\ndisabled: true\n", 0, ""},
		{"unsupported", strings.Replace(file, "RATIO", "\nown: 1", 1), 1, ":9:1: 'own' is not supported; it is left out\n"},
		{"wrong", strings.Replace(file, "RATIO", "{trace_id_ratio_based: {ratio: often}}", 1), 0, ":8:43: expected a number from 0 to 1, found 'often'; there is no telemetry\n"},
		{"broken", file + "\t- x\n", 0, ":9:2: a tab in the indentation; there is no telemetry\n"},
		{"missing", "", 0, "no such file or directory; there is no telemetry\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := collect.Start(t)
			path := filepath.Join(tempDir(t), "otel.yaml")
			if row.text != "" {
				if err := os.WriteFile(path, []byte(row.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			addr := freeAddr(t)
			p := start(t, []string{"OTEL_CONFIG_FILE=" + path, "TO=" + c.HTTP, "NAME=shop", "OTEL_SERVICE_NAME=other",
				"OTEL_TRACES_EXPORTER=none", "OTEL_TRACES_SAMPLER=always_off", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=1"}, built(t, "hello").woven, addr)
			p.listening(addr)
			if _, body, err := fetch(plainClient, "http://"+addr+"/greet"); err != nil || body != "hello\n" {
				t.Errorf("answer %q, %v", body, err)
			}
			r := p.stop()
			if row.says == "" && r.err != "" || !strings.HasSuffix(r.err, row.says) || strings.Count(r.err, "\n") > 1 {
				t.Errorf("says %q, want %q", r.err, row.says)
			}
			spans := c.Spans()
			if len(spans) != row.spans {
				t.Fatalf("%d spans, want %d", len(spans), row.spans)
			}
			for _, s := range spans {
				if s.Service != "shop" || s.Resource["floor"] != int64(3) || len(s.Attrs) != 3 || s.Resource["host.name"] != nil {
					t.Errorf("%+v", s)
				}
			}
			for _, r := range c.Requests() {
				if r.Protocol != "http/protobuf" || r.Header["key"] != "secret" {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}
