// Package metrics is what otel puts into a program that is to have metrics
// (OTEL_GO_SIGNALS). A main package imports it for effect: it sets up
// OpenTelemetry's metrics SDK from the environment, lets hooks and libraries
// measure, and measures the Go runtime and the process.
//
// It is a guest, as package otel.tool/runtime is: nothing waits, no goroutine runs
// between two exports, and where the program sets a meter provider of its own,
// before or later, everything that hooks and libraries measure goes there, and ours
// is at rest.
package metrics

import (
	"cmp"
	"context"
	"os"
	"strconv"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/config"
	"otel.tool/runtime/internal/exit"
	"otel.tool/runtime/internal/filter"
	"otel.tool/runtime/internal/followmeter"
	"otel.tool/runtime/internal/metrictext"
	"otel.tool/runtime/internal/otlp/otlpmetric"
	"otel.tool/runtime/internal/report"
	"otel.tool/runtime/internal/setup"
)

// scope is that of what is measured here.
const scope = "otel.tool/runtime/metrics"

func init() {
	if setup.Wanted() && !setup.Extended() {
		start(config.Process.Metrics(), nil)
	}
}

// additions are what own extensions add.
type additions struct {
	names   []string // of the extensions that have readers
	readers []sdkmetric.Reader
	views   []sdkmetric.View
	ended   func(*followmeter.Provider) // ends the readers when the program sets a provider
	flush   func(context.Context)
}

// start sets up what cfg asks for, with what extensions, if there are any, add. A provider that
// the program has set before stays, and they are not asked.
func start(cfg *config.Metrics, extensions func() additions) {
	if cfg.Disabled || len(cfg.Outputs) == 0 && extensions == nil {
		setup.Tell("metrics", setup.Off, cfg.Set)
		return
	}
	hook.Exclude(filter.Excludes(cfg.Exclude))
	now := otel.GetMeterProvider()
	own := setup.OwnType(now)
	var more additions
	if extensions != nil && !own {
		more = extensions()
	}
	if len(cfg.Outputs)+len(more.readers) == 0 {
		setup.Tell("metrics", setup.Off, cfg.Set)
		return
	}
	if own {
		setup.Tell("metrics", setup.TheirOwn, cfg.Set)
		hook.EnableMetrics(followmeter.New(noop.NewMeterProvider(), nil))
		return
	}
	keep := mayKeep(cfg, more)
	s := newSignal(cfg, more, keep)
	follow := followmeter.New(s.provider, now)
	if keep {
		follow.Keep()
	}
	otel.SetMeterProvider(follow)
	hook.EnableMetrics(follow)
	// Signals are watched once there is more than what we know of any program.
	first := sync.OnceFunc(func() {
		exit.OnFlush(func(ctx context.Context) { s.flush(ctx, follow.Ours) })
	})
	hook.OnMeasure(first)
	if s.further != nil {
		first()
	}
	s.begin(follow, first)
	if more.ended != nil {
		more.ended(follow)
	}
	setup.Tell("metrics", setup.Targets(append(targets(cfg), more.names...)), cfg.Set)
}

// signal is metrics on their way.
type signal struct {
	provider *sdkmetric.MeterProvider
	pushers  []*pusher
	servers  []*scrapes
	further  func(context.Context) // flushes the readers of extensions, or nil
}

// newSignal sets up what cfg and more ask for; keep has hooks keep what they measure.
func newSignal(cfg *config.Metrics, more additions, keep bool) *signal {
	s := &signal{further: more.flush}
	options := []sdkmetric.Option{sdkmetric.WithResource(setup.Resource(cfg.Resource))}
	var views []sdkmetric.View
	for _, v := range cfg.Views {
		views = append(views, viewOf(v))
	}
	views = append(views, more.views...)
	options = append(options, sdkmetric.WithView(views...))
	for _, r := range more.readers {
		options = append(options, sdkmetric.WithReader(r))
	}
	for _, out := range cfg.Outputs {
		measured := newOwn(out.Temporality, views)
		measured.self = cfg.Self
		with := []sdkmetric.ManualReaderOption{
			sdkmetric.WithTemporalitySelector(temporalities(out.Temporality)),
			sdkmetric.WithAggregationSelector(aggregations(out.Exponential)),
			sdkmetric.WithProducer(measured),
		}
		if keep {
			with = append(with, sdkmetric.WithProducer(kept{}))
		}
		reader := sdkmetric.NewManualReader(with...)
		options = append(options, sdkmetric.WithReader(reader))
		switch out.Name {
		case "prometheus":
			s.servers = append(s.servers, &scrapes{reader: reader, host: out.Host, port: out.Port})
		case "console":
			s.pushers = append(s.pushers, newPusher(out, reader, console{}, "standard error", new(report.Limited)))
		default:
			limited := new(report.Limited)
			to := setup.OTLP(out.OTLP, "metrics", limited)
			asked := askedBy(cfg.Set)
			if !asked.receiver {
				to.Retry = nil
			}
			exporter, err := otlpmetric.New(to)
			if err != nil {
				report.Line(report.Error, "metrics to %s: %v", to.Target(), err)
			}
			p := newPusher(out, reader, exporter, to.Target(), limited)
			p.asked = asked
			if p.self = cfg.Self; p.self {
				p.counts.Exporter, p.counts.Endpoint = to.Exporter()
				batch.Count(p.counted)
			}
			s.pushers = append(s.pushers, p)
		}
	}
	setup.Quietly(func() {
		bounded(cfg.Series, func() {
			filtering(cfg.Exemplars, func() { s.provider = sdkmetric.NewMeterProvider(options...) })
		})
	})
	return s
}

