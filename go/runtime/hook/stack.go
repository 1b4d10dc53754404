package hook

import "unsafe"

// MayBeOnStack says whether p may point into this goroutine's stack, from where
// what it points to is moved as the stack grows. A hook that has promised to keep
// nothing (noescape) may keep p until leave if this is false.
func MayBeOnStack(p unsafe.Pointer) bool {
	s := panicState()
	if s.hi == 0 {
		return true // not known on this processor
	}
	return s.lo <= uintptr(p) && uintptr(p) < s.hi
}
