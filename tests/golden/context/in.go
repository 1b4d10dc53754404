package target

import (
	"net/http"
)

type server struct{ n int }

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(200)
}

func (server) value(string string, _ int, more ...http.Header) (int, error) {
	return len(string), nil
}

func Named(a, b int) (sum int, err error) {
	defer func() { sum++ }()
	sum = a + b
	return
}

func single() error { return nil }

func Map[K comparable, V any](m map[K]V, f func(K) V) map[K]V {
	return m
}

func bare(_ int, _ string) (_ int, _ error) { return }
