// Phrases answers GET /phrases/{lang} with the word of greeting in that
// language.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
)

var phrases = map[string]string{
	"de": "Hallo",
	"en": "Hello",
	"es": "Hola",
	"fr": "Bonjour",
}

func main() {
	addr := flag.String("addr", ":8081", "address to listen on")
	flag.Parse()

	http.HandleFunc("GET /phrases/{lang}", phrase)

	l, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("phrases: listening on %s", l.Addr())
	log.Fatal(http.Serve(l, nil))
}

// phrase handles GET /phrases/{lang}.
func phrase(w http.ResponseWriter, r *http.Request) {
	p, ok := phrases[r.PathValue("lang")]
	if !ok {
		http.Error(w, "language not known", http.StatusNotFound)
		return
	}
	fmt.Fprintln(w, p)
}
