// Reference-byhand is ../reference with OpenTelemetry put in by hand, as its
// documentation says: the SDK with its OTLP exporters over gRPC, runtime metrics,
// otelhttp, otelgrpc, otelsql, redisotel, and the ids in the log records.
package main

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/XSAM/otelsql"
	_ "github.com/lib/pq"
	"github.com/redis/go-redis/extra/redisotel/v9"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	otelruntime "go.opentelemetry.io/contrib/instrumentation/runtime"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"

	"example.com/reference/service"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

// spans leaves out those that are no operations, of which the woven service has none either.
var spans = otelsql.SpanOptions{OmitConnResetSession: true, OmitConnPrepare: true, OmitConnectorConnect: true, OmitRows: true}

func run() (err error) {
	if os.Getenv("OTEL_SDK_DISABLED") != "true" { // the Go SDK does not read it
		stop, failed := setUp(context.Background())
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	return service.Run(os.Args[1], service.Config{
		OpenDB: func(driver, dsn string) (*sql.DB, error) {
			return otelsql.Open(driver, dsn, otelsql.WithSpanOptions(spans))
		},
		Redis: func(c *redis.Client) error {
			return errors.Join(redisotel.InstrumentTracing(c), redisotel.InstrumentMetrics(c))
		},
		Transport: otelhttp.NewTransport(http.DefaultTransport),
		Handler:   func(h http.Handler) http.Handler { return otelhttp.NewHandler(h, "server") },
		Dial:      []grpc.DialOption{grpc.WithStatsHandler(otelgrpc.NewClientHandler())},
		Serve:     []grpc.ServerOption{grpc.StatsHandler(otelgrpc.NewServerHandler())},
		Log:       withIDs{slog.NewJSONHandler(io.Discard, nil)},
	})
}

// setUp is the page "Getting started" of OpenTelemetry for Go.
func setUp(ctx context.Context) (stop func() error, err error) {
	traces, err := otlptracegrpc.New(ctx)
	if err != nil {
		return nil, err
	}
	metrics, err := otlpmetricgrpc.New(ctx)
	if err != nil {
		return nil, err
	}
	tp := sdktrace.NewTracerProvider(sdktrace.WithBatcher(traces))
	mp := metric.NewMeterProvider(metric.WithReader(metric.NewPeriodicReader(metrics)))
	otel.SetTracerProvider(tp)
	otel.SetMeterProvider(mp)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	if err := otelruntime.Start(otelruntime.WithMinimumReadMemStatsInterval(15 * time.Second)); err != nil {
		return nil, err
	}
	return func() error { return errors.Join(tp.Shutdown(ctx), mp.Shutdown(ctx)) }, nil
}

// withIDs adds the ids of the span to each record.
type withIDs struct{ slog.Handler }

func (h withIDs) Handle(ctx context.Context, r slog.Record) error {
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		r.AddAttrs(slog.String("trace_id", sc.TraceID().String()), slog.String("span_id", sc.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

func (h withIDs) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withIDs{h.Handler.WithAttrs(attrs)}
}

func (h withIDs) WithGroup(name string) slog.Handler { return withIDs{h.Handler.WithGroup(name)} }
