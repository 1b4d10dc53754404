package followmeter

import (
	"context"
	"fmt"
	"sort"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// sdk is a provider whose values can be read.
type sdk struct {
	*sdkmetric.MeterProvider
	reader *sdkmetric.ManualReader
}

func newSDK() sdk {
	r := sdkmetric.NewManualReader()
	return sdk{sdkmetric.NewMeterProvider(sdkmetric.WithReader(r)), r}
}

// values returns NAME=VALUE of all that there is, sorted.
func (s sdk) values(t *testing.T) (all []string) {
	t.Helper()
	var rm metricdata.ResourceMetrics
	if err := s.reader.Collect(context.Background(), &rm); err != nil {
		t.Fatal(err)
	}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			var v any
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				v = data.DataPoints[0].Value
			case metricdata.Sum[float64]:
				v = data.DataPoints[0].Value
			case metricdata.Gauge[int64]:
				v = data.DataPoints[0].Value
			case metricdata.Gauge[float64]:
				v = data.DataPoints[0].Value
			case metricdata.Histogram[int64]:
				v = data.DataPoints[0].Sum
			case metricdata.Histogram[float64]:
				v = data.DataPoints[0].Sum
			}
			all = append(all, fmt.Sprint(m.Name, "=", v))
		}
	}
	sort.Strings(all)
	return all
}

// library makes every kind of instrument, and returns a function that uses those
// that are recorded with.
func library(t *testing.T, m metric.Meter) (use func(), unregister func() error) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	ic, err := m.Int64Counter("i.counter")
	must(err)
	iu, err := m.Int64UpDownCounter("i.updown")
	must(err)
	ih, err := m.Int64Histogram("i.histogram")
	must(err)
	ig, err := m.Int64Gauge("i.gauge")
	must(err)
	fc, err := m.Float64Counter("f.counter")
	must(err)
	fu, err := m.Float64UpDownCounter("f.updown")
	must(err)
	fh, err := m.Float64Histogram("f.histogram")
	must(err)
	fg, err := m.Float64Gauge("f.gauge")
	must(err)
	oic, err := m.Int64ObservableCounter("oi.counter")
	must(err)
	oiu, err := m.Int64ObservableUpDownCounter("oi.updown")
	must(err)
	_, err = m.Int64ObservableGauge("oi.gauge", metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error { o.Observe(7); return nil }))
	must(err)
	ofc, err := m.Float64ObservableCounter("of.counter")
	must(err)
	ofu, err := m.Float64ObservableUpDownCounter("of.updown")
	must(err)
	ofg, err := m.Float64ObservableGauge("of.gauge")
	must(err)
	r, err := m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		o.ObserveInt64(oic, 1)
		o.ObserveInt64(oiu, 1)
		o.ObserveFloat64(ofc, 1)
		o.ObserveFloat64(ofu, 1)
		o.ObserveFloat64(ofg, 1)
		return nil
	}, oic, oiu, ofc, ofu, ofg)
	must(err)
	ctx := context.Background()
	return func() {
		ic.Add(ctx, 1)
		iu.Add(ctx, 1)
		ih.Record(ctx, 1)
		ig.Record(ctx, 1)
		fc.Add(ctx, 1)
		fu.Add(ctx, 1)
		fh.Record(ctx, 1)
		fg.Record(ctx, 1)
	}, r.Unregister
}

// Whatever has been made through ours goes to the program's own provider from the
// moment when it is set, and nothing of it to ours.
func TestFollows(t *testing.T) {
	ours, theirs := newSDK(), newSDK()
	p := New(ours, otel.GetMeterProvider())
	early := otel.GetMeterProvider().Meter("early") // a library's, through the API, before all
	useEarly, _ := library(t, early)
	otel.SetMeterProvider(p)
	left := make(chan bool, 10)
	p.OnLeave(func() { left <- true })
	use, unregister := library(t, p.Meter("lib"))
	check := func(s sdk, want string) {
		t.Helper()
		if got := fmt.Sprint(s.values(t)); got != "["+want+"]" {
			t.Errorf("got  %s\nwant [%s]", got, want)
		}
	}
	if !p.Ours() {
		t.Error("not ours")
	}
	use()
	check(ours, "f.counter=1 f.gauge=1 f.histogram=1 f.updown=1 i.counter=1 i.gauge=1 i.histogram=1 i.updown=1 of.counter=1 of.counter=1 of.gauge=1 of.gauge=1 of.updown=1 of.updown=1 oi.counter=1 oi.counter=1 oi.gauge=7 oi.gauge=7 oi.updown=1 oi.updown=1")
	if len(left) > 0 {
		t.Error("left before the program has set a provider")
	}
	otel.SetMeterProvider(theirs)
	if p.Ours() {
		t.Error("ours")
	}
	use()
	use()
	useEarly()
	for i := 0; len(theirs.values(t)) < 28 && i < 200; i++ { // what is observed moves beside the program
		time.Sleep(5 * time.Millisecond)
	}
	got := theirs.values(t)
	if len(got) != 28 {
		t.Errorf("%d in theirs: %q", len(got), got)
	}
	otel.SetMeterProvider(noop.NewMeterProvider())
	p.Refresh()
	use()
	if after := theirs.values(t); fmt.Sprint(after) == fmt.Sprint(got) {
		t.Error("still observed by a provider that has been replaced")
	}
	select {
	case <-left:
	case <-time.After(5 * time.Second):
		t.Error("OnLeave: not called")
	}
	if len(left) > 0 {
		t.Error("OnLeave: called for a provider of the program's in the place of another")
	}
	otel.SetMeterProvider(p)
	p.Refresh()
	before := len(ours.values(t))
	if err := unregister(); err != nil {
		t.Error(err)
	}
	if after := len(ours.values(t)); after != before-5 {
		t.Errorf("%d after Unregister, %d before", after, before)
	}
}

func TestEnabled(t *testing.T) {
	ours := newSDK()
	p := New(ours, otel.GetMeterProvider())
	otel.SetMeterProvider(p)
	c, _ := p.Meter("lib").Int64Counter("c")
	if !enabled(c, context.Background()) {
		t.Error("ours does nothing")
	}
	otel.SetMeterProvider(noop.NewMeterProvider())
	_, can := any(noop.Int64Counter{}).(interface{ Enabled(context.Context) bool }) // from v1.40 on
	if enabled(c, context.Background()) && can {
		t.Error("a no-op does something")
	}
	if !enabled(struct{}{}, context.Background()) {
		t.Error("one that cannot say")
	}
}

func TestErrors(t *testing.T) {
	p := New(newSDK(), otel.GetMeterProvider())
	otel.SetMeterProvider(p)
	if _, err := p.Meter("lib").Int64Counter("no name with spaces"); err == nil {
		t.Error("no error for a wrong name")
	}
}

func TestFollowingAllocatesNothing(t *testing.T) {
	p := New(newSDK(), otel.GetMeterProvider())
	otel.SetMeterProvider(p)
	h, _ := p.Meter("lib").Float64Histogram("h")
	ctx := context.Background()
	if n := testing.AllocsPerRun(100, func() { h.Record(ctx, 1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
