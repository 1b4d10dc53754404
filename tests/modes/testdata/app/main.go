// App asks itself for a greeting over HTTP, and says what the build made of it.
package main

import (
	"fmt"
	"os"

	"github.com/google/uuid"

	"example.com/app/lib"
)

var version = "none" // set by -ldflags in one of the rows

func main() {
	fmt.Println(lib.Greeting(os.Args[1:]...))
	fmt.Println("version", version)
	fmt.Println("loop", lib.Loop())
	fmt.Println("line", lib.Line())
	fmt.Println("uuid", uuid.Nil)
	fmt.Println("collector", os.Getenv("GOGC") == "", "workspace", os.Getenv("GOWORK") == "")
}
