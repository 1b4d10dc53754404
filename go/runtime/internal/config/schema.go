package config

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/propagators"
	"otel.tool/runtime/internal/report"
	"otel.tool/runtime/internal/resource"
	"otel.tool/runtime/internal/yaml"
)

// The schema of the declarative configuration, from its root down. Names of 0.3 and
// 0.4 that have changed since are taken too.

func (f *file) root(n *yaml.Node) {
	o := f.object(n)
	switch format := f.text(o.get("file_format")); {
	case format == "0.3" || format == "0.4" || format == "1.0" || strings.HasPrefix(format, "1.0-"):
	case strings.HasPrefix(format, "1."):
		f.warnings = append(f.warnings, f.at(n.Line, n.Col)+"file_format '"+format+"' is read as '1.0'")
	default:
		f.fail(n, "expected file_format '1.0', found '%s'", format)
	}
	f.level = f.logLevel(o.get("log_level"))
	f.disabled = f.bool(o.get("disabled"))
	f.readResource(o.get("resource"))
	f.readPropagator(o.get("propagator"))
	general := f.attributeLimits(f.object(o.get("attribute_limits")), LogLimits{Length: -1, Count: 128})
	f.readTracer(f.object(o.get("tracer_provider")), general)
	f.readMeter(f.object(o.get("meter_provider")))
	f.readLogger(f.object(o.get("logger_provider")), general)
	f.readInstrumentation(f.object(o.get("instrumentation")))
	o.get("distribution") // each reads its own only, and ours has nothing
	o.done()
}

// logLevel takes the names of severities, numbers behind them aside. What is not there
// is what it is without a file, since the specification's own, info, has a line for
// each start of the program.
func (f *file) logLevel(n *yaml.Node) report.Level {
	switch text := f.text(n); strings.TrimRight(text, "1234") {
	case "trace", "debug":
		return report.Debug
	case "info":
		return report.Info
	case "", "warn":
	case "error", "fatal":
		return report.Error
	default:
		f.fail(n, "expected trace, debug, info, warn, error or fatal, found '%s'", text)
	}
	return report.Warn
}

// detectorsOf returns ours for one of the schema; none for one that we have not.
func detectorsOf(name string) []string {
	switch name {
	case "host":
		return []string{"host", "os"}
	case "os", "process", "container", "service", "k8s", "lambda", "hostid":
		return []string{name}
	}
	return nil
}

func (f *file) readResource(n *yaml.Node) {
	o := f.object(n)
	defer o.done()
	c := &f.resource
	detection := o.get("detection")
	if detection == nil {
		c.Detectors = f.r.list("OTEL_GO_RESOURCE_DETECTORS", nil, append(resource.Names(), "none")...)
	}
	d := f.object(detection)
	for _, item := range f.list(d.get("detectors")) {
		name, _ := f.one(item, "a detector")
		ours := detectorsOf(name)
		if ours == nil {
			f.leave(item.Line, item.Col, "detector '%s' is not supported", name)
		}
		c.Detectors = append(c.Detectors, ours...)
		if service := strings.TrimSpace(f.r.getenv("OTEL_SERVICE_NAME")); name == "service" && service != "" {
			c.Attrs = append(c.Attrs, attribute.String("service.name", service))
		}
	}
	c.Keep = f.patterns(d.get("attributes"))
	d.done()
	list := o.get("attributes_list")
	f.pairs(list, func(key, value string) bool {
		c.Attrs = append(c.Attrs, attribute.String(key, value))
		return true
	})
	for _, item := range f.list(o.get("attributes")) {
		a := f.object(item)
		name := f.text(a.get("name"))
		if name == "" {
			f.fail(item, "expected an attribute with 'name' and 'value'")
		}
		value, kind := a.get("value"), f.text(a.get("type"))
		if !value.Null() { // as a variable that is not set makes it
			c.Attrs = append(c.Attrs, attribute.KeyValue{Key: attribute.Key(name), Value: f.attribute(value, kind)})
		}
		a.done()
	}
}

