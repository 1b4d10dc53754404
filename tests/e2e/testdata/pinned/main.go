// Pinned depends on old versions of modules that OpenTelemetry needs newer.
package main

import (
	"fmt"
	"net/http"

	"github.com/cespare/xxhash/v2"
	"github.com/google/uuid"
	"golang.org/x/sys/unix"
)

func main() {
	fmt.Println(xxhash.Sum64String("x"), uuid.NewSHA1(uuid.NameSpaceDNS, []byte("x")), unix.Getpid() > 0)
	http.HandleFunc("/", http.NotFound)
}
