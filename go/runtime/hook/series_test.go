package hook

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/attribute"
)

// keeper is a provider that lets instruments keep what they take, for as long as it does.
type keeper struct {
	meterProvider
	keeps atomic.Bool
}

func (k *keeper) Keeps() bool { return k.keeps.Load() }

// measuring turns instruments on with a provider that lets them keep what they take.
func measuring(t testing.TB, name string, instruments ...Instrument) *keeper {
	t.Helper()
	t.Cleanup(Disable)
	p := &keeper{}
	p.keeps.Store(true)
	in := new(Instrumentation)
	in.Measure(instruments...)
	Register(in, name, "scope of "+name, "v1")
	EnableMetrics(p)
	return p
}

// streamsOf are those of one scope.
func streamsOf(name string) []*Stream {
	return slices.DeleteFunc(Streams(), func(s *Stream) bool { return s.Scope != "scope of "+name })
}

func TestKeep(t *testing.T) {
	h := Histogram{Name: "h", Unit: "s", Description: "d", Buckets: []float64{1, 2}}
	again := Histogram{Name: "h", Unit: "s", Description: "d", Buckets: []float64{1, 2}}
	never := Histogram{Name: "never"}
	u := UpDownCounter{Name: "u"}
	p := measuring(t, "keep", &h, &again, &never, &u)
	one, same, two := NewSet(attribute.Int("a", 1)), NewSet(attribute.Int("a", 1)), NewSet(attribute.Int("a", 2))
	ctx := context.Background()
	for _, v := range []float64{0.5, 1, 1.5, 2, 7} {
		h.Record(ctx, v, one)
	}
	h.Record(ctx, -3, two)
	again.Record(ctx, 2.5, one)
	h.Record(ctx, 2.5, same)
	u.Add(3, one)
	u.Add(-1, same)
	check := func(want string) {
		t.Helper()
		var got string
		for _, s := range streamsOf("keep") {
			got += fmt.Sprint(s.Name, s.Unit, s.Description, s.Version, s.Bounds, s.Since.IsZero())
			for _, p := range s.Points {
				got += fmt.Sprint(" ", p.Attributes.Encoded(attribute.DefaultEncoder()), p.Counts, p.Sum, p.Least, p.Most, p.Total)
			}
			got += "; "
		}
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	kept := "hsdv1[1 2] false a=1[2 2 3] 17 0.5 7 0 a=2[1 0 0] -3 -3 -3 0; uv1[] false a=1[] 0 0 0 2; "
	check(kept)
	if len(p.lines) > 0 {
		t.Errorf("the provider has heard of %q", p.lines)
	}

	// From when the program has a provider of its own.
	p.keeps.Store(false)
	h.Record(ctx, 1, two)
	u.Add(1, two)
	check(kept)
	want(t, &p.lines, "new hsd[1 2]scope of keepv1", "h1a=2false", "u1a=2")
}

func TestKeepExamples(t *testing.T) {
	on(t)
	h := Histogram{Name: "h", Buckets: []float64{1}}
	measuring(t, "keep examples", &h)
	on(t)
	var in Instrumentation
	Register(&in, "examples kept", "scope", "v1")
	ctx, span := in.Start(context.Background(), "x")
	set := NewSet()
	h.Record(context.Background(), 0.1, set)
	h.Record(ctx, 0.2, set)
	h.Record(ctx, 0.3, set) // too soon
	h.Record(ctx, 5, set)
	p := streamsOf("keep examples")[0].Points[0]
	if len(p.Exemplars) != 2 || p.Exemplars[0].Value != 0.2 || p.Exemplars[1].Value != 5 {
		t.Fatalf("%+v", p.Exemplars)
	}
	if e := p.Exemplars[0]; !e.Span.Equal(span.SpanContext()) || e.Time.IsZero() {
		t.Errorf("%+v", e)
	}
}

func TestKeepAtOnce(t *testing.T) {
	h, u := Histogram{Name: "h", Buckets: Seconds}, UpDownCounter{Name: "u"}
	measuring(t, "keep at once", &h, &u)
	sets := Sets[int]{Attributes: func(k int) []attribute.KeyValue { return []attribute.KeyValue{attribute.Int("k", k)} }}
	const goroutines, each = 8, 1000
	var wg sync.WaitGroup
	for range goroutines {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				h.Record(context.Background(), float64(i%4), sets.Of(i%2))
				u.Add(1, sets.Of(i%2))
				if i%100 == 0 {
					Streams()
				}
			}
		}()
	}
	wg.Wait()
	var count uint64
	var sum float64
	var total int64
	for _, s := range streamsOf("keep at once") {
		for _, p := range s.Points {
			for _, n := range p.Counts {
				count += n
			}
			sum, total = sum+p.Sum, total+p.Total
		}
	}
	if count != goroutines*each || sum != goroutines*each*1.5 || total != goroutines*each {
		t.Errorf("%d values of %v in all, %d", count, sum, total)
	}
}

