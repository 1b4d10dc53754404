package propagators

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

const (
	traceHex = "4bf92f3577b34da6a3ce929d0e0e4736"
	spanHex  = "00f067aa0ba902b7"
)

func local(sampled bool) context.Context {
	t, _ := trace.TraceIDFromHex(traceHex)
	s, _ := trace.SpanIDFromHex(spanHex)
	return trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: t, SpanID: s, TraceFlags: trace.TraceFlags(0).WithSampled(sampled)}))
}

func TestInject(t *testing.T) {
	tests := []struct {
		name    string
		sampled bool
		want    propagation.MapCarrier
	}{
		{"tracecontext", true, propagation.MapCarrier{"traceparent": "00-" + traceHex + "-" + spanHex + "-01"}},
		{"baggage", true, propagation.MapCarrier{}},
		{"b3", true, propagation.MapCarrier{"b3": traceHex + "-" + spanHex + "-1"}},
		{"b3", false, propagation.MapCarrier{"b3": traceHex + "-" + spanHex + "-0"}},
		{"b3multi", true, propagation.MapCarrier{"x-b3-traceid": traceHex, "x-b3-spanid": spanHex, "x-b3-sampled": "1"}},
		{"jaeger", true, propagation.MapCarrier{"uber-trace-id": traceHex + ":" + spanHex + ":0:1"}},
		{"jaeger", false, propagation.MapCarrier{"uber-trace-id": traceHex + ":" + spanHex + ":0:0"}},
		{"xray", true, propagation.MapCarrier{"X-Amzn-Trace-Id": "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=" + spanHex + ";Sampled=1"}},
		{"ottrace", true, propagation.MapCarrier{"ot-tracer-traceid": traceHex[16:], "ot-tracer-spanid": spanHex, "ot-tracer-sampled": "true"}},
	}
	for _, tt := range tests {
		p := New([]string{tt.name})
		got := propagation.MapCarrier{}
		p.Inject(local(tt.sampled), got)
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		for key := range got {
			if !slices.Contains(p.Fields(), key) {
				t.Errorf("%s: %s is not among its fields", tt.name, key)
			}
		}
		none := propagation.MapCarrier{}
		p.Inject(context.Background(), none)
		if len(none) != 0 {
			t.Errorf("%s: %v without a span", tt.name, none)
		}
		if tt.name == "ottrace" || tt.name == "baggage" {
			continue // shortens the id; carries none
		}
		back := trace.SpanContextFromContext(p.Extract(context.Background(), got))
		if !back.Equal(trace.SpanContextFromContext(local(tt.sampled)).WithRemote(true)) {
			t.Errorf("%s: came back as %v", tt.name, back)
		}
	}
}

func TestExtract(t *testing.T) {
	const short = "0000000000000000a3ce929d0e0e4736"
	tests := []struct {
		name    string
		headers propagation.MapCarrier
		want    string // trace-span-flags, "" for none
	}{
		{"b3", propagation.MapCarrier{"b3": traceHex + "-" + spanHex}, traceHex + "-" + spanHex + "-00"},
		{"b3", propagation.MapCarrier{"b3": traceHex[16:] + "-" + spanHex + "-d-" + spanHex}, short + "-" + spanHex + "-01"},
		{"b3", propagation.MapCarrier{"x-b3-traceid": traceHex, "x-b3-spanid": spanHex, "x-b3-flags": "1"}, traceHex + "-" + spanHex + "-01"},
		{"b3multi", propagation.MapCarrier{"b3": traceHex + "-" + spanHex + "-1"}, traceHex + "-" + spanHex + "-01"},
		{"b3", propagation.MapCarrier{"b3": "0"}, ""},
		{"b3", propagation.MapCarrier{"b3": "zz" + traceHex[2:] + "-" + spanHex}, ""},
		{"b3", propagation.MapCarrier{"x-b3-traceid": "1", "x-b3-spanid": spanHex}, ""},
		{"jaeger", propagation.MapCarrier{"uber-trace-id": "a3ce929d0e0e4736:f067aa0ba902b7:0:3"}, short + "-" + spanHex + "-01"},
		{"jaeger", propagation.MapCarrier{"uber-trace-id": "0:0:0:1"}, ""},
		{"jaeger", propagation.MapCarrier{"uber-trace-id": traceHex + "0:" + spanHex + ":0:1"}, ""},
		{"jaeger", propagation.MapCarrier{"uber-trace-id": traceHex + ":" + spanHex + ":0:x"}, ""},
		{"xray", propagation.MapCarrier{"X-Amzn-Trace-Id": "Sampled=1; Parent=" + spanHex + "; Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Self=x"}, traceHex + "-" + spanHex + "-01"},
		{"xray", propagation.MapCarrier{"X-Amzn-Trace-Id": "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=1"}, ""},
		{"xray", propagation.MapCarrier{"X-Amzn-Trace-Id": "Root=2-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=" + spanHex}, ""},
		{"ottrace", propagation.MapCarrier{"ot-tracer-traceid": traceHex[16:], "ot-tracer-spanid": spanHex, "ot-tracer-sampled": "true"}, short + "-" + spanHex + "-01"},
		{"ottrace", propagation.MapCarrier{"ot-tracer-traceid": traceHex[17:], "ot-tracer-spanid": spanHex}, ""},
	}
	for _, tt := range tests {
		sc := trace.SpanContextFromContext(New([]string{tt.name}).Extract(context.Background(), tt.headers))
		got := ""
		if sc.IsValid() {
			got = fmt.Sprintf("%s-%s-%s", sc.TraceID(), sc.SpanID(), sc.TraceFlags())
			if !sc.IsRemote() {
				t.Errorf("%s %v: not remote", tt.name, tt.headers)
			}
		}
		if got != tt.want {
			t.Errorf("%s %v: %q, want %q", tt.name, tt.headers, got, tt.want)
		}
	}
}

// Whatever a client sends, a context comes back, and no half of one.
func FuzzExtract(f *testing.F) {
	f.Add(traceHex + "-" + spanHex + "-1")
	f.Add(traceHex + ":" + spanHex + ":0:1")
	f.Add("Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=" + spanHex + ";Sampled=1")
	all := New(Names())
	f.Fuzz(func(t *testing.T, text string) {
		carrier := propagation.MapCarrier{}
		for _, field := range all.Fields() {
			carrier[field] = text
		}
		sc := trace.SpanContextFromContext(all.Extract(context.Background(), carrier))
		if sc.HasTraceID() != sc.HasSpanID() {
			t.Errorf("half a context: %v", sc)
		}
	})
}
