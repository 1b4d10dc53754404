// Program ask asks itself.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"example.com/ask/client"
)

func main() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client.Served(r.URL.Path + r.Header.Get("X-Hook"))
		w.WriteHeader(http.StatusAccepted)
	}))
	defer s.Close()
	fmt.Println(client.Ask(context.Background(), s.URL+"/ask"))
	fmt.Println(client.Other(context.Background(), s.URL+"/other"))
}
