package metrics

import (
	"context"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/points"
)

// own is what is measured here, of the Go runtime and of the process, for one reader.
// It hands the values on as they are read, without instruments: what the SDK has for
// observing would be linked into every program for them.
type own struct {
	runtime *goRuntime
	process bool
	self    bool // OTEL_GO_SELF_METRICS
	host    bool // OTEL_INSTRUMENTATION_HOST_METRICS_ENABLED
	views   []sdkmetric.View

	mu     sync.Mutex
	deltas bool // of counters
	start  time.Time
	last   time.Time          // of the values in before
	before map[string]float64 // counters, for the difference
}

var _ sdkmetric.Producer = (*own)(nil)

// newOwn returns what is wanted, with a temporality that is one of those of
// OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE.
func newOwn(temporality string, views []sdkmetric.View) *own {
	now := time.Now()
	o := &own{process: hook.Wanted("process/metrics"), views: views, deltas: temporality == "delta", start: now, last: now, before: map[string]float64{}}
	o.host = runtime.GOOS == "linux" && strings.EqualFold(os.Getenv("OTEL_INSTRUMENTATION_HOST_METRICS_ENABLED"), "true")
	if hook.Wanted("runtime/metrics") {
		o.runtime = newRuntime(temporality)
	}
	return o
}

// Produce returns all as it is now. The SDK writes in it afterwards.
func (o *own) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	v := &values{own: o, now: time.Now()}
	if o.runtime != nil {
		o.runtime.read(v)
	}
	if o.process {
		measureProcess(v, usageOf("/proc/self"))
	}
	if o.host {
		measureHost(v, "")
	}
	if o.self {
		measureSelf(v, batch.AllCounts())
	}
	o.last = v.now
	if len(v.metrics) == 0 {
		return nil, nil
	}
	return []metricdata.ScopeMetrics{{Scope: instrumentation.Scope{Name: scope}, Metrics: v.metrics}}, nil
}

// values gathers what is handed on.
type values struct {
	*own
	now     time.Time
	metrics []metricdata.Metrics
}

// about is what a metric is.
type about struct {
	name, unit, description string
	counter                 bool
}

// add adds a metric, by the views for it. Of those, what data is is not changed: its
// attributes and its aggregation.
func (v *values) add(a *about, data metricdata.Aggregation) {
	m := metricdata.Metrics{Name: a.name, Unit: a.unit, Description: a.description, Data: data}
	viewed := false
	for _, view := range v.views {
		s, ok := view(sdkmetric.Instrument{Name: m.Name, Description: m.Description, Unit: m.Unit, Kind: kindOf(data), Scope: instrumentation.Scope{Name: scope}})
		viewed = viewed || ok
		if _, drop := s.Aggregation.(sdkmetric.AggregationDrop); ok && !drop {
			v.metrics = append(v.metrics, metricdata.Metrics{Name: s.Name, Unit: s.Unit, Description: s.Description, Data: data})
		}
	}
	if !viewed {
		v.metrics = append(v.metrics, m)
	}
}

// kindOf is the kind of the instrument that would have been observed.
func kindOf(data metricdata.Aggregation) sdkmetric.InstrumentKind {
	switch about := points.Of(data); {
	case about.Kind == points.Histogram:
		return sdkmetric.InstrumentKindHistogram
	case about.Kind == points.Gauge:
		return sdkmetric.InstrumentKindObservableGauge
	case about.Monotonic:
		return sdkmetric.InstrumentKindObservableCounter
	}
	return sdkmetric.InstrumentKindObservableUpDownCounter
}

// point is one of a sum.
type point[N int64 | float64] struct {
	set   attribute.Set
	value N
}

// sum adds a sum, which is monotonic if it is a counter.
func sum[N int64 | float64](v *values, a *about, points ...point[N]) {
	data := metricdata.Sum[N]{Temporality: metricdata.CumulativeTemporality, IsMonotonic: a.counter}
	start := v.start
	if a.counter && v.deltas {
		data.Temporality, start = metricdata.DeltaTemporality, v.last
	}
	for _, p := range points {
		if a.counter && v.deltas {
			p.value = N(v.since(a, &p.set, float64(p.value)))
		}
		data.DataPoints = append(data.DataPoints, metricdata.DataPoint[N]{Attributes: p.set, StartTime: start, Time: v.now, Value: p.value})
	}
	v.add(a, data)
}

// since returns what a counter has grown by. (Integers are exact up to 2^53.)
func (v *values) since(a *about, set *attribute.Set, now float64) float64 {
	key := a.name + " " + set.Encoded(attribute.DefaultEncoder())
	before := v.before[key]
	v.before[key] = now
	return now - before
}

// only returns a set of one attribute.
func only(key, value string) attribute.Set {
	return attribute.NewSet(attribute.String(key, value))
}
