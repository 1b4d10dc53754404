package runtime

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/config"
	"otel.tool/runtime/internal/report"
)

// configured is what variables ask for.
func configured(variables ...string) *config.Config {
	return config.NewSource(func(name string) string {
		for _, v := range append(variables, "OTEL_TRACES_EXPORTER=none") {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}, report.Once).Traces()
}

// said returns what f has said on standard error.
func said(f func()) string {
	var b bytes.Buffer
	before := report.SetOutput(&b)
	defer report.SetOutput(before)
	f()
	return b.String()
}

// exporting is an exporter that keeps the contexts that it was given.
type exporting struct {
	tracetest.InMemoryExporter
	contexts []context.Context
}

func (e *exporting) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.contexts = append(e.contexts, ctx)
	return e.InMemoryExporter.ExportSpans(ctx, spans)
}

func TestExtend(t *testing.T) {
	recorder, exporter := tracetest.NewSpanRecorder(), &exporting{}
	first := Extension{
		Name:           "example.com/first",
		SpanProcessors: func() []sdktrace.SpanProcessor { return []sdktrace.SpanProcessor{recorder} },
		SpanExporters:  func() ([]sdktrace.SpanExporter, error) { return []sdktrace.SpanExporter{exporter}, nil },
		Sampler: func(s sdktrace.Sampler) sdktrace.Sampler {
			return byName{s, "never"}
		},
	}
	second := Extension{
		Name:    "example.com/second",
		Sampler: func(s sdktrace.Sampler) sdktrace.Sampler { return byName{s, "nor this"} },
	}
	cfg := configured("OTEL_GO_EXCLUDE=code.name=excluded")
	first.extend(cfg)
	second.extend(cfg)
	if got := strings.Join(targets(cfg), ", "); got != "example.com/first, example.com/first" {
		t.Errorf("targets %s", got)
	}
	tp, hooks := provider(cfg)
	if hooks != nil {
		t.Error("spans of hooks that the extension does not get to see")
	}
	tracer := tp.Tracer("test")
	for _, name := range []string{"one", "never", "nor this"} {
		_, s := tracer.Start(context.Background(), name)
		s.End()
	}
	_, s := tracer.Start(context.Background(), "one", trace.WithAttributes(attribute.String("code.name", "excluded")))
	s.End()
	if err := tp.ForceFlush(context.Background()); err != nil {
		t.Error(err)
	}
	if n := len(recorder.Ended()); n != 1 {
		t.Errorf("%d spans processed", n)
	}
	if got := exporter.GetSpans(); len(got) != 1 || got[0].Name != "one" {
		t.Errorf("exported %v", got)
	}
	if !hook.Suppressed(exporter.contexts[0]) {
		t.Error("the export would be traced")
	}
}

// byName drops the spans of a name.
type byName struct {
	sdktrace.Sampler
	name string
}

func (s byName) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if p.Name == s.name {
		return sdktrace.SamplingResult{Decision: sdktrace.Drop}
	}
	return s.Sampler.ShouldSample(p)
}

// faulty is all that an extension can return, and panics.
type faulty struct {
	sdktrace.SpanProcessor
	sdktrace.SpanExporter
	sdktrace.Sampler
	propagation.TextMapPropagator
}

func (faulty) OnStart(context.Context, sdktrace.ReadWriteSpan)                      { panic("start") }
func (faulty) OnEnd(sdktrace.ReadOnlySpan)                                          { panic("end") }
func (faulty) ForceFlush(context.Context) error                                     { panic("flush") }
func (faulty) Shutdown(context.Context) error                                       { panic("shutdown") }
func (faulty) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error           { panic("export") }
func (faulty) Description() string                                                  { panic("description") }
func (faulty) Inject(context.Context, propagation.TextMapCarrier)                   { panic("inject") }
func (faulty) Fields() []string                                                     { panic("fields") }
func (faulty) ShouldSample(sdktrace.SamplingParameters) (r sdktrace.SamplingResult) { panic("sample") }
func (faulty) Extract(context.Context, propagation.TextMapCarrier) context.Context  { panic("extract") }

func TestFaultyExtension(t *testing.T) {
	e := Extension{
		Name:           "example.com/faulty",
		SpanProcessors: func() []sdktrace.SpanProcessor { return []sdktrace.SpanProcessor{faulty{}} },
		SpanExporters:  func() ([]sdktrace.SpanExporter, error) { return []sdktrace.SpanExporter{faulty{}}, nil },
		Sampler:        func(sdktrace.Sampler) sdktrace.Sampler { return faulty{} },
		Propagator:     func(propagation.TextMapPropagator) propagation.TextMapPropagator { return faulty{} },
		Resource:       func(context.Context) (*resource.Resource, error) { return nil, errors.New("nowhere") },
	}
	cfg := configured()
	text := said(func() {
		e.extend(cfg)
		tp, hooks := provider(cfg)
		if hooks != nil {
			t.Error("spans of hooks that the extension does not get to see")
		}
		_, s := tp.Tracer("test").Start(context.Background(), "one")
		if !s.SpanContext().IsSampled() {
			t.Error("what was configured does not decide")
		}
		s.End()
		if err := tp.ForceFlush(context.Background()); err != nil {
			t.Error(err)
		}
		ctx := context.WithValue(context.Background(), t, 1)
		if cfg.Propagator.Extract(ctx, propagation.MapCarrier{}) != ctx {
			t.Error("the context is lost")
		}
		cfg.Propagator.Inject(ctx, propagation.MapCarrier{})
		cfg.Propagator.Fields()
		e.resource()
	})
	for _, want := range []string{
		"extension example.com/faulty: SpanProcessors: panic: start\n",
		"cannot send spans to example.com/faulty: fault of the exporter: export; 1 lost so far\n",
		"extension example.com/faulty: Sampler: panic: ",
		"extension example.com/faulty: Propagator: panic: extract\n",
		"extension example.com/faulty: Resource: nowhere\n",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("no %q in %q", want, text)
		}
	}
	if n := strings.Count(text, "\n"); n != 5 {
		t.Errorf("%d lines: %q", n, text)
	}
}

// With a configuration file there are no variables for the queue.
func TestQueueOfExtension(t *testing.T) {
	if q := queueOf(&config.Config{}); q.MaxQueue != 2048 || q.MaxBatch != 512 {
		t.Errorf("%+v", q)
	}
	if q := queueOf(configured("OTEL_BSP_MAX_QUEUE_SIZE=7")); q.MaxQueue != 7 {
		t.Errorf("%+v", q)
	}
}

// A test binary is left alone.
func TestExtendInTests(t *testing.T) {
	Extend(Extension{Sampler: func(sdktrace.Sampler) sdktrace.Sampler { t.Error("called"); return nil }})
}

// Who gets to see the spans of hooks decides what makes them.
func TestWhoMakesSpansOfHooks(t *testing.T) {
	for env, ours := range map[string]bool{
		"":                                  true,
		"OTEL_TRACES_EXPORTER=otlp":         true,
		"OTEL_TRACES_EXPORTER=none":         true,
		"OTEL_TRACES_EXPORTER=console":      false,
		"OTEL_TRACES_EXPORTER=otlp,console": false,
		"OTEL_TRACES_EXPORTER=otlp/stdout":  true,
	} {
		if _, hooks := provider(configured(env)); (hooks != nil) != ours {
			t.Errorf("%s: ours %v", env, hooks != nil)
		}
	}
	t.Setenv("OTEL_GO_X_OBSERVABILITY", "True")
	if _, hooks := provider(configured("")); hooks != nil {
		t.Error("the SDK is to count them")
	}
}
