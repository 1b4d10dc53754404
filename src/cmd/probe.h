// probe.h - does the place that telemetry is sent to take it?
//
// An export without a span in it is sent, as the runtime would send one: OTLP/gRPC, which is
// HTTP/2, or OTLP/HTTP in protobuf or JSON.
//
// Source: the OTLP specification, RFC 9113 (HTTP/2), RFC 7541 (HPACK).
#ifndef CMD_PROBE_H
#define CMD_PROBE_H

#include "base/str.h"

typedef struct {
	bool asked;     // there is an endpoint to ask
	bool ok;        // and it takes what we send
	Str text, help; // what to tell
	int64_t date;   // what the endpoint takes for the time, in seconds; 0 if it did not say
} Probe;

// probe_endpoint asks the endpoint that the environment names for a signal ("TRACES",
// "METRICS", "LOGS").
void probe_endpoint(Arena *a, const char *signal, Probe *out);

#endif
