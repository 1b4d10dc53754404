package hook

import (
	"math"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// What histograms and counters of hooks take is kept here, where nothing but our own exporters
// wants to see it: a measurement then costs a few atomic additions, where the SDK, which knows
// neither its bounds nor its attributes before, looks both up. The points are those of the SDK;
// package metrics, which hands them to its readers, is held to that by a test.

// Keeper is a meter provider that may leave it to the instruments of hooks to keep what they take.
type Keeper interface {
	metric.MeterProvider

	// Keeps says whether they are to keep it now, for [Streams]. Once it has said no, it does not
	// say yes again.
	Keeps() bool
}

// keeping is what instruments have of their provider if it is a [Keeper].
type keeping struct {
	keeper Keeper // nil: none
	since  time.Time
}

func keepingOf(m metric.MeterProvider) keeping {
	k, _ := m.(Keeper)
	return keeping{k, time.Now()}
}

func (k *keeping) now() bool { return k.keeper != nil && k.keeper.Keeps() }

// kept is what the instruments have of the provider that [EnableMetrics] was given last. It is set after
// them, and unset before.
var kept atomic.Pointer[keeping]

// keeps says whether instruments keep what they take, at this moment.
func keeps() bool {
	k := kept.Load()
	keep := k != nil && k.now()
	if keptThen.Load() != keep {
		keptThen.Store(keep)
	}
	return keep
}

// keptThen is what keeps has said last. What is measured below a span that is not recorded goes by
// that: hooks ask whenever another span begins.
var keptThen atomic.Bool

// defaultBounds are those of the SDK's specification ("Explicit Bucket Histogram Aggregation").
var defaultBounds = []float64{0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000}

// series is what a histogram takes with one set of attributes. What each value needs is together, in 64 bytes
// that nobody writes to, and in those of a part: a request takes a dozen values, each from memory that the
// processor has not seen for a while. Where several processors take values of one series, what one writes
// to has to come from another's cache each time, which takes longer than all else; so a series that gets many
// has a part for each.
type series struct {
	of    *Histogram
	next  atomic.Pointer[series] // of another histogram, with the same set
	first float64                // of bounds; infinite if there are none
	parts unsafe.Pointer         // to part, several in a row; nil: there is but own
	last  int                    // the index of the last one, a number of all ones
	many  []atomic.Uint64        // the counts that a part has no room for

	own      part
	bounds   []float64
	set      *Set
	examples []bucketExample // of what falls between two bounds
}

// part is a part of a series.
type part struct {
	sum, least, most atomic.Uint64     // of its values, as float64
	few              [16]atomic.Uint64 // how many fall between two bounds: one more than those
	_                [40]byte          // no two share 64 bytes
}

// bucketExample is the example of what falls between two bounds.
type bucketExample struct {
	taken atomic.Int64             // when it was last, of Clock
	kept  atomic.Pointer[Exemplar] // if it is kept here
}

// Exemplar is one of the values of a [Point], and the span that it was taken in.
type Exemplar struct {
	Time  time.Time
	Value float64
	Span  trace.SpanContext
}

// exampleEvery is how long there is no other example of values that fall into one bucket. Of all
// until the metrics are collected a single one is kept, and each costs a look at the clock and
// an allocation.
const exampleEvery = 100 * time.Millisecond

// seriesOf returns what h has taken with s. Few histograms share a set.
func (s *Set) seriesOf(h *Histogram) *series {
	at := &s.series
	for {
		for e := at.Load(); e != nil; e = at.Load() {
			if e.of == h {
				return e
			}
			at = &e.next
		}
		e := newSeries(h, s)
		if at.CompareAndSwap(nil, e) {
			h.mu.Lock()
			h.all = append(h.all, e)
			h.mu.Unlock()
			return e
		}
	}
}

func newSeries(h *Histogram, set *Set) *series {
	e := &series{of: h, set: set, bounds: h.bounds(), first: math.Inf(1)}
	if len(e.bounds) > 0 {
		e.first = e.bounds[0]
	}
	n := len(e.bounds) + 1
	if n > len(e.own.few) {
		e.many = make([]atomic.Uint64, n-len(e.own.few))
	}
	e.examples = make([]bucketExample, n)
	for i := range e.examples {
		e.examples[i].taken.Store(int64(-exampleEvery))
	}
	e.own.init()
	return e
}

func (p *part) init() {
	p.least.Store(math.Float64bits(math.Inf(1)))
	p.most.Store(math.Float64bits(math.Inf(-1)))
}

// processors returns how many parts there are to what all processors write to: a power of two.
func processors() int {
	n, all := 1, min(runtime.GOMAXPROCS(0), 16)
	for n < all {
		n *= 2
	}
	return n
}

//go:linkname procPin runtime.procPin
func procPin() int

//go:linkname procUnpin runtime.procUnpin
func procUnpin()

// processor returns the number of the one (P) that this goroutine runs on, a moment ago.
func processor() int {
	n := procPin()
	procUnpin()
	return n
}

// spread gives e its parts, if it has none.
//
//go:noinline
func (e *series) spread() {
	if atomic.LoadPointer(&e.parts) != nil {
		return
	}
	n := processors()
	if n == 1 {
		return
	}
	e.of.mu.Lock()
	defer e.of.mu.Unlock()
	if e.parts != nil {
		return
	}
	parts := make([]part, n)
	for i := range parts {
		parts[i].init()
	}
	e.last = n - 1
	atomic.StorePointer(&e.parts, unsafe.Pointer(unsafe.SliceData(parts)))
}

// all returns the parts of e.
func (e *series) all() []*part {
	all := []*part{&e.own}
	if parts := (*part)(atomic.LoadPointer(&e.parts)); parts != nil {
		more := unsafe.Slice(parts, e.last+1)
		for i := range more {
			all = append(all, &more[i])
		}
	}
	return all
}

func (h *Histogram) bounds() []float64 {
	if h.Buckets == nil {
		return defaultBounds
	}
	return h.Buckets
}

// bucket returns where value falls: a bound is the last value of its bucket.
func (e *series) bucket(value float64) (i int) {
	for i < len(e.bounds) && !(value <= e.bounds[i]) { // a NaN is above all
		i++
	}
	return i
}

// at returns p's count of bucket i.
func (e *series) at(p *part, i int) *atomic.Uint64 {
	if i < len(p.few) {
		return &p.few[i]
	}
	return &e.many[i-len(p.few)]
}

// exampleOf returns what is an example for value.
func (e *series) exampleOf(value float64) *bucketExample { return &e.examples[e.bucket(value)] }

// count counts a value that h takes, and returns where; nil, and has done nothing, where h has taken
// none with s up to now.
func (s *Set) count(h *Histogram, value float64) *series {
	e := s.series.Load()
	for e != nil && e.of != h {
		e = e.next.Load()
	}
	if e == nil {
		return nil
	}
	p := &e.own
	if parts := atomic.LoadPointer(&e.parts); parts != nil {
		p = (*part)(unsafe.Add(parts, uintptr(processor()&e.last)*unsafe.Sizeof(*p)))
	}
	count := &p.few[0]
	if !(value <= e.first) {
		count = e.at(p, e.bucket(value))
	}
	n := count.Add(1)
	sum := p.sum.Load()
	if !p.sum.CompareAndSwap(sum, math.Float64bits(math.Float64frombits(sum)+value)) {
		p.add(value)
	}
	if value < math.Float64frombits(p.least.Load()) || value > math.Float64frombits(p.most.Load()) {
		p.stretch(value)
	}
	if n%spreadAt == 0 {
		e.spread()
	}
	return e
}

// spreadAt is how many values a series gets, between two bounds, before it has a part for each processor.
const spreadAt = 256

// wanted says whether there is to be another one now.
func (x *bucketExample) wanted(now time.Duration) bool {
	last := x.taken.Load()
	return now-time.Duration(last) >= exampleEvery && x.taken.CompareAndSwap(last, int64(now))
}

// add adds value to the sum, where others do so at the same time.
//
//go:noinline
func (p *part) add(value float64) {
	for {
		sum := p.sum.Load()
		if p.sum.CompareAndSwap(sum, math.Float64bits(math.Float64frombits(sum)+value)) {
			return
		}
	}
}

// stretch makes value the least or the most of all, if it is.
//
//go:noinline
func (p *part) stretch(value float64) {
	for {
		least := p.least.Load()
		if !(value < math.Float64frombits(least)) || p.least.CompareAndSwap(least, math.Float64bits(value)) {
			break
		}
	}
	for {
		most := p.most.Load()
		if !(value > math.Float64frombits(most)) || p.most.CompareAndSwap(most, math.Float64bits(value)) {
			break
		}
	}
}

// keep keeps a span as the example of value.
func (x *bucketExample) keep(span trace.SpanContext, value float64) {
	x.kept.Store(&Exemplar{Time: time.Now(), Value: value, Span: span})
}

// total is what an [UpDownCounter] has added up with one set of attributes.
type total struct {
	of   *UpDownCounter
	set  *Set
	next atomic.Pointer[total] // of another counter, with the same set
	sums []partialSum          // one for each processor
}

type partialSum struct {
	atomic.Int64
	_ [56]byte // no two share 64 bytes
}

func (t *total) add(n int64) { t.sums[processor()&(len(t.sums)-1)].Add(n) }

func (t *total) sum() (sum int64) {
	for i := range t.sums {
		sum += t.sums[i].Load()
	}
	return sum
}

// totalOf returns what c has added up with s.
func (s *Set) totalOf(c *UpDownCounter) *total {
	at := &s.totals
	for {
		for t := at.Load(); t != nil; t = at.Load() {
			if t.of == c {
				return t
			}
			at = &t.next
		}
		t := &total{of: c, set: s, sums: make([]partialSum, processors())}
		if at.CompareAndSwap(nil, t) {
			c.mu.Lock()
			c.all = append(c.all, t)
			c.mu.Unlock()
			return t
		}
	}
}

// Stream is what one instrument has kept.
type Stream struct {
	Scope, Version          string // of the instrumentation
	Name, Unit, Description string
	Bounds                  []float64 // of a histogram; nil for a sum that grows and shrinks
	Since                   time.Time
	Points                  []Point

	index map[attribute.Distinct]int // of Points
}

// Point is what was kept with one set of attributes.
type Point struct {
	Attributes attribute.Set

	Counts      []uint64 // of a histogram: one more than it has bounds
	Sum         float64
	Least, Most float64
	Exemplars   []Exemplar
	Total       int64 // of a sum
}

// Streams returns what the instruments of all instrumentations have kept up to now. Those that have
// kept nothing are not among it; those of one name and scope are one.
func Streams() (streams []*Stream) {
	mu.Lock()
	defer mu.Unlock()
	for _, in := range registered {
		for _, i := range in.instruments {
			k, ok := i.(interface{ stream(*Stream) })
			if !ok {
				continue
			}
			s := &Stream{Scope: in.info.scope, Version: in.info.version}
			if k.stream(s); len(s.Points) > 0 {
				streams = add(streams, s)
			}
		}
	}
	return streams
}

// add adds s to streams, or its points to those of the same stream.
func add(streams []*Stream, s *Stream) []*Stream {
	for _, other := range streams {
		if other.same(s) {
			for i := range s.Points {
				other.merge(&s.Points[i])
			}
			return streams
		}
	}
	return append(streams, s)
}

func (s *Stream) same(other *Stream) bool {
	return s.Scope == other.Scope && s.Version == other.Version && s.Name == other.Name &&
		s.Unit == other.Unit && s.Description == other.Description && len(s.Bounds) == len(other.Bounds)
}

// merge adds p to the point with the same attributes, or to the points.
func (s *Stream) merge(p *Point) {
	at, ok := s.index[p.Attributes.Equivalent()]
	if !ok {
		if s.index == nil {
			s.index = map[attribute.Distinct]int{}
		}
		s.index[p.Attributes.Equivalent()] = len(s.Points)
		s.Points = append(s.Points, *p)
		return
	}
	to := &s.Points[at]
	for b, n := range p.Counts {
		to.Counts[b] += n
	}
	to.Sum, to.Total = to.Sum+p.Sum, to.Total+p.Total
	to.Least, to.Most = min(to.Least, p.Least), max(to.Most, p.Most)
	to.Exemplars = append(to.Exemplars, p.Exemplars...)
}

func (h *Histogram) stream(s *Stream) {
	h.mu.Lock()
	all := h.all
	h.mu.Unlock()
	s.Name, s.Unit, s.Description, s.Bounds, s.Since = h.Name, h.Unit, h.Description, h.bounds(), h.keeping.since
	for _, e := range all {
		if p, ok := e.point(); ok {
			s.merge(&p)
		}
	}
}

// point reads the series while values may come in: until it stands still, or a few times. A value
// may then be counted whose part of the sum comes with the next reading.
func (e *series) point() (p Point, ok bool) {
	p.Attributes, p.Counts = e.set.attributes, make([]uint64, len(e.examples))
	for range 3 {
		counts := make([]uint64, len(p.Counts))
		for i := range e.many {
			counts[len(e.own.few)+i] = e.many[i].Load()
		}
		p.Sum, p.Least, p.Most = 0, math.Inf(1), math.Inf(-1)
		for _, part := range e.all() {
			p.Sum += math.Float64frombits(part.sum.Load())
			p.Least = min(p.Least, math.Float64frombits(part.least.Load()))
			p.Most = max(p.Most, math.Float64frombits(part.most.Load()))
			for i := range part.few[:min(len(part.few), len(counts))] {
				counts[i] += part.few[i].Load()
			}
		}
		same := true
		for i, n := range counts {
			same = same && n == p.Counts[i]
		}
		p.Counts = counts
		if same {
			break
		}
	}
	for _, n := range p.Counts {
		ok = ok || n > 0
	}
	for i := range e.examples {
		if x := e.examples[i].kept.Load(); x != nil {
			p.Exemplars = append(p.Exemplars, *x)
		}
	}
	return p, ok
}

func (c *UpDownCounter) stream(s *Stream) {
	c.mu.Lock()
	all := c.all
	c.mu.Unlock()
	s.Name, s.Unit, s.Description, s.Since = c.Name, c.Unit, c.Description, c.keeping.since
	for _, t := range all {
		s.merge(&Point{Attributes: t.set.attributes, Total: t.sum()})
	}
}
