package metrics

import (
	"math"
	"runtime/metrics"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// What the Go runtime says of itself, by the semantic conventions
// (https://opentelemetry.io/docs/specs/semconv/runtime/go-metrics, 1.39, in
// development). It is read from runtime/metrics, which stops nothing.

// runtimeMetrics are those of one value each.
var runtimeMetrics = []struct {
	sample string
	about  about
}{
	{"/gc/gomemlimit:bytes", about{"go.memory.limit", "By", "Go runtime memory limit configured by the user, if a limit exists.", false}},
	{"/gc/heap/allocs:bytes", about{"go.memory.allocated", "By", "Memory allocated to the heap by the application.", true}},
	{"/gc/heap/allocs:objects", about{"go.memory.allocations", "{allocation}", "Count of allocations to the heap by the application.", true}},
	{"/gc/heap/goal:bytes", about{"go.memory.gc.goal", "By", "Heap size target for the end of the GC cycle.", false}},
	{"/sched/goroutines:goroutines", about{"go.goroutine.count", "{goroutine}", "Count of live goroutines.", false}},
	{"/sched/gomaxprocs:threads", about{"go.processor.limit", "{thread}", "The number of OS threads that can execute user-level Go code simultaneously.", false}},
	{"/gc/gogc:percent", about{"go.config.gogc", "%", "Heap size target percentage configured by the user, otherwise 100.", false}},
}

var memoryUsed = about{"go.memory.used", "By", "Memory used by the Go runtime.", false}

// The samples behind those of runtimeMetrics.
var moreSamples = []string{"/memory/classes/heap/stacks:bytes", "/memory/classes/total:bytes", "/memory/classes/heap/released:bytes", "/sched/latencies:seconds"}

// goRuntime reads what the Go runtime says.
type goRuntime struct {
	samples    []metrics.Sample
	scheduling scheduling
}

func newRuntime(temporality string) *goRuntime {
	g := &goRuntime{scheduling: scheduling{delta: temporality != "cumulative"}}
	for _, m := range runtimeMetrics {
		g.samples = append(g.samples, metrics.Sample{Name: m.sample})
	}
	for _, name := range moreSamples {
		g.samples = append(g.samples, metrics.Sample{Name: name})
	}
	return g
}

func (g *goRuntime) read(v *values) {
	metrics.Read(g.samples)
	for i := range runtimeMetrics {
		if n := integer(&g.samples[i]); n >= 0 {
			sum(v, &runtimeMetrics[i].about, point[int64]{value: n})
		}
	}
	more := g.samples[len(runtimeMetrics):]
	stacks := integer(&more[0])
	sum(v, &memoryUsed, point[int64]{only("go.memory.type", "stack"), stacks},
		point[int64]{only("go.memory.type", "other"), integer(&more[1]) - integer(&more[2]) - stacks})
	if more[3].Value.Kind() == metrics.KindFloat64Histogram {
		g.scheduling.read(v, more[3].Value.Float64Histogram())
	}
}

// integer returns a sample's value; -1 if this Go does not know it, or if it says that
// there is no limit, as for GOGC=off.
func integer(s *metrics.Sample) int64 {
	if s.Value.Kind() != metrics.KindUint64 || s.Value.Uint64() >= math.MaxInt64 {
		return -1
	}
	return int64(s.Value.Uint64())
}

// scheduling is go.schedule.duration, a histogram that the runtime keeps itself. It
// has four buckets for each power of two, of which eight are made one. It keeps no sum:
// ours takes the middle of each bucket.
type scheduling struct {
	delta  bool
	before []uint64 // counts of the last time, for the difference
}

var scheduleDuration = about{name: "go.schedule.duration", unit: "s", description: "The time goroutines have spent in the scheduler in a runnable state before actually running."}

func (s *scheduling) read(v *values, h *metrics.Float64Histogram) {
	data := metricdata.Histogram[float64]{Temporality: metricdata.CumulativeTemporality}
	p := s.point(h)
	p.StartTime, p.Time = v.start, v.now
	if s.delta {
		data.Temporality, p.StartTime = metricdata.DeltaTemporality, v.last
	}
	data.DataPoints = []metricdata.HistogramDataPoint[float64]{p}
	v.add(&scheduleDuration, data)
}

func (s *scheduling) point(h *metrics.Float64Histogram) (p metricdata.HistogramDataPoint[float64]) {
	const merged = 8
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
