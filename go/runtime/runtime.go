// Package runtime is what otel puts into a program beside the hooks. A main
// package imports it for effect: it sets up OpenTelemetry's SDK from the
// environment (the standard's OTEL_* variables), and turns the hooks on.
//
// It is a guest. It starts no goroutine and opens no connection before a span has
// ended, never waits for the network in the program's way, writes nothing to
// standard output, and:
//
//   - OTEL_SDK_DISABLED=true: does nothing at all, and the hooks stay off;
//   - in a test binary: the same, unless OTEL_GO_TEST=1;
//   - where the program sets a tracer provider or propagator of its own, before or
//     later: the hooks use that one, and nothing of theirs is exported by us.
package runtime

import (
	"context"
	"os"
	"strings"
	"sync"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/config"
	"otel.tool/runtime/internal/console"
	"otel.tool/runtime/internal/exit"
	"otel.tool/runtime/internal/filter"
	"otel.tool/runtime/internal/follow"
	"otel.tool/runtime/internal/otlp/otlptrace"
	"otel.tool/runtime/internal/report"
	"otel.tool/runtime/internal/setup"
	"otel.tool/runtime/internal/tracing"
	"otel.tool/runtime/internal/watch"
)

func init() {
	if setup.Wanted() && !setup.Extended() {
		start(config.Process.Traces())
	}
}

// start sets up what cfg asks for. What the program has set before stays; and
// what it sets later is what the hooks use from then on.
func start(cfg *config.Config) {
	if cfg.Disabled {
		setup.Tell("traces", setup.Off, cfg.Set)
		return
	}
	if !setup.OwnType(otel.GetTextMapPropagator()) {
		otel.SetTextMapPropagator(cfg.Propagator)
	}
	if !setup.OwnType(otel.GetTracerProvider()) {
		otel.SetTracerProvider(watch.Provider(provider(cfg)))
		setup.Tell("traces", setup.Targets(targets(cfg)), cfg.Set)
	} else {
		setup.Tell("traces", setup.TheirOwn, cfg.Set)
	}
	hook.Enable(follow.TracerProvider{}, new(follow.Propagator))
}

// provider returns the SDK's tracer provider for cfg, and what makes the spans of hooks in its
// place; nil where the SDK is to.
func provider(cfg *config.Config) (tp *sdktrace.TracerProvider, hooks *tracing.Provider) {
	var processors []sdktrace.SpanProcessor
	var once sync.Once
	// Signals are watched from the first span on, not before.
	first := func() { once.Do(func() { exit.OnFlush(func(ctx context.Context) { flush(ctx, processors) }) }) }
	hooks = &tracing.Provider{
		Resource: setup.Resource(cfg.Resource),
		Sampler:  filter.Sampler(cfg.Sampler, cfg.Exclude), Asks: cfg.OwnSampler || len(cfg.Exclude) > 0,
		LeftOut: filter.ByRoute(cfg.Exclude),
	}
	if !hooks.Asks {
		hooks.Knows = tracing.KnownOf(hooks.Sampler)
	}
	options := []sdktrace.TracerProviderOption{
		sdktrace.WithResource(hooks.Resource),
		sdktrace.WithSampler(hooks.Sampler),
	}
	if cfg.Limits != nil {
		options = append(options, sdktrace.WithRawSpanLimits(*cfg.Limits))
	}
	for _, out := range cfg.Outputs {
		p := processor(out, first)
		processors = append(processors, p)
		if sink, ok := p.(tracing.Sink); ok {
			hooks.Sinks = append(hooks.Sinks, sink)
		}
		options = append(options, sdktrace.WithSpanProcessor(filter.Processor(p, cfg.Exclude)))
	}
	setup.Quietly(func() {
		tp = sdktrace.NewTracerProvider(options...)
		hooks.Limits = sdktrace.NewSpanLimits()
	})
	if cfg.Limits != nil {
		hooks.Limits = *cfg.Limits
	}
	if len(hooks.Sinks) < len(processors) || countsSpans() {
		hooks = nil // somebody wants spans as the SDK has them
	}
	return tp, hooks
}

// countsSpans says whether the SDK is to measure the spans that it makes.
func countsSpans() bool {
	return strings.EqualFold(os.Getenv("OTEL_GO_X_OBSERVABILITY"), "true")
}

// flush flushes them beside each other: one that waits for its receiver does not keep the others.
func flush(ctx context.Context, processors []sdktrace.SpanProcessor) {
	var wg sync.WaitGroup
	for _, p := range processors {
		wg.Add(1)
		go func() {
			defer wg.Done()
			// What fails is counted and told by the exporters.
			_ = p.ForceFlush(ctx)
		}()
	}
	wg.Wait()
}

// targets names where traces go.
func targets(cfg *config.Config) (list []string) {
	for _, out := range cfg.Outputs {
		list = append(list, setup.Target(out.Name, out.OTLP))
	}
	return list
}

// processor returns the span processor for out.
func processor(out config.Output, first func()) sdktrace.SpanProcessor {
	if out.Make != nil {
		return out.Make(first)
	}
	if out.Name == "console" {
		return console.New(os.Stderr, first)
	}
	q := out.Queue
	q.What, q.Speak = "spans", new(report.Limited)
	to := setup.OTLP(out.OTLP, q.What, q.Speak)
	exporter, err := otlptrace.New(to)
	q.Target, q.Hurry = to.Target(), exporter.Hurry
	q.Exporter, q.Endpoint = to.Exporter()
	if err != nil {
		report.Line(report.Error, "spans to %s: %v", q.Target, err)
	}
	return newEncoded(q, exporter, first)
}
