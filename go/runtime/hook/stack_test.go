package hook

import (
	"testing"
	"unsafe"
)

var onHeap = new(int)

func TestMayBeOnStack(t *testing.T) {
	if panicState().hi == 0 {
		t.Skip("not known on this processor")
	}
	var here [4]int
	if !MayBeOnStack(unsafe.Pointer(&here[3])) {
		t.Error("a local variable")
	}
	if MayBeOnStack(unsafe.Pointer(onHeap)) || MayBeOnStack(unsafe.Pointer(&onHeap)) || MayBeOnStack(nil) {
		t.Error("not on the stack")
	}
}

func TestGrowStack(t *testing.T) {
	if panicState().hi == 0 {
		t.Skip("not known on this processor")
	}
	sizes := make(chan uintptr)
	go func() {
		GrowStack()
		grown := panicState()
		GrowStack()
		again := panicState()
		sizes <- grown.hi - grown.lo
		sizes <- again.hi - again.lo
	}()
	if grown, again := <-sizes, <-sizes; grown < 8<<10 || again != grown {
		t.Errorf("%d bytes, then %d", grown, again)
	}
}
