// Package pprof holds the hook of runtime/pprof. The goroutine's current span
// lives in its profiler labels, which pprof.SetGoroutineLabels and pprof.Do
// replace: the hook puts the span back, beside the program's new labels.
package pprof

import (
	"sync"

	"otel.tool/runtime/hook"
)

// SetLabelsEnter is woven into runtime/pprof.SetGoroutineLabels, which Do calls
// too. Without a current span it does nothing.
func SetLabelsEnter() (after func()) {
	kept := hook.KeepCurrent()
	if kept == nil {
		return unchanged
	}
	c, _ := calls.Get().(*call)
	if c == nil {
		c = new(call)
		c.after = c.set
	}
	c.kept = kept
	return c.after
}

func unchanged() {}

// call is what the hook keeps until the labels are set. It is used again.
type call struct {
	kept  *hook.Kept
	after func() // c.set, made once
}

var calls sync.Pool

func (c *call) set() {
	defer hook.Guard()
	c.kept.Rejoin()
	c.kept = nil
	calls.Put(c)
}
