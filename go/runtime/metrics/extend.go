package metrics

import (
	"context"
	"sync"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/config"
	"otel.tool/runtime/internal/extension"
	"otel.tool/runtime/internal/followmeter"
	"otel.tool/runtime/internal/setup"
)

// Extension is what a package of the user's adds to the SDK, as otel.tool/runtime's is. Neither
// function is called where the program has set a meter provider of its own.
type Extension struct {
	Name string // import path

	MetricReaders func() ([]sdkmetric.Reader, error)
	Views         func() []sdkmetric.View
}

// shutdownTimeout is how long readers have to end once the program has set a provider.
const shutdownTimeout = 5 * time.Second

// Extend sets up what the environment asks for, with what extensions add: see Extend of
// otel.tool/runtime, which is called before.
func Extend(list ...Extension) struct{} {
	if setup.Wanted() {
		start(config.Process.Metrics(), func() additions { return added(list) })
	}
	return struct{}{}
}

// reader is one of an extension. The SDK wants it as it is, so only what is called here is guarded.
type reader struct {
	sdkmetric.Reader
	guard *extension.Guard
}

// flush is for readers that export by themselves.
func (r reader) flush(ctx context.Context) {
	defer r.guard.Recover()
	if f, ok := r.Reader.(interface{ ForceFlush(context.Context) error }); ok {
		r.guard.Failed(f.ForceFlush(ctx))
	}
}

func (r reader) end(ctx context.Context) {
	defer r.guard.Recover()
	r.guard.Failed(r.Shutdown(ctx))
}

// added asks the extensions.
func added(list []Extension) (a additions) {
	var readers []reader
	for _, e := range list {
		g := extension.New(e.Name, "MetricReaders")
		for _, r := range extension.List(g, e.MetricReaders) {
			readers = append(readers, reader{r, g})
			a.readers = append(a.readers, r)
			a.names = append(a.names, e.Name)
		}
		a.views = append(a.views, viewsOf(e)...)
	}
	if readers == nil {
		return a
	}
	a.flush = func(ctx context.Context) { all(readers, hook.Suppress(ctx), reader.flush) }
	a.ended = func(follow *followmeter.Provider) {
		follow.OnLeave(func() {
			ctx, cancel := context.WithTimeout(hook.Suppress(context.Background()), shutdownTimeout)
			defer cancel()
			all(readers, ctx, reader.end)
		})
	}
	return a
}

// all has f called for readers beside each other.
func all(readers []reader, ctx context.Context, f func(reader, context.Context)) {
	var wg sync.WaitGroup
	for _, r := range readers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f(r, ctx)
		}()
	}
	wg.Wait()
}

// viewsOf returns the views of an extension, without their panics.
func viewsOf(e Extension) (views []sdkmetric.View) {
	if e.Views == nil {
		return nil
	}
	g := extension.New(e.Name, "Views")
	defer g.Recover()
	for _, view := range e.Views() {
		if view == nil {
			continue
		}
		views = append(views, func(i sdkmetric.Instrument) (s sdkmetric.Stream, ok bool) {
			defer g.Recover()
			return view(i)
		})
	}
	return views
}
