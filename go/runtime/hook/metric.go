package hook

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
	_ "unsafe" // for go:linkname

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// An instrument is declared as the semantic conventions have it, and given to
// its instrumentation in init:
//
//	var duration = hook.Histogram{
//		Name: "http.server.request.duration", Unit: "s",
//		Description: "Duration of HTTP server requests.", Buckets: hook.Seconds,
//	}
//
//	func init() {
//		hook.Register(&server, "net/http/server", scope, version)
//		server.Measure(&duration)
//	}
//
// It is off, at a load and a branch, where the program has no metrics, where
// they are switched off, and where the instrumentation is.

// Instrument is a [Histogram], [Counter], [UpDownCounter] or [Observed].
type Instrument interface {
	// set makes the instrument anew by m, or turns it off where m is nil. How is for what it
	// may keep itself.
	set(m metric.Meter, how keeping)
}

// Measure gives in its instruments: they are on while in is, and metrics are.
func (in *Instrumentation) Measure(instruments ...Instrument) {
	mu.Lock()
	defer mu.Unlock()
	in.instruments = append(in.instruments, instruments...)
	in.set()
}

// EnableMetrics turns the instruments of the registered instrumentations on,
// those to come included. It may be called again with another provider; nil
// turns them off.
func EnableMetrics(mp metric.MeterProvider) {
	mu.Lock()
	defer mu.Unlock()
	kept.Store(nil)
	meters = mp
	setAll()
	how := keepingOf(mp)
	keptThen.Store(how.now())
	kept.Store(&how)
}

// setInstruments turns the instruments of in on or off. mu is held.
func (in *Instrumentation) setInstruments(on bool) {
	var m metric.Meter
	if on && meters != nil {
		m = meters.Meter(in.info.scope, metric.WithInstrumentationVersion(in.info.version))
	}
	how := keepingOf(meters)
	for _, i := range in.instruments {
		i.set(m, how)
	}
}

// Histogram counts values by buckets: durations in seconds, sizes in bytes.
type Histogram struct {
	Name, Unit, Description string
	Buckets                 []float64 // upper bounds, advised; nil: the SDK's

	on      atomic.Pointer[instrument[metric.Float64Histogram]]
	keeping keeping

	mu  sync.Mutex
	all []*series // of all sets
}

// instrument is one of the API's, made when it is needed, with what decides whether it is.
type instrument[I any] struct {
	keeping
	api func() I
}

// Seconds are the bounds that the conventions give for durations of requests.
var Seconds = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}

// ShortSeconds are the bounds that the conventions give for durations of
// operations on databases.
var ShortSeconds = []float64{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}

// On says whether values are taken.
func (h *Histogram) On() bool { return h.on.Load() != nil }

// Record takes a value, unless ctx is [Excluded], or set is. The span in ctx may become its example
// (an exemplar).
func (h *Histogram) Record(ctx context.Context, value float64, set *Set) {
	if i := h.on.Load(); i != nil {
		m := MomentIn(ctx, Clock())
		h.take(i, &m, value, set)
	}
}

// Moment is when values are taken, and within what. Several histograms may take theirs at one,
// so that what they have to know is found once.
type Moment struct {
	span     trace.Span
	now      time.Duration
	keeps    bool // values are kept here
	sampled  bool // span is, and may become an example
	excluded bool
}

// MomentIn returns the moment within ctx at which [Clock] says now.
func MomentIn(ctx context.Context, now time.Duration) Moment {
	return MomentOf(ctx, trace.SpanFromContext(ctx), now)
}

// MomentOf is MomentIn where the span that ctx holds is at hand.
func MomentOf(ctx context.Context, span trace.Span, now time.Duration) Moment {
	m := Moment{span: span, now: now, keeps: keeps()}
	if Recorded(span) || Excluding() {
		m.look(ctx)
	}
	return m
}

// look finds out what is not known by the span's type.
//
//go:noinline
func (m *Moment) look(ctx context.Context) {
	m.sampled, m.excluded = m.span.SpanContext().IsSampled(), Excluded(ctx)
}

