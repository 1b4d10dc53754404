package metrictext

import (
	"bytes"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func TestWrite(t *testing.T) {
	set := attribute.NewSet(attribute.String("route", "/a\x1b[2J"), attribute.Int("n", 1))
	rm := &metricdata.ResourceMetrics{ScopeMetrics: []metricdata.ScopeMetrics{{Scope: instrumentation.Scope{Name: "lib"}, Metrics: []metricdata.Metrics{
		{Name: "short", Unit: "By", Data: metricdata.Sum[int64]{DataPoints: []metricdata.DataPoint[int64]{{Value: 3 << 20, Attributes: set}}}},
		{Name: "longer.name", Unit: "s", Data: metricdata.Histogram[float64]{DataPoints: []metricdata.HistogramDataPoint[float64]{{
			Count: 100, Sum: 0.5, Bounds: []float64{0.001, 0.01}, BucketCounts: []uint64{50, 49, 1},
			Min: metricdata.NewExtrema(0.0005), Max: metricdata.NewExtrema(2.0)}, {}, {
			Count: 1, Sum: 0.0002, Bounds: []float64{0.001}, BucketCounts: []uint64{1, 0}, // no value is above the largest
			Min: metricdata.NewExtrema(0.0002), Max: metricdata.NewExtrema(0.0002)}}}},
		{Name: "e", Data: metricdata.ExponentialHistogram[int64]{DataPoints: []metricdata.ExponentialHistogramDataPoint[int64]{{Count: 2, Sum: 5}}}},
		{Name: "g", Unit: "%", Data: metricdata.Gauge[float64]{DataPoints: []metricdata.DataPoint[float64]{{Value: 12.5}}}},
		{Name: "q", Unit: "furlong", Data: metricdata.Summary{DataPoints: []metricdata.SummaryDataPoint{{Count: 2, Sum: 3, QuantileValues: []metricdata.QuantileValue{{Quantile: 0.999, Value: 2}}}}}},
	}}}}
	var b bytes.Buffer
	if err := Write(&b, rm); err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(b.String(), "\n")
	want := `lib
  short        3 MiB  n=1 route=/a?[2J
  longer.name  100 × 5 ms, p50 ≤ 1 ms, p99 ≤ 10 ms, 500 µs to 2 s
  longer.name  0
  longer.name  1 × 200 µs, p50 ≤ 200 µs, p99 ≤ 200 µs, 200 µs to 200 µs
  e            2 × 2.5
  g            12.5 %
  q            2 × 1.5 furlong, p99.9 2 furlong
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
