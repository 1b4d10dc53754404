package httpconv

import (
	"context"
	"net/http"
	"reflect"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// TestHeaders: the headers that a variable names are recorded, of secrets only that they are there.
func TestHeaders(t *testing.T) {
	t.Setenv("OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS", " X-Id, accept,,Cookie, X-None")
	t.Setenv("OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_RESPONSE_HEADERS", "Authorization")
	SetOptions()
	defer SetOptions()
	if len(Options.ServerResponse) != 0 || len(Options.ClientRequest) != 0 {
		t.Errorf("more than was asked for: %v %v", Options.ServerResponse, Options.ClientRequest)
	}
	rec := tracetest.NewSpanRecorder()
	_, span := sdk.NewTracerProvider(sdk.WithSpanProcessor(rec)).Tracer("").Start(context.Background(), "")
	h := http.Header{"X-Id": {"a", "b"}, "Accept": {"*/*"}, "Cookie": {"secret"}, "Authorization": {"secret"}, "Other": {"o"}}
	Options.ServerRequest.Record(span, h.Values)
	Options.ClientResponse.Record(span, h.Values)
	span.End()
	want := []attribute.KeyValue{
		attribute.StringSlice("http.request.header.x-id", []string{"a", "b"}),
		attribute.StringSlice("http.request.header.accept", []string{"*/*"}),
		attribute.StringSlice("http.request.header.cookie", []string{"REDACTED"}),
		attribute.StringSlice("http.response.header.authorization", []string{"REDACTED"}),
	}
	if got := rec.Ended()[0].Attributes(); !reflect.DeepEqual(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
}
