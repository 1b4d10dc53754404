// Package otlp sends what the OpenTelemetry SDK hands over to an OTLP receiver
// (https://opentelemetry.io/docs/specs/otlp), over gRPC, HTTP with protobuf and
// HTTP with JSON.
//
// It is not the official exporter because of what that brings along: gRPC, the
// generated protobuf code and their versions, which are the program's own
// business. Requests are encoded straight from the SDK's read-only data into
// one buffer that is used again, and all three protocols go over net/http. JSON is
// made of what has been encoded.
//
// Here is what all signals share; each has a package below this one.
package otlp

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"otel.tool/runtime/internal/otlp/otlpjson"
)

// Protocol is one of the three that OTLP has; the text is that of
// OTEL_EXPORTER_OTLP_PROTOCOL.
type Protocol string

// The protocols.
const (
	GRPC         Protocol = "grpc"
	HTTPProtobuf Protocol = "http/protobuf"
	HTTPJSON     Protocol = "http/json"
)

// Signal is what a client's requests are.
type Signal struct {
	method  string // of the gRPC service, as a path
	request otlpjson.Message
}

// The signals.
var (
	Traces  = &Signal{"/opentelemetry.proto.collector.trace.v1.TraceService/Export", otlpjson.Traces}
	Metrics = &Signal{"/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", otlpjson.Metrics}
	Logs    = &Signal{"/opentelemetry.proto.collector.logs.v1.LogsService/Export", otlpjson.Logs}
)

// Config says where to send, and how.
type Config struct {
	Protocol Protocol

	// Endpoint is http or https with the host; for HTTP with the whole path.
	Endpoint *url.URL

	// Socket, if set, is the path of a Unix socket to use instead of TCP.
	Socket string

	// File, if set, is the path of a file to append to, as lines of JSON; nothing
	// else counts then.
	File string

	// Headers go with every request.
	Headers http.Header

	// Timeout is for one attempt; how long attempts are made is the business
	// of the context that an export is given.
	Timeout time.Duration

	Gzip bool

	// Files in PEM: the authorities to trust instead of the system's, and a
	// certificate of our own with its key.
	CAFile, CertFile, KeyFile string

	// UserAgent is sent with every request (OTLP specification, "User Agent").
	UserAgent string

	// Mark, if set, marks the context of each request, so that instrumentation
	// leaves our own traffic alone.
	Mark func(context.Context) context.Context

	// Retry, if set, is told the first time that an export finds the receiver
	// out of reach and is going to try again.
	Retry func(err error)

	// Warn, if set, is told what the receiver says without refusing (partial
	// success).
	Warn func(message string)
}

// Exporter names the kind of exporter, as otel.component.type begins, and the server that it
// sends to, if there is one that has a name.
func (cfg *Config) Exporter() (kind string, server *url.URL) {
	server = cfg.Endpoint
	if cfg.Socket != "" {
		server = nil
	}
	switch {
	case cfg.File != "":
		return "otlp_file", nil
	case cfg.Protocol == GRPC:
		return "otlp_grpc", server
	case cfg.Protocol == HTTPJSON:
		return "otlp_http_json", server
	}
	return "otlp_http", server
}

// Target is where to, as people are told: without user, password, path and
// query.
//
//go:noinline
func (cfg *Config) Target() string {
	switch {
	case cfg.File != "":
		return cfg.File
	case cfg.Socket != "":
		return "unix:" + cfg.Socket
	}
	return cfg.Endpoint.Scheme + "://" + cfg.Endpoint.Host
}
