// Package mid depends on the package that is woven.
package mid

import "example.com/forms/lib"

// Sum returns a+b.
func Sum(a, b int) int { return lib.Sum(a, b) }

// Twice returns 2*n.
func Twice(n int) int { return lib.Twice(n) }
