package lib

import "testing"

func TestGreeting(t *testing.T) {
	if got := Greeting("test"); got != "hello test"+kind {
		t.Error(got)
	}
}

func BenchmarkLoop(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Loop()
	}
}

func FuzzGreeting(f *testing.F) {
	f.Add("x")
	f.Fuzz(func(t *testing.T, s string) { Loop() })
}

func ExampleLine() {
	_ = Line()
	// Output:
}
