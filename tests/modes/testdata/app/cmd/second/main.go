// Second is another program of the module.
package main

import (
	"fmt"

	"example.com/app/lib"
)

func main() { fmt.Println(lib.Greeting("second")) }
