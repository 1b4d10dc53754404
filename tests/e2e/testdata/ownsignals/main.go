// Ownsignals sets up all signals by itself: with exporters of its own that print a line for
// each thing (sdk), or with what contrib's autoexport makes of the environment (autoexport).
// Then it serves itself two requests, in which it logs, one of them under otelhttp.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/log/global"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	ctx := context.Background()
	var (
		spans   sdktrace.SpanExporter = printer{}
		reader  metric.Reader         = metric.NewManualReader()
		records sdklog.Exporter       = records{}
		err     error
	)
	if os.Args[1] == "autoexport" {
		spans, err = autoexport.NewSpanExporter(ctx)
		check(err)
		reader, err = autoexport.NewMetricReader(ctx)
		check(err)
		records, err = autoexport.NewLogExporter(ctx)
		check(err)
	}
	tp := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans))
	mp := metric.NewMeterProvider(metric.WithReader(reader))
	lp := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(records)))
	otel.SetTracerProvider(tp)
	otel.SetMeterProvider(mp)
	global.SetLoggerProvider(lp)

	request(http.HandlerFunc(serve))
	request(otelhttp.NewHandler(http.HandlerFunc(serve), "", otelhttp.WithSpanNameFormatter(func(string, *http.Request) string { return "theirs" })))
	if manual, ok := reader.(*metric.ManualReader); ok {
		printMetrics(ctx, manual)
	}
	check(tp.Shutdown(ctx))
	check(mp.Shutdown(ctx))
	check(lp.Shutdown(ctx))
}

var log = slog.New(slog.NewTextHandler(io.Discard, nil))

func serve(_ http.ResponseWriter, r *http.Request) { log.InfoContext(r.Context(), "served") }

// request has h serve a request.
func request(h http.Handler) {
	s := httptest.NewServer(h)
	defer s.Close()
	res, err := http.Get(s.URL)
	check(err)
	_, err = io.Copy(io.Discard, res.Body)
	check(err)
	res.Body.Close()
}

// printer is a span exporter.
type printer struct{}

func (printer) Shutdown(context.Context) error { return nil }

func (printer) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	for _, s := range spans {
		fmt.Println("span", s.SpanKind(), s.Name())
	}
	return nil
}

// records is an exporter of log records.
type records struct{}

func (records) Shutdown(context.Context) error   { return nil }
func (records) ForceFlush(context.Context) error { return nil }

func (records) Export(_ context.Context, all []sdklog.Record) error {
	for _, r := range all {
		fmt.Println("record", r.Body().AsString(), r.SpanID().IsValid())
	}
	return nil
}

// printMetrics prints the durations that have been measured.
func printMetrics(ctx context.Context, reader *metric.ManualReader) {
	var rm metricdata.ResourceMetrics
	check(reader.Collect(ctx, &rm))
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			if h, ok := m.Data.(metricdata.Histogram[float64]); ok {
				for _, p := range h.DataPoints {
					fmt.Println("metric", sm.Scope.Name, m.Name, p.Count)
				}
			}
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
