package conformance

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/otlp/otlptrace"
	"otel.tool/runtime/internal/wire"
)

// requests returns n spans such as a server's requests make.
func requests(n int) []sdktrace.ReadOnlySpan {
	r := &recorder{}
	tp := sdktrace.NewTracerProvider(sdktrace.WithSyncer(r), sdktrace.WithSampler(sdktrace.AlwaysSample()),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "svc"), attribute.String("host.name", "host"))))
	tracer := tp.Tracer("otel.tool/hooks/net/http", trace.WithInstrumentationVersion("0.1.0"))
	for range n {
		_, s := tracer.Start(context.Background(), "GET /greet/{name}", trace.WithSpanKind(trace.SpanKindServer))
		s.SetAttributes(
			attribute.String("http.request.method", "GET"), attribute.String("url.path", "/greet/you"), attribute.String("url.scheme", "http"),
			attribute.String("http.route", "/greet/{name}"), attribute.Int("http.response.status_code", 200), attribute.String("server.address", "localhost"),
			attribute.Int("server.port", 8080), attribute.String("client.address", "127.0.0.1"), attribute.String("network.peer.address", "127.0.0.1"),
			attribute.Int("network.peer.port", 51234), attribute.String("network.protocol.version", "1.1"), attribute.String("user_agent.original", "curl/8.5.0"))
		s.End()
	}
	return r.spans
}

var ratio = flag.Bool("ratio", false, "measure our exporter against the official one")

// TestRatio measures what exporting costs, by both exporters in turn in one run,
// to a server that does nothing but read.
func TestRatio(t *testing.T) {
	if !*ratio {
		t.Skip("with -ratio only")
	}
	const rounds, batches, size = 5, 100, 512
	spans := requests(size)
	address := drain(t)
	ours, err := otlptrace.New(config(t, otlp.GRPC, "http://"+address))
	if err != nil {
		t.Fatal(err)
	}
	official, err := otlptracegrpc.New(context.Background(), otlptracegrpc.WithEndpoint(address), otlptracegrpc.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	var page page
	var cost [2]struct{ cpu, allocs, bytes float64 }
	for range rounds {
		for i, export := range []func(context.Context, []sdktrace.ReadOnlySpan) error{
			func(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
				return ours.Export(ctx, page.of(spans))
			},
			official.ExportSpans,
		} {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			begun := cpu()
			for range batches {
				if err := export(context.Background(), spans); err != nil {
					t.Fatal(err)
				}
			}
			cost[i].cpu += float64(cpu() - begun)
			runtime.ReadMemStats(&after)
			cost[i].allocs += float64(after.Mallocs - before.Mallocs)
			cost[i].bytes += float64(after.TotalAlloc - before.TotalAlloc)
		}
	}
	const n = rounds * batches * size
	fmt.Printf("%-28s %12s %12s %12s\n", "OTLP/gRPC, a span", "CPU", "allocations", "bytes")
	for i, name := range []string{"ours", "official exporter"} {
		c := cost[i]
		fmt.Printf("%-28s %9.0f ns %12.2f %12.0f\n", name, c.cpu/n, c.allocs/n, c.bytes/n)
	}
	a, b := cost[0], cost[1]
	fmt.Printf("%-28s %12.2f %12.2f %12.2f\n", "ratio", a.cpu/b.cpu, a.allocs/b.allocs, a.bytes/b.bytes)
	if a.cpu/b.cpu > 1.0/3 || a.allocs/b.allocs > 1.0/5 {
		t.Error("more than a third of the CPU, or a fifth of the allocations")
	}
	for _, e := range []interface{ Shutdown(context.Context) error }{ours, official} {
		if err := e.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// page is spans as package batch keeps them until they are exported: each is encoded as it ends,
// and copied to the others. Both memories are used again.
type page struct {
	one  wire.Writer
	part batch.Part[*otlptrace.Source]
}

func (p *page) of(spans []sdktrace.ReadOnlySpan) []batch.Part[*otlptrace.Source] {
	p.part.Key = &otlptrace.Source{Resource: spans[0].Resource(), Scope: spans[0].InstrumentationScope()}
	p.part.Bytes = p.part.Bytes[:0]
	for _, s := range spans {
		p.one.B = p.one.B[:0]
		span := otlptrace.Of(s)
		span.Append(&p.one)
		p.part.Bytes = append(p.part.Bytes, p.one.B...)
	}
	return []batch.Part[*otlptrace.Source]{p.part}
}

func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
