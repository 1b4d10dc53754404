package gctx

import (
	"context"
	"runtime"
	"runtime/trace"
	"strings"
)

// region is a span's region of an execution trace (runtime/trace).
//
// A trace in which regions of a goroutine do not nest cannot be read at all. So one
// ends only where it has begun; one whose Leave is elsewhere ends with what is around
// it, or with its goroutine.
type region struct {
	*trace.Region
	stack *regions
}

// regions are those of ours that are open on one goroutine, each within the one before.
type regions struct {
	goroutine string
	open      []*region
}

// Trace begins a region of the execution trace that is being taken, until Leave; it
// belongs to the task in ctx. Call it after Enter, on the same goroutine.
func (s Scope) Trace(ctx context.Context, name string) {
	r := &region{}
	here := goroutine()
	if outer := node(s.prev); outer != nil && outer.root.region != nil && outer.root.region.stack.goroutine == here {
		r.stack = outer.root.region.stack
	} else {
		r.stack = &regions{goroutine: here}
	}
	r.Region = trace.StartRegion(ctx, name)
	r.stack.open = append(r.stack.open, r)
	s.node.region = r
}

// end ends the region, if this is its goroutine, with those that are still open within.
func (r *region) end() {
	if r.stack.goroutine != goroutine() {
		return
	}
	for i, of := range r.stack.open {
		if of != r {
			continue
		}
		for j := len(r.stack.open) - 1; j >= i; j-- {
			r.stack.open[j].End()
		}
		r.stack.open = r.stack.open[:i]
		return
	}
}

// goroutine names this one. Go tells it in tracebacks only.
func goroutine() string {
	var b [40]byte
	id, _, _ := strings.Cut(string(b[:runtime.Stack(b[:], false)]), " [")
	return id
}
