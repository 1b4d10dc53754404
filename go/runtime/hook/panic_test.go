package hook

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"context"
)

// leaving runs f and returns what Panic says in a function deferred before f.
func leaving(f func()) (value any, panicking bool) {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { _ = recover() }()
		defer func() { value, panicking = Panic() }()
		f()
	}()
	<-done
	return value, panicking
}

func TestPanic(t *testing.T) {
	findPanicOffset()
	if !panicKnown {
		if runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64" {
			t.Fatal("cannot find the value of a panic")
		}
		t.Skip("not known on", runtime.GOARCH)
	}
	err := errors.New("oh")
	var nilMap map[string]int
	tests := []struct {
		name      string
		f         func()
		want      string
		panicking bool
	}{
		{"none", func() {}, "<nil>", false},
		{"string", func() { panic("oh") }, "oh", true},
		{"error", func() { panic(err) }, "oh", true},
		{"int", func() { panic(42) }, "42", true},
		{"nil", func() { panic(nil) }, (&runtime.PanicNilError{}).Error(), true},
		{"runtime error", func() { nilMap["x"] = 1 }, "assignment to entry in nil map", true},
		{"Goexit", runtime.Goexit, "<nil>", true},
		{"recovered", func() {
			defer func() { _ = recover() }()
			panic("x")
		}, "<nil>", false},
		{"panicked again", func() {
			defer func() { panic(fmt.Sprint(recover(), " again")) }()
			panic("x")
		}, "x again", true},
		{"panic in a deferred function", func() {
			defer func() { panic("second") }()
			panic("first")
		}, "second", true},
		{"deep stack", func() { deep(10000) }, "deep", true},
	}
	for _, tt := range tests {
		value, panicking := leaving(tt.f)
		if fmt.Sprint(value) != tt.want || panicking != tt.panicking {
			t.Errorf("%s: %v, %v", tt.name, value, panicking)
		}
	}
	if v, _ := leaving(func() { panic(err) }); v != err {
		t.Error("not the same value")
	}
}

func deep(n int) {
	if n == 0 {
		panic("deep")
	}
	deep(n - 1)
}

func TestPanicUnderLoad(t *testing.T) {
	findPanicOffset()
	var wg sync.WaitGroup
	for g := 0; g < 8; g++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 200; i++ {
				if i%50 == 0 {
					runtime.GC()
				}
				want := fmt.Sprint(g, i)
				if v, ok := leaving(func() { panic(want) }); panicKnown && (!ok || v != want) {
					t.Errorf("%v, want %s", v, want)
				}
			}
		}()
	}
	wg.Wait()
}

type badError struct{}

func (badError) Error() string { panic("in Error") }

func TestPanicMessage(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string
	}{
		{"s", "s"}, {errors.New("e"), "e"}, {7, "7"}, {badError{}, "hook.badError"}, {os.ModeDir, "d---------"},
	} {
		if got := panicMessage(tt.v); got != tt.want {
			t.Errorf("%v: %q", tt.v, got)
		}
	}
}

func TestRecordPanic(t *testing.T) {
	var in Instrumentation
	Register(&in, "panics", "", "")
	rec := on(t)
	record := func(f func()) {
		done := make(chan bool)
		go func() {
			defer close(done)
			defer func() { _ = recover() }()
			_, span := in.Start(context.Background(), "x")
			defer func() {
				RecordPanic(span)
				span.End()
			}()
			f()
		}()
		<-done
	}
	record(func() { panic(errors.New("oh")) })
	record(runtime.Goexit)

	record(func() {}) // as if the target had recovered

	s := rec.Ended()[0]
	if len(s.Events()) != 1 || s.Events()[0].Name != "exception" || s.Status().Description != "panic: oh" {
		t.Fatalf("events %v, status %v", s.Events(), s.Status())
	}
	attrs := map[string]string{}
	for _, a := range s.Events()[0].Attributes {
		attrs[string(a.Key)] = a.Value.Emit()
	}
	if attrs["exception.type"] != "*errors.errorString" || attrs["exception.message"] != "oh" ||
		!strings.Contains(attrs["exception.stacktrace"], "TestRecordPanic") {
		t.Error(attrs)
	}
	if s := rec.Ended()[1]; len(s.Events()) != 0 {
		t.Error("Goexit recorded as a panic")
	}
	if s := rec.Ended()[2]; panicKnown && (len(s.Events()) != 0 || s.Status().Description != "panic") {
		t.Error(s.Events(), s.Status())
	}
}

func BenchmarkPanicNone(b *testing.B) {
	findPanicOffset()
	for i := 0; i < b.N; i++ {
		_, sink = Panic()
	}
}
