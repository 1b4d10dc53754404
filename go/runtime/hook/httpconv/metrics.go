package httpconv

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// sizes are bounds for bytes; the conventions give none.
var sizes = []float64{0, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20, 256 << 20, 1 << 30}

// histogram declares h.
//
//go:noinline
func histogram(h *hook.Histogram, name, unit, description string, buckets []float64) {
	h.Name, h.Unit, h.Description, h.Buckets = name, unit, description, buckets
}

// Server is the instrumentation of a library's servers, with its metrics
// (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/, 1.37). The
// durations are those of the spans, as the conventions want it.
type Server struct {
	hook.Instrumentation
	histograms

	active                 hook.UpDownCounter
	activeSets, servedSets hook.Sets[Served]
}

// histograms are those of a server, or of a client.
type histograms struct {
	duration, received, sent hook.Histogram
}

// record takes what there is to measure of a request, with the span that ctx holds: from begin to end, and
// the sizes of the bodies, which are negative if they are not known.
func (h *histograms) record(ctx context.Context, span trace.Span, begin, end time.Duration, set *hook.Set, received, sent int64) {
	seconds := (end - begin).Seconds()
	if !hook.Counts(span) {
		h.recordAt(hook.MomentOf(ctx, span, end), seconds, set, received, sent)
		return
	}
	h.duration.Count(seconds, set)
	if received >= 0 {
		h.received.Count(float64(received), set)
	}
	if sent >= 0 {
		h.sent.Count(float64(sent), set)
	}
}

//go:noinline
func (h *histograms) recordAt(m hook.Moment, seconds float64, set *hook.Set, received, sent int64) {
	h.duration.RecordAt(&m, seconds, set)
	if received >= 0 {
		h.received.RecordAt(&m, float64(received), set)
	}
	if sent >= 0 {
		h.sent.RecordAt(&m, float64(sent), set)
	}
}

// Register makes the instrumentation known: see [hook.Register].
func (s *Server) Register(name, scope, version string) {
	histogram(&s.duration, "http.server.request.duration", "s", "Duration of HTTP server requests.", hook.Seconds)
	s.active.Name, s.active.Unit, s.active.Description = "http.server.active_requests", "{request}", "Number of active HTTP server requests."
	histogram(&s.received, "http.server.request.body.size", "By", "Size of HTTP server request bodies.", sizes)
	histogram(&s.sent, "http.server.response.body.size", "By", "Size of HTTP server response bodies.", sizes)
	s.activeSets.Attributes, s.servedSets.Attributes = Served.known, Served.attributes
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

// known is what is known of a request when it comes.
func (k Served) known() []attribute.KeyValue {
	var a Attrs
	a.Str(KeyMethod, methodName(k.Method))
	a.Str(KeyURLScheme, k.Scheme)
	return a.copied()
}

// Begin counts a request as active, until Down of what it returns. Of k, the method and the scheme are
// known yet.
func (s *Server) Begin(ctx context.Context, k *Served) (up hook.Up) {
	if !s.active.On() || hook.Excluding() && hook.Excluded(ctx) {
		return up
	}
	return s.active.Up(s.activeSets.Near(len(k.Method)+len(k.Scheme), k))
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
	var a Attrs
	a.Str(KeyMethod, methodName(k.Method))
	a.Str(KeyURLScheme, k.Scheme)
	a.Str(KeyProtocolVersion, k.Version)
	a.Str(KeyRoute, k.Route)
	a.Outcome(k.Status, 500, k.ErrorType)
	return a.copied()
}

// Record measures a request that came at begin, of [hook.Clock], with the span that ctx
// holds, and the sizes of the bodies, which are negative if they are not known.
func (s *Server) Record(ctx context.Context, span trace.Span, begin time.Duration, k *Served, received, sent int64) {
	if !s.duration.On() {
		return
	}
	set := s.servedSets.Near(hook.Number(k.Route)+k.Status, k)
	s.record(ctx, span, begin, hook.Clock(), set, received, sent)
}

// Client is the instrumentation of a library's clients, with its metrics.
type Client struct {
	hook.Instrumentation
	histograms

	sets  hook.Sets[Sent]
	hosts hook.Few[host]
}

// host is a server that the program calls.
type host struct {
	address string
	port    int
}

// Register makes the instrumentation known: see [hook.Register].
func (c *Client) Register(name, scope, version string) {
	histogram(&c.duration, "http.client.request.duration", "s", "Duration of HTTP client requests.", hook.Seconds)
	histogram(&c.sent, "http.client.request.body.size", "By", "Size of HTTP client request bodies.", sizes)
	histogram(&c.received, "http.client.response.body.size", "By", "Size of HTTP client response bodies.", sizes)
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
	Host      string // the server as a URL has it, perhaps with a port
	Port      int    // where Host has none
	Version   string
	Status    int    // 0 if there was none
	ErrorType string // the status' own aside
}

func (k Sent) attributes() []attribute.KeyValue {
	var a Attrs
	a.Str(KeyMethod, methodName(k.Method))
	server := k.server()
	a.Str(KeyServerAddress, server.address)
	if server.port != 0 {
		a.Int(KeyServerPort, server.port)
	}
	a.Str(KeyProtocolVersion, k.Version)
	a.Outcome(k.Status, 400, k.ErrorType)
	return a.copied()
}

func (k Sent) server() host {
	address, port := SplitPort(k.Host)
	if port == 0 {
		port = k.Port
	}
	return host{address, port}
}

// Record measures a request from begin to end, which are of [hook.Clock], with the span that
// ctx holds, and the sizes of the bodies, which are negative if they are not known. After 100 servers, those of a crawler
// or such as a client may choose, the others are one.
func (c *Client) Record(ctx context.Context, span trace.Span, begin, end time.Duration, k *Sent, sent, received int64) {
	if !c.duration.On() {
		return
	}
	set := c.sets.Noted(hook.Number(k.Host)+k.Status, k)
	if set == nil {
		set = c.setOf(*k)
	}
	c.record(ctx, span, begin, end, set, received, sent)
}

// setOf returns the set for k.
//
//go:noinline
func (c *Client) setOf(k Sent) *hook.Set {
	if _, known := c.sets.Known(k); !known && !c.hosts.Has(k.server()) {
		k.Host, k.Port = Other, 0
	}
	return c.sets.Near(hook.Number(k.Host)+k.Status, &k)
}

// copied is the attributes, to be kept.
func (a *Attrs) copied() []attribute.KeyValue { return slices.Clone(a.List()) }

// methodName is http.request.method by the method's name in the span's.
func methodName(name string) string {
	if name == "HTTP" {
		return Other
	}
	return name
}
