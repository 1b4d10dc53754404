// Package exit calls what must be flushed before the program ends, and lets it
// end as it would have.
//
// A flusher runs when main returns, at os.Exit and log.Fatal (the runtime's exit
// hooks), at a panic that nothing recovers (panic.go), and at SIGTERM or SIGINT:
//
//   - Where the program does not handle the signal, the flushers run and the
//     process dies by the same signal, by its default action. A second signal
//     kills at once.
//   - Where the program handles the signal itself (signal.Notify, NotifyContext),
//     it goes on as it does: the flushers run once beside it, and again when it
//     exits.
//   - An ignored signal stays ignored.
//
// signal.Reset of one of the two takes the program's handling away, not ours (in a
// woven program: see signal.go). As in any program that handles signals, the runtime no
// longer finds that all goroutines are asleep.
//
// All flushers together have OTEL_GO_FLUSH_TIMEOUT (a duration, or milliseconds;
// 5 s if unset). A fatal error (a map written by two goroutines, no memory left)
// runs nothing.
//
// Nothing is installed and no goroutine runs before the first call of [OnFlush]
// or [BeforeEnd].
package exit

import (
	"context"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	_ "unsafe" // for linkname

	"otel.tool/runtime/internal/gctx"
)

const defaultTimeout = 5 * time.Second

var (
	mu       sync.Mutex
	enders   []func()
	flushers []func(context.Context)
	lasts    []func()
	install  sync.Once
	started  atomic.Bool // there is something to flush
)

// exitHook is internal/runtime/exithook.Hook.
type exitHook struct {
	f            func()
	runOnFailure bool
}

//go:linkname addExitHook internal/runtime/exithook.Add
func addExitHook(h exitHook)

// OnFlush has f called before the program ends. Call it when there is something
// to flush, not before: from then on signals are watched. f may be called
// several times, also concurrently; it returns when ctx is done.
func OnFlush(f func(ctx context.Context)) {
	mu.Lock()
	flushers = append(flushers, f)
	mu.Unlock()
	install.Do(begin)
}

// BeforeEnd has f called when the program ends, before the flushers: it ends
// what is still open. It is not called where the program handles a signal and
// goes on. As with OnFlush, call it when there is something to end.
func BeforeEnd(f func()) {
	mu.Lock()
	enders = append(enders, f)
	mu.Unlock()
	install.Do(begin)
}

// AtLast has f called when the program ends, after the flushers, or when their time is over: it
// tells what has been lost. It starts nothing: without a flusher it is not called.
func AtLast(f func()) {
	mu.Lock()
	defer mu.Unlock()
	lasts = append(lasts, f)
}

// begin starts what lives on, without a trace of the request that came first.
func begin() { gctx.Without(start) }

func start() {
	started.Store(true)
	addExitHook(exitHook{func() { afterPanic(); <-flush(true) }, true})
	watchSignals()
}

// grace is how long the last words wait for flushers whose time is over, and the program's end for them.
const grace = 100 * time.Millisecond

// flush runs the flushers beside the caller; at the end also what is to run before and after
// them. What it returns is closed when they are done or their time is over, whether or not they
// heed it.
func flush(end bool) <-chan struct{} {
	ctx, cancel := context.WithTimeout(context.Background(), timeout())
	flushed := make(chan struct{})
	go func() {
		defer cancel()
		defer close(flushed)
		if end {
			for _, f := range list(&enders) {
				guarded(f)
			}
		}
		flushAll(ctx)
	}()
	if !end {
		return ctx.Done()
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		<-ctx.Done()
		wait(flushed)
		said := make(chan struct{})
		go func() {
			defer close(said)
			for _, f := range list(&lasts) {
				guarded(f)
			}
		}()
		wait(said)
	}()
	return over
}

// wait waits until done is closed, but not for long.
func wait(done <-chan struct{}) {
	select {
	case <-done:
	case <-time.After(grace):
	}
}

// Flush runs the flushers, and returns when they are done or ctx is.
func Flush(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		flushAll(ctx)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// FlushInTime is Flush with the time that the program's end has.
func FlushInTime() { <-flush(false) }

// flushAll runs the flushers beside each other.
func flushAll(ctx context.Context) {
	var wg sync.WaitGroup
	for _, f := range list(&flushers) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			guarded(func() { f(ctx) })
		}()
	}
	wg.Wait()
}

// list returns a list as it is now.
func list[F any](l *[]F) []F {
	mu.Lock()
	defer mu.Unlock()
	return (*l)[:len(*l):len(*l)]
}

// guarded runs f: a fault of ours must not change how the program ends.
func guarded(f func()) {
	defer func() { _ = recover() }()
	f()
}

// timeout is how long a flush may take.
func timeout() time.Duration {
	s := os.Getenv("OTEL_GO_FLUSH_TIMEOUT")
	if ms, err := strconv.ParseUint(s, 10, 31); err == nil {
		return time.Duration(ms) * time.Millisecond
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return d
	}
	return defaultTimeout
}
