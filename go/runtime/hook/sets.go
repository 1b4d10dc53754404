package hook

import (
	"maps"
	"sync"
	"sync/atomic"
	"unsafe"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Set is attributes ready to be recorded with: sorted, hashed and wrapped as the
// API wants them, once.
type Set struct {
	_       [0]func() // never compared
	record  [1]metric.RecordOption
	add     [1]metric.AddOption
	observe [1]metric.ObserveOption

	attributes attribute.Set
	excluded   bool // by OTEL_GO_EXCLUDE

	series atomic.Pointer[series] // what the first histogram has taken with it
	totals atomic.Pointer[total]  // and the first counter
}

// NewSet returns a set for attributes that are always the same.
func NewSet(attrs ...attribute.KeyValue) *Set {
	measured.note()
	return newSet(attrs...)
}

func newSet(attrs ...attribute.KeyValue) *Set {
	set := attribute.NewSet(attrs...)
	option := metric.WithAttributeSet(set)
	return &Set{
		record: [1]metric.RecordOption{option}, add: [1]metric.AddOption{option},
		observe: [1]metric.ObserveOption{option}, attributes: set, excluded: excludedSet(attrs),
	}
}

// overflow is what the metrics SDK's specification has for what is too much
// ("Cardinality limits").
var overflow = newSet(attribute.Bool("otel.metric.overflow", true))

// measured is set once something is measured, or about to be.
var measured noted

// OnMeasure has f called when a hook, or the program, is about to measure something for the first
// time; at once, if one has.
func OnMeasure(f func()) { measured.then(f) }

// Measuring says that the program is about to measure by the API.
func Measuring() { measured.note() }

// noted is something that is worth noting once.
type noted struct {
	done atomic.Bool
	mu   sync.Mutex
	tell func()
}

func (n *noted) note() {
	if n.done.Load() {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.done.Store(true)
	if n.tell != nil {
		n.tell()
		n.tell = nil
	}
}

func (n *noted) then(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.done.Load() {
		f()
		return
	}
	n.tell = f
}

// DefaultLimit is how many sets a [Sets] makes if it is not told.
const DefaultLimit = 1000

// Sets makes the sets of attributes that an instrument, or several, are
// recorded with: one for each key, up to a limit; all further keys share one,
// otel.metric.overflow. So what a client sends cannot make the number of time
// series grow, and recording allocates nothing once its set is there.
//
//	type key struct {
//		method, route string
//		status        int
//	}
//
//	var sets = hook.Sets[key]{Attributes: func(k key) []attribute.KeyValue {…}}
//
//	duration.Record(ctx, seconds, sets.Of(key{"GET", "/users/{id}", 200}))
//
// A key is kept for good, with what its strings point to.
type Sets[K comparable] struct {
	Attributes func(K) []attribute.KeyValue // called once for a key
	Limit      int                          // 0 is DefaultLimit

	sets table[K, *Set]
	near [8]unsafe.Pointer // to nearSet[K]: an atomic.Pointer would be a type for each K, 4 KB
}

// nearSet is one of the sets that are found by a look.
type nearSet[K comparable] struct {
	_   [0]func() // which is never compared itself: a kilobyte
	key K
	set *Set
}

// Near is Of where a small number tells keys from most others: the first keys with each number (its
// last three bits) are found without being hashed, which for a key of many texts takes longer than
// all else of a measurement.
func (s *Sets[K]) Near(number int, k *K) *Set {
	if set := s.Noted(number, k); set != nil {
		return set
	}
	set := s.Of(*k)
	if at := &s.near[number&7]; atomic.LoadPointer(at) == nil && set != overflow {
		atomic.StorePointer(at, unsafe.Pointer(&nearSet[K]{key: *k, set: set}))
	}
	return set
}

// Number is a number for a text, for [Sets.Near].
//
//go:noinline
func Number(text string) int {
	n := len(text)
	if n == 0 {
		return 0
	}
	return n + int(text[n/4]) + int(text[n/3]) + int(text[n/2])
}

// Noted returns the set that Near has noted for k; nil if it has none.
func (s *Sets[K]) Noted(number int, k *K) *Set {
	if n := (*nearSet[K])(atomic.LoadPointer(&s.near[number&7])); n != nil && n.key == *k {
		return n.set
	}
	return nil
}

// Of returns the set for k. It may be called by many goroutines at once.
func (s *Sets[K]) Of(k K) *Set {
	if set, ok := s.sets.get(k); ok {
		return set
	}
	limit := s.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	set, ok := s.sets.add(k, limit, func() *Set { return NewSet(s.Attributes(k)...) })
	if !ok {
		return overflow
	}
	return set
}

// Known returns the set for k if it has been made.
func (s *Sets[K]) Known(k K) (*Set, bool) { return s.sets.get(k) }

// Few lets a number of values through, the first that come: for a part of a key
// that may be anything, such as the hosts that a program calls, and that has a
// name for the rest.
type Few[K comparable] struct {
	Limit int

	known table[K, struct{}]
}

// Has says whether k is among the values that are let through.
func (f *Few[K]) Has(k K) bool {
	if _, ok := f.known.get(k); ok {
		return true
	}
	_, ok := f.known.add(k, f.Limit, func() (none struct{}) { return })
	return ok
}

// Made keeps what was made for keys, up to a limit; for all further keys it is made anew each time.
// A key is kept for good.
type Made[K comparable, V any] struct {
	Make  func(K) V
	Limit int // 0 is DefaultLimit

	known table[K, V]
}

// Of returns what there is for k.
func (m *Made[K, V]) Of(k K) V {
	if v, ok := m.known.get(k); ok {
		return v
	}
	limit := m.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	if v, ok := m.known.add(k, limit, func() V { return m.Make(k) }); ok {
		return v
	}
	return m.Make(k)
}

// table is a map that only grows, up to a limit, and is mostly read. Reading
// takes no lock: what is new waits in fresh until it has been looked up as often
// as it would cost to copy the map.
type table[K comparable, V any] struct {
	read   atomic.Pointer[map[K]V]
	full   atomic.Bool // all that there will be is in read
	mu     sync.Mutex
	fresh  map[K]V // all of read, and what is new; nil if nothing is
	misses int
}

func (t *table[K, V]) get(k K) (v V, ok bool) {
	if m := t.read.Load(); m != nil {
		v, ok = (*m)[k]
	}
	return v, ok
}

// add returns what there is for k, made if it is new; false if limit leaves no
// room for it.
func (t *table[K, V]) add(k K, limit int, make func() V) (v V, ok bool) {
	if t.full.Load() {
		return t.get(k)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if v, ok = t.get(k); ok {
		return v, true
	}
	if v, ok = t.fresh[k]; !ok {
		if max(len(t.fresh), t.known()) >= limit {
			t.publish()
			t.full.Store(true)
			return v, false
		}
		if t.fresh == nil {
			t.fresh = map[K]V{}
			if m := t.read.Load(); m != nil {
				t.fresh = maps.Clone(*m)
			}
		}
		v = make()
		t.fresh[k] = v
	}
	if t.misses++; t.misses >= len(t.fresh) {
		t.publish()
	}
	return v, true
}

func (t *table[K, V]) known() int {
	if m := t.read.Load(); m != nil {
		return len(*m)
	}
	return 0
}

// publish lets what is in fresh be read without the lock. t.mu is held.
func (t *table[K, V]) publish() {
	if t.fresh == nil {
		return
	}
	m := t.fresh
	t.read.Store(&m)
	t.fresh, t.misses = nil, 0
}
