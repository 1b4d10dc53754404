package runtime

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/config"
	"otel.tool/runtime/internal/extension"
	"otel.tool/runtime/internal/report"
	"otel.tool/runtime/internal/setup"
)

// Extension is what a package of the user's adds to the SDK ("extensions:" in otel.yaml). Each
// function may be nil. None is called where nothing is set up: OTEL_SDK_DISABLED=true, and test
// binaries; Sampler, SpanProcessors and SpanExporters not either where the program has set a
// tracer provider of its own, nor Propagator where it has set one.
type Extension struct {
	Name string // import path

	SpanProcessors func() []sdktrace.SpanProcessor
	SpanExporters  func() ([]sdktrace.SpanExporter, error)
	Sampler        func(configured sdktrace.Sampler) sdktrace.Sampler
	Propagator     func(configured propagation.TextMapPropagator) propagation.TextMapPropagator
	Resource       func(ctx context.Context) (*resource.Resource, error)
	SpanStarting   func(scope, name string, kind trace.SpanKind) []attribute.KeyValue
}

// resourceTimeout is how long the resource detectors of an extension may hold up the program's
// start.
const resourceTimeout = 2 * time.Second

// Extend sets up what the environment asks for, with what extensions add. The file that otel adds
// to a main package calls it, while the package's variables are initialised: after the
// initialisers of the extensions' packages, and before those of package main. It returns a
// value, so that it can stand in a declaration.
func Extend(list ...Extension) struct{} {
	if setup.Wanted() {
		cfg := config.Process.Traces()
		if !cfg.Disabled {
			for i := range list {
				list[i].extend(cfg)
			}
		}
		start(cfg)
	}
	return struct{}{}
}

// extend changes cfg to what e makes of it.
func (e *Extension) extend(cfg *config.Config) {
	if e.Resource != nil {
		setup.Detect(e.resource)
	}
	if e.SpanStarting != nil {
		hook.OnStart(starting(e.SpanStarting, extension.New(e.Name, "SpanStarting")))
	}
	if !setup.OwnType(otel.GetTextMapPropagator()) {
		g := extension.New(e.Name, "Propagator")
		if p, ok := extension.One(g, e.Propagator, cfg.Propagator); ok {
			cfg.Propagator = &propagator{p, g}
		}
	}
	if setup.OwnType(otel.GetTracerProvider()) {
		return
	}
	g := extension.New(e.Name, "Sampler")
	if s, ok := extension.One(g, e.Sampler, cfg.Sampler); ok {
		cfg.Sampler, cfg.OwnSampler = &sampler{s, cfg.Sampler, g}, true
	}
	cfg.Outputs = append(e.outputs(cfg), cfg.Outputs...)
}

// outputs are the places that spans go to by e.
func (e *Extension) outputs(cfg *config.Config) (list []config.Output) {
	add := func(make func(first func()) sdktrace.SpanProcessor) {
		list = append(list, config.Output{Name: e.Name, Make: make})
	}
	g := extension.New(e.Name, "SpanProcessors")
	for _, p := range extension.List(g, withoutError(e.SpanProcessors)) {
		add(func(first func()) sdktrace.SpanProcessor {
			return &guardedProcessor{p: p, guard: g, first: first}
		})
	}
	for _, x := range extension.List(extension.New(e.Name, "SpanExporters"), e.SpanExporters) {
		q := queueOf(cfg)
		q.What, q.Target, q.Speak = "spans", e.Name, new(report.Limited)
		add(func(first func()) sdktrace.SpanProcessor { return newQueued(q, untracedExporter{x}, first) })
	}
	return list
}

func withoutError[T any](make func() []T) func() ([]T, error) {
	if make == nil {
		return nil
	}
	return func() ([]T, error) { return make(), nil }
}

// queueOf is that of the variables; with a configuration file, which says it for each of its own
// exporters, that of the specification.
func queueOf(cfg *config.Config) batch.Config {
	if cfg.Queue.MaxQueue == 0 {
		return batch.Config{MaxQueue: 2048, MaxBatch: 512, Delay: 5 * time.Second, Timeout: 30 * time.Second}
	}
	return cfg.Queue
}

// resource returns what the extension finds out about the program.
func (e *Extension) resource() []attribute.KeyValue {
	g := extension.New(e.Name, "Resource")
	defer g.Recover()
	ctx, cancel := context.WithTimeout(hook.Suppress(context.Background()), resourceTimeout)
	defer cancel()
	r, err := e.Resource(ctx)
	g.Failed(err)
	return r.Attributes() // of none there are none
}

// starting returns f, without its panics.
func starting(f hook.Starting, g *extension.Guard) hook.Starting {
	return func(scope, name string, kind trace.SpanKind) []attribute.KeyValue {
		defer g.Recover()
		return f(scope, name, kind)
	}
}

// sampler is one of an extension. Where it panics, what was configured decides.
type sampler struct {
	own, configured sdktrace.Sampler
	guard           *extension.Guard
}

func (s *sampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if r, ok := s.ask(p); ok {
		return r
	}
	return s.configured.ShouldSample(p)
}

func (s *sampler) ask(p sdktrace.SamplingParameters) (r sdktrace.SamplingResult, ok bool) {
	defer s.guard.Recover()
	return s.own.ShouldSample(p), true
}

func (s *sampler) Description() (text string) {
	defer s.guard.Recover()
	return s.own.Description()
}

// guardedProcessor is one of an extension.
type guardedProcessor struct {
	p     sdktrace.SpanProcessor
	guard *extension.Guard
	first func() // is called once, before the first span has ended
	once  sync.Once
}

func (p *guardedProcessor) OnStart(ctx context.Context, s sdktrace.ReadWriteSpan) {
	defer p.guard.Recover()
	p.p.OnStart(ctx, s)
}

func (p *guardedProcessor) OnEnd(s sdktrace.ReadOnlySpan) {
	p.once.Do(p.first)
	defer p.guard.Recover()
	p.p.OnEnd(s)
}

// ForceFlush tells of an error, and returns none: the SDK flushes no further after one.
func (p *guardedProcessor) ForceFlush(ctx context.Context) error {
	defer p.guard.Recover()
	p.guard.Failed(p.p.ForceFlush(ctx))
	return nil
}

func (p *guardedProcessor) Shutdown(ctx context.Context) error {
	defer p.guard.Recover()
	return p.p.Shutdown(ctx)
}

// untracedExporter is an exporter whose own requests have no spans. The queue takes its panics.
type untracedExporter struct{ sdktrace.SpanExporter }

func (e untracedExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	return e.SpanExporter.ExportSpans(hook.Suppress(ctx), spans)
}

// propagator is one of an extension.
type propagator struct {
	own   propagation.TextMapPropagator
	guard *extension.Guard
}

func (p *propagator) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	defer p.guard.Recover()
	p.own.Inject(ctx, carrier)
}

func (p *propagator) Extract(ctx context.Context, carrier propagation.TextMapCarrier) (within context.Context) {
	within = ctx
	defer p.guard.Recover()
	if c := p.own.Extract(ctx, carrier); c != nil {
		within = c
	}
	return within
}

func (p *propagator) Fields() (names []string) {
	defer p.guard.Recover()
	return p.own.Fields()
}
