// Json exits with 1 unless its argument names a file of JSON.
package main

import (
	"encoding/json"
	"log"
	"os"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if !json.Valid(text) {
		log.Fatalf("%s is not JSON", os.Args[1])
	}
}