// RecordAt is Record for a moment.
func (h *Histogram) RecordAt(m *Moment, value float64, set *Set) {
	if i := h.on.Load(); i != nil {
		h.take(i, m, value, set)
	}
}

// take takes a value. What it does each time is in [Set.count]: a request measures a dozen values, with
// so much other code between that each time its own has to be fetched again.
func (h *Histogram) take(i *instrument[metric.Float64Histogram], m *Moment, value float64, set *Set) {
	if set.excluded || m.excluded {
		return
	}
	if !m.keeps {
		h.hand(i, m, value, set)
		return
	}
	e := set.count(h, value)
	if e == nil {
		set.seriesOf(h)
		e = set.count(h, value)
	}
	if m.sampled {
		if x := e.exampleOf(value); x.wanted(m.now) {
			x.keep(m.span.SpanContext(), value)
		}
	}
}

// hand hands a value to the API.
//
//go:noinline
func (h *Histogram) hand(i *instrument[metric.Float64Histogram], m *Moment, value float64, set *Set) {
	ctx := context.Background()
	if m.sampled && set.seriesOf(h).exampleOf(value).wanted(m.now) {
		ctx = exampleOf(m.span.SpanContext())
	}
	i.api().Record(ctx, value, set.record[:]...)
}

// RecordSince takes the seconds since begin, which is of [Clock].
func (h *Histogram) RecordSince(ctx context.Context, begin time.Duration, set *Set) {
	h.RecordSpan(ctx, trace.SpanFromContext(ctx), begin, set)
}

// RecordSpan is RecordSince where the span that ctx holds is at hand.
func (h *Histogram) RecordSpan(ctx context.Context, span trace.Span, begin time.Duration, set *Set) {
	i := h.on.Load()
	if i == nil {
		return
	}
	now := Clock()
	value := (now - begin).Seconds()
	if Counts(span) {
		h.Count(value, set)
		return
	}
	m := MomentOf(ctx, span, now)
	h.take(i, &m, value, set)
}

// Counts says whether there is no more to do with a value than [Histogram.Count]: span is of those that are
// never an example, nothing is left out, and values are kept here.
func Counts(span trace.Span) bool { return !Recorded(span) && !Excluding() && keptThen.Load() }

// Count takes a value where [Counts] has said so.
func (h *Histogram) Count(value float64, set *Set) {
	if h.on.Load() != nil && set.count(h, value) == nil {
		set.seriesOf(h)
		set.count(h, value)
	}
}

func (h *Histogram) set(m metric.Meter, how keeping) {
	if h.keeping = how; m == nil {
		h.on.Store(nil)
		return
	}
	h.on.Store(instrumentOf(how, func() metric.Float64Histogram {
		options := []metric.Float64HistogramOption{metric.WithUnit(h.Unit), metric.WithDescription(h.Description)}
		if h.Buckets != nil {
			options = append(options, metric.WithExplicitBucketBoundaries(h.Buckets...))
		}
		i, _ := m.Float64Histogram(h.Name, options...) // a no-op if it fails
		return i
	}))
}

// instrumentOf returns what make makes: at once, unless values may be kept without it.
func instrumentOf[I any](how keeping, make func() I) *instrument[I] {
	i := &instrument[I]{how, sync.OnceValue(make)}
	if !how.now() {
		i.api()
	}
	return i
}

// Counter is a sum that only grows.
type Counter struct {
	Name, Unit, Description string

	on atomic.Pointer[metric.Int64Counter]
}

// On says whether the counter counts.
func (c *Counter) On() bool { return c.on.Load() != nil }

// Add adds n, which is not negative, unless ctx is [Excluded], or set is. The span in ctx may become
// its example.
func (c *Counter) Add(ctx context.Context, n int64, set *Set) {
	if i := c.on.Load(); i != nil && !set.excluded && !Excluded(ctx) {
		(*i).Add(exampleOf(trace.SpanContextFromContext(ctx)), n, set.add[:]...)
	}
}

