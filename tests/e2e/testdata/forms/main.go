// Forms calls a function that can be woven without its callers noticing, and
// one that is inlined into them.
package main

import (
	"fmt"

	"example.com/forms/mid"
)

func main() {
	fmt.Println("sum", mid.Sum(20, 21))
	fmt.Println("twice", mid.Twice(21))
}
