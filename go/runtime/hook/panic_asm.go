//go:build amd64 || arm64

package hook

// panicState reads the goroutine's stack bounds and its innermost panic.
//
//go:noescape
func panicState() gstate

// panicValue reads the interface value at offset in the innermost panic, nil if
// there is none.
//
//go:noescape
func panicValue(offset uintptr) any

// goroutine returns what is the goroutine's own for as long as it runs.
//
//go:noescape
func goroutine() uintptr
