package conformance

import (
	"context"
	"math"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/otlp/otlpmetric"
)

// everyMetric returns metrics that between them have all that the SDK can hand
// over.
func everyMetric() *metricdata.ResourceMetrics {
	start, at := time.Unix(1700000000, 1), time.Unix(1700000060, 2)
	set := attribute.NewSet(attribute.String("method", "GET"), attribute.Int("status", 200))
	ids := metricdata.Exemplar[float64]{
		Time: at, Value: 0.25, SpanID: []byte{1, 2, 3, 4, 5, 6, 7, 8}, TraceID: []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
		FilteredAttributes: []attribute.KeyValue{attribute.String("user", "x"), attribute.Bool("b", true)},
	}
	doubles := []metricdata.DataPoint[float64]{
		{Attributes: set, StartTime: start, Time: at, Value: 1.5, Exemplars: []metricdata.Exemplar[float64]{ids, {Time: at, Value: -1}}},
		{Time: at, Value: math.Inf(1)}, {Time: at},
	}
	integers := []metricdata.DataPoint[int64]{
		{Attributes: set, StartTime: start, Time: at, Value: math.MaxInt64, Exemplars: []metricdata.Exemplar[int64]{{Time: at, Value: -7}}},
		{StartTime: start, Time: at, Value: math.MinInt64}, {Time: at},
	}
	histograms := []metricdata.HistogramDataPoint[float64]{
		{Attributes: set, StartTime: start, Time: at, Count: 300, Bounds: []float64{0, 0.5, 1e9}, BucketCounts: []uint64{1, 0, 298, 1}, Sum: 99.5,
			Min: metricdata.NewExtrema(-1.0), Max: metricdata.NewExtrema(1e10), Exemplars: []metricdata.Exemplar[float64]{ids}},
		{StartTime: start, Time: at, Count: 1, BucketCounts: []uint64{1}, Sum: 1},
	}
	exponential := []metricdata.ExponentialHistogramDataPoint[float64]{
		{Attributes: set, StartTime: start, Time: at, Count: 12, Sum: 5, Scale: -3, ZeroCount: 2, ZeroThreshold: 0.001,
			PositiveBucket: metricdata.ExponentialBucket{Offset: -7, Counts: []uint64{1, 0, 300}}, NegativeBucket: metricdata.ExponentialBucket{Offset: 2, Counts: []uint64{5}},
			Min: metricdata.NewExtrema(-2.0), Max: metricdata.NewExtrema(3.0), Exemplars: []metricdata.Exemplar[float64]{ids}},
		{StartTime: start, Time: at, Count: 1, Sum: 1, Scale: 20},
	}
	many := make([]uint64, 200) // whose length takes two bytes
	for i := range many {
		many[i] = uint64(i * i * i)
	}
	return &metricdata.ResourceMetrics{
		Resource: resource.NewWithAttributes("https://opentelemetry.io/schemas/1.39.0", attribute.String("service.name", "svc")),
		ScopeMetrics: []metricdata.ScopeMetrics{
			{Scope: instrumentation.Scope{Name: "rich", Version: "1.2.3", SchemaURL: "https://example.com/schema", Attributes: attribute.NewSet(attribute.Bool("scope", true))},
				Metrics: []metricdata.Metrics{
					{Name: "gauge.double", Description: "d ü", Unit: "1", Data: metricdata.Gauge[float64]{DataPoints: doubles}},
					{Name: "gauge.int", Data: metricdata.Gauge[int64]{DataPoints: integers}},
					{Name: "sum.double", Unit: "s", Data: metricdata.Sum[float64]{DataPoints: doubles, Temporality: metricdata.CumulativeTemporality, IsMonotonic: true}},
					{Name: "sum.int", Data: metricdata.Sum[int64]{DataPoints: integers, Temporality: metricdata.DeltaTemporality}},
					{Name: "histogram", Unit: "s", Data: metricdata.Histogram[float64]{DataPoints: histograms, Temporality: metricdata.DeltaTemporality}},
					{Name: "histogram.int", Data: metricdata.Histogram[int64]{Temporality: metricdata.CumulativeTemporality, DataPoints: []metricdata.HistogramDataPoint[int64]{
						{StartTime: start, Time: at, Count: 1, Bounds: []float64{1}, BucketCounts: many, Sum: 4, Min: metricdata.NewExtrema[int64](0), Max: metricdata.NewExtrema[int64](4)}}}},
				}},
			{Scope: instrumentation.Scope{Name: "plain"},
				Metrics: []metricdata.Metrics{
					{Name: "exponential", Data: metricdata.ExponentialHistogram[float64]{DataPoints: exponential, Temporality: metricdata.CumulativeTemporality}},
					{Name: "exponential.int", Data: metricdata.ExponentialHistogram[int64]{Temporality: metricdata.DeltaTemporality, DataPoints: []metricdata.ExponentialHistogramDataPoint[int64]{
						{StartTime: start, Time: at, Count: 3, Sum: 4, Scale: 1, PositiveBucket: metricdata.ExponentialBucket{Counts: many}}}}},
					{Name: "summary", Data: metricdata.Summary{DataPoints: []metricdata.SummaryDataPoint{
						{Attributes: set, StartTime: start, Time: at, Count: 9, Sum: 4.5, QuantileValues: []metricdata.QuantileValue{{Quantile: 0, Value: 0}, {Quantile: 0.99, Value: 3}}}}}},
				}},
		},
	}
}

// exportMetrics sends rm by our exporter, and stops it.
func exportMetrics(t testing.TB, cfg otlp.Config, rm *metricdata.ResourceMetrics) error {
	t.Helper()
	e, err := otlpmetric.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err = e.Export(ctx, rm)
	if err := e.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	return err
}

