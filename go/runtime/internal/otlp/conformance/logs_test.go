package conformance

import (
	"context"
	"math"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/otlp/otlplog"
)

// logRecorder keeps records as the SDK hands them over.
type logRecorder struct {
	records []sdklog.Record
}

func (r *logRecorder) Export(_ context.Context, records []sdklog.Record) error {
	for _, rec := range records {
		r.records = append(r.records, rec.Clone())
	}
	return nil
}

func (r *logRecorder) Shutdown(context.Context) error   { return nil }
func (r *logRecorder) ForceFlush(context.Context) error { return nil }

// everyRecord returns records that between them have all that a record can have.
func everyRecord() []sdklog.Record {
	r := &logRecorder{}
	lp := sdklog.NewLoggerProvider(
		sdklog.WithProcessor(sdklog.NewSimpleProcessor(r)), sdklog.WithAttributeCountLimit(9),
		sdklog.WithResource(resource.NewWithAttributes("https://opentelemetry.io/schemas/1.39.0", attribute.String("service.name", "svc"))))
	plain := lp.Logger("plain")
	rich := lp.Logger("rich", log.WithInstrumentationVersion("1.2.3"), log.WithSchemaURL("https://example.com/schema"), log.WithInstrumentationAttributes(attribute.Bool("scope", true)))
	ctx := trace.ContextWithSpanContext(context.Background(),
		trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 2}, SpanID: trace.SpanID{3}, TraceFlags: trace.FlagsSampled}))

	var full log.Record
	full.SetEventName("device.app.lifecycle")
	full.SetTimestamp(time.Unix(1700000000, 1))
	full.SetObservedTimestamp(time.Unix(1700000001, 2))
	full.SetSeverity(log.SeverityError2)
	full.SetSeverityText("ERR")
	full.SetBody(log.MapValue(log.String("k", "v"), log.Slice("s", log.IntValue(1), log.MapValue(log.Bool("deep", true)))))
	full.AddAttributes(
		log.String("text", "\"quoted\" \\ \n\x01 ü 世界"), log.Int64("max", math.MaxInt64), log.Int64("min", math.MinInt64), log.Float64("f", 1e300), log.Bool("b", false),
		log.Bytes("bytes", []byte{0, 255, 1}), log.Slice("list", log.StringValue(""), log.Float64Value(-0.5)), log.Map("group", log.Int("n", 1)), log.Empty("empty"),
		log.String("dropped", "x"))
	rich.Emit(ctx, full)

	var text log.Record
	text.SetBody(log.StringValue(strings.Repeat("long ", 100)))
	text.SetObservedTimestamp(time.Unix(1700000001, 3))
	plain.Emit(context.Background(), text)

	var empty log.Record
	empty.SetObservedTimestamp(time.Unix(1700000001, 4))
	rich.Emit(context.Background(), empty)
	return r.records
}

// exportLogs sends records by our exporter, and stops it.
func exportLogs(t testing.TB, cfg otlp.Config, records []sdklog.Record) {
	t.Helper()
	e, err := otlplog.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := e.Export(ctx, records); err != nil {
		t.Fatal(err)
	}
	if err := e.Shutdown(ctx); err != nil {
		t.Error(err)
	}
}

// sameLogs compares messages but for the order of scopes, and for two things that
// the official exporters do not say: that a value is empty (they write INVALID), and
// how many attributes were dropped.
func sameLogs(t *testing.T, got, want *collector.ExportLogsServiceRequest) {
	t.Helper()
	if len(want.ResourceLogs) != 1 || len(want.ResourceLogs[0].ScopeLogs) != 2 {
		t.Fatalf("nothing to compare with: %v", want)
	}
	for _, req := range []*collector.ExportLogsServiceRequest{got, want} {
		for _, rl := range req.ResourceLogs {
			slices.SortFunc(rl.ScopeLogs, func(a, b *logspb.ScopeLogs) int { return strings.Compare(a.Scope.Name, b.Scope.Name) })
			for _, sl := range rl.ScopeLogs {
				for _, r := range sl.LogRecords {
					r.DroppedAttributesCount = 0
					r.Body = orNil(r.Body)
					for _, kv := range r.Attributes {
						kv.Value = orNil(kv.Value)
					}
				}
			}
		}
	}
	if !proto.Equal(got, want) {
		t.Errorf("ours:\n%s\nexpected:\n%s", prototext.Format(got), prototext.Format(want))
	}
}

func orNil(v *commonpb.AnyValue) *commonpb.AnyValue {
	if v.GetValue() == nil || v.GetStringValue() == "INVALID" {
		return nil
	}
	return v
}

func decodeLogs(t *testing.T, body []byte) *collector.ExportLogsServiceRequest {
	t.Helper()
	req := &collector.ExportLogsServiceRequest{}
	if err := proto.Unmarshal(body, req); err != nil {
		t.Fatal(err)
	}
	return req
}

func TestLogsAreTheOfficialMessage(t *testing.T) {
	records := everyRecord()
	want, _ := receive(t, func(url string) {
		ctx := context.Background()
		e, err := otlploghttp.New(ctx, otlploghttp.WithEndpointURL(url))
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Export(ctx, records); err != nil {
			t.Fatal(err)
		}
		if err := e.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	got, _ := receive(t, func(url string) { exportLogs(t, config(t, otlp.HTTPProtobuf, url), records) })
	sameLogs(t, decodeLogs(t, got), decodeLogs(t, want))
}

// The Collector reads the same from our JSON as from our protobuf.
func TestLogsJSONIsReadByTheCollector(t *testing.T) {
	records := everyRecord()
	bodies := map[otlp.Protocol][]byte{}
	for _, protocol := range []otlp.Protocol{otlp.HTTPProtobuf, otlp.HTTPJSON} {
		bodies[protocol], _ = receive(t, func(url string) { exportLogs(t, config(t, protocol, url), records) })
	}
	fromProto, fromJSON := plogotlp.NewExportRequest(), plogotlp.NewExportRequest()
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
	for _, r := range decodeLogs(t, got).ResourceLogs[0].ScopeLogs[0].LogRecords {
		if want := uint32(len(r.Attributes) / 9); r.DroppedAttributesCount != want {
			t.Errorf("%d attributes dropped, want %d", r.DroppedAttributesCount, want)
		}
	}
	sameLogs(t, decodeLogs(t, got), decodeLogs(t, want))
}

type logsService struct {
	collector.UnimplementedLogsServiceServer
	call *collector.ExportLogsServiceRequest
}

func (s *logsService) Export(_ context.Context, req *collector.ExportLogsServiceRequest) (*collector.ExportLogsServiceResponse, error) {
	s.call = req
	return &collector.ExportLogsServiceResponse{PartialSuccess: &collector.ExportLogsPartialSuccess{RejectedLogRecords: 1, ErrorMessage: "too long"}}, nil
}

func TestLogsByGRPC(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, s := grpc.NewServer(), &logsService{}
	collector.RegisterLogsServiceServer(server, s)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	records, warning := everyRecord(), ""
	cfg := config(t, otlp.GRPC, "http://"+l.Addr().String())
	cfg.Warn = func(text string) { warning = text }
	exportLogs(t, cfg, records)
	body, _ := receive(t, func(url string) { exportLogs(t, config(t, otlp.HTTPProtobuf, url), records) })
	sameLogs(t, s.call, decodeLogs(t, body))
	if want := "the receiver rejected 1: too long"; warning != want {
		t.Errorf("warning %q, want %q", warning, want)
	}
}
