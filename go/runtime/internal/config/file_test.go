package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/report"
)

// everyFile reads a file for all signals, and what it says is wrong, without the path.
func everyFile(t *testing.T, text string, env vars) (c *Config, m *Metrics, l *Logs, warned string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "otel.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	before := report.SetLevel(report.Warn)
	defer report.SetLevel(before)
	all := vars{"OTEL_CONFIG_FILE": path}
	for name, value := range env {
		all[name] = value
	}
	getenv := func(name string) string { return all[name] }
	var once []string
	warn := func(format string, args ...any) {
		line := strings.TrimPrefix(strings.ReplaceAll(fmt.Sprintf(format, args...), path+":", ""), "OTEL_CONFIG_FILE: ")
		for _, known := range once {
			if known == line {
				return
			}
		}
		once = append(once, line)
	}
	src := NewSource(getenv, warn)
	c, m, l = src.Traces(), src.Metrics(), src.Logs()
	return c, m, l, strings.Join(once, "\n")
}

// where is an exporter's target with its path.
func where(to otlp.Config) string {
	switch {
	case to.Endpoint == nil:
		return ""
	case to.File != "":
		return to.File
	}
	return to.Target() + to.Endpoint.Path
}

// summary is all of a file's configuration in lines.
func summary(c *Config, m *Metrics, l *Logs) string {
	if c.Disabled || m.Disabled || l.Disabled {
		return fmt.Sprint("disabled ", c.Disabled, m.Disabled, l.Disabled, len(c.Outputs)+len(m.Outputs)+len(l.Outputs))
	}
	var b strings.Builder
	for _, o := range c.Outputs {
		fmt.Fprintf(&b, "spans %s %s %v %v %d %d %v %v\n", o.Name, where(o.OTLP), o.OTLP.Headers, o.OTLP.Gzip, o.Queue.MaxQueue, o.Queue.MaxBatch, o.Queue.Delay, o.Queue.Timeout)
	}
	for _, o := range m.Outputs {
		fmt.Fprintf(&b, "metrics %s %s%s:%d %v %v %s %v\n", o.Name, where(o.OTLP), o.Host, o.Port, o.Interval, o.Timeout, o.Temporality, o.Exponential)
	}
	for _, o := range l.Outputs {
		fmt.Fprintf(&b, "logs %s %s %d %d %v %v\n", o.Name, o.OTLP.Protocol, o.Queue.MaxQueue, o.Queue.MaxBatch, o.Queue.Delay, o.Queue.Timeout)
	}
	return b.String()
}

const whole = `
# All that there is.
file_format: "1.0"
disabled: false
log_level: warn2
attribute_limits: {attribute_value_length_limit: 100, attribute_count_limit: 50}
resource:
  attributes:
    - {name: service.name, value: "${NAME:-shop}"}
    - name: count
      value: 3
      type: int
    - {name: on, value: true, type: bool}
    - {name: share, value: 0.5, type: double}
    - {name: list, value: [a, b], type: string_array}
    - {name: none, value: "${NOT_SET}"}
    - {name: nothing, value: ${NOT_SET}}
  attributes_list: "team=a%20b,service.name=lower"
  detection/development:
    detectors: [{host: }, {process: {}}, {service: }]
    attributes: {included: ["host.*", process.p?d], excluded: [host.id]}
propagator:
  composite: [{tracecontext: }, {b3: }]
  composite_list: "baggage,b3,xray"
tracer_provider:
  processors:
    - batch:
        schedule_delay: 1
        export_timeout: 2
        max_queue_size: 3
        max_export_batch_size: 4
        exporter:
          otlp_http:
            endpoint: https://c:4318/own/path
            tls: {ca_file: /ca.pem, cert_file: /cert.pem, key_file: /key.pem}
            headers: [{name: a, value: "1"}, {name: b, value: ~}]
            headers_list: a=0,c=2
            compression: gzip
            timeout: 5000
            encoding: json
    - simple: {exporter: {console: }}
    - batch: {exporter: {otlp_grpc: {endpoint: "c:4317", tls: {insecure: true}}}}
    - batch: {exporter: {otlp_file/development: {output_stream: file:///tmp/t.jsonl}}}
  limits: {attribute_count_limit: 7, event_count_limit: 8, link_count_limit: 9, event_attribute_count_limit: 10, link_attribute_count_limit: 11}
  sampler:
    parent_based:
      root: {trace_id_ratio_based: {ratio: 0.25}}
      remote_parent_not_sampled: {always_on: }
meter_provider:
  readers:
    - periodic:
        interval: 1000
        timeout: 0
        exporter: {otlp_grpc: {temporality_preference: low_memory, default_histogram_aggregation: base2_exponential_bucket_histogram}}
    - periodic: {exporter: {console: {temporality_preference: delta}}}
    - pull: {exporter: {prometheus/development: {host: 0.0.0.0, port: 9999}}}
  exemplar_filter: always_off
logger_provider:
  processors:
    - batch: {exporter: {otlp_http: }}
    - simple: {exporter: {otlp_grpc: }}
  limits: {attribute_value_length_limit: 20}
instrumentation/development: {java: {a: b}}
`

