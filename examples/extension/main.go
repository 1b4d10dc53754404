// Extension is a server that greets, and that asks itself: a program with its own additions to
// OpenTelemetry's SDK, which are in package telemetry. Nothing in this file knows of them.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
)

func greet(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "hello, %s\n", r.PathValue("name"))
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /greet/{name}", greet)
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, path := range []string{"/greet/world", "/greet/nobody", "/nowhere"} {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		io.Copy(os.Stdout, resp.Body)
		resp.Body.Close()
	}
}