func (c *Counter) set(m metric.Meter, _ keeping) {
	if m == nil {
		c.on.Store(nil)
		return
	}
	i, _ := m.Int64Counter(c.Name, metric.WithUnit(c.Unit), metric.WithDescription(c.Description))
	c.on.Store(&i)
}

// UpDownCounter is a sum that grows and shrinks: what is open, in use, waiting.
type UpDownCounter struct {
	Name, Unit, Description string

	on      atomic.Pointer[instrument[metric.Int64UpDownCounter]]
	keeping keeping

	mu  sync.Mutex
	all []*total // of all sets
}

// On says whether the counter counts. What was added while it was on is to be
// taken away again, whether or not it still is.
func (c *UpDownCounter) On() bool { return c.on.Load() != nil }

// Add adds n.
func (c *UpDownCounter) Add(n int64, set *Set) {
	switch i := c.on.Load(); {
	case i == nil:
	case i.now():
		set.totalOf(c).add(n)
	default:
		i.api().Add(context.Background(), n, set.add[:]...)
	}
}

// Up adds one, until Down of what it returns takes it away again. It is called as a span begins.
func (c *UpDownCounter) Up(set *Set) (u Up) {
	switch i := c.on.Load(); {
	case i == nil:
	case keptThen.Load():
		if u.kept = set.totals.Load(); u.kept == nil || u.kept.of != c {
			u.kept = set.totalOf(c)
		}
		u.kept.add(1)
	default:
		u.counter, u.set = c, set
		i.api().Add(context.Background(), 1, set.add[:]...)
	}
	return u
}

// Up is one that a counter has added. The zero Up is none.
type Up struct {
	kept    *total
	counter *UpDownCounter // else
	set     *Set
}

// Down takes it away.
func (u *Up) Down() {
	if u.kept != nil {
		u.kept.add(-1)
	} else if u.counter != nil {
		u.counter.Add(-1, u.set)
	}
}

func (c *UpDownCounter) set(m metric.Meter, how keeping) {
	if c.keeping = how; m == nil {
		c.on.Store(nil)
		return
	}
	c.on.Store(instrumentOf(how, func() metric.Int64UpDownCounter {
		i, _ := m.Int64UpDownCounter(c.Name, metric.WithUnit(c.Unit), metric.WithDescription(c.Description))
		return i
	}))
}

// Observed is an instrument whose values are asked for whenever metrics are
// collected: the connections of a pool.
type Observed struct {
	Name, Unit, Description string
	Kind                    ObservedKind

	// Observe reports the values at this moment. It must not wait.
	Observe func(report func(value int64, set *Set))

	registration metric.Registration
}

// ObservedKind is what the values of an [Observed] are.
type ObservedKind int

// The kinds.
const (
	Gauge            ObservedKind = iota // values that do not add up: a limit
	Growing                              // sums that only grow
	GrowingShrinking                     // sums that grow and shrink
)

func (o *Observed) set(m metric.Meter, _ keeping) {
	if o.registration != nil {
		_ = o.registration.Unregister() // fails only where nothing was registered
		o.registration = nil
	}
	if m == nil {
		return
	}
	var i metric.Int64Observable
	unit, description := metric.WithUnit(o.Unit), metric.WithDescription(o.Description)
	switch o.Kind {
	case Growing:
		i, _ = m.Int64ObservableCounter(o.Name, unit, description)
	case GrowingShrinking:
		i, _ = m.Int64ObservableUpDownCounter(o.Name, unit, description)
	default:
		i, _ = m.Int64ObservableGauge(o.Name, unit, description)
	}
	o.registration, _ = m.RegisterCallback(func(_ context.Context, to metric.Observer) error {
		defer Guard()
		o.Observe(func(value int64, set *Set) { to.ObserveInt64(i, value, set.observe[:]...) })
		return nil
	}, i)
}

// Clock is a time to measure durations by: cheaper than time.Now, and never set.
func Clock() time.Duration { return time.Duration(nanotime()) }

//go:linkname nanotime runtime.nanotime
func nanotime() int64
