// Program two is another main package of the module, which some hooks are for.
package main

import (
	"fmt"

	"golang.org/x/mod/semver"

	"example.com/shop/lib"
)

func main() {
	fmt.Println("==", "two")
	fmt.Println(lib.Before(1))
	fmt.Println(semver.Canonical("1.2"))
}
