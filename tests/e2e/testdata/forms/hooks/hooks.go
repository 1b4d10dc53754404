// Package hooks holds the hooks of replace.yaml and rebuild.yaml.
package hooks

import "fmt"

// Sum sees a sum's first operand and its result, and makes the result one more.
func Sum(a, b int) (after func(int) int) {
	fmt.Println("before", a)
	return func(r int) int {
		fmt.Println("after", r)
		return r + 1
	}
}

// Twice makes the operand one more.
func Twice(n int) (newN int) {
	fmt.Println("twice of", n)
	return n + 1
}
