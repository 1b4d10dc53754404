// Chi serves one route of a router below another, at the address that it is given.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"
)

func main() {
	users := chi.NewRouter()
	users.Get("/users/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "user", chi.URLParam(r, "id"))
	})
	r := chi.NewRouter()
	r.Mount("/api", users)
	log.Fatal(http.ListenAndServe(os.Args[1], r))
}
