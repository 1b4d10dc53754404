// Get asks for each URL given, and prints what is answered.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("get: ")
	for _, url := range os.Args[1:] {
		res, err := http.Get(url)
		if err != nil {
			log.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("GET %s\n    %s", url, body)
	}
}
