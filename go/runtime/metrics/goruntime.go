package metrics

import (
	"context"
	"math"
	"runtime/metrics"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/hook"
)

// What the Go runtime says of itself, by the semantic conventions
// (https://opentelemetry.io/docs/specs/semconv/runtime/go-metrics, 1.39, in
// development). It is read from runtime/metrics, which stops nothing.

// The samples that are read, by their places in a list.
const (
	memoryTotal = iota
	memoryReleased
	memoryStacks
	memoryLimit
	allocatedBytes
	allocatedObjects
	gcGoal
	goroutines
	processors
	gogc
)

var sampleNames = [...]string{
	memoryTotal:      "/memory/classes/total:bytes",
	memoryReleased:   "/memory/classes/heap/released:bytes",
	memoryStacks:     "/memory/classes/heap/stacks:bytes",
	memoryLimit:      "/gc/gomemlimit:bytes",
	allocatedBytes:   "/gc/heap/allocs:bytes",
	allocatedObjects: "/gc/heap/allocs:objects",
	gcGoal:           "/gc/heap/goal:bytes",
	goroutines:       "/sched/goroutines:goroutines",
	processors:       "/sched/gomaxprocs:threads",
	gogc:             "/gc/gogc:percent",
}

// measureRuntime registers what is measured of the Go runtime, unless
// OTEL_INSTRUMENTATION_RUNTIME_METRICS_ENABLED is false.
func measureRuntime(m metric.Meter) {
	if !hook.Wanted("runtime/metrics") {
		return
	}
	// What fails is a no-op, and then observing it is.
	upDown := func(name, unit, description string) metric.Int64ObservableUpDownCounter {
		i, _ := m.Int64ObservableUpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(description))
		return i
	}
	counter := func(name, unit, description string) metric.Int64ObservableCounter {
		i, _ := m.Int64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(description))
		return i
	}
	used := upDown("go.memory.used", "By", "Memory used by the Go runtime.")
	limit := upDown("go.memory.limit", "By", "Go runtime memory limit configured by the user, if a limit exists.")
	allocated := counter("go.memory.allocated", "By", "Memory allocated to the heap by the application.")
	allocations := counter("go.memory.allocations", "{allocation}", "Count of allocations to the heap by the application.")
	goal := upDown("go.memory.gc.goal", "By", "Heap size target for the end of the GC cycle.")
	count := upDown("go.goroutine.count", "{goroutine}", "Count of live goroutines.")
	limitOfProcessors := upDown("go.processor.limit", "{thread}", "The number of OS threads that can execute user-level Go code simultaneously.")
	percent := upDown("go.config.gogc", "%", "Heap size target percentage configured by the user, otherwise 100.")

	stack := metric.WithAttributeSet(attribute.NewSet(attribute.String("go.memory.type", "stack")))
	other := metric.WithAttributeSet(attribute.NewSet(attribute.String("go.memory.type", "other")))

	samples := make([]metrics.Sample, len(sampleNames))
	for i, name := range sampleNames {
		samples[i].Name = name
	}
	var mu sync.Mutex // readers may collect at once
	_, _ = m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		mu.Lock()
		defer mu.Unlock()
		metrics.Read(samples)
		value := func(i int) int64 {
			if samples[i].Value.Kind() != metrics.KindUint64 {
				return 0 // this Go does not know it
			}
			return int64(min(samples[i].Value.Uint64(), math.MaxInt64))
		}
		stacks := value(memoryStacks)
		o.ObserveInt64(used, stacks, stack)
		o.ObserveInt64(used, value(memoryTotal)-value(memoryReleased)-stacks, other)
		if n := value(memoryLimit); n != math.MaxInt64 {
			o.ObserveInt64(limit, n)
		}
		o.ObserveInt64(allocated, value(allocatedBytes))
		o.ObserveInt64(allocations, value(allocatedObjects))
		o.ObserveInt64(goal, value(gcGoal))
		o.ObserveInt64(count, value(goroutines))
		o.ObserveInt64(limitOfProcessors, value(processors))
		if n := value(gogc); n != math.MaxInt64 { // GOGC=off
			o.ObserveInt64(percent, n)
		}
		return nil
	}, used, limit, allocated, allocations, goal, count, limitOfProcessors, percent)
}

// scheduling is go.schedule.duration, a histogram that the runtime keeps itself.
type scheduling struct {
	delta bool
	on    bool

	mu     sync.Mutex
	sample [1]metrics.Sample
	start  time.Time
	before []uint64 // counts of the last time, for the difference
}

func newScheduling(temporality string) *scheduling {
	s := &scheduling{delta: temporality != "cumulative", on: hook.Wanted("runtime/metrics"), start: time.Now()}
	s.sample[0].Name = "/sched/latencies:seconds"
	return s
}

var _ sdkmetric.Producer = (*scheduling)(nil)

// Produce returns the histogram as it is now, or what has been added to it. The
// runtime has four buckets for each power of two, of which eight are made one. It
// keeps no sum: ours takes the middle of each bucket.
func (s *scheduling) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	metrics.Read(s.sample[:])
	if !s.on || s.sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return nil, nil
	}
	now := time.Now()
	p := s.point(s.sample[0].Value.Float64Histogram(), now)
	t := metricdata.CumulativeTemporality
	if s.delta {
		t, s.start = metricdata.DeltaTemporality, now
	}
	return []metricdata.ScopeMetrics{{
		Scope: instrumentation.Scope{Name: scope},
		Metrics: []metricdata.Metrics{{
			Name: "go.schedule.duration", Unit: "s",
			Description: "The time goroutines have spent in the scheduler in a runnable state before actually running.",
			Data:        metricdata.Histogram[float64]{DataPoints: []metricdata.HistogramDataPoint[float64]{p}, Temporality: t},
		}},
	}}, nil
}

func (s *scheduling) point(h *metrics.Float64Histogram, now time.Time) metricdata.HistogramDataPoint[float64] {
	const merged = 8
	p := metricdata.HistogramDataPoint[float64]{StartTime: s.start, Time: now}
	if s.before == nil {
		s.before = make([]uint64, len(h.Counts))
	}
	for i, n := range h.Counts {
		if s.delta {
			n, s.before[i] = n-s.before[i], n
		}
		low, high := max(h.Buckets[i], 0), h.Buckets[i+1]
		if math.IsInf(high, 1) {
			high = low
		}
		p.Count += n
		p.Sum += float64(n) * (low + high) / 2
		if i%merged == 0 {
			p.BucketCounts = append(p.BucketCounts, 0)
			if i > 0 {
				p.Bounds = append(p.Bounds, h.Buckets[i])
			}
		}
		p.BucketCounts[len(p.BucketCounts)-1] += n
	}
	return p
}
