// Package lib is woven.
package lib

// Sum returns a+b. What does it is not inlined.
func Sum(a, b int) int { return sum(a, b) }

//go:noinline
func sum(a, b int) int { return a + b }

// Twice returns 2*n, and is inlined where it is called.
func Twice(n int) int { return 2 * n }
