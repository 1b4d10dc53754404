package http

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

// The metrics of the semantic conventions
// (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/, 1.37). The
// durations are those of the spans, as the conventions want it.
var (
	serverDuration = hook.Histogram{
		Name: "http.server.request.duration", Unit: "s",
		Description: "Duration of HTTP server requests.", Buckets: hook.Seconds,
	}
	serverActive = hook.UpDownCounter{
		Name: "http.server.active_requests", Unit: "{request}",
		Description: "Number of active HTTP server requests.",
	}
	serverRequestSize = hook.Histogram{
		Name: "http.server.request.body.size", Unit: "By",
		Description: "Size of HTTP server request bodies.", Buckets: sizes,
	}
	serverResponseSize = hook.Histogram{
		Name: "http.server.response.body.size", Unit: "By",
		Description: "Size of HTTP server response bodies.", Buckets: sizes,
	}
	clientDuration = hook.Histogram{
		Name: "http.client.request.duration", Unit: "s",
		Description: "Duration of HTTP client requests.", Buckets: hook.Seconds,
	}
	clientRequestSize = hook.Histogram{
		Name: "http.client.request.body.size", Unit: "By",
		Description: "Size of HTTP client request bodies.", Buckets: sizes,
	}
	clientResponseSize = hook.Histogram{
		Name: "http.client.response.body.size", Unit: "By",
		Description: "Size of HTTP client response bodies.", Buckets: sizes,
	}
)

// sizes are bounds for bytes; the conventions give none.
var sizes = []float64{0, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20, 256 << 20, 1 << 30}

// measureAll gives the instrumentations their instruments.
func measureAll() {
	server.Measure(&serverDuration, &serverActive)
	client.Measure(&clientDuration)
	if options.bodySize {
		server.Measure(&serverRequestSize, &serverResponseSize)
		client.Measure(&clientRequestSize, &clientResponseSize)
	}
}

// activeKey is what is known of a request when it comes.
type activeKey struct {
	method, scheme string
}

var activeSets = hook.Sets[activeKey]{Attributes: func(k activeKey) []attribute.KeyValue {
	return []attribute.KeyValue{keyMethod.String(k.method), keyURLScheme.String(k.scheme)}
}}

// servedKey is what is known of a request when it has been answered. All of it is
// bounded by the program, not by its clients.
type servedKey struct {
	method, scheme, version, route string
	status                         int
	errorType                      string // the status' own aside
}

var serverSets = hook.Sets[servedKey]{Attributes: func(k servedKey) []attribute.KeyValue {
	a := []attribute.KeyValue{keyMethod.String(k.method), keyURLScheme.String(k.scheme)}
	a = appendText(a, keyProtocolVersion, k.version)
	a = appendText(a, keyRoute, k.route)
	return appendOutcome(a, k.status, 500, k.errorType)
}}

// sentKey is what is known of a request that the program has made.
type sentKey struct {
	method, address, version string
	port, status             int
	errorType                string // the status' own aside
}

var clientSets = hook.Sets[sentKey]{Attributes: func(k sentKey) []attribute.KeyValue {
	a := []attribute.KeyValue{keyMethod.String(k.method), keyServerAddress.String(k.address)}
	if k.port != 0 {
		a = append(a, keyServerPort.Int(k.port))
	}
	a = appendText(a, keyProtocolVersion, k.version)
	return appendOutcome(a, k.status, 400, k.errorType)
}}

func appendText(a []attribute.KeyValue, key attribute.Key, v string) []attribute.KeyValue {
	if v == "" {
		return a
	}
	return append(a, key.String(v))
}

// appendOutcome appends the status and the error, which the status is from faulty on.
func appendOutcome(a []attribute.KeyValue, status, faulty int, errorType string) []attribute.KeyValue {
	if status != 0 {
		a = append(a, keyStatus.Int(status))
	}
	if errorType == "" && status >= faulty {
		errorType = statusText(status)
	}
	return appendText(a, keyErrorType, errorType)
}

// host is a server that the program calls.
type host struct {
	address string
	port    int
}

// other is the address of all hosts that are too many to be told apart: those of
// a crawler, or hosts that a client may choose.
const other = "_OTHER"

var hosts = hook.Few[host]{Limit: 100}

// metricMethod is the method by its name in the span's.
func metricMethod(name string) string {
	if name == "HTTP" {
		return "_OTHER"
	}
	return name
}

// measureBegin counts the request as active.
func (c *serverCall) measureBegin(scheme string) {
	if !c.ctx.watched {
		return
	}
	c.begin, c.scheme = hook.Clock(), scheme
	if serverActive.On() && !hook.Excluded(c.ctx) {
		c.active = activeSets.Of(activeKey{metricMethod(c.ctx.method), scheme})
		serverActive.Add(1, c.active)
	}
}

// measureEnd measures the request that has been answered, or has not.
func (c *serverCall) measureEnd() {
	if c.active != nil {
		serverActive.Add(-1, c.active)
	}
	if !serverDuration.On() || c.ctx.Measured() {
		return
	}
	key := servedKey{
		method: metricMethod(c.ctx.method), scheme: c.scheme, route: c.ctx.knownRoute(),
		version: protocolVersion(c.req.ProtoMajor, c.req.ProtoMinor), status: c.status,
	}
	if !c.returned {
		key.errorType = panicType()
	}
	set := serverSets.Of(key)
	serverDuration.RecordSince(c.ctx, c.begin, set)
	if n := c.req.ContentLength; n >= 0 {
		serverRequestSize.Record(c.ctx, float64(n), set)
	}
	if c.written >= 0 {
		serverResponseSize.Record(c.ctx, float64(c.written), set)
	}
}

// panicType is error.type of a handler that did not return.
func panicType() string {
	if value, _ := hook.Panic(); value == http.ErrAbortHandler {
		return abortType
	}
	return hook.PanicType()
}

// clientMeasure measures one round trip. It is copied, and off while zero.
type clientMeasure struct {
	ctx       context.Context // nil: off
	begin     time.Duration
	key       sentKey
	sent, got int64 // bytes of the bodies; -1 if not known
}

func measureClient(ctx context.Context, req *http.Request, name, address string, port int) (m clientMeasure) {
	if !clientDuration.On() {
		return m
	}
	m = clientMeasure{ctx: ctx, begin: hook.Clock(), sent: req.ContentLength, got: -1}
	if req.Body != nil && m.sent == 0 {
		m.sent = -1
	}
	m.key = sentKey{method: metricMethod(name), address: other}
	if hosts.Has(host{address, port}) {
		m.key.address, m.key.port = address, port
	}
	return m
}

// answered takes what the response says.
func (m *clientMeasure) answered(resp *http.Response) {
	m.key.status = resp.StatusCode
	m.key.version = protocolVersion(resp.ProtoMajor, resp.ProtoMinor)
	if !resp.Uncompressed {
		m.got = resp.ContentLength
	}
}

// end records that the round trip, its body included, took until now; errorType
// is "" if it did not fail.
func (m *clientMeasure) end(errorType string) { m.endAt(hook.Clock(), errorType) }

func (m *clientMeasure) endAt(at time.Duration, errorType string) {
	if m.ctx == nil {
		return
	}
	if errorType != "" {
		m.key.errorType = errorType
	}
	set := clientSets.Of(m.key)
	clientDuration.Record(m.ctx, (at - m.begin).Seconds(), set)
	if m.sent >= 0 {
		clientRequestSize.Record(m.ctx, float64(m.sent), set)
	}
	if m.got >= 0 {
		clientResponseSize.Record(m.ctx, float64(m.got), set)
	}
	m.ctx = nil
}
