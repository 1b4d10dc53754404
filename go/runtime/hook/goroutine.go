package hook

// Goroutine tells the goroutine that calls it from all others that run: it is the same in all its
// calls for as long as it does, and later perhaps another's. It is zero where that cannot be told.
type Goroutine uintptr

// ThisGoroutine returns the one that calls it.
func ThisGoroutine() Goroutine { return Goroutine(goroutine()) }

// Is says whether g is known, and the goroutine that asks.
func (g Goroutine) Is() bool { return g != 0 && g == ThisGoroutine() }