const wholeMeans = `spans otlp https://c:4318/own/path map[A:[1] C:[2]] true 3 3 1ms 2ms
spans console  map[] false 2048 1 5s 30s
spans otlp http://c:4317 map[] false 2048 512 5s 30s
spans otlp_file /tmp/t.jsonl map[] false 2048 512 5s 30s
metrics otlp http://localhost:4317:0 1s 1h0m0s lowmemory true
metrics console :0 1m0s 30s delta false
metrics prometheus 0.0.0.0:9999 0s 0s cumulative false
logs otlp http/protobuf 2048 512 1s 30s
logs otlp grpc 2048 1 1s 30s
`

// OTEL_CONFIG_FILE: all that the schema has and we do; other variables say nothing.
func TestFile(t *testing.T) {
	c, m, l, warned := everyFile(t, whole, vars{
		"NAME": "till", "OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "wrong", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://other:1",
		"OTEL_SERVICE_NAME": "named", "OTEL_RESOURCE_ATTRIBUTES": "not=there", "OTEL_PROPAGATORS": "none", "OTEL_LOG_LEVEL": "wrong",
		"OTEL_GO_EXCLUDE": "/healthz",
	})
	if warned != "" {
		t.Error(warned)
	}
	if got := summary(c, m, l); got != wholeMeans {
		t.Errorf("got\n%s", got)
	}
	first := c.Outputs[0].OTLP
	if first.CAFile+first.CertFile+first.KeyFile != "/ca.pem/cert.pem/key.pem" || first.Protocol != "http/json" || first.Timeout.Seconds() != 5 {
		t.Errorf("%+v", first)
	}
	for what, pair := range map[string][2]string{
		"resource": {fmt.Sprint(c.Resource.Service, c.Resource.Detectors, attrsAll(c)), "[host os process service]" +
			" service.name=named team=a b service.name=lower service.name=till count=3 on=true share=0.5 list=[a b] none="},
		"propagator": {strings.Join(sorted(c.Propagator.Fields()), " "), "X-Amzn-Trace-Id b3 baggage traceparent tracestate"},
		"limits":     {fmt.Sprint(limitsOf(c), *l.Limits), "[100 7 8 9 10 11] {20 50}"},
		"sampler": {c.Sampler.(interface{ Description() string }).Description(), "ParentBased{root:TraceIDRatioBased{0.25}," +
			"remoteParentSampled:AlwaysOnSampler,remoteParentNotSampled:AlwaysOnSampler,localParentSampled:AlwaysOnSampler,localParentNotSampled:AlwaysOffSampler}"},
		"kept":      {fmt.Sprint(c.Resource.Keep("host.name"), c.Resource.Keep("host.id"), c.Resource.Keep("process.pid"), c.Resource.Keep("os.type")), "true false true false"},
		"exemplars": {m.Exemplars, "always_off"},
		"exclude":   {fmt.Sprint(len(c.Exclude), len(m.Exclude)), "1 1"},
		"set":       {fmt.Sprint(c.Set, l.Set), "[OTEL_CONFIG_FILE OTEL_GO_EXCLUDE] [OTEL_CONFIG_FILE]"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s:\ngot  %s\nwant %s", what, pair[0], pair[1])
		}
	}
}

// limitsOf are those that the file has words for: later versions of the SDK have more.
func limitsOf(c *Config) []int {
	l := c.Limits
	return []int{l.AttributeValueLengthLimit, l.AttributeCountLimit, l.EventCountLimit, l.LinkCountLimit, l.AttributePerEventCountLimit, l.AttributePerLinkCountLimit}
}

func attrsAll(c *Config) string {
	var b strings.Builder
	for _, kv := range c.Resource.Attrs {
		fmt.Fprintf(&b, " %s=%v", kv.Key, kv.Value.AsInterface())
	}
	return b.String()
}

