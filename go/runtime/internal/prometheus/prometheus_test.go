package prometheus

import "testing"

// By the rules of the OpenTelemetry specification ("Metric Metadata", "Name",
// "Unit").
func TestNames(t *testing.T) {
	for _, tt := range []struct{ name, unit, kind, family, suffix string }{
		{"http.server.request.duration", "s", "histogram", "http_server_request_duration_seconds", "seconds"},
		{"http.server.active_requests", "{request}", "gauge", "http_server_active_requests", ""},
		{"process.cpu.time", "s", "counter", "process_cpu_time_seconds", "seconds"},
		{"requests_total", "", "counter", "requests", ""},
		{"go.memory.used", "By", "gauge", "go_memory_used_bytes", "bytes"},
		{"used_bytes", "By", "gauge", "used_bytes", "bytes"},
		{"load", "1", "gauge", "load_ratio", "ratio"},
		{"n", "1", "counter", "n", ""},
		{"speed", "m/s", "gauge", "speed_meters_per_second", "meters_per_second"},
		{"rate", "{request}/s", "gauge", "rate_per_second", "per_second"},
		{"go.config.gogc", "%", "gauge", "go_config_gogc_percent", "percent"},
		{"1st..thing-x", "", "gauge", "_1st_thing_x", ""},
		{"ä", "ü", "gauge", "_", ""},
		{"", "", "gauge", "_", ""},
	} {
		family, suffix := familyName(tt.name, tt.unit, tt.kind)
		if family != tt.family || suffix != tt.suffix {
			t.Errorf("%s in %s: %s, %s", tt.name, tt.unit, family, suffix)
		}
	}
	for key, want := range map[string]string{"http.route": "http_route", "__name__": "_name_", "a.b-c": "a_b_c", "0": "_0"} {
		if got := labelName(key); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}
