package conformance

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"otel.tool/runtime/internal/otlp"
)

// receive returns the body of the one request that send makes to the server.
func receive(t *testing.T, send func(url string)) (body []byte, header http.Header) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			unzip, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			in = unzip
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Error(err)
		}
		body, header = b, r.Header
	}))
	defer server.Close()
	send(server.URL + "/v1/traces")
	return body, header
}

func decode(t *testing.T, body []byte) *collector.ExportTraceServiceRequest {
	t.Helper()
	req := &collector.ExportTraceServiceRequest{}
	if err := proto.Unmarshal(body, req); err != nil {
		t.Fatal(err)
	}
	normal(req)
	return req
}

// normal removes what may differ: the order of scopes and of attributes of a
// resource or scope, a status that is empty, and the trace state of links, which
// the official exporters leave out.
func normal(req *collector.ExportTraceServiceRequest) {
	byKey := func(a, b *commonpb.KeyValue) int { return strings.Compare(a.Key, b.Key) }
	for _, rs := range req.ResourceSpans {
		slices.SortFunc(rs.Resource.Attributes, byKey)
		slices.SortFunc(rs.ScopeSpans, func(a, b *tracepb.ScopeSpans) int { return strings.Compare(a.Scope.Name, b.Scope.Name) })
		for _, ss := range rs.ScopeSpans {
			slices.SortFunc(ss.Scope.Attributes, byKey)
			for _, s := range ss.Spans {
				if proto.Equal(s.Status, &tracepb.Status{}) {
					s.Status = nil
				}
				for _, l := range s.Links {
					l.TraceState = ""
				}
			}
		}
	}
}

// The same spans through the official exporter and through ours are the same
// message.
func TestProtobufIsTheOfficialMessage(t *testing.T) {
	spans := everything(t)
	want, _ := receive(t, func(url string) {
		ctx := context.Background()
		e, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(url))
		if err != nil {
			t.Fatal(err)
		}
		if err := e.ExportSpans(ctx, spans); err != nil {
			t.Fatal(err)
		}
		if err := e.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	for _, zip := range []bool{false, true} {
		got, header := receive(t, func(url string) {
			cfg := config(t, otlp.HTTPProtobuf, url)
			cfg.Gzip = zip
			if err := export(t, cfg, spans); err != nil {
				t.Fatal(err)
			}
		})
		if a, b := decode(t, got), decode(t, want); !proto.Equal(a, b) {
			t.Errorf("ours:\n%s\nofficial:\n%s", prototext.Format(a), prototext.Format(b))
		}
		for key, value := range map[string]string{"Content-Type": "application/x-protobuf", "Api-Key": "secret", "User-Agent": "ours"} {
			if header.Get(key) != value {
				t.Errorf("%s: %q, want %q", key, header.Get(key), value)
			}
		}
	}
}

// The Collector reads the same from our JSON as from our protobuf.
func TestJSONIsReadByTheCollector(t *testing.T) {
	spans := everything(t)
	bodies := map[otlp.Protocol][]byte{}
	for _, protocol := range []otlp.Protocol{otlp.HTTPProtobuf, otlp.HTTPJSON} {
		bodies[protocol], _ = receive(t, func(url string) {
			if err := export(t, config(t, protocol, url), spans); err != nil {
				t.Fatal(err)
			}
		})
	}
	fromProto, fromJSON := ptraceotlp.NewExportRequest(), ptraceotlp.NewExportRequest()
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
	if a, b := decode(t, got), decode(t, want); !proto.Equal(a, b) {
		t.Errorf("JSON:\n%s\nprotobuf:\n%s", prototext.Format(a), prototext.Format(b))
	}
}
