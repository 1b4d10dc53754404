// Package collect is a small OpenTelemetry collector for tests: it takes OTLP
// traces over gRPC and over HTTP (protobuf and JSON, plain or gzipped), and metrics over gRPC, with
// the official message types, and keeps them to be looked at.
//
//	c := collect.Start(t)
//	run(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC)
//	spans := c.Wait(t, 2)
package collect

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // accept gzipped messages
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Collector is a running collector. It stops when its test ends.
type Collector struct {
	GRPC string // base URL for OTLP over gRPC
	HTTP string // base URL for OTLP over HTTP, without /v1/traces

	mu       sync.Mutex
	spans    []Span
	metrics  []Metric
	requests []Request
	refuse   int // how many of the next requests to turn away
	changed  chan struct{}
}

// Request is what came with one export.
type Request struct {
	Protocol string            // grpc, http/protobuf or http/json
	Header   map[string]string // keys in lower case
	Refused  bool
}

// Span is one received span, with what a test wants to see of it.
type Span struct {
	Service                   string
	Resource                  map[string]any
	Scope                     string
	Name, Kind                string // Kind is Server, Client, Internal ...
	TraceID, SpanID, ParentID string // lower-case hex; ParentID is empty for a root
	State                     string // W3C tracestate
	Start, End                time.Time
	Status, StatusText        string // Status is Unset, Ok or Error
	Attrs                     map[string]any
	Events                    []Event
}

// Event is one event of a span.
type Event struct {
	Name  string
	Attrs map[string]any
}

// Start starts a collector on free loopback ports.
func Start(t testing.TB) *Collector {
	t.Helper()
	c := &Collector{changed: make(chan struct{}, 1)}

	g := listen(t)
	gs := grpc.NewServer()
	ptraceotlp.RegisterGRPCServer(gs, &grpcReceiver{c: c})
	pmetricotlp.RegisterGRPCServer(gs, &metricReceiver{c: c})
	go gs.Serve(g)
	t.Cleanup(gs.Stop)
	c.GRPC = "http://" + g.Addr().String()

	h := listen(t)
	hs := &http.Server{Handler: http.HandlerFunc(c.serveHTTP)}
	go hs.Serve(h)
	t.Cleanup(func() { hs.Close() })
	c.HTTP = "http://" + h.Addr().String()
	return c
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Refuse turns away the next n exports, as a collector does that is too busy:
// UNAVAILABLE or 503, so that the sender may try again.
func (c *Collector) Refuse(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuse = n
}

// Spans returns all spans received so far, in the order of their start.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	spans := append([]Span(nil), c.spans...)
	sort.SliceStable(spans, func(i, j int) bool { return spans[i].Start.Before(spans[j].Start) })
	return spans
}

// Requests returns all exports seen so far.
func (c *Collector) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Request(nil), c.requests...)
}

// Reset forgets all that was received.
func (c *Collector) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spans, c.metrics, c.requests = nil, nil, nil
}

// patience is how long Wait waits. A span needs milliseconds, a second attempt to
// send it five seconds; but the machine may be busy.
const patience = 40 * time.Second

// Wait waits until at least n spans are here and returns all of them. It fails
// the test when they don't come in time.
func (c *Collector) Wait(t testing.TB, n int) []Span {
	t.Helper()
	deadline := time.After(patience)
	for {
		if spans := c.Spans(); len(spans) >= n {
			return spans
		}
		select {
		case <-c.changed:
		case <-deadline:
			t.Fatalf("%d spans in time, want %d:\n%s", len(c.Spans()), n, Tree(c.Spans()))
		}
	}
}

// take keeps the spans of one export, or says that it is to be refused.
func (c *Collector) take(req ptraceotlp.ExportRequest, r Request) (ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.Refused = c.refuse > 0
	c.requests = append(c.requests, r)
	if r.Refused {
		c.refuse--
		return false
	}
	c.spans = append(c.spans, flatten(req.Traces())...)
	select {
	case c.changed <- struct{}{}:
	default:
	}
	return true
}

