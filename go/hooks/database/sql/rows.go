package sql

import (
	"database/sql"
	"io"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// handleRows returns what has the span end when the rows are closed: by Close, at their
// end, by Row.Scan, or by the end of a context or a transaction.
//
//go:noinline
func handleRows(c *call) func(*sql.Rows, error) (*sql.Rows, error) {
	return func(rows *sql.Rows, err error) (same *sql.Rows, sameErr error) {
		same, sameErr = rows, err
		c.returned = true
		defer hook.Guard()
		if err != nil || rows == nil || !rowsKnown {
			c.ended(err)
			return same, sameErr
		}
		if !rowsMutex.tryRLock(rows) {
			c.ended(nil) // being closed, since its context ended
			return same, sameErr
		}
		release := rowsRelease.in(rows)
		own := *release
		if own == nil || *rowsClosed.in(rows) {
			ended := whyEnded(*rowsError.in(rows), nil)
			rowsMutex.rUnlock(rows)
			c.ended(ended)
			return same, sameErr
		}
		c.rows, c.own = rows, own
		*release = c.closed
		if hook.Recorded(c.span) {
			c.keep()
		} // else nothing but the rows has the call from here on
		rowsMutex.rUnlock(rows)
		return same, sameErr
	}
}

// keep notes the rows of a call whose span is recorded. closemu is held.
//
//go:noinline
func (c *call) keep() {
	c.refs.Add(1) // leave has the other
	c.from = time.Now()
	open.add(c)
	if inner := rowsDriver.of(c.rows); options.countRows && inner != nil && *inner != nil {
		c.rowsi = *inner
		*inner = count(c.rowsi, c)
	}
}

// whenClosed returns what stands in place of the function that Rows call when they are closed.
//
//go:noinline
func whenClosed(c *call) func(error) {
	return func(err error) {
		own := c.own
		own(err)
		defer hook.Guard()
		*rowsRelease.in(c.rows) = own
		err = whyEnded(*rowsError.in(c.rows), err)
		if !hook.Recorded(c.span) || c.letGo() {
			c.finish(err)
		}
		c.unref()
	}
}

// letGo undoes keep. It says whether the span is still to be ended.
//
//go:noinline
func (c *call) letGo() bool {
	if c.rowsi != nil {
		*rowsDriver.of(c.rows) = c.rowsi
		c.span.SetAttributes(keyRows.Int64(c.count))
	}
	return open.remove(c)
}

// whyEnded is why the rows ended, nil if that is as it should be.
func whyEnded(lasterr, err error) error {
	if lasterr == nil {
		return err
	}
	if lasterr == io.EOF {
		return nil
	}
	return lasterr
}

// open are the calls whose rows are open and whose spans are recorded. Programs do
// forget to close them; their spans are ended when the program is, with the time at
// which the rows were there, as what came later is not known.
var open callList

type callList struct {
	mu     sync.Mutex
	last   *call
	atExit sync.Once
}

func (l *callList) add(c *call) {
	l.atExit.Do(func() { hook.AtExit(l.abandonAll) })
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.prev = l.last; c.prev != nil {
		c.prev.next = c
	}
	l.last = c
}

// remove says whether c was in the list.
func (l *callList) remove(c *call) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.prev == nil && c.next == nil && l.last != c {
		return false
	}
	l.unlink(c)
	return true
}

func (l *callList) unlink(c *call) {
	if c.prev != nil {
		c.prev.next = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	} else {
		l.last = c.prev
	}
	c.prev, c.next = nil, nil
}

func (l *callList) abandonAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.last != nil {
		c := l.last
		l.unlink(c)
		c.abandon()
	}
}

// abandon ends the span of rows that no one will close.
func (c *call) abandon() {
	c.span.End(trace.WithTimestamp(c.from))
}