// mayKeep says whether what hooks measure comes out the same where they keep it themselves
// (hook.Streams): as cumulative sums and histograms with the bounds that they have, with the
// examples and the limit of series of the specification.
func mayKeep(cfg *config.Metrics, more additions) bool {
	for _, out := range cfg.Outputs {
		if out.Temporality != "cumulative" || out.Exponential {
			return false
		}
	}
	filter := cmp.Or(cfg.Exemplars, os.Getenv("OTEL_METRICS_EXEMPLAR_FILTER"), "trace_based")
	return len(cfg.Views)+len(more.views)+len(more.readers)+cfg.Series == 0 && os.Getenv(cardinality) == "" && filter == "trace_based"
}

const cardinality = "OTEL_GO_X_CARDINALITY_LIMIT"

// bounded runs f with a limit of series of an instrument: the one that is given, else
// the variable's, else that of the specification ("Cardinality limits"). The SDK had
// none by itself up to v1.43; it has an option, and reads this variable at once, since
// v1.38. (An earlier one reads it for each instrument, and only the user can set it.)
func bounded(series int, f func()) {
	limit := os.Getenv(cardinality)
	if series > 0 {
		limit = strconv.Itoa(series)
	} else if limit == "" {
		limit = "2000"
	}
	with(cardinality, limit, f)
}

// filtering runs f with that exemplar filter, if one is given: the option for it is
// younger than the variable, which the SDK reads at once.
func filtering(exemplars string, f func()) {
	if exemplars == "" {
		f()
		return
	}
	with("OTEL_METRICS_EXEMPLAR_FILTER", exemplars, f)
}

// with runs f while a variable has a value.
func with(name, value string, f func()) {
	before, set := os.LookupEnv(name)
	_ = os.Setenv(name, value)
	defer func() {
		_ = os.Unsetenv(name)
		if set {
			_ = os.Setenv(name, before)
		}
	}()
	f()
}

// targets names where metrics go.
func targets(cfg *config.Metrics) (list []string) {
	for _, out := range cfg.Outputs {
		list = append(list, setup.Target(out.Name, out.OTLP))
	}
	return list
}

func (s *signal) begin(follow *followmeter.Provider, first func()) {
	for _, p := range s.pushers {
		p.begin(follow, first)
	}
	for _, server := range s.servers {
		server.begin()
	}
}

// flush pushes what there is, unless it is ours no more.
func (s *signal) flush(ctx context.Context, ours func() bool) {
	if !ours() {
		return
	}
	flushes := make([]func(context.Context), 0, len(s.pushers)+1)
	for _, p := range s.pushers {
		flushes = append(flushes, p.flush)
	}
	if s.further != nil {
		flushes = append(flushes, s.further)
	}
	done := make(chan struct{}, len(flushes))
	for _, flush := range flushes {
		go func() {
			flush(ctx)
			done <- struct{}{}
		}()
	}
	for range flushes {
		<-done
	}
}

// temporalities is OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE, by the table
// of the OTLP exporter's specification ("Additional Environment Variable
// Configuration").
func temporalities(preference string) sdkmetric.TemporalitySelector {
	return func(kind sdkmetric.InstrumentKind) metricdata.Temporality {
		switch kind {
		case sdkmetric.InstrumentKindCounter, sdkmetric.InstrumentKindHistogram:
			if preference != "cumulative" {
				return metricdata.DeltaTemporality
			}
		case sdkmetric.InstrumentKindObservableCounter:
			if preference == "delta" {
				return metricdata.DeltaTemporality
			}
		}
		return metricdata.CumulativeTemporality
	}
}

func aggregations(exponential bool) sdkmetric.AggregationSelector {
	return func(kind sdkmetric.InstrumentKind) sdkmetric.Aggregation {
		if exponential && kind == sdkmetric.InstrumentKindHistogram {
			return sdkmetric.AggregationBase2ExponentialHistogram{MaxSize: 160, MaxScale: 20}
		}
		return sdkmetric.DefaultAggregationSelector(kind)
	}
}

// console writes metrics as people read them.
type console struct{}

func (console) Export(_ context.Context, rm *metricdata.ResourceMetrics) error {
	return metrictext.Write(os.Stderr, rm)
}
