package logs

import (
	"context"
	"sync"

	sdklog "go.opentelemetry.io/otel/sdk/log"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/config"
	"otel.tool/runtime/internal/exit"
	"otel.tool/runtime/internal/extension"
	"otel.tool/runtime/internal/setup"
)

// Extension is what a package of the user's adds to the SDK, as otel.tool/runtime's is. The function
// is not called where the program has set a logger provider of its own.
type Extension struct {
	Name string // import path

	LogProcessors func() ([]sdklog.Processor, error)
}

// Extend sets up what the environment asks for, with what extensions add: see Extend of
// otel.tool/runtime, which is called before.
func Extend(list ...Extension) struct{} {
	if setup.Wanted() {
		start(config.Process.Logs(), func() additions { return added(list) })
	}
	return struct{}{}
}

// added asks the extensions.
func added(list []Extension) (a additions) {
	for _, e := range list {
		g := extension.New(e.Name, "LogProcessors")
		for _, p := range extension.List(g, e.LogProcessors) {
			a.processors = append(a.processors, &guardedProcessor{p: p, guard: g})
			a.names = append(a.names, e.Name)
		}
	}
	return a
}

// guardedProcessor is one of an extension.
type guardedProcessor struct {
	p     sdklog.Processor
	guard *extension.Guard
	first sync.Once
}

func (p *guardedProcessor) OnEmit(ctx context.Context, r *sdklog.Record) error {
	if hook.Suppressed(ctx) {
		return nil
	}
	p.first.Do(func() { exit.OnFlush(func(ctx context.Context) { _ = p.ForceFlush(hook.Suppress(ctx)) }) })
	defer p.guard.Recover()
	p.guard.Failed(p.p.OnEmit(ctx, r))
	return nil
}

func (p *guardedProcessor) Enabled(ctx context.Context, of sdklog.EnabledParameters) (on bool) {
	on = true
	defer p.guard.Recover()
	return p.p.Enabled(ctx, of)
}

func (p *guardedProcessor) ForceFlush(ctx context.Context) error {
	defer p.guard.Recover()
	p.guard.Failed(p.p.ForceFlush(ctx))
	return nil
}

func (p *guardedProcessor) Shutdown(ctx context.Context) error {
	defer p.guard.Recover()
	return p.p.Shutdown(ctx)
}
