package httpconv

import (
	"sync"
	"weak"

	"otel.tool/runtime/hook"
)

// InFlight knows the requests that are being served, so that their spans can be
// ended when the program ends: at a deadly signal, say, that it does not handle.
// It holds the few calls that have been made, not the many times they are used:
// so a request that begins or ends takes no lock.
type InFlight[Call any] struct {
	// End ends the span of what the call is in use for, if it is in use. It may be
	// called while the request goes on, by another goroutine.
	End func(*Call)

	atExit sync.Once
	mu     sync.Mutex
	calls  []weak.Pointer[Call] // a pool lets go of those it does not need
	prune  int                  // at this length
}

// Made adds a new call.
func (l *InFlight[Call]) Made(c *Call) {
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

// Begins says that there is a request with a span that is recorded.
func (l *InFlight[Call]) Begins() {
	l.atExit.Do(func() { hook.AtExit(l.EndAll) })
}

// EndAll ends the spans of the requests that are being served. Handlers may go on:
// what they put on a span that has ended is dropped.
func (l *InFlight[Call]) EndAll() {
	l.mu.Lock()
	calls := append([]weak.Pointer[Call](nil), l.calls...)
	l.mu.Unlock()
	for _, p := range calls {
		if c := p.Value(); c != nil {
			l.End(c)
		}
	}
}