type grpcReceiver struct {
	ptraceotlp.UnimplementedGRPCServer
	c *Collector
}

func (g *grpcReceiver) Export(ctx context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	header := map[string]string{}
	for k, v := range md {
		header[k] = strings.Join(v, ",")
	}
	if !g.c.take(req, Request{Protocol: "grpc", Header: header}) {
		return ptraceotlp.NewExportResponse(), status.Error(codes.Unavailable, "too busy")
	}
	return ptraceotlp.NewExportResponse(), nil
}

func (c *Collector) serveHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != "POST" || r.URL.Path != "/v1/traces" {
		http.Error(w, "want POST /v1/traces", http.StatusNotFound)
		return
	}
	body, err := readBody(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	req := ptraceotlp.NewExportRequest()
	var protocol string
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/x-protobuf":
		protocol, err = "http/protobuf", req.UnmarshalProto(body)
	case "application/json":
		protocol, err = "http/json", req.UnmarshalJSON(body)
	default:
		err = fmt.Errorf("content type %q", kind)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	header := map[string]string{}
	for k, v := range r.Header {
		header[strings.ToLower(k)] = strings.Join(v, ",")
	}
	if !c.take(req, Request{Protocol: protocol, Header: header}) {
		http.Error(w, "too busy", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
	if protocol == "http/json" {
		io.WriteString(w, "{}")
	}
}

// readBody reads a request's body, unzipped.
func readBody(r *http.Request) ([]byte, error) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(r.Body); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(body)
}

// flatten makes one list of an export's spans.
func flatten(traces ptrace.Traces) (spans []Span) {
	for _, rs := range traces.ResourceSpans().All() {
		resource := rs.Resource().Attributes().AsRaw()
		service, _ := resource["service.name"].(string)
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				spans = append(spans, Span{
					Service:    service,
					Resource:   resource,
					Scope:      ss.Scope().Name(),
					Name:       s.Name(),
					Kind:       s.Kind().String(),
					TraceID:    s.TraceID().String(),
					SpanID:     s.SpanID().String(),
					ParentID:   s.ParentSpanID().String(),
					State:      s.TraceState().AsRaw(),
					Start:      s.StartTimestamp().AsTime(),
					End:        s.EndTimestamp().AsTime(),
					Status:     s.Status().Code().String(),
					StatusText: s.Status().Message(),
					Attrs:      s.Attributes().AsRaw(),
					Events:     events(s.Events()),
				})
			}
		}
	}
	return spans
}

func events(in ptrace.SpanEventSlice) (out []Event) {
	for _, e := range in.All() {
		out = append(out, Event{Name: e.Name(), Attrs: e.Attributes().AsRaw()})
	}
	return out
}

// Tree draws spans as an indented tree, one span a line: kind, name, status.
// Children stand in the order of their start. Only structure is shown, so that
// a test can compare it.
//
//	Server GET /greet
//	  Client GET
//	    Server GET /phrases/{lang}
func Tree(spans []Span) string {
	children := map[string][]Span{}
	known := map[string]bool{}
	for _, s := range spans {
		known[s.SpanID] = true
	}
	for _, s := range spans {
		parent := s.ParentID
		if !known[parent] {
			parent = ""
		}
		children[parent] = append(children[parent], s)
	}
	var b strings.Builder
	var draw func(parent string, depth int)
	draw = func(parent string, depth int) {
		for _, s := range children[parent] {
			fmt.Fprintf(&b, "%s%s %s", strings.Repeat("  ", depth), s.Kind, s.Name)
			if s.Status != "Unset" {
				b.WriteString(" " + s.Status)
			}
			b.WriteByte('\n')
			draw(s.SpanID, depth+1)
		}
	}
	draw("", 0)
	return b.String()
}