// patterns returns what says whether a text matches those of a mapping with included
// and excluded; nil for null.
func (f *file) patterns(n *yaml.Node) func(text string) bool {
	if n.Null() {
		return nil
	}
	o := f.object(n)
	defer o.done()
	var included, excluded []string
	for _, item := range f.list(o.get("included")) {
		included = append(included, f.text(item))
	}
	for _, item := range f.list(o.get("excluded")) {
		excluded = append(excluded, f.text(item))
	}
	return func(text string) bool {
		matches := func(pattern string) bool { return wildcard(pattern, text) }
		return (included == nil || slices.ContainsFunc(included, matches)) && !slices.ContainsFunc(excluded, matches)
	}
}

// wildcard says whether text is what pattern says, where * is any text and ? any
// one byte.
func wildcard(pattern, text string) bool {
	star, from := -1, 0 // the last * in pattern, and where in text what follows it is tried
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// attribute returns the value of an attribute of that type.
func (f *file) attribute(n *yaml.Node, kind string) attribute.Value {
	of, array := strings.CutSuffix(kind, "_array")
	var texts []string
	var bools []bool
	var ints []int64
	var floats []float64
	items := []*yaml.Node{n}
	if array {
		items = f.list(n)
	}
	for _, item := range items {
		text := f.text(item)
		var err error
		switch of {
		case "", "string":
			texts = append(texts, text)
		case "bool":
			bools = append(bools, f.bool(item))
		case "int":
			var i int64
			i, err = strconv.ParseInt(text, 10, 64)
			ints = append(ints, i)
		case "double":
			var x float64
			x, err = strconv.ParseFloat(text, 64)
			floats = append(floats, x)
		default:
			f.fail(item, "unknown type '%s' of an attribute", kind)
		}
		if err != nil {
			f.fail(item, "expected a value of type %s, found '%s'", of, text)
		}
	}
	switch {
	case array && of == "bool":
		return attribute.BoolSliceValue(bools)
	case array && of == "int":
		return attribute.Int64SliceValue(ints)
	case array && of == "double":
		return attribute.Float64SliceValue(floats)
	case array:
		return attribute.StringSliceValue(texts)
	case bools != nil:
		return attribute.BoolValue(bools[0])
	case ints != nil:
		return attribute.Int64Value(ints[0])
	case floats != nil:
		return attribute.Float64Value(floats[0])
	case texts != nil:
		return attribute.StringValue(texts[0])
	}
	return attribute.StringValue("")
}

// pairs reads a text of key=value pairs, and gives each to add. A secret may be among
// them, so an error is told without the text.
func (f *file) pairs(n *yaml.Node, add func(key, value string) bool) {
	eachPair(f.text(n), add, func(place int) {
		f.fail(n, "expected key=value, found something else in place %d", place)
	})
}

func (f *file) readPropagator(n *yaml.Node) {
	o := f.object(n)
	defer o.done()
	var names []string
	add := func(n *yaml.Node, name string) {
		switch {
		case name == "none" || slices.Contains(names, name):
		case !slices.Contains(propagators.Names(), name):
			f.leave(n.Line, n.Col, "propagator '%s' is not supported", name)
		default:
			names = append(names, name)
		}
	}
	for _, item := range f.list(o.get("composite")) {
		name, _ := f.one(item, "a propagator")
		add(item, name)
	}
	list := o.get("composite_list")
	for name := range strings.SplitSeq(f.text(list), ",") {
		if name = strings.TrimSpace(name); name != "" {
			add(list, name)
		}
	}
	f.propagator = propagators.New(names)
}

// attributeLimits reads the two limits that all signals have.
func (f *file) attributeLimits(o *object, otherwise LogLimits) LogLimits {
	defer o.done()
	return LogLimits{
		Length: f.number(o.get("attribute_value_length_limit"), 0, otherwise.Length),
		Count:  f.number(o.get("attribute_count_limit"), 0, otherwise.Count),
	}
}

func (f *file) readTracer(o *object, general LogLimits) {
	defer o.done()
	for _, t := range f.processors(o.get("processors"), "traces", 5000) {
		f.traces = append(f.traces, Output{Name: t.name, OTLP: t.otlp, Queue: batch.Config{MaxQueue: t.maxQueue, MaxBatch: t.maxBatch, Delay: t.delay, Timeout: t.timeout}})
	}
	l := f.object(o.get("limits"))
	f.limits = sdktrace.SpanLimits{
		EventCountLimit:             f.number(l.get("event_count_limit"), 0, 128),
		LinkCountLimit:              f.number(l.get("link_count_limit"), 0, 128),
		AttributePerEventCountLimit: f.number(l.get("event_attribute_count_limit"), 0, 128),
		AttributePerLinkCountLimit:  f.number(l.get("link_attribute_count_limit"), 0, 128),
	}
	own := f.attributeLimits(l, general)
	f.limits.AttributeValueLengthLimit, f.limits.AttributeCountLimit = own.Length, own.Count
	f.sampler = f.readSampler(o.get("sampler"), sdktrace.ParentBased(sdktrace.AlwaysSample()))
}

// readSampler returns the sampler that n describes, otherwise for null.
func (f *file) readSampler(n *yaml.Node, otherwise sdktrace.Sampler) sdktrace.Sampler {
	if n.Null() {
		return otherwise
	}
	name, value := f.one(n, "a sampler")
	o := f.object(value)
	defer o.done()
	switch name {
	case "always_on":
		return sdktrace.AlwaysSample()
	case "always_off":
		return sdktrace.NeverSample()
	case "trace_id_ratio_based", "probability":
		return sdktrace.TraceIDRatioBased(f.ratio(o.get("ratio")))
	case "parent_based":
		on, off := sdktrace.AlwaysSample(), sdktrace.NeverSample()
		return sdktrace.ParentBased(f.readSampler(o.get("root"), on),
			sdktrace.WithRemoteParentSampled(f.readSampler(o.get("remote_parent_sampled"), on)),
			sdktrace.WithRemoteParentNotSampled(f.readSampler(o.get("remote_parent_not_sampled"), off)),
			sdktrace.WithLocalParentSampled(f.readSampler(o.get("local_parent_sampled"), on)),
			sdktrace.WithLocalParentNotSampled(f.readSampler(o.get("local_parent_not_sampled"), off)))
	}
	// What asks a server says what to do until that answers.
	initial := f.readSampler(o.get("initial_sampler"), otherwise)
	for i := range o.n.Entries {
		o.get(stable(o.n.Entries[i].Key)) // one line is enough
	}
	f.warnings = append(f.warnings, f.at(n.Line, n.Col)+"sampler '"+name+"' is not supported; "+initial.Description()+" is used")
	return initial
}

// target is where a signal goes, and when.
type target struct {
	name               string
	otlp               otlp.Config
	maxQueue, maxBatch int
	delay, timeout     time.Duration
}

// processors reads those of spans or of log records.
func (f *file) processors(n *yaml.Node, signal string, delay int) (targets []target) {
	for _, item := range f.list(n) {
		kind, value := f.one(item, "a processor")
		if kind != "batch" && kind != "simple" {
			f.leave(item.Line, item.Col, "processor '%s' is not supported", kind)
			continue
		}
		o := f.object(value)
		e, ok := f.exporter(item, o, signal)
		t := target{name: e.Name, otlp: e.OTLP, maxQueue: 2048, maxBatch: 1, delay: time.Duration(delay) * time.Millisecond, timeout: 30 * time.Second}
		if kind == "batch" {
			t.maxQueue = f.number(o.get("max_queue_size"), 1, 2048)
			t.maxBatch = min(t.maxQueue, f.number(o.get("max_export_batch_size"), 1, 512))
			t.delay = f.millis(o.get("schedule_delay"), 0, delay)
			t.timeout = f.millis(o.get("export_timeout"), 0, 30000)
		}
		if o.done(); ok {
			targets = append(targets, t)
		}
	}
	return targets
}

// exporter reads the key exporter of o, which is in at. It is false for one that
// is left out. What only metrics have is the zero value for other signals.
func (f *file) exporter(at *yaml.Node, o *object, signal string) (m MetricOutput, ok bool) {
	n := o.get("exporter")
	if n.Null() {
		f.fail(at, "expected an exporter")
		return m, false
	}
	name, value := f.one(n, "an exporter")
	e := f.object(value)
	defer e.done()
	m.Temporality = "cumulative"
	if signal == "metrics" {
		if m.Temporality = f.choice(e.get("temporality_preference"), "cumulative", "delta", "low_memory"); m.Temporality == "low_memory" {
			m.Temporality = "lowmemory"
		}
		m.Exponential = f.choice(e.get("default_histogram_aggregation"), "explicit_bucket_histogram", "base2_exponential_bucket_histogram") != "explicit_bucket_histogram"
	}
	switch name {
	case "otlp_grpc":
		m.Name, m.OTLP = "otlp", f.otlp(e, otlp.GRPC, signal)
	case "otlp_http":
		protocol := otlp.HTTPProtobuf
		if f.choice(e.get("encoding"), "protobuf", "json") == "json" {
			protocol = otlp.HTTPJSON
		}
		m.Name, m.OTLP = "otlp", f.otlp(e, protocol, signal)
	case "otlp": // up to 0.3
		protocol := f.choice(e.get("protocol"), string(otlp.HTTPProtobuf), string(otlp.GRPC), string(otlp.HTTPJSON))
		m.Name, m.OTLP = "otlp", f.otlp(e, otlp.Protocol(protocol), signal)
	case "otlp_file":
		m.Name, m.OTLP = name, f.otlp(f.object(nil), otlp.HTTPJSON, signal)
		m.OTLP.File = f.stream(e.get("output_stream"))
	case "console":
		m.Name = name
	case "prometheus":
		if signal == "metrics" {
			m.Name, m.Port, m.Host = name, f.number(e.get("port"), 0, 9464), f.text(e.get("host"))
			if m.Host == "" {
				m.Host = "localhost"
			}
			break
		}
		fallthrough
	default:
		e.n = &yaml.Node{} // one line is enough
		f.leave(n.Line, n.Col, "exporter '%s' is not supported", name)
		return m, false
	}
	return m, true
}

// stream returns the path of what OTLP is written to.
func (f *file) stream(n *yaml.Node) string {
	text := f.text(n)
	if text == "" || text == "stdout" {
		return "/dev/stdout"
	}
	path, ok := strings.CutPrefix(text, "file://")
	if !ok || path == "" {
		f.fail(n, "expected stdout or file:///PATH, found '%s'", text)
	}
	return path
}

func (f *file) otlp(o *object, protocol otlp.Protocol, signal string) otlp.Config {
	tls := f.object(o.get("tls"))
	// Before 1.0 these were beside tls, and had other names.
	pick := func(names ...string) *yaml.Node {
		if n := tls.get(names...); n != nil {
			return n
		}
		return o.get(names...)
	}
	c := otlp.Config{
		Protocol: protocol,
		Headers:  f.headers(o),
		Timeout:  f.millis(o.get("timeout"), 0, 10000),
		Gzip:     f.choice(o.get("compression"), "none", "gzip") == "gzip",
		CAFile:   f.text(pick("ca_file", "certificate_file", "certificate")),
		CertFile: f.text(pick("cert_file", "client_certificate_file", "client_certificate")),
		KeyFile:  f.text(pick("key_file", "client_key_file", "client_key")),
	}
	if c.Timeout == 0 {
		c.Timeout = noTimeout // but for the one of the queue
	}
	endpoint := o.get("endpoint")
	u, socket, ok := parseEndpoint(f.text(endpoint), f.bool(pick("insecure")))
	if !ok {
		// The text is not repeated: there may be a password in it.
		f.fail(endpoint, "expected http://HOST:PORT, https://HOST:PORT or unix:PATH, found something else")
	}
	c.Socket = socket
	c.Endpoint = complete(u, protocol == otlp.GRPC, "v1/"+signal, socket == "")
	tls.done()
	return c
}

func (f *file) headers(o *object) http.Header {
	h := http.Header{}
	list := o.get("headers_list")
	f.pairs(list, func(key, value string) bool {
		h.Set(key, value)
		return token(key) && printable(value)
	})
	for _, item := range f.list(o.get("headers")) {
		pair := f.object(item)
		key, value := f.text(pair.get("name")), pair.get("value")
		if !token(key) || !printable(f.text(value)) {
			f.fail(item, "expected a header with 'name' and 'value'")
		}
		if !value.Null() {
			h.Set(key, f.text(value))
		}
		pair.done()
	}
	return h
}

func (f *file) readMeter(o *object) {
	defer o.done()
	for _, item := range f.list(o.get("readers")) {
		kind, value := f.one(item, "a reader")
		if kind != "periodic" && kind != "pull" {
			f.leave(item.Line, item.Col, "reader '%s' is not supported", kind)
			continue
		}
		r := f.object(value)
		m, ok := f.exporter(item, r, "metrics")
		if ok && (kind == "pull") != (m.Name == "prometheus") {
			f.fail(item, "exporter '%s' is not one of a %s reader", m.Name, kind)
		}
		if kind == "periodic" {
			m.Interval = f.millis(r.get("interval"), 1, 60000)
			m.Timeout = f.millis(r.get("timeout"), 0, 30000)
			if m.Timeout == 0 {
				m.Timeout = noTimeout
			}
		}
		limits := f.object(r.get("cardinality_limits"))
		f.series = max(f.series, f.number(limits.get("default"), 1, 0))
		limits.done()
		if r.done(); ok {
			f.metrics = append(f.metrics, m)
		}
	}
	for _, item := range f.list(o.get("views")) {
		f.views = append(f.views, f.view(item))
	}
	f.exemplars = f.choice(o.get("exemplar_filter"), "trace_based", "always_on", "always_off")
}

func (f *file) readLogger(o *object, general LogLimits) {
	defer o.done()
	for _, t := range f.processors(o.get("processors"), "logs", 1000) {
		f.logs = append(f.logs, LogOutput{Name: t.name, OTLP: t.otlp, Queue: batch.Config{MaxQueue: t.maxQueue, MaxBatch: t.maxBatch, Delay: t.delay, Timeout: t.timeout}})
	}
	f.logLimits = f.attributeLimits(f.object(o.get("limits")), general)
}

// readInstrumentation passes what is meant for other languages. What it says of HTTP is
// for variables of those hooks.
func (f *file) readInstrumentation(o *object) {
	defer o.done()
	f.readGo(f.object(o.get("go")))
	o.get("cpp", "dotnet", "erlang", "java", "js", "php", "python", "ruby", "rust", "swift")
	general := f.object(o.get("general"))
	defer general.done()
	http := f.object(general.get("http"))
	defer http.done()
	f.readHTTP(f.object(http.get("client")), "OTEL_INSTRUMENTATION_HTTP_CLIENT")
	f.readHTTP(f.object(http.get("server")), "OTEL_INSTRUMENTATION_HTTP_SERVER")
}

// readGo reads what is for Go: gRPC's metadata to record, in the form in which the file has it for
// Java.
func (f *file) readGo(o *object) {
	defer o.done()
	grpc := f.object(o.get("grpc"))
	defer grpc.done()
	metadata := f.object(grpc.get("capture_metadata"))
	defer metadata.done()
	for _, side := range []string{"client", "server"} {
		s := f.object(metadata.get(side))
		for _, way := range []string{"request", "response"} {
			f.setting(s.get(way), "OTEL_INSTRUMENTATION_GRPC_CAPTURE_METADATA_"+strings.ToUpper(side+"_"+way))
		}
		s.done()
	}
}

// readHTTP reads one side. The methods that are known are the same for both: all that are named.
func (f *file) readHTTP(o *object, prefix string) {
	defer o.done()
	f.setting(o.get("request_captured_headers"), prefix+"_CAPTURE_REQUEST_HEADERS")
	f.setting(o.get("response_captured_headers"), prefix+"_CAPTURE_RESPONSE_HEADERS")
	f.setting(o.get("known_methods"), "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS")
}

// setting adds the texts of a list to what is to stand in the place of a variable.
func (f *file) setting(n *yaml.Node, variable string) {
	for _, item := range f.list(n) {
		if f.settings == nil {
			f.settings = map[string]string{}
		}
		if before := f.settings[variable]; before != "" {
			f.settings[variable] = before + "," + f.text(item)
			continue
		}
		f.settings[variable] = f.text(item)
	}
}
