package hook

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/embedded"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
)

// meter is a meter of a provider that writes down what is recorded. The metric
// SDK is not linked by this package, nor by its tests.
type meter struct {
	noop.Meter
	scope, version string
	lines          *[]string
	callbacks      *[]func()
	unregistered   *int
}

type meterProvider struct {
	embedded.MeterProvider
	lines        []string
	callbacks    []func()
	unregistered int
}

func (p *meterProvider) Meter(name string, opts ...metric.MeterOption) metric.Meter {
	return meter{scope: name, version: metric.NewMeterConfig(opts...).InstrumentationVersion(),
		lines: &p.lines, callbacks: &p.callbacks, unregistered: &p.unregistered}
}

type float64Histogram struct {
	noop.Float64Histogram
	meter
	name string
}

func (m meter) Float64Histogram(name string, opts ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	c := metric.NewFloat64HistogramConfig(opts...)
	*m.lines = append(*m.lines, fmt.Sprint("new ", name, c.Unit(), c.Description(), c.ExplicitBucketBoundaries(), m.scope, m.version))
	return float64Histogram{meter: m, name: name}, nil
}

func (h float64Histogram) Record(ctx context.Context, v float64, opts ...metric.RecordOption) {
	set := metric.NewRecordConfig(opts).Attributes()
	*h.lines = append(*h.lines, fmt.Sprint(h.name, v, set.Encoded(attribute.DefaultEncoder()), trace.SpanContextFromContext(ctx).IsValid()))
}

type int64Counter struct {
	noop.Int64Counter
	noop.Int64UpDownCounter
	meter
	name string
}

func (m meter) Int64Counter(name string, _ ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return counter{int64Counter{meter: m, name: name}, noop.Int64Counter{}}, nil
}

type counter struct {
	add int64Counter
	noop.Int64Counter
}

func (c counter) Add(_ context.Context, n int64, opts ...metric.AddOption) { c.add.write(n, opts) }

func (m meter) Int64UpDownCounter(name string, _ ...metric.Int64UpDownCounterOption) (metric.Int64UpDownCounter, error) {
	return upDown{int64Counter{meter: m, name: name}, noop.Int64UpDownCounter{}}, nil
}

type upDown struct {
	add int64Counter
	noop.Int64UpDownCounter
}

func (c upDown) Add(_ context.Context, n int64, opts ...metric.AddOption) { c.add.write(n, opts) }

func (c int64Counter) write(n int64, opts []metric.AddOption) {
	set := metric.NewAddConfig(opts).Attributes()
	*c.lines = append(*c.lines, fmt.Sprint(c.name, n, set.Encoded(attribute.DefaultEncoder())))
}

type observer struct {
	embedded.Observer
	lines *[]string
}

func (o observer) ObserveFloat64(metric.Float64Observable, float64, ...metric.ObserveOption) {}

func (o observer) ObserveInt64(_ metric.Int64Observable, n int64, opts ...metric.ObserveOption) {
	set := metric.NewObserveConfig(opts).Attributes()
	*o.lines = append(*o.lines, fmt.Sprint("observed", n, set.Encoded(attribute.DefaultEncoder())))
}

type registration struct {
	embedded.Registration
	n *int
}

func (r registration) Unregister() error { *r.n++; return nil }

func (m meter) RegisterCallback(f metric.Callback, _ ...metric.Observable) (metric.Registration, error) {
	*m.callbacks = append(*m.callbacks, func() { _ = f(context.Background(), observer{lines: m.lines}) })
	return registration{n: m.unregistered}, nil
}

func want(t *testing.T, got *[]string, lines ...string) {
	t.Helper()
	if fmt.Sprint(*got) != fmt.Sprint(lines) {
		t.Errorf("got %q, want %q", *got, lines)
	}
	*got = nil
}

func TestInstruments(t *testing.T) {
	t.Cleanup(Disable)
	var in Instrumentation
	h := Histogram{Name: "h", Unit: "s", Description: "d", Buckets: []float64{1}}
	c, u := Counter{Name: "c"}, UpDownCounter{Name: "u"}
	o := Observed{Name: "o", Kind: GrowingShrinking}
	set := NewSet(attribute.Int("a", 1))
	o.Observe = func(report func(int64, *Set)) { report(7, set) }
	use := func() {
		h.Record(context.Background(), 0.5, set)
		c.Add(context.Background(), 1, set)
		u.Add(-1, set)
	}
	use() // not even registered
	in.Measure(&h, &c, &u, &o)
	Register(&in, "measured", "scope", "v1")
	if use(); in.On() || h.On() || c.On() || u.On() {
		t.Fatal("on without a provider")
	}
	p := &meterProvider{}
	EnableMetrics(p)
	want(t, &p.lines, "new hsd[1]scopev1")
	if !in.On() || !h.On() || !c.On() || !u.On() {
		t.Fatal("off with a provider")
	}
	use()
	p.callbacks[0]()
	want(t, &p.lines, "h0.5a=1false", "c1a=1", "u-1a=1", "observed7a=1")

	// Without traces a span is none, and metrics go on.
	if _, span := in.Start(context.Background(), "x"); span.IsRecording() {
		t.Error("a span without a tracer")
	}

	other := &meterProvider{}
	EnableMetrics(other)
	if p.unregistered != 1 || len(other.callbacks) != 1 {
		t.Errorf("%d unregistered, %d callbacks", p.unregistered, len(other.callbacks))
	}
	other.lines = nil
	use()
	want(t, &p.lines)
	want(t, &other.lines, "h0.5a=1false", "c1a=1", "u-1a=1")

	on(t)
	other.lines, other.unregistered = nil, 0
	if EnableMetrics(nil); h.On() || !in.On() {
		t.Error("no metrics, but traces, is not what there is")
	}
	if use(); other.unregistered != 1 {
		t.Error("still observed")
	}
	want(t, &other.lines)
}

