package config

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/internal/otlp"
)

// vars is an environment.
type vars map[string]string

func read(env vars) (*Config, []string) {
	var warnings []string
	c := NewSource(func(name string) string { return env[name] }, func(format string, args ...any) {
		warnings = append(warnings, fmt.Sprintf(format, args...))
	}).Traces()
	return c, warnings
}

// see is what a row of a table says of a configuration, by the name of the part.
var see = map[string]func(c *Config) string{
	"exporters":  func(c *Config) string { return strings.Join(c.Traces, " ") },
	"service":    func(c *Config) string { return c.Resource.Service },
	"resource":   func(c *Config) string { return attrs(c) },
	"detectors":  func(c *Config) string { return strings.Join(c.Resource.Detectors, " ") },
	"sampler":    func(c *Config) string { return c.Sampler.Description() },
	"propagator": func(c *Config) string { return strings.Join(sorted(c.Propagator.Fields()), " ") },
	"queue": func(c *Config) string {
		return fmt.Sprint(c.Queue.MaxQueue, c.Queue.MaxBatch, c.Queue.Delay, c.Queue.Timeout)
	},
	"protocol": func(c *Config) string { return string(c.OTLP.Protocol) },
	"endpoint": func(c *Config) string { return c.OTLP.Endpoint.String() },
	"path":     func(c *Config) string { return c.OTLP.Endpoint.Path },
	"socket":   func(c *Config) string { return c.OTLP.Socket },
	"headers":  func(c *Config) string { return fmt.Sprint(map[string][]string(c.OTLP.Headers)) },
	"timeout":  func(c *Config) string { return c.OTLP.Timeout.String() },
	"gzip":     func(c *Config) string { return fmt.Sprint(c.OTLP.Gzip) },
	"files":    func(c *Config) string { return c.OTLP.CAFile + " " + c.OTLP.CertFile + " " + c.OTLP.KeyFile },
}

