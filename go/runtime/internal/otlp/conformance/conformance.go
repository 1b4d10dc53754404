// Package conformance holds our OTLP against the official one: the same spans
// through the official exporters and ours must be the same messages, the real
// gRPC server must understand our calls, and the Collector's own reader our
// JSON. It is a module of its own, so that the runtime's go.mod has none of it.
package conformance
