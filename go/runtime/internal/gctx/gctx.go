// Package gctx keeps the current span of a goroutine, for code that passes no
// context.
//
// It is kept where the runtime keeps a goroutine's profiler labels (g.labels):
// new goroutines inherit it, reading it costs about three nanoseconds, and CPU
// and goroutine profiles carry the ids of the trace.
//
// What g.labels points to must begin with the list of labels that the profiler
// reads: a slice of key and value strings, the layout of runtime/pprof's
// labelMap in Go 1.24 to 1.27. Our [Node] begins so, holds the labels that the
// program had set, and is told from the program's own by a hidden label behind
// the end of the list, whose key is ours by address.
//
// A node outlives its span where a goroutine that was started within the span
// runs on. So it holds nothing but a pointer, which [Scope.Leave] clears: an ended
// span is nobody's parent, and its memory is free.
//
//	a := &gctx.Active{Ctx: ctx}
//	s := gctx.Enter(a, traceID, spanID)
//	defer s.Leave()
//	... gctx.Current() == a, in goroutines started here too
package gctx

import (
	"context"
	"encoding/hex"
	"strings"
	"sync/atomic"
	"unsafe"
)

// Active is the span that is current, as the context that holds it.
type Active struct {
	Ctx context.Context
}

// Node is what g.labels points to while a span is current. A span has one node,
// and one more for each set of labels that the program sets within it.
type Node struct {
	list   []label        // must be first: the profiler reads it
	user   unsafe.Pointer // the program's own labels, which list begins with
	root   *Node          // the span's first node
	active atomic.Pointer[Active]
	shown  bool     // list has the ids
	own    [3]label // room for list: trace_id, span_id and the hidden mark
	hex    [48]byte // what the ids point to
	region *region  // in an execution trace, else nil
}

// label is runtime/pprof's label (internal/runtime/pprof/label.Label from Go
// 1.26 on).
type label struct {
	key, value string
}

// mark is the key by whose address our nodes are known. It is made at run time,
// as equal constants share an address.
var mark = strings.Clone("otel")

// inProfiles says whether trace_id and span_id are put into profiles.
var inProfiles atomic.Bool

//go:linkname setProfLabel runtime/pprof.runtime_setProfLabel
func setProfLabel(labels unsafe.Pointer)

//go:linkname getProfLabel runtime/pprof.runtime_getProfLabel
func getProfLabel() unsafe.Pointer

// ShowInProfiles says whether nodes made from now on show trace_id and span_id
// to the profiler. Go 1.27 prints labels in tracebacks as well.
func ShowInProfiles(show bool) { inProfiles.Store(show) }

// Current returns what is current for this goroutine, nil if nothing is or if
// it has ended.
func Current() *Active {
	n := node(getProfLabel())
	if n == nil {
		return nil
	}
	return n.root.active.Load()
}

// node returns labels as a node of ours, nil if it is the program's.
func node(labels unsafe.Pointer) *Node {
	if labels == nil {
		return nil
	}
	list := *(*[]label)(labels)
	if len(list) >= cap(list) {
		return nil
	}
	key := list[:len(list)+1][len(list)].key
	if unsafe.StringData(key) != unsafe.StringData(mark) || key == "" {
		return nil
	}
	return (*Node)(labels)
}

// Scope is one stay within a span. The zero Scope is none.
type Scope struct {
	node *Node
	prev unsafe.Pointer
}

// Enter makes a current for this goroutine and for those that it starts. The
// labels that the program had set stay. Ids that are zero are not shown.
func Enter(a *Active, traceID [16]byte, spanID [8]byte) Scope {
	prev := getProfLabel()
	n := &Node{user: userLabels(prev), shown: inProfiles.Load() && spanID != [8]byte{}}
	n.root = n
	n.active.Store(a)
	if n.shown {
		hex.Encode(n.hex[:32], traceID[:])
		hex.Encode(n.hex[32:], spanID[:])
	}
	n.fill()
	setProfLabel(unsafe.Pointer(n))
	return Scope{n, prev}
}

// with returns a node of the same span with other labels of the program's.
func (n *Node) with(user unsafe.Pointer) *Node {
	m := &Node{user: user, root: n.root, shown: n.shown, hex: n.hex}
	m.fill()
	return m
}

// fill makes the list of labels.
func (n *Node) fill() {
	room := n.own[:0:len(n.own)]
	if n.user != nil {
		if user := *(*[]label)(n.user); len(user) > 0 {
			room = make([]label, 0, len(user)+len(n.own))
			room = append(room, user...)
		}
	}
	if n.shown {
		room = append(room,
			label{"trace_id", unsafe.String(&n.hex[0], 32)},
			label{"span_id", unsafe.String(&n.hex[32], 16)})
	}
	n.list = room
	room[:len(room)+1][len(room)] = label{key: mark}
}

// userLabels returns the labels that the program had set.
func userLabels(labels unsafe.Pointer) unsafe.Pointer {
	if n := node(labels); n != nil {
		return n.user
	}
	return labels
}

// Keep returns the node of the goroutine's current span, nil if there is none.
// It is for what changes the goroutine's labels: afterwards [Node.Rejoin] makes
// the span current again, with the new labels.
func Keep() *Node {
	if n := node(getProfLabel()); n != nil && n.root.active.Load() != nil {
		return n
	}
	return nil
}

// Rejoin makes n's span current for this goroutine, which has got other labels
// since [Keep]. The labels stay.
func (n *Node) Rejoin() {
	setProfLabel(unsafe.Pointer(n.with(userLabels(getProfLabel()))))
}

// Leave puts back what was current before Enter, if this is the goroutine that
// entered; and ends the span for all goroutines that hold it. Labels that the
// program has set since Enter stay.
func (s Scope) Leave() {
	if s.node == nil {
		return
	}
	s.node.active.Store(nil)
	if s.node.region != nil {
		s.node.region.end()
	}
	n := node(getProfLabel())
	if n == nil || n.root != s.node {
		return
	}
	if n.user == s.node.user {
		setProfLabel(s.prev)
		return
	}
	back := n.user
	if outer := node(s.prev); outer != nil && outer.root.active.Load() != nil {
		back = unsafe.Pointer(outer.with(n.user))
	}
	setProfLabel(back)
}