func TestFileDefaults(t *testing.T) {
	c, m, l, warned := everyFile(t, `file_format: "1.0"`, nil)
	if warned != "" || c.Disabled || c.Outputs != nil || m.Outputs != nil || l.Outputs != nil || c.Propagator == nil || c.Resource.Detectors != nil {
		t.Errorf("%s %+v %+v %+v", warned, c, m, l)
	}
	c, _, _, warned = everyFile(t, "file_format: \"1.0\"\ntracer_provider: {processors: [{batch: {exporter: {otlp_grpc: }}}, {batch: {exporter: {otlp_http: {timeout: 0}}}}, {batch: {exporter: {otlp_file: }}}]}", nil)
	const want = "spans otlp http://localhost:4317 map[] false 2048 512 5s 30s\n" +
		"spans otlp http://localhost:4318/v1/traces map[] false 2048 512 5s 30s\n" +
		"spans otlp_file /dev/stdout map[] false 2048 512 5s 30s\n"
	if got := summary(c, &Metrics{}, &Logs{}); got != want || warned != "" {
		t.Errorf("%s\n%s", warned, got)
	}
	if got := c.Sampler.Description(); !strings.HasPrefix(got, "ParentBased{root:AlwaysOnSampler,") {
		t.Error(got)
	}
}

func TestFileViews(t *testing.T) {
	_, m, _, warned := everyFile(t, `file_format: "1.0"
meter_provider:
  readers:
    - periodic: {exporter: {console: }, cardinality_limits: {default: 100}}
    - pull: {exporter: {prometheus: }, cardinality_limits: {default: 300}}
  views:
    - selector: {instrument_name: http.*, instrument_type: histogram, unit: s, meter_name: m, meter_version: v, meter_schema_url: u}
      stream:
        name: renamed
        description: other
        attribute_keys: {included: [http.*], excluded: [http.route]}
        aggregation: {explicit_bucket_histogram: {boundaries: [1, 2.5], record_min_max: false}}
    - {selector: {}, stream: {aggregation: {base2_exponential_bucket_histogram: {max_size: 80}}}}
    - {selector: {instrument_name: noise}, stream: {aggregation: {drop: }}}
    - {stream: {aggregation: {default: }}}
`, nil)
	if warned != "" || m.Series != 300 || len(m.Views) != 4 {
		t.Fatalf("%s %+v", warned, m)
	}
	first := m.Views[0]
	if !first.Keep("http.method") || first.Keep("http.route") || first.Keep("other") || m.Views[1].Keep != nil {
		t.Error("not these attributes")
	}
	first.Keep = nil
	for i, want := range []View{
		{Name: "http.*", Kind: "histogram", Unit: "s", Meter: "m", Version: "v", Schema: "u", Rename: "renamed", Description: "other",
			Aggregation: "explicit_bucket_histogram", Bounds: []float64{1, 2.5}, NoMinMax: true},
		{Aggregation: "base2_exponential_bucket_histogram", MaxSize: 80, MaxScale: 20},
		{Name: "noise", Aggregation: "drop"},
		{},
	} {
		if !reflect.DeepEqual(*m.Views[i], want) {
			t.Errorf("got  %+v\nwant %+v", *m.Views[i], want)
		}
	}
	for _, row := range []struct {
		name, kind, meter string
		want              bool
	}{{"http.x", "histogram", "m", true}, {"http.x", "counter", "m", false}, {"rpc.x", "histogram", "m", false}, {"http.x", "histogram", "n", false}} {
		if got := first.Selects(row.name, row.kind, "s", row.meter, "v", "u"); got != row.want {
			t.Errorf("%v: %v", row, got)
		}
	}
}