// A series that gets many values has a part for each processor, however many there are by then, and is all of
// them together.
func TestKeepSpread(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	h, u := Histogram{Name: "h", Buckets: Seconds}, UpDownCounter{Name: "u"}
	measuring(t, "keep spread", &h, &u)
	set, ctx := NewSet(), context.Background()
	take := func(values int) {
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range values / 8 {
					up := u.Up(set)
					h.Record(ctx, float64(g*values/8+i), set)
					up.Down()
					u.Add(1, set)
				}
			}()
		}
		wg.Wait()
	}
	all := 0
	for _, processors := range []int{1, 4, 32} {
		runtime.GOMAXPROCS(processors)
		take(8000)
		all += 8000
		if spread := set.seriesOf(&h).parts != nil; spread != (processors > 1) {
			t.Errorf("%d processors: parts: %v", processors, spread)
		}
		if n := testing.AllocsPerRun(1000, func() { h.Record(ctx, 1, set); u.Add(0, set) }); n != 0 {
			t.Errorf("%d processors: %v allocations", processors, n)
		}
		all += 1001
		var got uint64
		streams := streamsOf("keep spread")
		p := streams[0].Points[0]
		for _, n := range p.Counts {
			got += n
		}
		if sum := float64(all/9001)*8000*7999/2 + float64(all/9001)*1001; got != uint64(all) || p.Sum != sum || p.Least != 0 || p.Most != 7999 {
			t.Errorf("%d processors: %d of %v (want %d of %v), from %v to %v", processors, got, p.Sum, all, sum, p.Least, p.Most)
		}
		if total := streams[1].Points[0].Total; total != int64(all/9001*8000) {
			t.Errorf("%d processors: a total of %d", processors, total)
		}
	}
}

func BenchmarkKeepTogether(b *testing.B) {
	h := Histogram{Name: "h", Buckets: Seconds}
	measuring(b, fmt.Sprint("keep together ", b.N), &h)
	set, ctx := NewSet(), context.Background()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			m := MomentIn(ctx, 0)
			h.RecordAt(&m, 0.002, set)
		}
	})
}

func TestKeepOddValues(t *testing.T) {
	h := Histogram{Name: "h"}
	measuring(t, "keep odd", &h)
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 10000, 10001, 0} {
		h.Record(context.Background(), v, NewSet())
	}
	s := streamsOf("keep odd")[0]
	if p := s.Points[0]; fmt.Sprint(p.Counts) != "[2 0 0 0 0 0 0 0 0 0 0 0 0 0 1 3]" || len(s.Bounds) != 15 || !math.IsNaN(p.Sum) {
		t.Errorf("%v, %v", p.Counts, p.Sum)
	}
}

func TestKeepAllocatesNothing(t *testing.T) {
	h, u := Histogram{Name: "h"}, UpDownCounter{Name: "u"}
	measuring(t, "keep allocations", &h, &u)
	set, ctx := NewSet(), context.Background()
	if n := testing.AllocsPerRun(100, func() { h.Record(ctx, 1, set); u.Add(1, set) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkKeep(b *testing.B) {
	h := Histogram{Name: "h", Buckets: Seconds}
	measuring(b, fmt.Sprint("keep alone ", b.N), &h)
	set, ctx := NewSet(), context.Background()
	b.ReportAllocs()
	for range b.N {
		m := MomentIn(ctx, 0)
		h.RecordAt(&m, 0.2, set)
	}
}

// However many buckets a histogram has, each value is in its own.
func TestKeepBuckets(t *testing.T) {
	for n := range 40 {
		h := Histogram{Name: "h", Buckets: make([]float64, n)}
		for i := range h.Buckets {
			h.Buckets[i] = float64(i)
		}
		name := fmt.Sprint("buckets", n)
		measuring(t, name, &h)
		set := NewSet(attribute.Int("a", 1))
		for i := range n + 1 {
			for range i + 1 {
				h.Record(context.Background(), float64(i), set)
			}
		}
		got := streamsOf(name)[0].Points[0].Counts
		if len(got) != n+1 {
			t.Fatalf("%d bounds: %d buckets", n, len(got))
		}
		for i, count := range got {
			if count != uint64(i+1) {
				t.Errorf("%d bounds: bucket %d has %d", n, i, count)
			}
		}
	}
}
