// Reference is the service of package service, as one writes it who knows nothing
// of OpenTelemetry.
package main

import (
	"log"
	"os"

	_ "github.com/lib/pq"

	"example.com/reference/service"
)

func main() {
	if err := service.Run(os.Args[1], service.Config{}); err != nil {
		log.Fatal(err)
	}
}