// What is wrong leaves no telemetry at all, and one line.
func TestFileWrong(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"a", "1:1: expected a mapping"},
		{"", "1:1: expected file_format '1.0', found ''"},
		{"file_format: '2.0'", "1:1: expected file_format '1.0', found '2.0'"},
		{"file_format: '1.0'\na: [", "2:5: expected a value, which may be put in quotes"},
		{"file_format: '1.0'\ndisabled: maybe", "2:11: expected true or false, found 'maybe'"},
		{"file_format: '1.0'\ndisabled: 'true'", "2:11: expected true or false, found 'true'"},
		{"file_format: '1.0'\nlog_level: loud", "2:12: expected trace, debug, info, warn, error or fatal, found 'loud'"},
		{"file_format: '1.0'\nattribute_limits: {attribute_count_limit: -1}", "2:43: expected a number of at least 0, found '-1'"},
		{"file_format: '1.0'\ntracer_provider:\n  processors: 1", "3:15: expected a list"},
		{"file_format: '1.0'\ntracer_provider:\n  processors:\n  - batch: {}", "4:5: expected an exporter"},
		{"file_format: '1.0'\ntracer_provider:\n  processors:\n  - batch: {exporter: {}}", "4:23: expected an exporter: a mapping with one key"},
		{"file_format: '1.0'\ntracer_provider:\n  processors:\n  - batch: {exporter: {otlp_http: {endpoint: 'ftp://user:secret@x'}}}", "4:46: expected http://HOST:PORT, https://HOST:PORT or unix:PATH, found something else"},
		{"file_format: '1.0'\ntracer_provider:\n  processors:\n  - batch: {exporter: {otlp_http: {headers: [{name: 'a b', value: secret}]}}}", "4:46: expected a header with 'name' and 'value'"},
		{"file_format: '1.0'\ntracer_provider:\n  processors:\n  - batch: {exporter: {otlp_http: {headers_list: 'a=1,secret'}}}", "4:50: expected key=value, found something else in place 2"},
		{"file_format: '1.0'\ntracer_provider: {sampler: {trace_id_ratio_based: {ratio: 2}}}", "2:59: expected a number from 0 to 1, found '2'"},
		{"file_format: '1.0'\nmeter_provider: {readers: [{pull: {exporter: {console: }}}]}", "2:28: exporter 'console' is not one of a pull reader"},
		{"file_format: '1.0'\nmeter_provider: {views: [{selector: {instrument_type: clock}}]}", "2:55: expected counter, gauge, histogram, up_down_counter, observable_counter, observable_gauge, observable_up_down_counter, found 'clock'"},
		{"file_format: '1.0'\nmeter_provider: {views: [{stream: {aggregation: {explicit_bucket_histogram: {boundaries: [1, 1]}}}}]}", "2:94: expected numbers, each above the one before, found '1'"},
		{"file_format: '1.0'\nmeter_provider: {views: [{stream: {aggregation: {explicit_bucket_histogram: {boundaries: [nan]}}}}]}", "2:91: expected numbers, each above the one before, found 'nan'"},
		{"file_format: '1.0'\nresource: {attributes: [{name: a, value: x, type: int}]}", "2:42: expected a value of type int, found 'x'"},
		{"file_format: '1.0'\nresource: {attributes: [{name: a, value: x, type: set}]}", "2:42: unknown type 'set' of an attribute"},
		{"file_format: '1.0'\nresource: {attributes: [{value: x}]}", "2:25: expected an attribute with 'name' and 'value'"},
	} {
		c, m, l, warned := everyFile(t, row.text, nil)
		if got := summary(c, m, l); got != "disabled true true true 0" || warned != row.want+"; there is no telemetry" {
			t.Errorf("%s:\ngot  %s\nwant %s\n%s", row.text, warned, row.want, got)
		}
	}
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir:         "OTEL_CONFIG_FILE: '" + dir + "' is not a regular file; there is no telemetry",
		dir + "/no": "OTEL_CONFIG_FILE: stat " + dir + "/no: no such file or directory; there is no telemetry",
	} {
		c, warned := read(vars{"OTEL_CONFIG_FILE": path})
		if !c.Disabled || len(warned) != 1 || warned[0] != want {
			t.Errorf("%q, want %s", warned, want)
		}
	}
	if c, m, l, warned := everyFile(t, "file_format: '1.0'\ndisabled: true", nil); summary(c, m, l) != "disabled true true true 0" || warned != "" {
		t.Error(warned)
	}
}

