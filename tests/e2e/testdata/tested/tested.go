// Package tested has tests inside and outside of it.
package tested

import (
	"io"
	"net/http"
)

// Get returns the body that url gives.
func Get(url string) (string, error) {
	res, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return string(b), err
}

// Mux answers /x.
func Mux() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/x", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "x") })
	return mux
}
