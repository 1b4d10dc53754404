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

// GrowStack makes sure that the goroutine's stack has room for a few calls more: 8 KB in all, near
// its root. It is for hooks at the root of a goroutine that is made for each request. That begins
// with 2 KB, which the hooks and what decodes the request do not get by with; and where the stack
// grows further up, all frames below are looked through to move them, once for each doubling. What
// is not used the collector takes back.
func GrowStack()