func attrs(c *Config) string {
	var list []string
	for _, kv := range c.Resource.Attrs {
		list = append(list, string(kv.Key)+"="+kv.Value.AsString())
	}
	return strings.Join(list, " ")
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func TestRead(t *testing.T) {
	everyID := sdktrace.TraceIDRatioBased(1).Description() // AlwaysOnSampler, before v1.47
	const parentOn = "ParentBased{root:AlwaysOnSampler,remoteParentSampled:AlwaysOnSampler,remoteParentNotSampled:AlwaysOffSampler,localParentSampled:AlwaysOnSampler,localParentNotSampled:AlwaysOffSampler}"
	const w3c = "baggage traceparent tracestate"
	const end = "OTEL_EXPORTER_OTLP_ENDPOINT"
	const tracesEnd = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	const protocol = "OTEL_EXPORTER_OTLP_PROTOCOL"
	const badEndpoint = ": expected http://HOST:PORT, https://HOST:PORT or unix:PATH, found something else; the default is used"
	tests := []struct {
		env  vars
		part string
		want string
		warn string // the one warning
	}{
		{vars{}, "exporters", "otlp", ""},
		{vars{"OTEL_TRACES_EXPORTER": "console"}, "exporters", "console", ""},
		{vars{"OTEL_TRACES_EXPORTER": " OTLP , console,otlp"}, "exporters", "otlp console", ""},
		{vars{"OTEL_TRACES_EXPORTER": "none"}, "exporters", "", ""},
		{vars{"OTEL_TRACES_EXPORTER": "otlp/stdout"}, "exporters", "otlp/stdout", ""},
		{vars{"OTEL_TRACES_EXPORTER": "zipkin"}, "exporters", "otlp", "OTEL_TRACES_EXPORTER: unknown name 'zipkin', expected otlp, otlp_file, otlp/stdout, console, none; it is left out"},
		{vars{"OTEL_TRACES_EXPORTER": "zipkin,console"}, "exporters", "console", "OTEL_TRACES_EXPORTER: unknown name 'zipkin', expected otlp, otlp_file, otlp/stdout, console, none; it is left out"},

		{vars{"OTEL_SERVICE_NAME": " shop "}, "service", "shop", ""},
		{vars{"OTEL_RESOURCE_ATTRIBUTES": "a=1, b = two%20words ,c="}, "resource", "a=1 b=two words c=", ""},
		{vars{"OTEL_RESOURCE_ATTRIBUTES": "a=1,secret,b=50%"}, "resource", "a=1 b=50%", "OTEL_RESOURCE_ATTRIBUTES: expected key=value, found something else in place 2; it is left out"},

		{vars{}, "detectors", "service process host os container k8s lambda", ""},
		{vars{"OTEL_GO_RESOURCE_DETECTORS": "host,hostid"}, "detectors", "host hostid", ""},
		{vars{"OTEL_GO_RESOURCE_DETECTORS": "none"}, "detectors", "", ""},
		{vars{"OTEL_GO_RESOURCE_DETECTORS": "aws"}, "detectors", "service process host os container k8s lambda", "OTEL_GO_RESOURCE_DETECTORS: unknown name 'aws', expected service, process, host, os, container, k8s, lambda, hostid, none; it is left out"},

		{vars{}, "sampler", parentOn, ""},
		{vars{"OTEL_TRACES_SAMPLER": "always_on"}, "sampler", "AlwaysOnSampler", ""},
		{vars{"OTEL_TRACES_SAMPLER": "Always_Off"}, "sampler", "AlwaysOffSampler", ""},
		{vars{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25"}, "sampler", "TraceIDRatioBased{0.25}", ""},
		{vars{"OTEL_TRACES_SAMPLER": "traceidratio"}, "sampler", everyID, ""},
		{vars{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "NaN"}, "sampler", everyID, "OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, found 'NaN'; 1 is used"},
		{vars{"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"}, "sampler", strings.Replace(parentOn, "AlwaysOnSampler", everyID, 1), "OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, found '2'; 1 is used"},
		{vars{"OTEL_TRACES_SAMPLER": "parentbased_always_off"}, "sampler", strings.Replace(parentOn, "root:AlwaysOn", "root:AlwaysOff", 1), ""},
		{vars{"OTEL_TRACES_SAMPLER": "some"}, "sampler", parentOn, "OTEL_TRACES_SAMPLER: expected always_on, always_off, traceidratio or one of these after parentbased_, found 'some'; parentbased_always_on is used"},

		{vars{"OTEL_GO_EXCLUDE": "/healthz, GET //h/x", "OTEL_TRACES_SAMPLER": "always_on"}, "sampler", "AlwaysOnSampler", ""},
		{vars{"OTEL_GO_EXCLUDE": "/a,healthz"}, "sampler", parentOn, "OTEL_GO_EXCLUDE: expected [METHOD ]/PATH, [METHOD ]//HOST/PATH or ATTRIBUTE=VALUE, found 'healthz'; it is left out"},

		{vars{}, "propagator", w3c, ""},
		{vars{"OTEL_PROPAGATORS": "b3"}, "propagator", "b3", ""},
		{vars{"OTEL_PROPAGATORS": "jaeger,tracecontext"}, "propagator", "traceparent tracestate uber-trace-id", ""},
		{vars{"OTEL_PROPAGATORS": "none"}, "propagator", "", ""},
		{vars{"OTEL_PROPAGATORS": "x"}, "propagator", w3c, "OTEL_PROPAGATORS: unknown name 'x', expected tracecontext, baggage, b3, b3multi, jaeger, xray, ottrace, none; it is left out"},

		{vars{}, "queue", "2048 512 5s 30s", ""},
		{vars{"OTEL_BSP_MAX_QUEUE_SIZE": "10", "OTEL_BSP_SCHEDULE_DELAY": "250", "OTEL_BSP_EXPORT_TIMEOUT": "0"}, "queue", "10 512 250ms 0s", ""},
		{vars{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "0"}, "queue", "2048 512 5s 30s", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE: expected a number of at least 1, found '0'; 512 is used"},
		{vars{"OTEL_BSP_SCHEDULE_DELAY": "5s"}, "queue", "2048 512 5s 30s", "OTEL_BSP_SCHEDULE_DELAY: expected a number of at least 0, found '5s'; 5000 is used"},
		{vars{"OTEL_SPAN_EVENT_COUNT_LIMIT": "many"}, "queue", "2048 512 5s 30s", "OTEL_SPAN_EVENT_COUNT_LIMIT: expected a number of at least -1, found 'many'; 128 is used"},

		{vars{}, "protocol", "grpc", ""},
		{vars{protocol: "http/json"}, "protocol", "http/json", ""},
		{vars{protocol: "http/json", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "HTTP/Protobuf"}, "protocol", "http/protobuf", ""},
		{vars{protocol: "thrift"}, "protocol", "grpc", "OTEL_EXPORTER_OTLP_PROTOCOL: expected grpc, http/protobuf or http/json, found 'thrift'; grpc is used"},
		{vars{end: "http://collector:4318"}, "protocol", "http/protobuf", ""},
		{vars{end: "http://collector:4317"}, "protocol", "grpc", ""},

		{vars{}, "endpoint", "http://localhost:4317", ""},
		{vars{protocol: "http/protobuf"}, "endpoint", "http://localhost:4318/v1/traces", ""},
		{vars{end: "http://localhost:4317"}, "endpoint", "http://localhost:4317", ""},
		{vars{end: "https://c.example:1/base/", protocol: "http/json"}, "endpoint", "https://c.example:1/base/v1/traces", ""},
		{vars{tracesEnd: "https://c.example:1/base/", protocol: "http/json"}, "endpoint", "https://c.example:1/base/", ""},
		{vars{tracesEnd: "http://c.example", protocol: "http/json"}, "endpoint", "http://c.example/", ""},
		{vars{tracesEnd: "https://c.example:1/ignored?x=1"}, "endpoint", "https://c.example:1", ""},
		{vars{end: "http://localhost:4318"}, "path", "/v1/traces", ""},
		{vars{end: "http://localhost:4318/"}, "path", "/v1/traces", ""},
		{vars{tracesEnd: "http://localhost:4318"}, "path", "/", ""},
		{vars{end: "collector:4317"}, "endpoint", "https://collector:4317", ""},
		{vars{end: "collector:4317", "OTEL_EXPORTER_OTLP_INSECURE": "true"}, "endpoint", "http://collector:4317", ""},
		{vars{end: "ftp://me:secret@collector"}, "endpoint", "http://localhost:4317", end + badEndpoint},
		{vars{tracesEnd: "http://", protocol: "http/json"}, "endpoint", "http://localhost:4318/v1/traces", tracesEnd + badEndpoint},
		{vars{end: "unix:///run/otlp.sock"}, "socket", "/run/otlp.sock", ""},
		{vars{tracesEnd: "unix:otlp.sock", protocol: "http/json"}, "socket", "otlp.sock", ""},
		{vars{tracesEnd: "unix:otlp.sock", protocol: "http/json"}, "endpoint", "http://localhost:4318/v1/traces", ""},

		{vars{"OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%3Db,x=1"}, "headers", "map[Api-Key:[a=b] X:[1]]", ""},
		{vars{"OTEL_EXPORTER_OTLP_HEADERS": "a=1", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "b=2"}, "headers", "map[B:[2]]", ""},
		{vars{"OTEL_EXPORTER_OTLP_HEADERS": "a=1,se cret=2"}, "headers", "map[A:[1]]", "OTEL_EXPORTER_OTLP_HEADERS: expected key=value, found something else in place 2; it is left out"},
		{vars{"OTEL_EXPORTER_OTLP_HEADERS": "a=x%0d%0ay"}, "headers", "map[]", "OTEL_EXPORTER_OTLP_HEADERS: expected key=value, found something else in place 1; it is left out"},

		{vars{}, "timeout", "10s", ""},
		{vars{"OTEL_EXPORTER_OTLP_TIMEOUT": "1500"}, "timeout", "1.5s", ""},
		{vars{"OTEL_EXPORTER_OTLP_TIMEOUT": "0"}, "timeout", "1h0m0s", ""},
		{vars{"OTEL_EXPORTER_OTLP_TIMEOUT": "-1"}, "timeout", "10s", "OTEL_EXPORTER_OTLP_TIMEOUT: expected a number of at least 0, found '-1'; 10000 is used"},
		{vars{"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}, "gzip", "true", ""},
		{vars{"OTEL_EXPORTER_OTLP_COMPRESSION": "zstd"}, "gzip", "false", "OTEL_EXPORTER_OTLP_COMPRESSION: expected gzip or none, found 'zstd'; none is used"},
		{vars{"OTEL_EXPORTER_OTLP_CERTIFICATE": "ca", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE": "c", "OTEL_EXPORTER_OTLP_CLIENT_KEY": "k"}, "files", "ca c k", ""},

		{vars{"OTEL_SDK_DISABLED": "yes"}, "exporters", "otlp", "OTEL_SDK_DISABLED: expected true or false, found 'yes'; false is used"},
	}
	for _, tt := range tests {
		c, warnings := read(tt.env)
		if got := see[tt.part](c); got != tt.want {
			t.Errorf("%v: %s is %q, want %q", tt.env, tt.part, got, tt.want)
		}
		if got := strings.Join(warnings, "\n"); got != tt.warn {
			t.Errorf("%v: warned %q, want %q", tt.env, got, tt.warn)
		}
	}
}

// Disabled is all that is read then.
func TestDisabled(t *testing.T) {
	for _, v := range []string{"true", "TRUE", " True "} {
		c, warnings := read(vars{"OTEL_SDK_DISABLED": v, "OTEL_TRACES_EXPORTER": "nonsense"})
		if !reflect.DeepEqual(c, &Config{Disabled: true, Set: []string{"OTEL_SDK_DISABLED"}}) || warnings != nil {
			t.Errorf("%s: %+v, %v", v, c, warnings)
		}
	}
}

// An empty value is an unset one, whatever the variable.
func TestEmptyIsUnset(t *testing.T) {
	names := map[string]bool{}
	NewSource(func(name string) string { names[name] = true; return "" }, t.Logf).Traces()
	want, _ := read(vars{})
	env := vars{}
	for name := range names {
		env[name] = " "
	}
	got, warnings := read(env)
	if !reflect.DeepEqual(got.OTLP, want.OTLP) || !reflect.DeepEqual(got.Queue, want.Queue) || warnings != nil {
		t.Errorf("%+v, %v", got, warnings)
	}
}

// The documentation has every variable, each signal's own forms aside.
func TestDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../../../docs/configuration.md")
	if err != nil {
		t.Skip(err) // the module by itself
	}
	getenv := func(name string) string {
		short := strings.Replace(name, "OTEL_EXPORTER_OTLP_CLIENT_KEY", "…_CLIENT_KEY", 1)
		for _, signal := range []string{"TRACES", "METRICS", "LOGS"} {
			if short = strings.Replace(short, "OTLP_"+signal+"_", "OTLP_", 1); strings.HasSuffix(name, signal+"_CLIENT_KEY") {
				short = "…_CLIENT_KEY"
			}
		}
		if !strings.Contains(string(doc), "`"+short+"`") && !strings.Contains(string(doc), "`"+name+"`") {
			t.Errorf("%s is not in docs/configuration.md", name)
		}
		return ""
	}
	NewSource(getenv, t.Errorf).Traces()
	NewSource(getenv, t.Errorf).Metrics()
	NewSource(getenv, t.Errorf).Logs()
}

// Any environment gives a configuration that can be worked with.
func FuzzRead(f *testing.F) {
	f.Add("http://localhost:4317", "a=b,c=%zz", "grpc", "1", "otlp,console")
	f.Add("unix:", "=,=,", "http/json", "-99999999999999999999", ",")
	f.Add("[::1]:4317", "\x00=\xff", "", "0x10", "none,none")
	f.Fuzz(func(t *testing.T, endpoint, pairs, protocol, number, names string) {
		c, _ := read(vars{
			"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_HEADERS": pairs, "OTEL_RESOURCE_ATTRIBUTES": pairs,
			"OTEL_EXPORTER_OTLP_PROTOCOL": protocol, "OTEL_BSP_MAX_QUEUE_SIZE": number, "OTEL_EXPORTER_OTLP_TIMEOUT": number,
			"OTEL_TRACES_SAMPLER_ARG": number, "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_EXPORTER": names, "OTEL_PROPAGATORS": names,
		})
		if c.OTLP.Endpoint == nil || c.OTLP.Endpoint.Host == "" || c.Queue.MaxQueue < 1 || c.Queue.MaxBatch < 1 || c.OTLP.Timeout <= 0 || c.OTLP.Timeout > 1000*time.Hour {
			t.Errorf("%+v", c)
		}
		if p := c.OTLP.Protocol; p != otlp.GRPC && p != otlp.HTTPProtobuf && p != otlp.HTTPJSON {
			t.Errorf("protocol %q", p)
		}
		for key := range c.OTLP.Headers {
			if !token(key) {
				t.Errorf("header %q", key)
			}
		}
	})
}