// What is said of HTTP and gRPC stands in the place of the hooks' variables, of the first file that
// says it.
func TestFileHooks(t *testing.T) {
	everyFile(t, `file_format: "1.0"
instrumentation/development:
  general:
    http:
      client:
        request_captured_headers: [A, "${B}"]
        known_methods: [GET, QUERY]
      server: {request_captured_headers: [C], response_captured_headers: [D, E], known_methods: [PUT]}
  go:
    grpc:
      capture_metadata: {client: {request: [F], response: [G, H]}, server: {response: [I]}}
`, vars{"B": "from-b"})
	for name, want := range map[string]string{
		"HTTP_CLIENT_CAPTURE_REQUEST_HEADERS": "A,from-b", "HTTP_CLIENT_CAPTURE_RESPONSE_HEADERS": "", "HTTP_SERVER_CAPTURE_REQUEST_HEADERS": "C",
		"HTTP_SERVER_CAPTURE_RESPONSE_HEADERS": "D,E", "HTTP_KNOWN_METHODS": "GET,QUERY,PUT",
		"GRPC_CAPTURE_METADATA_CLIENT_REQUEST": "F", "GRPC_CAPTURE_METADATA_CLIENT_RESPONSE": "G,H",
		"GRPC_CAPTURE_METADATA_SERVER_REQUEST": "", "GRPC_CAPTURE_METADATA_SERVER_RESPONSE": "I",
	} {
		if got := hook.Setting("OTEL_INSTRUMENTATION_" + name); got != want {
			t.Errorf("%s is '%s', want '%s'", name, got, want)
		}
	}
	if _, _, _, warned := everyFile(t, "file_format: '1.0'\ninstrumentation: {general: {http: {server: {known_methods: GET}}}}", nil); !strings.Contains(warned, "expected a list") {
		t.Errorf("warned %q", warned)
	}
}

// What we have not costs a line each, and the rest of the file counts.
func TestFileUnsupported(t *testing.T) {
	c, m, l, warned := everyFile(t, `file_format: "1.7"
tracer_provider:
  processors:
    - batch: {exporter: {zipkin: {endpoint: x}}}
    - mine/development: {a: b}
    - simple: {exporter: {console: }, more: 1}
  sampler: {jaeger_remote/development: {endpoint: x, initial_sampler: {always_off: }}}
meter_provider:
  views: [{selector: {instrument_name: x}, stream: {aggregation: {mine: }, aggregation_cardinality_limit: 5}}]
  readers: [{periodic: {exporter: {statsd: }, cardinality_limits: {default: 1, counter: 2}}}, {other: }]
propagator: {composite: [{tracecontext: }, {mine: }]}
resource: {detection/development: {attributes: {matching: [a]}, detectors: [{cloud: }]}}
instrumentation/development: {general: {http: {client: {more: }, other: }, peer: {}}, go: {mine: }, php: {}}
own: 1
`, nil)
	const want = `1:1: file_format '1.7' is read as '1.0'
12:49: 'matching' is not supported; it is left out
12:77: detector 'cloud' is not supported; it is left out
11:44: propagator 'mine' is not supported; it is left out
4:25: exporter 'zipkin' is not supported; it is left out
5:7: processor 'mine' is not supported; it is left out
6:39: 'more' is not supported; it is left out
7:12: sampler 'jaeger_remote' is not supported; AlwaysOffSampler is used
10:35: exporter 'statsd' is not supported; it is left out
10:80: 'counter' is not supported; it is left out
10:95: reader 'other' is not supported; it is left out
9:66: aggregation 'mine' is not supported; it is left out
9:76: 'aggregation_cardinality_limit' is not supported; it is left out
13:57: 'more' is not supported; it is left out
13:66: 'other' is not supported; it is left out
13:76: 'peer' is not supported; it is left out
13:92: 'mine' is not supported; it is left out
14:1: 'own' is not supported; it is left out`
	got := strings.Split(warned, "\n")
	sum := summary(c, m, l)
	if a, b := strings.Join(sorted(got), "\n"), strings.Join(sorted(strings.Split(want, "\n")), "\n"); a != b {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
	if !strings.HasPrefix(sum, "spans console") || strings.Count(sum, "\n") != 1 || c.Sampler.Description() != "AlwaysOffSampler" {
		t.Errorf("%s%s", sum, c.Sampler.Description())
	}
}

// Earlier versions of the schema had other names for the same.
func TestFileEarlier(t *testing.T) {
	c, _, _, warned := everyFile(t, `file_format: "0.3"
propagator: {composite: [tracecontext, baggage]}
tracer_provider:
  processors:
    - batch:
        exporter:
          otlp: {protocol: http/protobuf, endpoint: "http://c:4318/v1/traces", certificate: /ca.pem, client_key: /key.pem, client_certificate: /cert.pem, insecure: false}
  sampler: always_off
`, nil)
	o := c.Outputs[0].OTLP
	if got := fmt.Sprint(o.Endpoint, o.Protocol, o.CAFile, o.KeyFile, o.CertFile, sorted(c.Propagator.Fields()), c.Sampler.Description()); warned != "" ||
		got != "http://c:4318/v1/traceshttp/protobuf/ca.pem/key.pem/cert.pem[baggage traceparent tracestate]AlwaysOffSampler" {
		t.Errorf("%s %s", got, warned)
	}
}

func TestWildcard(t *testing.T) {
	for _, row := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"a", "a", true}, {"a", "ab", false}, {"a?", "ab", true}, {"a?", "a", false}, {"*", "", true}, {"**", "ab", true},
		{"a*c", "abbc", true}, {"a*c", "abbcd", false}, {"*b*d", "abcbd", true}, {"*ab", "aab", true}, {"?*", "", false}, {"a*?c", "abc", true}, {"*?", "a", true},
	} {
		if got := wildcard(row.pattern, row.text); got != row.want {
			t.Errorf("%q %q: %v", row.pattern, row.text, got)
		}
	}
}

