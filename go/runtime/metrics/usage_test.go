package metrics

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// procOf returns a folder with files: name, text, name, text ...
func procOf(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestUsage(t *testing.T) {
	page := int64(os.Getpagesize())
	u := usageOf(procOf(t,
		"statm", "100 20 3 4 0 5 0\n",
		"stat", "7 (a) 1 (b x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 42 18 19\n",
		"fd/0", "", "fd/1", "", "fd/2", ""))
	if u.virtual != 100*page || u.resident != 20*page || u.threads != 42 || u.fileDescriptors != 2 || u.user < 0 {
		t.Errorf("%+v", u)
	}
	for _, proc := range []string{procOf(t), procOf(t, "statm", "x", "stat", ""), procOf(t, "statm", "x y", "stat", "7 (a")} {
		if u := usageOf(proc); u.virtual >= 0 || u.resident >= 0 || u.threads >= 0 || u.fileDescriptors >= 0 {
			t.Errorf("%+v", u)
		}
	}
	if runtime.GOOS == "linux" {
		if u := usageOf("/proc/self"); u.resident < 1<<20 || u.virtual < u.resident || u.threads < 2 || u.fileDescriptors < 3 {
			t.Errorf("of this process: %+v", u)
		}
	}
}

func TestScheduling(t *testing.T) {
	h := &metrics.Float64Histogram{Buckets: []float64{math.Inf(-1), 0}}
	for i := range 20 {
		h.Buckets = append(h.Buckets, float64(i+1))
	}
	h.Buckets = append(h.Buckets, math.Inf(1))
	h.Counts = make([]uint64, len(h.Buckets)-1)
	h.Counts[1], h.Counts[9], h.Counts[21] = 2, 3, 1 // (0,1], (8,9], (20,∞)
	for _, delta := range []bool{false, true} {
		s := &scheduling{delta: delta}
		p := s.point(h)
		if p.Count != 6 || p.Sum != 2*0.5+3*8.5+20 || len(p.Bounds) != 2 || len(p.BucketCounts) != 3 ||
			p.BucketCounts[0] != 2 || p.BucketCounts[1] != 3 || p.BucketCounts[2] != 1 || p.Bounds[0] != 7 || p.Bounds[1] != 15 {
			t.Errorf("%+v", p)
		}
		want := uint64(6)
		if delta {
			want = 0
		}
		if p := s.point(h); p.Count != want {
			t.Errorf("delta %v: %d the second time", delta, p.Count)
		}
	}
}

// What is added to is the difference under delta, and only for that; what goes up and
// down, and all under the other preferences, is as it is.
func TestOwn(t *testing.T) {
	for _, preference := range []string{"cumulative", "delta", "lowmemory"} {
		o := newOwn(preference, nil)
		first, err := o.Produce(t.Context())
		if err != nil || len(first) != 1 || first[0].Scope.Name != scope {
			t.Fatalf("%s: %v, %v", preference, first, err)
		}
		keep := make([][]byte, 1000)
		for i := range keep {
			keep[i] = make([]byte, 1000)
		}
		time.Sleep(time.Millisecond)
		second, err := o.Produce(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		runtime.KeepAlive(keep)
		if len(first[0].Metrics) < 11 || len(second[0].Metrics) != len(first[0].Metrics) {
			t.Errorf("%s: %d and %d metrics", preference, len(first[0].Metrics), len(second[0].Metrics))
		}
		for i, m := range second[0].Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				checkSums(t, preference, m.Name, first[0].Metrics[i].Data.(metricdata.Sum[int64]), data)
			case metricdata.Sum[float64]:
				checkSums(t, preference, m.Name, first[0].Metrics[i].Data.(metricdata.Sum[float64]), data)
			case metricdata.Histogram[float64]:
				if delta := data.Temporality == metricdata.DeltaTemporality; delta != (preference != "cumulative") {
					t.Errorf("%s of %s: %v", m.Name, preference, data.Temporality)
				}
			}
		}
	}
}

func checkSums[N int64 | float64](t *testing.T, preference, name string, first, second metricdata.Sum[N]) {
	t.Helper()
	counter := strings.HasPrefix(name, "go.memory.alloc") || name == "process.cpu.time"
	delta := counter && preference == "delta"
	if second.IsMonotonic != counter || (second.Temporality == metricdata.DeltaTemporality) != delta {
		t.Errorf("%s of %s: monotonic %v, %v", name, preference, second.IsMonotonic, second.Temporality)
	}
	for i, p := range second.DataPoints {
		q := first.DataPoints[i]
		if starts := p.StartTime.Equal(q.Time); starts != delta || !p.Time.After(q.Time) {
			t.Errorf("%s of %s: from %v to %v after %v", name, preference, p.StartTime, p.Time, q.Time)
		}
		if name == "go.memory.allocated" && (p.Value < 1e6 || delta != (p.Value < q.Value+1e6)) {
			t.Errorf("%s of %s: %v after %v", name, preference, p.Value, q.Value)
		}
	}
}