// A measurement within a sampled span has the span's ids for an example, and
// holds nothing else of the program's context.
func TestExample(t *testing.T) {
	on(t)
	var in Instrumentation
	Register(&in, "example", "scope", "v1")
	type key struct{}
	ctx, span := in.Start(context.WithValue(context.Background(), key{}, "held"), "x")
	e := exampleOf(trace.SpanContextFromContext(ctx))
	if got := trace.SpanContextFromContext(e); !got.Equal(span.SpanContext()) || e.Value(key{}) != nil {
		t.Errorf("%v of %v, holds %v", got, span.SpanContext(), e.Value(key{}))
	}
	unsampled := trace.ContextWithSpanContext(ctx, span.SpanContext().WithTraceFlags(0))
	for _, ctx := range []context.Context{nil, context.Background(), unsampled} {
		if exampleOf(trace.SpanContextFromContext(ctx)) != context.Background() {
			t.Errorf("%v is an example", ctx)
		}
	}
	if n := testing.AllocsPerRun(100, func() { exampleOf(trace.SpanContextFromContext(unsampled)) }); n != 0 {
		t.Errorf("%v allocations for none", n)
	}
}

// One value of many that fall into a bucket in a short time has an example: of each bucket, set
// and histogram.
func TestExamplesAreFew(t *testing.T) {
	a, b := &Histogram{Buckets: Seconds}, &Histogram{Buckets: Seconds}
	one, two := NewSet(attribute.Int("a", 1)), NewSet(attribute.Int("a", 2))
	for i, tt := range []struct {
		set   *Set
		of    *Histogram
		value float64
		now   time.Duration
		want  bool
	}{
		{one, a, 0.001, 0, true},
		{one, a, 0.005, exampleEvery - 1, false},
		{one, a, 0.0051, exampleEvery - 1, true}, // another bucket
		{one, b, 0.001, exampleEvery - 1, true},
		{two, a, 0.001, exampleEvery - 1, true},
		{one, a, 0.001, exampleEvery, true},
		{one, a, 1000, exampleEvery, true},
		{one, a, math.NaN(), exampleEvery, false},
		{one, b, 0.001, 2 * exampleEvery, true},
		{one, a, 0.001, 2*exampleEvery - 1, false},
	} {
		if got := tt.set.seriesOf(tt.of).exampleOf(tt.value).wanted(tt.now); got != tt.want {
			t.Errorf("%d: %v", i, got)
		}
	}
	none := &Histogram{Buckets: []float64{}}
	if x := one.seriesOf(none).exampleOf(1); !x.wanted(0) || x.wanted(1) {
		t.Error("without buckets")
	}
	if n := testing.AllocsPerRun(100, func() { one.seriesOf(b).exampleOf(1).wanted(1 << 40) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestInstrumentsOfWhatIsOff(t *testing.T) {
	t.Setenv("OTEL_INSTRUMENTATION_MEASURED2_ENABLED", "false")
	t.Cleanup(Disable)
	var in Instrumentation
	h := Histogram{Name: "h"}
	in.Measure(&h)
	Register(&in, "measured2", "scope", "v1")
	if EnableMetrics(&meterProvider{}); h.On() || in.On() {
		t.Error("on")
	}
}

func TestMeasuringAllocatesNothing(t *testing.T) {
	t.Cleanup(Disable)
	var in Instrumentation
	h, c := Histogram{Name: "h"}, Counter{Name: "c"}
	Register(&in, "measured3", "scope", "v1")
	in.Measure(&h, &c)
	type key struct {
		method string
		status int
	}
	sets := Sets[key]{Attributes: func(k key) []attribute.KeyValue { return []attribute.KeyValue{attribute.Int("status", k.status)} }}
	ctx := context.Background()
	measure := func() {
		begin := Clock()
		h.RecordSince(ctx, begin, sets.Of(key{"GET", 200}))
		c.Add(ctx, 1, sets.Of(key{"GET", 404}))
	}
	for _, mp := range []metric.MeterProvider{nil, noop.NewMeterProvider()} {
		EnableMetrics(mp)
		for range 3 {
			measure()
		}
		if n := testing.AllocsPerRun(100, measure); n != 0 {
			t.Errorf("%T: %v allocations", mp, n)
		}
	}
}

func TestSets(t *testing.T) {
	made := 0
	sets := Sets[int]{Limit: 5, Attributes: func(k int) []attribute.KeyValue {
		made++
		return []attribute.KeyValue{attribute.Int("k", k)}
	}}
	for range 3 {
		for k := range 10 {
			set := sets.Of(k)
			if (set == overflow) != (k >= 5) {
				t.Errorf("%d: overflow is %v", k, set == overflow)
			}
			if k < 5 && set != sets.Of(k) {
				t.Errorf("%d: another set", k)
			}
		}
	}
	if made != 5 {
		t.Errorf("%d made", made)
	}
}

func TestSetsAtOnce(t *testing.T) {
	const limit, keys = 100, 300
	sets := Sets[int]{Limit: limit, Attributes: func(k int) []attribute.KeyValue { return []attribute.KeyValue{attribute.Int("k", k)} }}
	var seen [keys]map[*Set]bool
	var mu sync.Mutex
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 5 * keys {
				k := (i + g*31) % keys
				set := sets.Of(k)
				mu.Lock()
				if seen[k] == nil {
					seen[k] = map[*Set]bool{}
				}
				seen[k][set] = true
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	own := 0
	for k, s := range seen {
		if len(s) != 1 {
			t.Errorf("%d: %d sets", k, len(s))
		}
		if !s[overflow] {
			own++
		}
	}
	if own != limit {
		t.Errorf("%d keys have a set of their own, want %d", own, limit)
	}
}

func TestFew(t *testing.T) {
	few := Few[string]{Limit: 2}
	for _, tt := range []struct {
		v    string
		want bool
	}{{"a", true}, {"b", true}, {"c", false}, {"a", true}, {"b", true}, {"c", false}} {
		if few.Has(tt.v) != tt.want {
			t.Errorf("%s: %v", tt.v, !tt.want)
		}
	}
	none := Few[string]{}
	if none.Has("a") {
		t.Error("more than none")
	}
}

func BenchmarkMeasure(b *testing.B) {
	type key struct {
		method, route, scheme, version string
		status                         int
	}
	sets := Sets[key]{Attributes: func(k key) []attribute.KeyValue { return []attribute.KeyValue{attribute.Int("status", k.status)} }}
	k := key{"GET", "/users/{id}", "http", "1.1", 200}
	h := Histogram{Name: "h"}
	b.Run("off", func(b *testing.B) {
		for range b.N {
			if h.On() {
				h.Record(context.Background(), 1, sets.Of(k))
			}
		}
	})
	b.Run("set", func(b *testing.B) {
		for range b.N {
			sets.Of(k)
		}
	})
}

// Near finds the sets that Of does, whatever the numbers are, and none twice.
func TestNear(t *testing.T) {
	made := 0
	sets := Sets[string]{Limit: 20, Attributes: func(k string) []attribute.KeyValue {
		made++
		return []attribute.KeyValue{attribute.String("k", k)}
	}}
	keys := []string{"", "a", "b", "ab", "ba", "/users/{id}", "/stock/{id}", "/things/{id}", "x", "y", "z", "0", "1", "2", "3", "4", "5", "6", "7", "8"}
	for range 3 {
		for i, k := range keys {
			for _, number := range []int{Number(k), i, -i} {
				if sets.Near(number, &k) != sets.Of(k) {
					t.Errorf("%q with %d: another set", k, number)
				}
			}
		}
	}
	if made != len(keys) {
		t.Errorf("%d sets made", made)
	}
	var none Sets[string]
	none.Limit = -1
	k := "k"
	if none.Near(0, &k) != overflow || none.Noted(0, &k) != nil {
		t.Error("too much is noted")
	}
}

// What Up has added, Down takes away from where it is, wherever others go by now.
func TestUp(t *testing.T) {
	k := new(keeper)
	k.keeps.Store(true)
	var c UpDownCounter
	c.set(k.Meter(""), keepingOf(k))
	how := keepingOf(k)
	kept.Store(&how)
	t.Cleanup(Disable)
	keeps() // as a span that begins asks
	set := NewSet(attribute.Int("a", 1))
	sum := func() int64 { return set.totalOf(&c).sum() }
	one, two := c.Up(set), c.Up(set)
	if sum() != 2 {
		t.Errorf("%d after two", sum())
	}
	k.keeps.Store(false)
	if two.Down(); sum() != 1 {
		t.Errorf("%d after one less", sum())
	}
	keeps()
	if three := c.Up(set); sum() != 1 {
		t.Error("kept, though nothing is")
	} else {
		three.Down()
	}
	c.set(nil, keeping{})
	if one.Down(); sum() != 0 {
		t.Errorf("%d at the end", sum())
	}
	none := c.Up(set)
	none.Down()
}
