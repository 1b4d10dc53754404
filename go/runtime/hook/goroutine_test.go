package hook

import (
	"runtime"
	"testing"
)

func TestGoroutine(t *testing.T) {
	g := ThisGoroutine()
	if told := g != 0; told != (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64") {
		t.Fatalf("%v on %s", g, runtime.GOARCH)
	}
	if !grown(1000, g.Is) && g != 0 {
		t.Error("another one on a larger stack")
	}
	other := make(chan bool)
	go func() { other <- g.Is() || ThisGoroutine() == g && g != 0 }()
	if <-other {
		t.Error("one that is beside it")
	}
	if Goroutine(0).Is() {
		t.Error("none")
	}
}

// grown calls f on a stack that has had to move.
func grown(n int, f func() bool) bool {
	var frame [100]byte
	if n == 0 {
		return f()
	}
	return grown(n-1, f) && frame[n%len(frame)] == 0
}
