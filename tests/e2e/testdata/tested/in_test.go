package tested

import (
	"net/http/httptest"
	"os"
	"runtime"
	"testing"
)

func TestInside(t *testing.T) {
	before := runtime.NumGoroutine()
	s := httptest.NewServer(Mux())
	defer s.Close()
	if got, err := Get(s.URL + "/x"); got != "x" || err != nil {
		t.Error(got, err)
	}
	if n := runtime.NumGoroutine() - before; n > 6 && os.Getenv("OTEL_GO_TEST") == "" {
		t.Errorf("%d goroutines more", n)
	}
}

func BenchmarkInside(b *testing.B) {
	for b.Loop() {
		Mux()
	}
}

func FuzzInside(f *testing.F) {
	f.Add("x")
	f.Fuzz(func(t *testing.T, s string) {})
}
