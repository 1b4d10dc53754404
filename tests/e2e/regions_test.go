package e2e

import (
	"strings"
	"testing"
)

// regionsMain answers two requests while an execution trace is taken, with regions of its own.
const regionsMain = `package main

import (
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/trace"
)

func main() {
	f, err := os.Create("trace.out")
	if err != nil {
		log.Fatal(err)
	}
	trace.Start(f)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer trace.StartRegion(r.Context(), "mine").End()
		go func() { defer trace.StartRegion(r.Context(), "beside").End() }()
	}))
	for range 2 {
		r, err := http.Get(s.URL)
		if err != nil {
			log.Fatal(err)
		}
		r.Body.Close()
	}
	s.Close()
	trace.Stop()
	f.Close()
}
`

// TestRegions: the execution trace of a woven program can be read, and a request is a region in it,
// around the program's own.
func TestRegions(t *testing.T) {
	t.Parallel()
	a := emptyApp(t, "go.mod", "module example.com/regions\n\ngo 1.24\n", "main.go", regionsMain)
	for bin, want := range map[string]int{a.plain(): 0, a.woven(): 2} {
		a.must("OTEL_TRACES_EXPORTER=none", bin)
		requests, within, events := 0, 0, a.must("go", "tool", "trace", "-d=parsed", "trace.out").out
		for line := range strings.Lines(events) {
			switch {
			case strings.Contains(line, "RegionBegin") && strings.Contains(line, `"GET"`):
				requests++
			case strings.Contains(line, "RegionBegin") && strings.Contains(line, `"mine"`):
				within++
			}
		}
		if requests != want || within != 2 {
			t.Errorf("%s: %d requests, %d regions within", bin, requests, within)
		}
	}
}