// sameMetrics compares messages but for the order of attributes, and for the
// threshold of exponential histograms, which the official exporters leave out.
func sameMetrics(t *testing.T, got, want *collector.ExportMetricsServiceRequest) {
	t.Helper()
	if len(want.ResourceMetrics) != 1 || len(want.ResourceMetrics[0].ScopeMetrics) != 2 {
		t.Fatalf("nothing to compare with: %v", want)
	}
	for _, req := range []*collector.ExportMetricsServiceRequest{got, want} {
		for _, rm := range req.ResourceMetrics {
			for _, sm := range rm.ScopeMetrics {
				for _, m := range sm.Metrics {
					for _, attrs := range attributesOf(m) {
						slices.SortFunc(attrs, func(a, b *commonpb.KeyValue) int { return strings.Compare(a.Key, b.Key) })
					}
				}
			}
		}
	}
	if !proto.Equal(got, want) {
		t.Errorf("ours:\n%s\nexpected:\n%s", prototext.Format(got), prototext.Format(want))
	}
}

// attributesOf also takes away what is not compared.
func attributesOf(m *metricspb.Metric) (all [][]*commonpb.KeyValue) {
	for _, p := range append(m.GetGauge().GetDataPoints(), m.GetSum().GetDataPoints()...) {
		all = append(all, p.Attributes)
	}
	for _, p := range m.GetHistogram().GetDataPoints() {
		all = append(all, p.Attributes)
	}
	for _, p := range m.GetExponentialHistogram().GetDataPoints() {
		p.ZeroThreshold = 0
		all = append(all, p.Attributes)
	}
	for _, p := range m.GetSummary().GetDataPoints() {
		all = append(all, p.Attributes)
	}
	return all
}

func decodeMetrics(t *testing.T, body []byte) *collector.ExportMetricsServiceRequest {
	t.Helper()
	req := &collector.ExportMetricsServiceRequest{}
	if err := proto.Unmarshal(body, req); err != nil {
		t.Fatal(err)
	}
	return req
}

func TestMetricsAreTheOfficialMessage(t *testing.T) {
	rm := everyMetric()
	want, _ := receive(t, func(url string) {
		ctx := context.Background()
		e, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(url))
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Export(ctx, rm); err != nil {
			t.Fatal(err)
		}
		if err := e.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	got, _ := receive(t, func(url string) {
		if err := exportMetrics(t, config(t, otlp.HTTPProtobuf, url), rm); err != nil {
			t.Fatal(err)
		}
	})
	sameMetrics(t, decodeMetrics(t, got), decodeMetrics(t, want))
}

// The Collector reads the same from our JSON as from our protobuf.
func TestMetricsJSONIsReadByTheCollector(t *testing.T) {
	rm := everyMetric()
	bodies := map[otlp.Protocol][]byte{}
	for _, protocol := range []otlp.Protocol{otlp.HTTPProtobuf, otlp.HTTPJSON} {
		bodies[protocol], _ = receive(t, func(url string) {
			if err := exportMetrics(t, config(t, protocol, url), rm); err != nil {
				t.Fatal(err)
			}
		})
	}
	fromProto, fromJSON := pmetricotlp.NewExportRequest(), pmetricotlp.NewExportRequest()
	if err := fromProto.UnmarshalProto(bodies[otlp.HTTPProtobuf]); err != nil {
		t.Fatal(err)
	}
	if err := fromJSON.UnmarshalJSON(bodies[otlp.HTTPJSON]); err != nil {
		t.Fatalf("%v in %s", err, bodies[otlp.HTTPJSON])
	}
	want, err := fromProto.MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	got, err := fromJSON.MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	if n := fromJSON.Metrics().ResourceMetrics().At(0).ScopeMetrics().At(1).Metrics().At(0).ExponentialHistogram().DataPoints().At(0).ZeroThreshold(); n != 0.001 {
		t.Errorf("threshold %v", n)
	}
	sameMetrics(t, decodeMetrics(t, got), decodeMetrics(t, want))
}

type metricsService struct {
	collector.UnimplementedMetricsServiceServer
	calls   []*collector.ExportMetricsServiceRequest
	partial *collector.ExportMetricsPartialSuccess
}

func (s *metricsService) Export(_ context.Context, req *collector.ExportMetricsServiceRequest) (*collector.ExportMetricsServiceResponse, error) {
	s.calls = append(s.calls, req)
	return &collector.ExportMetricsServiceResponse{PartialSuccess: s.partial}, nil
}

func TestMetricsByGRPC(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, s := grpc.NewServer(), &metricsService{partial: &collector.ExportMetricsPartialSuccess{RejectedDataPoints: 2, ErrorMessage: "too old"}}
	collector.RegisterMetricsServiceServer(server, s)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	rm, ctx := everyMetric(), context.Background()
	official, err := otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpoint(l.Addr().String()), otlpmetricgrpc.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	_ = official.Export(ctx, rm) // which says that the success was partial
	if err := official.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	warning := ""
	cfg := config(t, otlp.GRPC, "http://"+l.Addr().String())
	cfg.Warn = func(text string) { warning = text }
	if err := exportMetrics(t, cfg, rm); err != nil {
		t.Fatal(err)
	}
	if len(s.calls) != 2 {
		t.Fatalf("%d calls", len(s.calls))
	}
	sameMetrics(t, s.calls[1], s.calls[0])
	if want := "the receiver rejected 2: too old"; warning != want {
		t.Errorf("warning %q, want %q", warning, want)
	}
}
