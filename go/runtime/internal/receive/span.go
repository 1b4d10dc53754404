// Package receive is the other end of OTLP: it takes traces over gRPC and HTTP,
// in protobuf and JSON, on one port. It serves demonstrations and tests; it is
// not linked into programs.
package receive

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"otel.tool/runtime/internal/tree"
)

// Span is a span with the resource and scope that it came in. Its JSON is what
// traceview -json prints, a span a line.
type Span struct {
	Service    string         `json:"service"`
	Name       string         `json:"name"`
	Kind       string         `json:"kind"`
	TraceID    string         `json:"trace_id"`
	SpanID     string         `json:"span_id"`
	ParentID   string         `json:"parent_id,omitempty"`
	TraceState string         `json:"trace_state,omitempty"`
	Flags      uint32         `json:"flags"`
	Start      int64          `json:"start_unix_nano"`
	End        int64          `json:"end_unix_nano"`
	Status     string         `json:"status"` // unset, ok or error
	Message    string         `json:"message,omitempty"`
	Attributes map[string]any `json:"attributes"`
	Events     []Event        `json:"events,omitempty"`
	Links      []Link         `json:"links,omitempty"`
	Scope      string         `json:"scope"`
	Version    string         `json:"scope_version,omitempty"`
	Resource   map[string]any `json:"resource"`
}

// Event is an event of a span.
type Event struct {
	Name       string         `json:"name"`
	Time       int64          `json:"time_unix_nano"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// Link is a link of a span.
type Link struct {
	TraceID    string         `json:"trace_id"`
	SpanID     string         `json:"span_id"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// The names of numbers in OTLP (opentelemetry/proto/trace/v1/trace.proto).
var (
	kinds    = []string{"unspecified", "internal", "server", "client", "producer", "consumer"}
	statuses = []string{"unset", "ok", "error"}
)

func nameOf(names []string, n uint64) string {
	if n < uint64(len(names)) {
		return names[n]
	}
	return names[0]
}

// Tree returns s as package tree prints it.
func (s *Span) Tree() tree.Span {
	v := tree.Span{
		TraceID: s.TraceID, ID: s.SpanID, Parent: s.ParentID, Name: s.Name, Kind: s.Kind, Service: s.Service,
		Start: time.Unix(0, s.Start), Duration: time.Duration(s.End - s.Start),
		Error: s.Status == "error", Message: s.Message,
	}
	for _, key := range slices.Sorted(maps.Keys(s.Attributes)) {
		v.Attrs = append(v.Attrs, tree.Attr{Key: key, Value: text(s.Attributes[key])})
	}
	for _, e := range s.Events {
		if e.Name == "exception" {
			v.Exceptions = append(v.Exceptions, text(e.Attributes["exception.type"])+": "+text(e.Attributes["exception.message"]))
		}
	}
	return v
}

func text(v any) string {
	if s, ok := v.(string); ok || v == nil {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil { // a float that JSON has no number for
		return "?"
	}
	return string(b)
}
