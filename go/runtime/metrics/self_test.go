package metrics

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"otel.tool/runtime/internal/batch"
)

func TestSelf(t *testing.T) {
	to := &url.URL{Scheme: "http", Host: "a:4317"}
	got := valuesOf(func(v *values) {
		measureSelf(v, []batch.Counts{
			{What: "spans", Exporter: "otlp_grpc", Endpoint: to, Capacity: 9, Waiting: 2, Full: 3, Exporting: 1, Exported: 5, Failed: map[string]int{"timeout": 4}},
			{What: "data points", Exporter: "otlp_http", Exported: 7},
			{What: "spans", Exporter: "otlp_grpc", Capacity: 9},
		})
	})
	const (
		first, second   = "{otel.component.name=batching_span_processor/0,otel.component.type=batching_span_processor", "{otel.component.name=batching_span_processor/1,otel.component.type=batching_span_processor"
		grpc, otherGRPC = "{otel.component.name=otlp_grpc_span_exporter/0,otel.component.type=otlp_grpc_span_exporter,server.address=a,server.port=4317", "{otel.component.name=otlp_grpc_span_exporter/1,otel.component.type=otlp_grpc_span_exporter"
		http            = "{otel.component.name=otlp_http_metric_exporter/0,otel.component.type=otlp_http_metric_exporter"
	)
	want := []string{
		"otel.sdk.processor.span.processed" + first + "} 10",
		"otel.sdk.processor.span.processed{error.type=queue_full," + first[1:] + "} 3",
		"otel.sdk.processor.span.processed" + second + "} 0",
		"otel.sdk.processor.span.queue.size" + first + "} 2", "otel.sdk.processor.span.queue.size" + second + "} 0",
		"otel.sdk.processor.span.queue.capacity" + first + "} 9", "otel.sdk.processor.span.queue.capacity" + second + "} 9",
		"otel.sdk.exporter.span.inflight" + grpc + "} 1", "otel.sdk.exporter.span.inflight" + otherGRPC + "} 0",
		"otel.sdk.exporter.span.exported" + grpc + "} 5",
		"otel.sdk.exporter.span.exported{error.type=timeout," + grpc[1:] + "} 4",
		"otel.sdk.exporter.span.exported" + otherGRPC + "} 0",
		"otel.sdk.exporter.metric_data_point.inflight" + http + "} 0", "otel.sdk.exporter.metric_data_point.exported" + http + "} 7",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What has been exported, or could not be, is told the next time.
func TestSelfOnRequest(t *testing.T) {
	for _, value := range []string{"false", "true"} {
		c, env := collect(t)
		_, end := waiting(t, append(env, "OTEL_METRIC_EXPORT_INTERVAL=50", "OTEL_GO_SELF_METRICS="+value)...)
		for i := 0; c.count() < 3 && i < 400; i++ {
			time.Sleep(5 * time.Millisecond)
		}
		end()
		m := c.metric("otel.sdk.exporter.metric_data_point.exported")
		if told := m.Sum != nil; told != (value == "true") {
			t.Errorf("%s: %+v, of %q", value, m, c.names())
		}
	}
}
