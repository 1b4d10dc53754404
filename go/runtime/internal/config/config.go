// Package config reads OpenTelemetry's environment variables
// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables
// and .../protocol/exporter). A wrong value gets one line on standard error,
// which names the variable, what it had and what is used instead; it never stops
// the program. An empty value is an unset one.
package config

import (
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/filter"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/propagators"
	"otel.tool/runtime/internal/report"
	"otel.tool/runtime/internal/resource"
)

// Config is what the environment asks for.
type Config struct {
	// Disabled is OTEL_SDK_DISABLED. Nothing else has been read if it is set.
	Disabled bool

	// Resource is OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES and
	// OTEL_GO_RESOURCE_DETECTORS.
	Resource resource.Config

	// Traces is OTEL_TRACES_EXPORTER: otlp, otlp_file and console, or nothing.
	Traces []string
	// OTLP is where traces are sent, without what only the program knows.
	OTLP otlp.Config
	// Queue is OTEL_BSP_*.
	Queue batch.Config

	// Sampler is OTEL_TRACES_SAMPLER.
	Sampler    sdktrace.Sampler
	OwnSampler bool // an extension's, which may want to know all of a span
	Propagator propagation.TextMapPropagator

	// Exclude is OTEL_GO_EXCLUDE, which comes before the sampler.
	Exclude []filter.Rule

	// Outputs is where traces go: Traces by the above, or what OTEL_CONFIG_FILE says,
	// where Traces, OTLP and Queue are empty.
	Outputs []Output
	// Limits is that of the file; nil without one, when the SDK reads the variables.
	Limits *sdktrace.SpanLimits

	// Set is the names of the variables that were read and had a value.
	Set []string
}

// Output is one of the places that traces go to.
type Output struct {
	Name  string      // otlp, otlp_file, otlp/stdout or console
	OTLP  otlp.Config // without what only the program knows
	Queue batch.Config

	// Make makes the processor of an own extension, whose import path is the name; else nil.
	// first is to be called before the first span is taken.
	Make func(first func()) sdktrace.SpanProcessor
}

// reader reads variables by getenv, and says by warn what is wrong with them.
type reader struct {
	getenv func(name string) string
	warn   func(format string, args ...any)
	set    []string // those that had a value
	source *Source
}

// Traces returns the configuration of traces, and of what all signals share.
func (s *Source) Traces() *Config {
	r := s.reader()
	c := &Config{}
	defer func() { c.Set = r.set }()
	if f := r.file(); f != nil {
		if c.Disabled = f.disabled; !c.Disabled {
			c.Resource, c.Outputs, c.Limits, c.Propagator = f.resource, f.traces, &f.limits, f.propagator
			c.Exclude = r.exclude()
			c.Sampler = f.sampler
		}
		return c
	}
	if c.Disabled = r.bool("OTEL_SDK_DISABLED"); c.Disabled {
		return c
	}
	r.logLevel()
	c.Resource = r.resource()
	c.Traces = r.list("OTEL_TRACES_EXPORTER", []string{"otlp"}, "otlp", "otlp_file", "otlp/stdout", "console", "none")
	c.OTLP = r.otlp("TRACES", "v1/traces")
	c.Queue = r.queue()
	c.Exclude = r.exclude()
	c.Sampler = r.sampler()
	c.Propagator = r.propagator()
	r.limits()
	for _, name := range c.Traces {
		out := Output{Name: name, OTLP: c.OTLP, Queue: c.Queue}
		out.OTLP.File = fileOf(name, "traces")
		c.Outputs = append(c.Outputs, out)
	}
	return c
}

func (r *reader) resource() resource.Config {
	return resource.Config{
		Service:   r.text("OTEL_SERVICE_NAME"),
		Attrs:     r.attributes("OTEL_RESOURCE_ATTRIBUTES"),
		Detectors: r.list("OTEL_GO_RESOURCE_DETECTORS", resource.Defaults, append(resource.Names(), "none")...),
	}
}

// fileOf is where an exporter appends lines of a signal: otlp_file to SIGNAL.jsonl in
// OTEL_GO_OTLP_FOLDER, or where the program was started; "" for one that does not.
func fileOf(exporter, signal string) string {
	switch exporter {
	case "otlp_file":
		return filepath.Join(os.Getenv("OTEL_GO_OTLP_FOLDER"), signal+".jsonl")
	case "otlp/stdout":
		return "/dev/stdout"
	}
	return ""
}

func (r *reader) text(name string) string {
	v := strings.TrimSpace(r.getenv(name))
	if v != "" && !slices.Contains(r.set, name) {
		r.set = append(r.set, name)
	}
	return v
}

// logLevel looks at OTEL_LOG_LEVEL, which package report reads for itself.
func (r *reader) logLevel() {
	const name = "OTEL_LOG_LEVEL"
	if v := r.text(name); v != "" && !slices.Contains(report.Levels, strings.ToLower(v)) {
		r.warn("%s: expected %s, found '%s'; warn is used", name, strings.Join(report.Levels, ", "), v)
	}
}

