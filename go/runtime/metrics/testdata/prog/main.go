// Command prog measures, as its argument says, and ends.
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"
	"runtime"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/hook"
	_ "otel.tool/runtime/metrics"
)

var in hook.Instrumentation
var calls = hook.Counter{Name: "hook.calls"}

func init() {
	hook.Register(&in, "example.com/lib", "hook.scope", "v1")
	in.Measure(&calls)
}

func main() {
	ctx := context.Background()
	histogram, err := otel.Meter("prog").Float64Histogram("prog.work", metric.WithUnit("s"))
	if err != nil {
		log.Fatal(err)
	}
	measure := func() {
		histogram.Record(ctx, 0.5)
		calls.Add(ctx, 1, hook.NewSet())
	}
	begun := time.Now()
	switch os.Args[1] {
	case "nothing":
	case "measure":
		measure()
	case "many": // series
		for i := range 2500 {
			histogram.Record(ctx, 0.5, metric.WithAttributes(attribute.Int("i", i)))
		}
	case "attributes":
		histogram.Record(ctx, 0.5, metric.WithAttributes(attribute.Int("a", 1), attribute.Int("b", 1)))
		histogram.Record(ctx, 0.5, metric.WithAttributes(attribute.Int("a", 1), attribute.Int("b", 2)))
		calls.Add(ctx, 1, hook.NewSet())
	case "goroutines":
		fmt.Println(runtime.NumGoroutine())
	case "own":
		reader := sdkmetric.NewManualReader()
		otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
		measure()
		var rm metricdata.ResourceMetrics
		if err := reader.Collect(ctx, &rm); err != nil {
			log.Fatal(err)
		}
		for _, sm := range rm.ScopeMetrics {
			for _, m := range sm.Metrics {
				fmt.Println(sm.Scope.Name, m.Name)
			}
		}
	case "wait": // until standard input ends
		measure()
		fmt.Println("ready")
		bufio.NewScanner(os.Stdin).Scan()
	}
	if d := time.Since(begun); d > 3*time.Second && os.Args[1] != "wait" {
		fmt.Println("took", d)
	}
}
