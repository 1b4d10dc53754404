// Package telemetry adds something by each of the functions that there are. What EXTENDED_PANICS
// names panics: Sampler, or Sampler.method for what it has returned; what EXTENDED_FAILS does,
// returns an error.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func named(variable, what string) bool {
	return slices.Contains(strings.Split(os.Getenv(variable), ","), what)
}

func may(what string) error {
	if named("EXTENDED_PANICS", what) {
		panic("no " + what)
	}
	if named("EXTENDED_FAILS", what) {
		return errors.New("not " + what)
	}
	return nil
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "extension: "+format+"\n", args...)
}

func SpanProcessors() []sdktrace.SpanProcessor {
	may("SpanProcessors")
	return []sdktrace.SpanProcessor{nil, processor{}}
}

type processor struct{}

func (processor) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	may("SpanProcessors.method")
	s.SetAttributes(attribute.Bool("processed", true))
}

func (processor) OnEnd(s sdktrace.ReadOnlySpan) {
	may("SpanProcessors.method")
	say("ended %s", s.Name())
}

func (processor) ForceFlush(context.Context) error {
	say("flushed")
	return may("SpanProcessors.method")
}
func (processor) Shutdown(context.Context) error { return nil }

func SpanExporters() ([]sdktrace.SpanExporter, error) {
	return []sdktrace.SpanExporter{exporter{}}, may("SpanExporters")
}

type exporter struct{}

func (exporter) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := may("SpanExporters.method"); err != nil {
		return err
	}
	say("exported %d", len(spans))
	return nil
}

func (exporter) Shutdown(context.Context) error { return nil }

func Sampler(configured sdktrace.Sampler) sdktrace.Sampler {
	may("Sampler")
	return sampler{configured, nil}
}

// sampler cannot be compared.
type sampler struct {
	sdktrace.Sampler
	_ []int
}

func (s sampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	may("Sampler.method")
	for _, kv := range p.Attributes {
		if strings.HasSuffix(kv.Value.Emit(), "/dropped") {
			return sdktrace.SamplingResult{Decision: sdktrace.Drop}
		}
	}
	return s.Sampler.ShouldSample(p)
}

func Propagator(configured propagation.TextMapPropagator) propagation.TextMapPropagator {
	may("Propagator")
	return propagator{configured}
}

type propagator struct{ propagation.TextMapPropagator }

func (p propagator) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	p.TextMapPropagator.Inject(ctx, carrier)
	may("Propagator.method")
	carrier.Set("x-extended", "yes")
}

func Resource(ctx context.Context) (*resource.Resource, error) {
	if _, ok := ctx.Deadline(); !ok {
		return nil, errors.New("no deadline")
	}
	if err := may("Resource"); err != nil {
		return nil, err
	}
	return resource.NewSchemaless(attribute.String("found.by", "extension"), attribute.String("host.name", "extension"), attribute.String("team", "extension")), nil
}

func SpanStarting(scope, name string, kind trace.SpanKind) []attribute.KeyValue {
	may("SpanStarting")
	return []attribute.KeyValue{attribute.String("started", scope[strings.LastIndexByte(scope, '/')+1:]+" "+name+" "+kind.String())}
}

// Unknown is none of the names.
func Unknown(int) {}
