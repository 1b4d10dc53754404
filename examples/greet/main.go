// Greet answers GET /greet?name=Ada&lang=fr with a greeting. The words come
// from the phrases service.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
)

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	phrases := flag.String("phrases", "http://localhost:8081", "base URL of the phrases service")
	flag.Parse()

	g := greeter{phrases: *phrases}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /greet", g.greet)

	l, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("greet: listening on %s", l.Addr())
	log.Fatal(http.Serve(l, mux))
}

type greeter struct {
	phrases string // base URL of the phrases service
}

// greet handles GET /greet. Without a name it greets the world; in a language
// that the phrases service does not know, it greets in English.
func (g greeter) greet(w http.ResponseWriter, r *http.Request) {
	name, lang := r.FormValue("name"), r.FormValue("lang")
	if name == "" {
		name = "world"
	}
	if lang == "" {
		lang = "en"
	}
	phrase, err := g.phrase(r.Context(), lang)
	if err != nil {
		log.Printf("greet: %v", err)
		phrase = "Hello"
	}
	fmt.Fprintf(w, "%s, %s!\n", phrase, name)
}

// phrase asks the phrases service for the word of greeting in lang.
func (g greeter) phrase(ctx context.Context, lang string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, "GET", g.phrases+"/phrases/"+url.PathEscape(lang), nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("no phrase for %q: %s", lang, res.Status)
	}
	return strings.TrimSpace(string(body)), nil
}
