// Package lib is what the programs of this module share.
package lib

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
)

// Greeting serves one request to itself, and returns the answer.
func Greeting(names ...string) string {
	mux := http.NewServeMux()
	mux.HandleFunc("/greet", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "hello ", strings.Join(names, " "), kind)
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	res, err := http.Get(srv.URL + "/greet")
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

// Loop tells the language version: before Go 1.22 a loop has one variable.
func Loop() string {
	var all []func() int
	for i := 0; i < 3; i++ {
		all = append(all, func() int { return i })
	}
	return fmt.Sprint(all[0](), all[1](), all[2]())
}

// Line returns this very line.
func Line() int {
	_, _, line, _ := runtime.Caller(0)
	return line
}
