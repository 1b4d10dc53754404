package receive

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/otlp/otlptrace"
)

var (
	traceID = trace.TraceID{0x4b, 0xf9, 15: 1}
	stub    = tracetest.SpanStub{
		Name: "GET", SpanKind: trace.SpanKindClient,
		SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: trace.SpanID{7: 2}, TraceFlags: 1}),
		Parent:      trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: trace.SpanID{7: 1}, TraceFlags: 1, Remote: true}),
		StartTime:   time.Unix(1, 2), EndTime: time.Unix(3, 4),
		Attributes: []attribute.KeyValue{
			attribute.String("s", "x"), attribute.Bool("b", true), attribute.Int64("i", 1<<60), attribute.Float64("f", 1.5),
			attribute.StringSlice("ss", []string{"a", "b"}), attribute.Int64Slice("is", []int64{1}),
		},
		Events:               []sdktrace.Event{{Name: "exception", Time: time.Unix(2, 0), Attributes: []attribute.KeyValue{attribute.String("exception.type", "T"), attribute.String("exception.message", "m")}}},
		Links:                []sdktrace.Link{{SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{15: 9}, SpanID: trace.SpanID{7: 9}})}},
		Status:               sdktrace.Status{Code: codes.Error, Description: "bad"},
		Resource:             resource.NewSchemaless(attribute.String("service.name", "svc"), attribute.Int("process.pid", 1)),
		InstrumentationScope: instrumentation.Scope{Name: "scope", Version: "1"},
	}
)

const want = `{svc GET client 4bf90000000000000000000000000001 0000000000000002 0000000000000001  769 1000000002 3000000004 error bad ` +
	`map[b:true f:1.5 i:1152921504606846976 is:[1] s:x ss:[a b]] [{exception 2000000000 map[exception.message:m exception.type:T]}] ` +
	`[{00000000000000000000000000000009 0000000000000009 map[]}] scope 1 map[process.pid:1 service.name:svc]}`

// What our exporter sends is what arrives, whatever the way.
func TestServer(t *testing.T) {
	got := make(chan Span, 1)
	server := NewServer(func(spans []Span) { got <- spans[0] })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	for _, protocol := range []otlp.Protocol{otlp.GRPC, otlp.HTTPProtobuf, otlp.HTTPJSON} {
		for _, zip := range []bool{false, true} {
			cfg := otlp.Config{Protocol: protocol, Endpoint: &url.URL{Scheme: "http", Host: l.Addr().String(), Path: "/v1/traces"}, Timeout: time.Second, Gzip: zip}
			e, err := otlptrace.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			if err := e.Export(ctx, otlptrace.Encode(tracetest.SpanStubs{stub}.Snapshots())); err != nil {
				t.Errorf("%s, gzip %v: %v", protocol, zip, err)
				continue
			}
			if s := fmt.Sprint(<-got); s != want {
				t.Errorf("%s, gzip %v:\n%s\nwant\n%s", protocol, zip, s, want)
			}
			if err := e.Shutdown(ctx); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestTree(t *testing.T) {
	s := Span{Name: "n", Status: "error", Start: 1, End: 11, Attributes: map[string]any{"b": []any{int64(1), "x"}, "a": nil},
		Events: []Event{{Name: "exception", Attributes: map[string]any{"exception.type": "T", "exception.message": "m"}}, {Name: "other"}}}
	v := s.Tree()
	if got := fmt.Sprint(v.Attrs, v.Exceptions, v.Duration, v.Error); got != `[{a } {b [1,"x"]}] [T: m] 10ns true` {
		t.Error(got)
	}
}

func TestFaults(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(func([]Span) { t.Error("spans were taken") })
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	for _, tt := range []struct {
		kind, path, body string
		status           int
	}{
		{"application/json", "/v1/traces", "{", 400},
		{"application/x-protobuf", "/v1/traces", "\x0a\x05", 400},
		{"application/json", "/v1/metrics", "{", 200},
	} {
		resp, err := http.Post("http://"+l.Addr().String()+tt.path, tt.kind, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != tt.status {
			t.Errorf("%+v: %d, %v", tt, resp.StatusCode, err)
		}
	}
}

// Any bytes are spans or an error.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x0a\x20\x12\x1e\x12\x1c\x0a\x10\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x12\x08\x01\x02\x03\x04\x05\x06\x07\x08"))
	f.Add([]byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"01","attributes":[{"key":"k","value":{"intValue":"1"}}]}]}]}]}`))
	f.Fuzz(func(_ *testing.T, b []byte) {
		for _, decode := range []func([]byte) ([]Span, error){Decode, DecodeJSON} {
			spans, _ := decode(b)
			for i := range spans {
				spans[i].Tree()
			}
		}
	})
}
