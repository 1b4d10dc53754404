// Package propagators has the context propagators that OTEL_PROPAGATORS can
// name. Those of the W3C are the official ones, or do as they do; the older formats are small,
// and written here so that the program gets no module for them.
package propagators

import (
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

var known = []struct {
	name string
	make func() propagation.TextMapPropagator
}{
	{"tracecontext", func() propagation.TextMapPropagator { return traceContext{} }},
	{"baggage", func() propagation.TextMapPropagator { return propagation.Baggage{} }},
	{"b3", func() propagation.TextMapPropagator { return b3{} }},
	{"b3multi", func() propagation.TextMapPropagator { return b3{multi: true} }},
	{"jaeger", func() propagation.TextMapPropagator { return jaeger{} }},
	{"xray", func() propagation.TextMapPropagator { return xray{} }},
	{"ottrace", func() propagation.TextMapPropagator { return ottrace{} }},
}

// Names returns the names that New knows.
func Names() []string {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.name
	}
	return names
}

// New returns the propagators with the names given, as one. What is not in
// [Names] is left out.
func New(names []string) propagation.TextMapPropagator {
	var list []propagation.TextMapPropagator
	for _, name := range names {
		for _, k := range known {
			if k.name == name {
				list = append(list, k.make())
			}
		}
	}
	all := propagation.NewCompositeTextMapPropagator(list...)
	switch strings.Join(names, ",") {
	case "tracecontext":
		return &w3c{all, false}
	case "tracecontext,baggage":
		return &w3c{all, true}
	}
	return all
}

// remote builds the context that came from elsewhere; ids are hexadecimal, a
// trace id of 64 bits is filled up with zeros on the left.
func remote(traceID, spanID string, flags trace.TraceFlags) (trace.SpanContext, bool) {
	const zeros = "00000000000000000000000000000000"
	if n := len(traceID); n < 32 {
		traceID = zeros[n:] + traceID
	}
	if n := len(spanID); n < 16 {
		spanID = zeros[:16-n] + spanID
	}
	t, err1 := trace.TraceIDFromHex(traceID)
	s, err2 := trace.SpanIDFromHex(spanID)
	if err1 != nil || err2 != nil {
		return trace.SpanContext{}, false
	}
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: t, SpanID: s, TraceFlags: flags, Remote: true}), true
}
