package conformance

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/otlp/otlptrace"
)

// recorder keeps spans as the SDK hands them over.
type recorder struct {
	spans []sdktrace.ReadOnlySpan
}

func (r *recorder) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	r.spans = append(r.spans, spans...)
	return nil
}

func (r *recorder) Shutdown(context.Context) error { return nil }

// everything returns spans that between them have all that a span can have.
func everything(t testing.TB) []sdktrace.ReadOnlySpan {
	t.Helper()
	r := &recorder{}
	limits := sdktrace.NewSpanLimits()
	limits.AttributeCountLimit = 12
	limits.EventCountLimit = 2
	limits.LinkCountLimit = 2
	limits.AttributePerEventCountLimit = 2
	limits.AttributePerLinkCountLimit = 2
	tp := sdktrace.NewTracerProvider(
		sdktrace.WithSyncer(r), sdktrace.WithRawSpanLimits(limits), sdktrace.WithSampler(sdktrace.AlwaysSample()),
		sdktrace.WithResource(resource.NewWithAttributes("https://opentelemetry.io/schemas/1.39.0", attribute.String("service.name", "svc"), attribute.Int("process.pid", 7))))
	state, err := trace.ParseTraceState("vendor=1,other=2")
	if err != nil {
		t.Fatal(err)
	}
	remote := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1, 2, 3}, SpanID: trace.SpanID{4, 5, 6}, TraceFlags: trace.FlagsSampled, TraceState: state, Remote: true})

	plain := tp.Tracer("plain")
	rich := tp.Tracer("rich", trace.WithInstrumentationVersion("1.2.3"), trace.WithSchemaURL("https://example.com/schema"),
		trace.WithInstrumentationAttributes(attribute.Bool("scope", true)))

	ctx := trace.ContextWithRemoteSpanContext(context.Background(), remote)
	kinds := []trace.SpanKind{trace.SpanKindUnspecified, trace.SpanKindInternal, trace.SpanKindServer, trace.SpanKindClient, trace.SpanKindProducer, trace.SpanKindConsumer}
	for i, kind := range kinds {
		tracer := plain
		if i%2 == 1 {
			tracer = rich
		}
		var span trace.Span
		ctx, span = tracer.Start(ctx, "span "+kind.String(), trace.WithSpanKind(kind), trace.WithTimestamp(time.Unix(1700000000, int64(i))))
		span.End(trace.WithTimestamp(time.Unix(1700000001, int64(i))))
	}

	_, full := rich.Start(context.Background(), "all values", trace.WithNewRoot(),
		trace.WithLinks(
			trace.Link{SpanContext: remote, Attributes: []attribute.KeyValue{attribute.Int("n", 1), attribute.Int("m", 2), attribute.Int("dropped", 3)}},
			trace.Link{SpanContext: remote.WithRemote(false).WithTraceState(trace.TraceState{})},
			trace.Link{SpanContext: remote}))
	full.SetAttributes(
		attribute.String("string", "text \"quoted\" \\ / \n\t\x01 grün 世界 \U0001F600 <&>\u2028"),
		attribute.String("empty", ""),
		attribute.Bool("true", true), attribute.Bool("false", false),
		attribute.Int64("min", math.MinInt64), attribute.Int64("max", math.MaxInt64),
		attribute.Float64("float", 1e300),
		attribute.StringSlice("strings", []string{"a", ""}), attribute.BoolSlice("bools", []bool{true, false}),
		attribute.Int64Slice("ints", []int64{-1, 0, 1}), attribute.Float64Slice("floats", []float64{-0.5, 0}),
		attribute.StringSlice("none", nil),
		attribute.String("dropped", "x"))
	full.AddEvent("event", trace.WithAttributes(attribute.Int("a", 1), attribute.Int("b", 2), attribute.Int("dropped", 3)), trace.WithTimestamp(time.Unix(1700000000, 5)))
	full.RecordError(errors.New("broken"))
	full.AddEvent("one too many")
	full.SetStatus(codes.Error, "went wrong")
	full.End()

	_, ok := plain.Start(context.Background(), "")
	ok.SetStatus(codes.Ok, "")
	ok.End()
	return r.spans
}

// config is ours for a server at u.
func config(t testing.TB, protocol otlp.Protocol, u string) otlp.Config {
	t.Helper()
	endpoint, err := url.Parse(u)
	if err != nil {
		t.Fatal(err)
	}
	return otlp.Config{Protocol: protocol, Endpoint: endpoint, Headers: http.Header{"Api-Key": {"secret"}}, Timeout: 5 * time.Second, UserAgent: "ours"}
}

// export sends spans by our exporter, and stops it.
func export(t testing.TB, cfg otlp.Config, spans []sdktrace.ReadOnlySpan) error {
	t.Helper()
	e, err := otlptrace.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err = e.Export(ctx, otlptrace.Encode(spans))
	if err := e.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	return err
}
