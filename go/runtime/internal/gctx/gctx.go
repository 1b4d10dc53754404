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
	"strings"
	"sync/atomic"
	"unsafe"

	"otel.tool/runtime/internal/hexid"
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
	region *region // in an execution trace, else nil
	ids    *ids    // in list, else nil
}

// ids are the labels by which profiles name a span, and the hidden mark behind them.
type ids struct {
	list [3]label
	hex  [48]byte // what they point to
}

// shownNode is a node with ids of its own.
type shownNode struct {
	Node
	own ids
}

// end is the list of all nodes without ids and labels: the mark. Nobody writes to it.
var end = []label{{key: mark}}

func newHidden() *Node { return &Node{list: end} }

func newShown(traceID [16]byte, spanID [8]byte) *Node {
	n := new(shownNode)
	n.ids = &n.own
	hexid.Append(hexid.Append(n.ids.hex[:0], traceID[:]), spanID[:])
	n.ids.list = [3]label{
		{"trace_id", unsafe.String(&n.ids.hex[0], 32)},
		{"span_id", unsafe.String(&n.ids.hex[32], 16)},
		{key: mark},
	}
	n.list = n.ids.list[:]
	return &n.Node
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
	if !inProfiles.Load() || spanID == [8]byte{} {
		return EnterHidden(a)
	}
	return newShown(traceID, spanID).enter(a)
}

// EnterHidden is Enter without ids.
func EnterHidden(a *Active) Scope {
	prev := getProfLabel()
	if prev != nil {
		return newHidden().enter(a)
	}
	n := &Node{list: end[:0:1]}
	n.root = n
	n.active.Store(a)
	setProfLabel(unsafe.Pointer(n))
	return Scope{node: n}
}

// enter makes the node of a new span the goroutine's.
func (n *Node) enter(a *Active) Scope {
	prev := getProfLabel()
	n.root = n
	n.active.Store(a)
	n.begin(userLabels(prev))
	setProfLabel(unsafe.Pointer(n))
	return Scope{n, prev}
}

// with returns a node of the same span with other labels of the program's.
func (n *Node) with(user unsafe.Pointer) *Node {
	m := newHidden()
	if n.ids != nil {
		m.ids, m.list = n.ids, n.ids.list[:]
	}
	m.root = n.root
	m.begin(user)
	return m
}

// begin has the list, which is ours up to the mark, begin with the program's labels, and hides
// the mark behind its end.
//
//go:noinline
func (n *Node) begin(user unsafe.Pointer) {
	n.user = user
	if user != nil {
		if theirs := *(*[]label)(user); len(theirs) > 0 {
			n.list = append(append(make([]label, 0, len(theirs)+len(n.list)), theirs...), n.list...)
		}
	}
	last := len(n.list) - 1
	n.list = n.list[: last : last+1]
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
