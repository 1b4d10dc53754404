// Package util is another target of a hook.
package util

type Card struct{ N int }

func One(x float64) float64 { return x }

// Size is the method of another type of that name.
func (c *Card) Size() int { return c.N }
