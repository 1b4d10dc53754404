// Package p.

// doc
package p // after

/* a
 b */ var x /* c
 */ = 1 // d
// lead
func f() {}
