package propagators

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// b3 is Zipkin's format (https://github.com/openzipkin/b3-propagation): it reads
// the single header and the several ones, and writes one of the two.
type b3 struct {
	multi bool
}

const (
	b3Single  = "b3"
	b3TraceID = "x-b3-traceid"
	b3SpanID  = "x-b3-spanid"
	b3Sampled = "x-b3-sampled"
	b3Flags   = "x-b3-flags"
)

func (p b3) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	sc := trace.SpanContextFromContext(ctx)
	if !sc.IsValid() {
		return
	}
	sampled := "0"
	if sc.IsSampled() {
		sampled = "1"
	}
	if !p.multi {
		carrier.Set(b3Single, sc.TraceID().String()+"-"+sc.SpanID().String()+"-"+sampled)
		return
	}
	carrier.Set(b3TraceID, sc.TraceID().String())
	carrier.Set(b3SpanID, sc.SpanID().String())
	carrier.Set(b3Sampled, sampled)
}

func (p b3) Extract(ctx context.Context, carrier propagation.TextMapCarrier) context.Context {
	sc, ok := fromB3(carrier.Get(b3Single))
	if !ok {
		sampled := carrier.Get(b3Sampled)
		if carrier.Get(b3Flags) == "1" {
			sampled = "d"
		}
		sc, ok = ofB3(carrier.Get(b3TraceID), carrier.Get(b3SpanID), sampled)
	}
	if !ok {
		return ctx
	}
	return trace.ContextWithRemoteSpanContext(ctx, sc)
}

func (p b3) Fields() []string {
	if p.multi {
		return []string{b3TraceID, b3SpanID, b3Sampled, b3Flags}
	}
	return []string{b3Single}
}

// fromB3 reads TRACE-SPAN[-SAMPLED[-PARENT]]. A header that has only the
// sampling decision names no parent, and there is nothing to keep it in.
func fromB3(header string) (trace.SpanContext, bool) {
	parts := strings.Split(header, "-")
	if len(parts) < 2 || len(parts) > 4 {
		return trace.SpanContext{}, false
	}
	sampled := ""
	if len(parts) > 2 {
		sampled = parts[2]
	}
	return ofB3(parts[0], parts[1], sampled)
}

func ofB3(traceID, spanID, sampled string) (trace.SpanContext, bool) {
	if len(traceID) != 16 && len(traceID) != 32 || len(spanID) != 16 {
		return trace.SpanContext{}, false
	}
	var flags trace.TraceFlags
	switch sampled {
	case "1", "d", "true", "True":
		flags = trace.FlagsSampled
	}
	return remote(traceID, spanID, flags)
}
