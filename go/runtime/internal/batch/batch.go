// Package batch gathers what is to be exported. It is what a guest in somebody
// else's program needs of a batch processor: adding never waits, memory is bounded,
// what is dropped is counted and told at most once a minute, and no goroutine runs
// while there is nothing to send.
package batch

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/exit"
	"otel.tool/runtime/internal/gctx"
	"otel.tool/runtime/internal/report"
)

// Config is the standard's OTEL_BSP_* or OTEL_BLRP_* variables, and what to say.
type Config struct {
	MaxQueue int           // items held, waiting or on their way
	MaxBatch int           // items in one export
	Delay    time.Duration // longest wait for a batch to fill
	Timeout  time.Duration // of one export with all its attempts; 0 is none

	// Hurry, if set, makes an export give up early where waiting has no use, until
	// what it returns is called: for a flush.
	Hurry func() (done func())

	What, Target string          // what is lost, and where it was to go: for people
	Exporter     string          // otlp_grpc and the like, for Counts
	Endpoint     *url.URL        // of the exporter, if it has one
	Speak        *report.Limited // limits the lines that are written
}

// Queue is items of one type waiting to be exported.
type Queue[T any] struct {
	*queue
	items *items
}

// New returns a queue that exports by export.
func New[T any](cfg Config, export func(context.Context, []T) error) Queue[T] {
	list := &items{export: func(ctx context.Context, items []any) error {
		batch := make([]T, len(items))
		for i, item := range items {
			batch[i] = item.(T)
		}
		return export(ctx, batch)
	}}
	return Queue[T]{newQueue(cfg, list), list}
}

// Add takes item if there is room for it.
func (q Queue[T]) Add(item T) {
	if q.enter() {
		q.items.list = append(q.items.list, item)
		q.leave()
	}
}

// items are those of a Queue. They are of any type, so that programs have the code once.
type items struct {
	list   []any
	export func(context.Context, []any) error
}

// take takes the n oldest.
func (s *items) take(n int) (int, func(context.Context) error) {
	batch := make([]any, n)
	copy(batch, s.list)
	rest := copy(s.list, s.list[n:])
	clear(s.list[rest:])
	s.list = s.list[:rest]
	return n, func(ctx context.Context) error { return s.export(ctx, batch) }
}

// store is where what waits is kept.
type store interface {
	// take takes up to n items, the oldest, of which there are as many; it returns how many
	// it has taken, and what exports them. The queue's mu is held.
	take(n int) (taken int, export func(context.Context) error)
}

// queue is when the items of a store are exported, and what becomes of them.
type queue struct {
	cfg   Config
	store store
	turn  chan struct{} // held by who exports

	mu      sync.Mutex
	waiting int // in the store
	held    int // waiting, or on their way
	timer   *time.Timer
	running bool           // a goroutine exports full batches
	full    int            // dropped because MaxQueue were held
	failed  int            // could not be exported
	told    int            // losses that the user has been told of
	lastErr error          // why the last batch of those that could not be exported was not
	sent    int            // exported
	errors  map[string]int // the failed ones by error.type
}

func newQueue(cfg Config, s store) *queue {
	cfg.MaxBatch = min(cfg.MaxBatch, cfg.MaxQueue)
	q := &queue{cfg: cfg, store: s, turn: make(chan struct{}, 1)}
	Count(q.counts)
	exit.AtLast(q.tellRest)
	return q
}

// enter says whether there is room for an item. Then the item is to be put into the store, and
// leave to be called; until then mu is held. What there is no room for is counted.
func (q *queue) enter() bool {
	q.mu.Lock()
	if q.held < q.cfg.MaxQueue {
		return true
	}
	q.full++
	q.mu.Unlock()
	return false
}

// leave counts an item that has been put into the store, and sees that it is exported.
func (q *queue) leave() {
	q.held++
	q.waiting++
	switch {
	case q.waiting >= q.cfg.MaxBatch && !q.running:
		q.running = true
		gctx.Without(func() { go q.exportFull() })
	case q.waiting == 1:
		q.later()
	}
	q.mu.Unlock()
}

// later exports what waits then, when it has waited long enough. q.mu is held.
func (q *queue) later() {
	if q.timer != nil {
		q.timer.Reset(q.cfg.Delay)
		return
	}
	q.timer = time.AfterFunc(q.cfg.Delay, func() { gctx.Without(func() { q.drain(context.Background(), 1) }) })
}

// exportFull exports until there is no full batch any more.
func (q *queue) exportFull() {
	for again := true; again; {
		q.drain(context.Background(), q.cfg.MaxBatch)
		q.mu.Lock()
		again = q.waiting >= q.cfg.MaxBatch
		q.running = again
		if q.waiting > 0 && !again {
			q.later()
		}
		q.mu.Unlock()
	}
}

// Flush exports what waits, and returns when that is done or ctx ends.
func (q *queue) Flush(ctx context.Context) error {
	if q.cfg.Hurry != nil {
		defer q.cfg.Hurry()()
	}
	q.drain(ctx, 1)
	return ctx.Err()
}

// drain exports for as long as at least least items wait, and ctx lasts.
func (q *queue) drain(ctx context.Context, least int) {
	select {
	case q.turn <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-q.turn }()
	for ctx.Err() == nil {
		n, export := q.take(least)
		if n == 0 {
			return
		}
		begun := time.Now()
		err := q.guarded(ctx, export)
		report.Sent(n, q.cfg.What, q.cfg.Target, begun, err)
		q.done(n, err)
	}
}

// take takes a batch out of the store, if at least least items wait.
func (q *queue) take(least int) (n int, export func(context.Context) error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting < least {
		return 0, nil
	}
	n, export = q.store.take(min(q.waiting, q.cfg.MaxBatch))
	q.waiting -= n
	return n, export
}

// guarded exports, and makes a panic an error: a fault of ours must not end the
// program.
func (q *queue) guarded(ctx context.Context, export func(context.Context) error) (err error) {
	if q.cfg.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, q.cfg.Timeout)
		defer cancel()
	}
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("fault of the exporter: %v", fault)
		}
	}()
	return export(ctx)
}

// done counts n items that have been exported, or have not, and tells of losses.
func (q *queue) done(n int, err error) {
	q.mu.Lock()
	q.held -= n
	if err != nil {
		q.failed += n
		q.lastErr = err
		if q.errors == nil {
			q.errors = map[string]int{}
		}
		q.errors[hook.ErrorType(err)] += n
	} else {
		q.sent += n
	}
	untold := q.full+q.failed != q.told
	q.mu.Unlock()
	if untold && q.cfg.Speak.Ready() {
		q.tell(err, "so far")
	}
}

// tell tells of all that was lost: for err, or if that is nil for want of room.
func (q *queue) tell(err error, when string) {
	q.mu.Lock()
	lost := q.full + q.failed
	q.told = lost
	q.mu.Unlock()
	if err != nil {
		report.Line(report.Error, "cannot send %s to %s: %v; %d lost %s", q.cfg.What, q.cfg.Target, err, lost, when)
		return
	}
	report.Line(report.Error, "%s come faster than %s takes them; %d lost %s", q.cfg.What, q.cfg.Target, lost, when)
}

// tellRest tells, when the program ends, of what was lost since the last line, which may have been
// less than a minute ago.
func (q *queue) tellRest() {
	q.mu.Lock()
	untold, err := q.full+q.failed != q.told, q.lastErr
	q.mu.Unlock()
	if untold {
		q.tell(err, "in all")
	}
}

// Dropped returns how many items were lost: for want of room, and because they
// could not be exported.
func (q *queue) Dropped() (full, failed int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.full, q.failed
}
