package sql

import (
	"database/sql"
	"io"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// handleRows has the span end when the rows are closed: by Close, at their end, by
// Row.Scan, or by the end of a context or a transaction.
func (c *call) handleRows(rows *sql.Rows, err error) {
	defer hook.Guard()
	if err != nil || rows == nil {
		c.finish(err)
		return
	}
	release, mu, closed, lasterr := rowsRelease.of(rows), rowsMutex.of(rows), rowsClosed.of(rows), rowsError.of(rows)
	if release == nil || mu == nil || closed == nil || lasterr == nil {
		c.finish(nil)
		return
	}
	if !mu.TryRLock() {
		c.finish(nil) // being closed, since its context ended
		return
	}
	defer mu.RUnlock()
	if *closed || *release == nil {
		c.finish(whyEnded(*lasterr, nil))
		return
	}
	c.rows, c.release, c.own, c.lasterr = rows, release, *release, lasterr
	if c.span.IsRecording() {
		c.from = time.Now()
	}
	c.refs.Add(1)
	*release = c.closed
	open.add(c)
	if inner := rowsDriver.of(rows); options.countRows && inner != nil && *inner != nil {
		c.rowsi = *inner
		*inner = count(c.rowsi, c)
	}
}

// whenClosed stands in place of the function that Rows call when they are closed.
func (c *call) whenClosed(err error) {
	own := c.own
	own(err)
	defer hook.Guard()
	*c.release = own
	if c.rowsi != nil {
		*rowsDriver.of(c.rows) = c.rowsi
		c.span.SetAttributes(keyRows.Int64(c.count))
	}
	if open.remove(c) {
		c.finish(whyEnded(*c.lasterr, err))
	}
	c.unref()
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

// open are the calls whose rows are open. Programs do forget to close them; their
// spans are ended when the program is, with the time at which the rows were there,
// as what came later is not known.
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
