package http

import (
	"sync"
	"sync/atomic"
	"weak"

	"otel.tool/runtime/hook"
)

// inFlight knows the requests that are being served, so that their spans can be
// ended when the program ends: at a deadly signal, say, that it does not handle.
// It holds the few calls that have been made, not the many times they are used:
// so a request that begins or ends stores a pointer, and takes no lock.
var inFlight callList

type callList struct {
	atExit sync.Once
	mu     sync.Mutex
	calls  []weak.Pointer[serverCall] // the pool lets go of those it does not need
	prune  int                        // at this length
}

// made adds a new call.
func (l *callList) made(c *serverCall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) >= max(l.prune, 64) {
		kept := l.calls[:0]
		for _, p := range l.calls {
			if p.Value() != nil {
				kept = append(kept, p)
			}
		}
		clear(l.calls[len(kept):])
		l.calls, l.prune = kept, 2*len(kept)
	}
	l.calls = append(l.calls, weak.Make(c))
}

// begin is called when a request with a span that is recorded begins.
func (l *callList) begin(c *serverCall) {
	l.atExit.Do(func() { hook.AtExit(l.endAll) })
	c.open.Store(c.ctx)
}

// endAll ends the spans of the requests that are being served. Handlers may go on:
// what they put on a span that has ended is dropped.
func (l *callList) endAll() {
	l.mu.Lock()
	calls := append([]weak.Pointer[serverCall](nil), l.calls...)
	l.mu.Unlock()
	for _, p := range calls {
		if c := p.Value(); c != nil {
			if sc := c.open.Load(); sc != nil {
				sc.abandon()
			}
		}
	}
}

// abandon ends the span of a request that will not end itself.
func (c *serverContext) abandon() {
	defer hook.Guard()
	c.mu.Lock()
	span := c.span
	c.mu.Unlock()
	if span != nil && !c.Covered() {
		span.End()
	}
}

// openContext is that of the request for which a call is in use.
type openContext = atomic.Pointer[serverContext]
