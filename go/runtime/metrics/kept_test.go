package metrics

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/config"
	"otel.tool/runtime/internal/followmeter"
)

// keptHooks are what a hook measures with.
type keptHooks struct {
	instrumentation hook.Instrumentation
	seconds, sizes  hook.Histogram
	active          hook.UpDownCounter
	calls           hook.Counter // which the SDK keeps
}

func newKeptHooks(scope string) *keptHooks {
	k := &keptHooks{
		seconds: hook.Histogram{Name: "seconds", Unit: "s", Description: "how long", Buckets: hook.Seconds},
		sizes:   hook.Histogram{Name: "sizes", Unit: "By"},
		active:  hook.UpDownCounter{Name: "active", Unit: "{request}", Description: "how many"},
		calls:   hook.Counter{Name: "calls"},
	}
	k.instrumentation.Measure(&k.seconds, &k.sizes, &k.active, &k.calls)
	hook.Register(&k.instrumentation, scope, scope, "v1.2.3")
	return k
}

// What hooks keep is what the SDK has from the same measurements.
func TestKeptIsTheSDKs(t *testing.T) {
	collect := func(keep bool) []metricdata.Metrics {
		t.Helper()
		hooks := newKeptHooks("kept")
		reader := sdkmetric.NewManualReader(sdkmetric.WithProducer(kept{}))
		follow := followmeter.New(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), otel.GetMeterProvider())
		if keep {
			follow.Keep()
		}
		hook.EnableMetrics(follow)
		defer hook.Disable()
		random := rand.New(rand.NewPCG(1, 2))
		sampled := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled}))
		sets := hook.Sets[int]{Limit: 3, Attributes: func(k int) []attribute.KeyValue {
			return []attribute.KeyValue{attribute.Int("k", k), attribute.String("a", "b")}
		}}
		for i := range 1000 {
			set := sets.Of(random.IntN(5))
			ctx := context.Background()
			if i < 3 {
				ctx = sampled
			}
			hooks.seconds.Record(ctx, float64(random.IntN(2000))/128, set) // sums are exact
			hooks.sizes.Record(ctx, float64(random.IntN(20000)), set)
			hooks.active.Add(int64(random.IntN(3)-1), set)
			hooks.calls.Add(context.Background(), 1, set)
		}
		var rm metricdata.ResourceMetrics
		if err := collectScopes(context.Background(), reader, &rm); err != nil { // into what is used again
			t.Fatal(err)
		}
		if err := collectScopes(context.Background(), reader, &rm); err != nil {
			t.Fatal(err)
		}
		if len(rm.ScopeMetrics) != 1 {
			t.Errorf("%d scopes", len(rm.ScopeMetrics))
		}
		var all []metricdata.Metrics
		for _, s := range rm.ScopeMetrics {
			if s.Scope.Name != "kept" {
				continue
			}
			if s.Scope.Version != "v1.2.3" {
				t.Errorf("%+v", s.Scope)
			}
			all = append(all, s.Metrics...)
		}
		slices.SortFunc(all, func(a, b metricdata.Metrics) int { return strings.Compare(a.Name, b.Name) })
		return all
	}
	theirs, ours := collect(false), collect(true)
	if len(theirs) != 4 || len(ours) != 4 {
		t.Fatalf("%d and %d metrics", len(theirs), len(ours))
	}
	same := []metricdatatest.Option{metricdatatest.IgnoreTimestamp()}
	if !exemplified(theirs[2]) {
		same = append(same, metricdatatest.IgnoreExemplars()) // the SDK has them since v1.31
	}
	for i := range theirs {
		metricdatatest.AssertEqual(t, theirs[i], ours[i], same...)
	}
	if h := ours[2].Data.(metricdata.Histogram[float64]); len(h.DataPoints) != 4 || !exemplified(ours[2]) {
		t.Errorf("%+v", h)
	}
}

// exemplified says whether any of the points of a histogram has an exemplar.
func exemplified(m metricdata.Metrics) bool {
	for _, p := range m.Data.(metricdata.Histogram[float64]).DataPoints {
		if len(p.Exemplars) > 0 {
			return true
		}
	}
	return false
}

// From when the program has set a provider of its own, that has it all.
func TestKeptNoLonger(t *testing.T) {
	hooks := newKeptHooks("kept no longer")
	before := otel.GetMeterProvider()
	t.Cleanup(func() { hook.Disable(); otel.SetMeterProvider(before) })
	follow := followmeter.New(sdkmetric.NewMeterProvider(), before)
	left := make(chan struct{})
	follow.OnLeave(func() { close(left) })
	follow.Keep()
	hook.EnableMetrics(follow)
	otel.SetMeterProvider(follow)
	set := hook.NewSet()
	hooks.active.Add(1, set)

	reader := sdkmetric.NewManualReader()
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	hooks.active.Add(2, set)
	hooks.seconds.Record(context.Background(), 3, set)
	<-left
	var rm metricdata.ResourceMetrics
	if err := collectScopes(context.Background(), reader, &rm); err != nil {
		t.Fatal(err)
	}
	if len(rm.ScopeMetrics) != 1 || len(rm.ScopeMetrics[0].Metrics) != 2 {
		t.Errorf("%+v", rm.ScopeMetrics)
	}
}

// Hooks keep nothing themselves where the SDK would make something else of it.
func TestMayKeep(t *testing.T) {
	t.Setenv("OTEL_METRICS_EXEMPLAR_FILTER", "")
	t.Setenv(cardinality, "")
	cumulative := config.MetricOutput{Temporality: "cumulative"}
	for i, tt := range []struct {
		cfg  config.Metrics
		more additions
		env  string
		want bool
	}{
		{want: true},
		{cfg: config.Metrics{Outputs: []config.MetricOutput{cumulative, cumulative}}, want: true},
		{cfg: config.Metrics{Exemplars: "trace_based"}, want: true},
		{env: "OTEL_METRICS_EXEMPLAR_FILTER=trace_based", want: true},
		{cfg: config.Metrics{Outputs: []config.MetricOutput{cumulative, {Temporality: "delta"}}}},
		{cfg: config.Metrics{Outputs: []config.MetricOutput{{Temporality: "lowmemory"}}}},
		{cfg: config.Metrics{Outputs: []config.MetricOutput{{Temporality: "cumulative", Exponential: true}}}},
		{cfg: config.Metrics{Exemplars: "always_on"}},
		{cfg: config.Metrics{Series: 10}},
		{cfg: config.Metrics{Views: make([]*config.View, 1)}},
		{more: additions{views: make([]sdkmetric.View, 1)}},
		{more: additions{readers: make([]sdkmetric.Reader, 1)}},
		{env: "OTEL_METRICS_EXEMPLAR_FILTER=always_off"},
		{env: cardinality + "=5"},
	} {
		t.Run("", func(t *testing.T) {
			if name, value, ok := strings.Cut(tt.env, "="); ok {
				t.Setenv(name, value)
			}
			if got := mayKeep(&tt.cfg, tt.more); got != tt.want {
				t.Errorf("%d: %v", i, got)
			}
		})
	}
}
