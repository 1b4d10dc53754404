package batch

import (
	"context"
	"slices"
)

// Encoded is a queue whose items are bytes: they are encoded when they are added, so what
// waits is a few large buffers without a pointer in them, which costs the garbage collector
// nothing, and are used again.
//
// K is what items have in common, by which they are kept apart: OTLP writes it once for all of
// a batch.
type Encoded[K comparable] struct {
	*queue
	pages *pages[K]
}

// Part is the items of a batch that have Key in common.
type Part[K comparable] struct {
	Key   K
	Bytes []byte // of all, in the order in which they were added; none if no item has it
}

// NewEncoded returns a queue that exports by export, which must not keep what it is given.
func NewEncoded[K comparable](cfg Config, export func(context.Context, []Part[K]) error) Encoded[K] {
	p := &pages[K]{export: export}
	q := Encoded[K]{newQueue(cfg, p), p}
	p.queue = q.queue
	return q
}

// Room says whether there is room for an item. What there is none for, and so need not be
// encoded, is counted as dropped.
func (q Encoded[K]) Room() bool {
	if !q.enter() {
		return false
	}
	q.mu.Unlock()
	return true
}

// Add takes an item if there is room for it. It keeps a copy.
func (q Encoded[K]) Add(key K, item []byte) {
	if q.enter() {
		q.pages.add(key, item)
		q.leave()
	}
}

const (
	maxPage = 1 << 20 // bytes of a page that is kept
	spares  = 2       // pages that are kept: one is filled while another is exported
)

// pages are what waits in an Encoded, the oldest first. Each but the last is a full batch.
type pages[K comparable] struct {
	queue  *queue
	export func(context.Context, []Part[K]) error
	list   []*page[K]
	free   []*page[K]
}

// page is a batch, or what there is of it.
type page[K comparable] struct {
	parts []Part[K]
	items int
}

// add adds a copy of item. The queue's mu is held.
func (s *pages[K]) add(key K, item []byte) {
	n := len(s.list)
	if n == 0 || s.list[n-1].items == s.queue.cfg.MaxBatch {
		s.list = append(s.list, s.fresh())
		n++
	}
	p := s.list[n-1]
	p.items++
	b := p.of(key)
	*b = append(*b, item...)
}

// fresh returns an empty page.
func (s *pages[K]) fresh() *page[K] {
	n := len(s.free)
	if n == 0 {
		return new(page[K])
	}
	p := s.free[n-1]
	s.free = s.free[:n-1]
	return p
}

// of returns the bytes of the part for key.
func (p *page[K]) of(key K) *[]byte {
	for i := range p.parts {
		if p.parts[i].Key == key {
			return &p.parts[i].Bytes
		}
	}
	p.parts = append(p.parts, Part[K]{Key: key})
	return &p.parts[len(p.parts)-1].Bytes
}

// take takes the oldest page.
func (s *pages[K]) take(int) (int, func(context.Context) error) {
	p := s.list[0]
	s.list = slices.Delete(s.list, 0, 1)
	return p.items, func(ctx context.Context) error {
		defer s.recycle(p)
		return s.export(ctx, p.parts)
	}
}

// recycle keeps the memory of a page that has been exported, unless there is much of it, and
// without the parts that it had no use for.
func (s *pages[K]) recycle(p *page[K]) {
	p.parts = slices.DeleteFunc(p.parts, func(part Part[K]) bool { return len(part.Bytes) == 0 })
	size := 0
	for i := range p.parts {
		size += cap(p.parts[i].Bytes)
		p.parts[i].Bytes = p.parts[i].Bytes[:0]
	}
	if size > maxPage {
		return
	}
	p.items = 0
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	if len(s.free) < spares {
		s.free = append(s.free, p)
	}
}