func TestFileLevels(t *testing.T) {
	before := report.SetLevel(report.Warn)
	defer report.SetLevel(before)
	for name, want := range map[string]report.Level{"trace4": report.Debug, "debug": report.Debug, "info2": report.Info, "warn": report.Warn, "error": report.Error, "fatal": report.Error, "~": report.Warn} {
		f := &file{r: &reader{getenv: func(string) string { return "" }, warn: t.Errorf}}
		f.read("file_format: '1.0'\nlog_level: " + name)
		if f.level != want || f.fault != "" {
			t.Errorf("%s: %v %s", name, f.level, f.fault)
		}
	}
}

// Any file either is wrong in one way, or gives what can be worked with.
func FuzzFile(f *testing.F) {
	f.Add(whole)
	f.Add("file_format: '1.0'\nmeter_provider: {views: [{selector: {instrument_name: '*'}, stream: {attribute_keys: {included: [a]}, aggregation: {explicit_bucket_histogram: {boundaries: [1]}}}}]}")
	f.Add("file_format: '0.3'\nresource: {attributes: [{name: a, type: int_array, value: [1, ~]}]}")
	f.Add("file_format: '1.0'\ntracer_provider: {processors: [batch, simple: ], sampler: {parent_based: {root: parent_based}}}")
	f.Fuzz(func(t *testing.T, text string) {
		c := &file{path: "f", r: &reader{getenv: func(string) string { return "" }, warn: func(string, ...any) {}}}
		c.read(text)
		if c.fault != "" {
			if !strings.HasPrefix(c.fault, "f:") {
				t.Errorf("%q: %s", text, c.fault)
			}
			return
		}
		for _, o := range c.traces {
			if o.Queue.MaxQueue < 1 || o.Queue.MaxBatch < 1 || o.Name == "otlp" && (o.OTLP.Endpoint == nil || o.OTLP.Timeout <= 0) {
				t.Errorf("%q: %+v", text, o)
			}
		}
		for _, m := range c.metrics {
			if m.Name != "prometheus" && (m.Interval <= 0 || m.Timeout <= 0) {
				t.Errorf("%q: %+v", text, m)
			}
		}
		for _, v := range c.views {
			if v.MaxScale > 20 || v.Aggregation == "base2_exponential_bucket_histogram" && v.MaxSize < 2 || !slices.IsSorted(v.Bounds) {
				t.Errorf("%q: %+v", text, v)
			}
		}
		if c.sampler == nil || c.propagator == nil {
			t.Errorf("%q: %+v", text, c)
		}
	})
}

// The file is read once for all signals: what it becomes in between changes nothing.
func TestFileOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "otel.yaml")
	if err := os.WriteFile(path, []byte(`file_format: "1.0"
resource: {attributes: [{name: service.name, value: once}]}
logger_provider: {processors: [{batch: {exporter: {console: }}}]}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	before := report.SetLevel(report.Warn)
	defer report.SetLevel(before)
	env := vars{"OTEL_CONFIG_FILE": path, "OTEL_GO_RESOURCE_DETECTORS": "none"}
	src := NewSource(func(name string) string { return env[name] }, t.Errorf)
	c := src.Traces()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	m, l := src.Metrics(), src.Logs()
	if c.Disabled || m.Disabled || l.Disabled || len(l.Outputs) != 1 {
		t.Errorf("%+v, %+v, %+v", c, m, l)
	}
	if !slices.Equal(c.Set, l.Set) || !slices.Equal(c.Set, m.Set) || !slices.Contains(c.Set, "OTEL_GO_RESOURCE_DETECTORS") {
		t.Errorf("set: %q, %q, %q", c.Set, m.Set, l.Set)
	}
}
