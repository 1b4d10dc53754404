// Package telemetry is what this program adds to OpenTelemetry's SDK. otel.yaml names it, and otel
// finds its functions by their names; docs/configuration.md lists them. It uses
// OpenTelemetry's own packages only, so plain go builds it too.
package telemetry

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Resource says where the program runs.
func Resource(context.Context) (*resource.Resource, error) {
	return resource.NewSchemaless(attribute.String("deployment.environment.name", "example")), nil
}

// Sampler leaves the traces of requests for nobody out, and asks the configured one about others.
func Sampler(configured sdktrace.Sampler) sdktrace.Sampler { return sampler{configured} }

type sampler struct{ sdktrace.Sampler }

func (s sampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	for _, kv := range p.Attributes {
		if strings.HasSuffix(kv.Value.Emit(), "/nobody") {
			return sdktrace.SamplingResult{
				Decision:   sdktrace.Drop,
				Tracestate: trace.SpanContextFromContext(p.ParentContext).TraceState(),
			}
		}
	}
	return s.Sampler.ShouldSample(p)
}

// SpanStarting adds the team to spans of requests that the program serves.
func SpanStarting(scope, name string, kind trace.SpanKind) []attribute.KeyValue {
	if kind != trace.SpanKindServer {
		return nil
	}
	return []attribute.KeyValue{attribute.String("team", "greeters")}
}

// SpanExporters are beside what OTEL_TRACES_EXPORTER asks for.
func SpanExporters() ([]sdktrace.SpanExporter, error) {
	return []sdktrace.SpanExporter{printer{}}, nil
}

// printer writes a line for each span to standard error.
type printer struct{}

func (printer) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	sort.Slice(spans, func(i, k int) bool { return spans[i].StartTime().Before(spans[k].StartTime()) })
	for _, s := range spans {
		team := "-"
		for _, kv := range s.Attributes() {
			if kv.Key == "team" {
				team = kv.Value.AsString()
			}
		}
		environment, _ := s.Resource().Set().Value("deployment.environment.name")
		if _, err := fmt.Fprintf(os.Stderr, "span %s, %s, team %s, in %s\n", s.Name(), s.SpanKind(), team, environment.AsString()); err != nil {
			return err
		}
	}
	return nil
}

func (printer) Shutdown(context.Context) error { return nil }
