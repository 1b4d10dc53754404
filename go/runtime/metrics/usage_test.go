package metrics

import (
	"math"
	"os"
	"runtime"
	"runtime/metrics"
	"testing"
	"testing/fstest"
	"time"
)

func TestUsage(t *testing.T) {
	page := int64(os.Getpagesize())
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	full := fstest.MapFS{
		"statm": file("100 20 3 4 0 5 0\n"),
		"stat":  file("7 (a) 1 (b x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 42 18 19\n"),
		"fd/0":  file(""), "fd/1": file(""), "fd/2": file(""),
	}
	u := usageOf(full)
	if u.virtual != 100*page || u.resident != 20*page || u.threads != 42 || u.fileDescriptors != 2 || u.user < 0 {
		t.Errorf("%+v", u)
	}
	for _, proc := range []fstest.MapFS{{}, {"statm": file("x"), "stat": file("")}, {"statm": file("x y"), "stat": file("7 (a")}} {
		if u := usageOf(proc); u.virtual >= 0 || u.resident >= 0 || u.threads >= 0 || u.fileDescriptors >= 0 {
			t.Errorf("%v: %+v", proc, u)
		}
	}
	if runtime.GOOS == "linux" {
		if u := usageOf(os.DirFS("/proc/self")); u.resident < 1<<20 || u.virtual < u.resident || u.threads < 2 || u.fileDescriptors < 3 {
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
		p := s.point(h, time.Now())
		if p.Count != 6 || p.Sum != 2*0.5+3*8.5+20 || len(p.Bounds) != 2 || len(p.BucketCounts) != 3 ||
			p.BucketCounts[0] != 2 || p.BucketCounts[1] != 3 || p.BucketCounts[2] != 1 || p.Bounds[0] != 7 || p.Bounds[1] != 15 {
			t.Errorf("%+v", p)
		}
		want := uint64(6)
		if delta {
			want = 0
		}
		if p := s.point(h, time.Now()); p.Count != want {
			t.Errorf("delta %v: %d the second time", delta, p.Count)
		}
	}
	rm, err := newScheduling("cumulative").Produce(t.Context())
	if err != nil || len(rm) != 1 {
		t.Errorf("%v, %v", rm, err)
	}
}
