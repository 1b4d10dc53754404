package otlptrace

import (
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/otlp/otlpjson"
	"otel.tool/runtime/internal/wire"
)

func someSpans(n int) []sdktrace.ReadOnlySpan {
	stubs := make(tracetest.SpanStubs, n)
	for i := range stubs {
		stubs[i] = tracetest.SpanStub{
			Name:        "GET /greet",
			SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{byte(i), byte(i >> 8), 1}, TraceFlags: 1}),
			Attributes:  []attribute.KeyValue{attribute.String("url.path", "/greet"), attribute.Int("n", i)},
		}
	}
	return stubs.Snapshots()
}

// encoder returns a function that encodes spans into one buffer again and again,
// and returns how many bytes that makes.
func encoder(t testing.TB, protocol otlp.Protocol, spans []sdktrace.ReadOnlySpan) func() int {
	t.Helper()
	var e Exporter
	var span, w wire.Writer
	var text []byte
	parts := Encode(spans)
	return func() int {
		parts[0].Bytes = parts[0].Bytes[:0]
		for _, s := range spans {
			span.B = span.B[:0]
			s := Of(s)
			s.Append(&span)
			parts[0].Bytes = append(parts[0].Bytes, span.B...)
		}
		w.B = w.B[:0]
		e.encode(&w, parts)
		if protocol == otlp.HTTPJSON {
			text = otlpjson.Append(text[:0], otlpjson.Traces, w.B)
			return len(text)
		}
		return len(w.B)
	}
}

// Encoding allocates next to nothing, however many spans there are.
func TestEncodingAllocations(t *testing.T) {
	for _, protocol := range []otlp.Protocol{otlp.GRPC, otlp.HTTPJSON} {
		encode := encoder(t, protocol, someSpans(512))
		encode()
		if n := testing.AllocsPerRun(20, func() { encode() }); n > 4 {
			t.Errorf("%s: %v allocations for 512 spans", protocol, n)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, protocol := range []otlp.Protocol{otlp.GRPC, otlp.HTTPJSON} {
		b.Run(string(protocol), func(b *testing.B) {
			encode := encoder(b, protocol, someSpans(512))
			b.ReportAllocs()
			for range b.N {
				b.SetBytes(int64(encode()))
			}
		})
	}
}
