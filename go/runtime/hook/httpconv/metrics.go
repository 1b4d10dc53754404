package httpconv

import (
	"context"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

// sizes are bounds for bytes; the conventions give none.
var sizes = []float64{0, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20, 256 << 20, 1 << 30}

// Server is the instrumentation of a library's servers, with its metrics
// (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/, 1.37). The
// durations are those of the spans, as the conventions want it.
type Server struct {
	hook.Instrumentation

	duration, received, sent hook.Histogram
	active                   hook.UpDownCounter
	activeSets               hook.Sets[activeKey]
	servedSets               hook.Sets[Served]
}

// Register makes the instrumentation known: see [hook.Register].
func (s *Server) Register(name, scope, version string) {
	s.duration = hook.Histogram{
		Name: "http.server.request.duration", Unit: "s",
		Description: "Duration of HTTP server requests.", Buckets: hook.Seconds,
	}
	s.active = hook.UpDownCounter{
		Name: "http.server.active_requests", Unit: "{request}",
		Description: "Number of active HTTP server requests.",
	}
	s.received = hook.Histogram{
		Name: "http.server.request.body.size", Unit: "By",
		Description: "Size of HTTP server request bodies.", Buckets: sizes,
	}
	s.sent = hook.Histogram{
		Name: "http.server.response.body.size", Unit: "By",
		Description: "Size of HTTP server response bodies.", Buckets: sizes,
	}
	s.activeSets.Attributes, s.servedSets.Attributes = activeKey.attributes, Served.attributes
	hook.Register(&s.Instrumentation, name, scope, version)
	s.Measure(&s.duration, &s.active)
	if Options.BodySize {
		s.MeasureSizes()
	}
}

// MeasureSizes has the sizes of bodies measured, too.
func (s *Server) MeasureSizes() { s.Measure(&s.received, &s.sent) }

// Measures says whether requests are measured.
func (s *Server) Measures() bool { return s.duration.On() }

// activeKey is what is known of a request when it comes.
type activeKey struct {
	method, scheme string
}

func (k activeKey) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{KeyMethod.String(k.method), KeyURLScheme.String(k.scheme)}
}

// Begin counts a request as active, by its method's name in the span's name. It returns
// what [Server.End] wants; nil if the request is not counted.
func (s *Server) Begin(ctx context.Context, method, scheme string) *hook.Set {
	if !s.active.On() || hook.Excluded(ctx) {
		return nil
	}
	set := s.activeSets.Of(activeKey{methodName(method), scheme})
	s.active.Add(1, set)
	return set
}

// End is for a request that is active no more.
func (s *Server) End(set *hook.Set) {
	if set != nil {
		s.active.Add(-1, set)
	}
}

// Served is what is known of a request that has been answered. All of it must be
// bounded by the program, not by its clients.
type Served struct {
	Method                 string // its name in the span's name
	Scheme, Version, Route string
	Status                 int    // 0 if not known
	ErrorType              string // the status' own aside
}

func (k Served) attributes() []attribute.KeyValue {
	a := []attribute.KeyValue{KeyMethod.String(methodName(k.Method)), KeyURLScheme.String(k.Scheme)}
	a = appendText(a, KeyProtocolVersion, k.Version)
	a = appendText(a, KeyRoute, k.Route)
	return appendOutcome(a, k.Status, 500, k.ErrorType)
}

// Record measures a request that came at begin, of [hook.Clock], with the sizes of the
// bodies, which are negative if they are not known.
func (s *Server) Record(ctx context.Context, begin time.Duration, k Served, received, sent int64) {
	if !s.duration.On() {
		return
	}
	set := s.servedSets.Of(k)
	s.duration.RecordSince(ctx, begin, set)
	recordSize(ctx, &s.received, received, set)
	recordSize(ctx, &s.sent, sent, set)
}

func recordSize(ctx context.Context, h *hook.Histogram, size int64, set *hook.Set) {
	if size >= 0 {
		h.Record(ctx, float64(size), set)
	}
}

// Client is the instrumentation of a library's clients, with its metrics.
type Client struct {
	hook.Instrumentation

	duration, sent, received hook.Histogram
	sets                     hook.Sets[Sent]
	hosts                    hook.Few[host]
}

// host is a server that the program calls.
type host struct {
	address string
	port    int
}

// Register makes the instrumentation known: see [hook.Register].
func (c *Client) Register(name, scope, version string) {
	c.duration = hook.Histogram{
		Name: "http.client.request.duration", Unit: "s",
		Description: "Duration of HTTP client requests.", Buckets: hook.Seconds,
	}
	c.sent = hook.Histogram{
		Name: "http.client.request.body.size", Unit: "By",
		Description: "Size of HTTP client request bodies.", Buckets: sizes,
	}
	c.received = hook.Histogram{
		Name: "http.client.response.body.size", Unit: "By",
		Description: "Size of HTTP client response bodies.", Buckets: sizes,
	}
	c.sets.Attributes, c.hosts.Limit = Sent.attributes, 100
	hook.Register(&c.Instrumentation, name, scope, version)
	c.Measure(&c.duration)
	if Options.BodySize {
		c.MeasureSizes()
	}
}

// MeasureSizes has the sizes of bodies measured, too.
func (c *Client) MeasureSizes() { c.Measure(&c.sent, &c.received) }

// Measures says whether requests are measured.
func (c *Client) Measures() bool { return c.duration.On() }

// Sent is what is known of a request that the program has made.
type Sent struct {
	Method    string // its name in the span's name
	Address   string // of the server
	Port      int
	Version   string
	Status    int    // 0 if there was none
	ErrorType string // the status' own aside
}

func (k Sent) attributes() []attribute.KeyValue {
	a := []attribute.KeyValue{KeyMethod.String(methodName(k.Method)), KeyServerAddress.String(k.Address)}
	if k.Port != 0 {
		a = append(a, KeyServerPort.Int(k.Port))
	}
	a = appendText(a, KeyProtocolVersion, k.Version)
	return appendOutcome(a, k.Status, 400, k.ErrorType)
}

// Record measures a request that took so long, with the sizes of the bodies, which are
// negative if they are not known. After 100 servers, those of a crawler or such as a
// client may choose, the others are one.
func (c *Client) Record(ctx context.Context, took time.Duration, k Sent, sent, received int64) {
	if !c.duration.On() {
		return
	}
	if !c.hosts.Has(host{k.Address, k.Port}) {
		k.Address, k.Port = Other, 0
	}
	set := c.sets.Of(k)
	c.duration.Record(ctx, took.Seconds(), set)
	recordSize(ctx, &c.sent, sent, set)
	recordSize(ctx, &c.received, received, set)
}

// methodName is http.request.method by the method's name in the span's.
func methodName(name string) string {
	if name == "HTTP" {
		return Other
	}
	return name
}

func appendText(a []attribute.KeyValue, key attribute.Key, v string) []attribute.KeyValue {
	if v == "" {
		return a
	}
	return append(a, key.String(v))
}

// appendOutcome appends the status and the error, which the status is from faulty on.
func appendOutcome(a []attribute.KeyValue, status, faulty int, errorType string) []attribute.KeyValue {
	if status != 0 {
		a = append(a, KeyStatus.Int(status))
	}
	if errorType == "" && status >= faulty {
		errorType = strconv.Itoa(status)
	}
	return appendText(a, KeyErrorType, errorType)
}
