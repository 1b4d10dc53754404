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
}

// New returns a queue that exports by export.
func New[T any](cfg Config, export func(context.Context, []T) error) Queue[T] {
	cfg.MaxBatch = min(cfg.MaxBatch, cfg.MaxQueue)
	q := Queue[T]{&queue{cfg: cfg, turn: make(chan struct{}, 1), export: func(ctx context.Context, items []any) error {
		batch := make([]T, len(items))
		for i, item := range items {
			batch[i] = item.(T)
		}
		return export(ctx, batch)
	}}}
	Count(q.counts)
	return q
}

// Add takes item if there is room for it.
func (q Queue[T]) Add(item T) { q.add(item) }

// queue is a Queue whose items are of any type, so that programs have its code once.
type queue struct {
	cfg    Config
	export func(context.Context, []any) error
	turn   chan struct{} // held by who exports

	mu      sync.Mutex
	waiting []any
	held    int // waiting, or on their way
	timer   *time.Timer
	running bool           // a goroutine exports full batches
	full    int            // dropped because MaxQueue were held
	failed  int            // could not be exported
	told    int            // losses that the user has been told of
	sent    int            // exported
	errors  map[string]int // the failed ones by error.type
}

func (q *queue) add(item any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.held >= q.cfg.MaxQueue {
		q.full++
		return
	}
	q.held++
	q.waiting = append(q.waiting, item)
	switch {
	case len(q.waiting) >= q.cfg.MaxBatch && !q.running:
		q.running = true
		gctx.Without(func() { go q.exportFull() })
	case len(q.waiting) == 1:
		q.later()
	}
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
		again = len(q.waiting) >= q.cfg.MaxBatch
		q.running = again
		if n := len(q.waiting); n > 0 && !again {
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
		batch := q.take(least)
		if len(batch) == 0 {
			return
		}
		begun := time.Now()
		err := q.guarded(ctx, batch)
		report.Sent(len(batch), q.cfg.What, q.cfg.Target, begun, err)
		q.done(len(batch), err)
	}
}

func (q *queue) take(least int) []any {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) < least {
		return nil
	}
	n := min(len(q.waiting), q.cfg.MaxBatch)
	batch := make([]any, n)
	copy(batch, q.waiting)
	rest := copy(q.waiting, q.waiting[n:])
	clear(q.waiting[rest:])
	q.waiting = q.waiting[:rest]
	return batch
}

// guarded exports, and makes a panic an error: a fault of ours must not end the
// program.
func (q *queue) guarded(ctx context.Context, batch []any) (err error) {
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
	return q.export(ctx, batch)
}

// done counts n items that have been exported, or have not, and tells of losses.
func (q *queue) done(n int, err error) {
	q.mu.Lock()
	q.held -= n
	if err != nil {
		q.failed += n
		if q.errors == nil {
			q.errors = map[string]int{}
		}
		q.errors[hook.ErrorType(err)] += n
	} else {
		q.sent += n
	}
	lost, told := q.full+q.failed, q.told
	q.mu.Unlock()
	if lost == told || !q.cfg.Speak.Ready() {
		return
	}
	q.mu.Lock()
	q.told = lost
	q.mu.Unlock()
	if err != nil {
		report.Line(report.Error, "cannot send %s to %s: %v; %d lost so far", q.cfg.What, q.cfg.Target, err, lost)
		return
	}
	report.Line(report.Error, "%s come faster than %s takes them; %d lost so far", q.cfg.What, q.cfg.Target, lost)
}

// Dropped returns how many items were lost: for want of room, and because they
// could not be exported.
func (q *queue) Dropped() (full, failed int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.full, q.failed
}
