package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// warnings calls f with an environment and returns what was warned of.
func warnings(env map[string]string, f func(getenv func(string) string, warn func(string, ...any))) string {
	var lines []string
	f(func(name string) string { return env[name] }, func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) })
	return strings.Join(lines, "\n")
}

func TestReadMetrics(t *testing.T) {
	tests := []struct {
		env  map[string]string
		want string // exporters, interval, timeout, temporality, exponential, host:port, endpoint
		warn string
	}{
		{nil, "[otlp] 1m0s 30s cumulative false localhost:9464 http://localhost:4317", ""},
		{map[string]string{"OTEL_METRICS_EXPORTER": "none"}, "[] 1m0s 30s cumulative false localhost:9464 http://localhost:4317", ""},
		{map[string]string{"OTEL_METRICS_EXPORTER": "console, prometheus,otlp_file"}, "[console prometheus otlp_file] 1m0s 30s cumulative false localhost:9464 http://localhost:4317", ""},
		{map[string]string{"OTEL_METRICS_EXPORTER": "statsd"}, "[otlp] 1m0s 30s cumulative false localhost:9464 http://localhost:4317",
			"OTEL_METRICS_EXPORTER: unknown name 'statsd', expected otlp, otlp_file, otlp/stdout, console, prometheus, none; it is left out"},
		{map[string]string{"OTEL_METRIC_EXPORT_INTERVAL": "5000", "OTEL_METRIC_EXPORT_TIMEOUT": "100"}, "[otlp] 5s 100ms cumulative false localhost:9464 http://localhost:4317", ""},
		{map[string]string{"OTEL_METRIC_EXPORT_INTERVAL": "0", "OTEL_METRIC_EXPORT_TIMEOUT": "-1"}, "[otlp] 1m0s 30s cumulative false localhost:9464 http://localhost:4317",
			"OTEL_METRIC_EXPORT_INTERVAL: expected a number of at least 1, found '0'; 60000 is used\nOTEL_METRIC_EXPORT_TIMEOUT: expected a number of at least 0, found '-1'; 30000 is used"},
		{map[string]string{"OTEL_METRIC_EXPORT_TIMEOUT": "0"}, "[otlp] 1m0s 1h0m0s cumulative false localhost:9464 http://localhost:4317", ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "LowMemory", "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "base2_exponential_bucket_histogram"},
			"[otlp] 1m0s 30s lowmemory true localhost:9464 http://localhost:4317", ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "x", "OTEL_METRICS_EXEMPLAR_FILTER": "y"}, "[otlp] 1m0s 30s cumulative false localhost:9464 http://localhost:4317",
			"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: expected cumulative, delta, lowmemory, found 'x'; cumulative is used\n" +
				"OTEL_METRICS_EXEMPLAR_FILTER: expected trace_based, always_on, always_off, found 'y'; trace_based is used"},
		{map[string]string{"OTEL_EXPORTER_PROMETHEUS_HOST": "0.0.0.0", "OTEL_EXPORTER_PROMETHEUS_PORT": "9999"}, "[otlp] 1m0s 30s cumulative false 0.0.0.0:9999 http://localhost:4317", ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "http/json"}, "[otlp] 1m0s 30s cumulative false localhost:9464 http://c:4318/v1/metrics", ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://m:4318/own"}, "[otlp] 1m0s 30s cumulative false localhost:9464 http://m:4318/own", ""},
	}
	for _, tt := range tests {
		var m *Metrics
		warn := warnings(tt.env, func(getenv func(string) string, warn func(string, ...any)) { m = NewSource(getenv, warn).Metrics() })
		got := fmt.Sprintf("%v %v %v %s %v %s:%d %s", m.Exporters, m.Interval, m.Timeout, m.Temporality, m.Exponential, m.Host, m.Port, m.OTLP.Endpoint)
		if got != tt.want || warn != tt.warn {
			t.Errorf("%v:\ngot  %s\nwant %s\nwarned %q\nwant   %q", tt.env, got, tt.want, warn, tt.warn)
		}
	}
	off := NewSource(func(name string) string { return map[string]string{"OTEL_SDK_DISABLED": "true"}[name] }, t.Errorf).Metrics()
	if !off.Disabled || off.Exporters != nil {
		t.Errorf("%+v", off)
	}
}

func TestReadLogs(t *testing.T) {
	tests := []struct {
		env  map[string]string
		want string // exporters, queue, batch, delay, timeout, endpoint
		warn string
	}{
		{nil, "[] 2048 512 1s 30s http://localhost:4317", ""},
		{map[string]string{"OTEL_LOGS_EXPORTER": "otlp,console"}, "[otlp console] 2048 512 1s 30s http://localhost:4317", ""},
		{map[string]string{"OTEL_LOGS_EXPORTER": "none"}, "[] 2048 512 1s 30s http://localhost:4317", ""},
		{map[string]string{"OTEL_BLRP_MAX_QUEUE_SIZE": "10", "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "5", "OTEL_BLRP_SCHEDULE_DELAY": "7", "OTEL_BLRP_EXPORT_TIMEOUT": "0"}, "[] 10 5 7ms 0s http://localhost:4317", ""},
		{map[string]string{"OTEL_BLRP_MAX_QUEUE_SIZE": "0", "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT": "many"}, "[] 2048 512 1s 30s http://localhost:4317",
			"OTEL_BLRP_MAX_QUEUE_SIZE: expected a number of at least 1, found '0'; 2048 is used\nOTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: expected a number of at least -1, found 'many'; 128 is used"},
		{map[string]string{"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://l:4318/x"}, "[] 2048 512 1s 30s http://l:4318/x", ""},
	}
	for _, tt := range tests {
		var l *Logs
		warn := warnings(tt.env, func(getenv func(string) string, warn func(string, ...any)) { l = NewSource(getenv, warn).Logs() })
		q := l.Queue
		got := fmt.Sprintf("%v %d %d %v %v %s", l.Exporters, q.MaxQueue, q.MaxBatch, q.Delay, q.Timeout, l.OTLP.Endpoint)
		if got != tt.want || warn != tt.warn {
			t.Errorf("%v:\ngot  %s\nwant %s\nwarned %q\nwant   %q", tt.env, got, tt.want, warn, tt.warn)
		}
	}
	if q := (&reader{getenv: func(string) string { return "" }, warn: t.Errorf}); q.millis("X", 5) != 5*time.Millisecond {
		t.Error("a default is not in milliseconds")
	}
}

// Metrics of the telemetry itself are asked for, in the file's company too.
func TestReadSelf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "otel.yaml")
	if err := os.WriteFile(path, []byte("file_format: '1.0'\nlog_level: warn\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"", path} {
		for value, want := range map[string]bool{"": false, "false": false, "true": true} {
			env := map[string]string{"OTEL_GO_SELF_METRICS": value, "OTEL_CONFIG_FILE": file}
			if m := NewSource(func(name string) string { return env[name] }, t.Errorf).Metrics(); m.Self != want {
				t.Errorf("'%s' beside '%s': %v", value, file, m.Self)
			}
		}
	}
}
