package propagators

import (
	"context"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// jaeger is the format of Jaeger's own clients
// (https://www.jaegertracing.io/sdk-migration/#propagation-format), without its
// baggage: TRACE:SPAN:PARENT:FLAGS.
type jaeger struct{}

const jaegerHeader = "uber-trace-id"

func (jaeger) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	sc := trace.SpanContextFromContext(ctx)
	if !sc.IsValid() {
		return
	}
	flags := ":0:0"
	if sc.IsSampled() {
		flags = ":0:1"
	}
	carrier.Set(jaegerHeader, sc.TraceID().String()+":"+sc.SpanID().String()+flags)
}

func (jaeger) Extract(ctx context.Context, carrier propagation.TextMapCarrier) context.Context {
	parts := strings.Split(carrier.Get(jaegerHeader), ":")
	if len(parts) != 4 || parts[0] == "" || len(parts[0]) > 32 || parts[1] == "" || len(parts[1]) > 16 {
		return ctx
	}
	bits, err := strconv.ParseUint(parts[3], 16, 8)
	if err != nil {
		return ctx
	}
	sc, ok := remote(parts[0], parts[1], trace.TraceFlags(bits)&trace.FlagsSampled)
	if !ok {
		return ctx
	}
	return trace.ContextWithRemoteSpanContext(ctx, sc)
}

func (jaeger) Fields() []string { return []string{jaegerHeader} }

// xray is the format of AWS
// (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html):
// Root=1-TIME-UNIQUE;Parent=SPAN;Sampled=1.
type xray struct{}

const xrayHeader = "X-Amzn-Trace-Id"

func (xray) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	sc := trace.SpanContextFromContext(ctx)
	if !sc.IsValid() {
		return
	}
	sampled := ";Sampled=0"
	if sc.IsSampled() {
		sampled = ";Sampled=1"
	}
	id := sc.TraceID().String()
	carrier.Set(xrayHeader, "Root=1-"+id[:8]+"-"+id[8:]+";Parent="+sc.SpanID().String()+sampled)
}

func (xray) Extract(ctx context.Context, carrier propagation.TextMapCarrier) context.Context {
	var traceID, spanID string
	var flags trace.TraceFlags
	for part := range strings.SplitSeq(carrier.Get(xrayHeader), ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch key {
		case "Root":
			root := strings.Split(value, "-")
			if len(root) != 3 || root[0] != "1" || len(root[1]) != 8 || len(root[2]) != 24 {
				return ctx
			}
			traceID = root[1] + root[2]
		case "Parent":
			spanID = value
		case "Sampled":
			if value == "1" {
				flags = trace.FlagsSampled
			}
		}
	}
	if len(spanID) != 16 || traceID == "" {
		return ctx
	}
	sc, ok := remote(traceID, spanID, flags)
	if !ok {
		return ctx
	}
	return trace.ContextWithRemoteSpanContext(ctx, sc)
}

func (xray) Fields() []string { return []string{xrayHeader} }

// ottrace is the format of OpenTracing's basic tracers, without its baggage.
// Its trace ids have 64 bits.
type ottrace struct{}

const (
	otTraceID = "ot-tracer-traceid"
	otSpanID  = "ot-tracer-spanid"
	otSampled = "ot-tracer-sampled"
)

func (ottrace) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	sc := trace.SpanContextFromContext(ctx)
	if !sc.IsValid() {
		return
	}
	carrier.Set(otTraceID, sc.TraceID().String()[16:])
	carrier.Set(otSpanID, sc.SpanID().String())
	carrier.Set(otSampled, strconv.FormatBool(sc.IsSampled()))
}

func (ottrace) Extract(ctx context.Context, carrier propagation.TextMapCarrier) context.Context {
	traceID, spanID := carrier.Get(otTraceID), carrier.Get(otSpanID)
	if len(traceID) != 16 && len(traceID) != 32 || len(spanID) != 16 {
		return ctx
	}
	var flags trace.TraceFlags
	if sampled := carrier.Get(otSampled); sampled == "true" || sampled == "1" {
		flags = trace.FlagsSampled
	}
	sc, ok := remote(traceID, spanID, flags)
	if !ok {
		return ctx
	}
	return trace.ContextWithRemoteSpanContext(ctx, sc)
}

func (ottrace) Fields() []string { return []string{otTraceID, otSpanID, otSampled} }