// bool is true for "true" only, as the specification says.
func (r *reader) bool(name string) bool {
	v := r.text(name)
	switch strings.ToLower(v) {
	case "true":
		return true
	case "", "false":
	default:
		r.warn("%s: expected true or false, found '%s'; false is used", name, v)
	}
	return false
}

// number reads an integer of at least low.
func (r *reader) number(name string, low, otherwise int) int {
	v := r.text(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > math.MaxInt32 {
		r.warn("%s: expected a number of at least %d, found '%s'; %d is used", name, low, v, otherwise)
		return otherwise
	}
	return n
}

//go:noinline
func (r *reader) millis(name string, otherwise int) time.Duration {
	return time.Duration(r.number(name, 0, otherwise)) * time.Millisecond
}

// list reads names separated by commas. The name none empties it; if no known
// name is there, it is what is given.
func (r *reader) list(name string, otherwise []string, known ...string) []string {
	var names []string
	for item := range strings.SplitSeq(r.text(name), ",") {
		item = strings.ToLower(strings.TrimSpace(item))
		switch {
		case item == "" || slices.Contains(names, item):
		case !slices.Contains(known, item):
			r.warn("%s: unknown name '%s', expected %s; it is left out", name, item, strings.Join(known, ", "))
		default:
			names = append(names, item)
		}
	}
	switch {
	case len(names) == 0:
		return otherwise
	case slices.Contains(names, "none"):
		return nil
	}
	return names
}

// pairs reads k=v,k=v as W3C Baggage has it, values percent-encoded, and gives
// each to add. A secret may be among them, so a fault is told without its text.
func (r *reader) pairs(name string, add func(key, value string) bool) {
	eachPair(r.text(name), add, func(place int) {
		r.warn("%s: expected key=value, found something else in place %d; it is left out", name, place)
	})
}

// eachPair gives the pairs of text to add, and the places of those that are none, or
// that add refuses, to wrong.
func eachPair(text string, add func(key, value string) bool, wrong func(place int)) {
	n := 0
	for pair := range strings.SplitSeq(text, ",") {
		n++
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, ok := strings.Cut(pair, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if text, err := url.PathUnescape(value); err == nil {
			value = text
		}
		if !ok || key == "" || !add(key, value) {
			wrong(n)
		}
	}
}

func (r *reader) attributes(name string) []attribute.KeyValue {
	var attrs []attribute.KeyValue
	r.pairs(name, func(key, value string) bool {
		attrs = append(attrs, attribute.String(key, value))
		return true
	})
	return attrs
}

func (r *reader) queue() batch.Config {
	return batch.Config{
		MaxQueue: r.number("OTEL_BSP_MAX_QUEUE_SIZE", 1, 2048),
		MaxBatch: r.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1, 512),
		Delay:    r.millis("OTEL_BSP_SCHEDULE_DELAY", 5000),
		Timeout:  r.millis("OTEL_BSP_EXPORT_TIMEOUT", 30000),
	}
}

// limits looks at the variables that the SDK reads for itself, but takes the
// default for a wrong value without a word.
func (r *reader) limits() {
	for _, v := range []struct {
		name      string
		otherwise int
	}{
		{"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", -1},
		{"OTEL_ATTRIBUTE_COUNT_LIMIT", 128},
		{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", -1},
		{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", 128},
		{"OTEL_SPAN_EVENT_COUNT_LIMIT", 128},
		{"OTEL_SPAN_LINK_COUNT_LIMIT", 128},
		{"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", 128},
		{"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", 128},
	} {
		r.number(v.name, -1, v.otherwise)
	}
}

func (r *reader) sampler() sdktrace.Sampler {
	const name = "OTEL_TRACES_SAMPLER"
	switch v := strings.ToLower(r.text(name)); v {
	case "always_on":
		return sdktrace.AlwaysSample()
	case "always_off":
		return sdktrace.NeverSample()
	case "traceidratio":
		return sdktrace.TraceIDRatioBased(r.ratio())
	case "parentbased_always_off":
		return sdktrace.ParentBased(sdktrace.NeverSample())
	case "parentbased_traceidratio":
		return sdktrace.ParentBased(sdktrace.TraceIDRatioBased(r.ratio()))
	case "", "parentbased_always_on":
	default:
		r.warn("%s: expected always_on, always_off, traceidratio or one of these after parentbased_, found '%s'; parentbased_always_on is used", name, v)
	}
	return sdktrace.ParentBased(sdktrace.AlwaysSample())
}

func (r *reader) exclude() []filter.Rule {
	const name = "OTEL_GO_EXCLUDE"
	var rules []filter.Rule
	for text := range strings.SplitSeq(r.text(name), ",") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		rule, ok := filter.Parse(text)
		if !ok {
			r.warn("%s: expected [METHOD ]/PATH, [METHOD ]//HOST/PATH or ATTRIBUTE=VALUE, found '%s'; it is left out", name, text)
			continue
		}
		rules = append(rules, rule)
	}
	return rules
}

func (r *reader) ratio() float64 {
	const name = "OTEL_TRACES_SAMPLER_ARG"
	v := r.text(name)
	if v == "" {
		return 1
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !(f >= 0 && f <= 1) {
		r.warn("%s: expected a number from 0 to 1, found '%s'; 1 is used", name, v)
		return 1
	}
	return f
}

func (r *reader) propagator() propagation.TextMapPropagator {
	names := r.list("OTEL_PROPAGATORS", []string{"tracecontext", "baggage"}, append(propagators.Names(), "none")...)
	return propagators.New(names)
}

// otlp reads the OTEL_EXPORTER_OTLP_* variables of one signal: its own forms
// come before the general ones. Path is what an endpoint for all signals is
// followed by over HTTP.
func (r *reader) otlp(signal, path string) otlp.Config {
	// pick returns the variable to read: the signal's, if it is set.
	pick := func(name string) string {
		if own := "OTEL_EXPORTER_OTLP_" + signal + "_" + name; r.text(own) != "" {
			return own
		}
		return "OTEL_EXPORTER_OTLP_" + name
	}
	c := otlp.Config{
		Headers:  r.headers(pick("HEADERS")),
		Timeout:  r.millis(pick("TIMEOUT"), 10000),
		Gzip:     r.compression(pick("COMPRESSION")),
		CAFile:   r.text(pick("CERTIFICATE")),
		CertFile: r.text(pick("CLIENT_CERTIFICATE")),
		KeyFile:  r.text(pick("CLIENT_KEY")),
	}
	if c.Timeout == 0 {
		c.Timeout = noTimeout // but for the one of the queue
	}
	name := pick("ENDPOINT")
	var endpoint *url.URL
	endpoint, c.Socket = r.endpoint(name, r.bool(pick("INSECURE")))
	c.Protocol = r.protocol(pick("PROTOCOL"))
	if c.Protocol == "" {
		c.Protocol = otlp.GRPC
		if endpoint != nil && endpoint.Port() == "4318" {
			c.Protocol = otlp.HTTPProtobuf
		}
	}
	own := strings.HasPrefix(name, "OTEL_EXPORTER_OTLP_"+signal+"_") && c.Socket == ""
	c.Endpoint = complete(endpoint, c.Protocol == otlp.GRPC, path, own)
	return c
}

// protocol returns "" where none is asked for.
func (r *reader) protocol(name string) otlp.Protocol {
	v := strings.ToLower(r.text(name))
	switch p := otlp.Protocol(v); p {
	case "", otlp.GRPC, otlp.HTTPProtobuf, otlp.HTTPJSON:
		return p
	}
	r.warn("%s: expected grpc, http/protobuf or http/json, found '%s'; grpc is used", name, v)
	return otlp.GRPC
}

func (r *reader) compression(name string) bool {
	v := strings.ToLower(r.text(name))
	switch v {
	case "gzip":
		return true
	case "", "none":
	default:
		r.warn("%s: expected gzip or none, found '%s'; none is used", name, v)
	}
	return false
}

func (r *reader) headers(name string) http.Header {
	h := http.Header{}
	r.pairs(name, func(key, value string) bool {
		if !token(key) || !printable(value) {
			return false
		}
		h.Add(key, value)
		return true
	})
	return h
}

// token says whether s can be a header's name (RFC 9110, section 5.6.2).
func token(s string) bool {
	for _, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}

func printable(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func (r *reader) endpoint(name string, insecure bool) (u *url.URL, socket string) {
	u, socket, ok := parseEndpoint(r.text(name), insecure)
	if !ok {
		// The text is not repeated: there may be a password in it.
		r.warn("%s: expected http://HOST:PORT, https://HOST:PORT or unix:PATH, found something else; the default is used", name)
	}
	return u, socket
}

// parseEndpoint reads a URL, or the path of a socket; both zero is the default.
// HOST:PORT alone is what gRPC's own clients are given: by the specification it
// is encrypted unless insecure.
func parseEndpoint(v string, insecure bool) (u *url.URL, socket string, ok bool) {
	if v == "" {
		return nil, "", true
	}
	if path, ok := strings.CutPrefix(v, "unix:"); ok {
		return nil, strings.TrimPrefix(path, "//"), true
	}
	text := v
	if !strings.Contains(v, "://") {
		text = "https://" + v
		if insecure {
			text = "http://" + v
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, "", false
	}
	return u, "", true
}

// complete fills in what an endpoint leaves open. Own is one for this signal
// alone, whose path is taken as it is.
func complete(u *url.URL, grpc bool, path string, own bool) *url.URL {
	switch {
	case u == nil && grpc:
		return &url.URL{Scheme: "http", Host: "localhost:4317"}
	case u == nil:
		return &url.URL{Scheme: "http", Host: "localhost:4318", Path: "/" + path}
	case grpc:
		return &url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host}
	}
	if u.Path == "" {
		u.Path = "/"
	}
	if !own {
		u = u.JoinPath(path)
	}
	return u
}
