package hook

import (
	"fmt"
	"runtime/debug"
	"sync"
	"unsafe"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// What a panic in flight is, without recovering it: the runtime keeps it in
// g._panic, which points to a _panic on the goroutine's own stack, one of whose
// first words is the value. g begins with the bounds of the stack, then two
// stack guards, then _panic (Go 1.2 to 1.27). Nothing of that is believed before
// a panic of our own has shown it to be so (findPanicOffset), and _panic is read
// only if it lies within the bounds.

// gstate is what panicState reads.
type gstate struct {
	lo, hi, sp uintptr    // the stack's bounds, and where we are on it
	top        uintptr    // g._panic
	words      [4]uintptr // the first words of *g._panic; zero if it is not on the stack
}

var (
	panicOnce   sync.Once
	panicOffset uintptr // of the value in _panic
	panicKnown  bool
)

// sentinel is the value of the test panic, a type that no one else has.
type sentinel struct{ _ byte }

// findPanicOffset panics twice to learn where the value of a panic is kept, once
// in the program's life.
func findPanicOffset() {
	panicOnce.Do(func() {
		a, ok := tryPanic(new(sentinel))
		b, ok2 := tryPanic(new(sentinel))
		panicOffset, panicKnown = a, ok && ok2 && a == b
	})
}

// tryPanic panics with value and returns the offset at which it then stands.
func tryPanic(value *sentinel) (offset uintptr, ok bool) {
	before := panicState()
	defer func() {
		s := panicState()
		_ = recover()
		onStack := s.lo < s.sp && s.sp < s.hi && s.lo < s.top && s.top < s.hi
		if !onStack || s.top == before.top {
			ok = false
			return
		}
		v := any(value)
		want := *(*[2]uintptr)(unsafe.Pointer(&v))
		for i := 0; i+1 < len(s.words); i++ {
			if s.words[i] == want[0] && s.words[i+1] == want[1] {
				offset, ok = uintptr(i)*unsafe.Sizeof(uintptr(0)), true
				return
			}
		}
	}()
	panic(value)
}

// Panic returns the value of the panic that is unwinding the goroutine, and
// whether there is one. It is for leave functions, which run while a panic goes
// by, and does not recover it. The value is nil if it cannot be known (a
// processor other than amd64 and arm64), and at runtime.Goexit.
//
// A deferred function that runs while an outer panic goes by sees that one too:
// ask only when the woven function did not return (after was not called).
func Panic() (value any, panicking bool) {
	if !panicKnown || panicState().top == 0 {
		return nil, false
	}
	return panicValue(panicOffset), true
}

// PanicType is error.type for what unwinds the goroutine, of a target that did not
// return: the type of the panic's value, "panic" where that is not known or the
// target has recovered it, and "" at runtime.Goexit.
func PanicType() string {
	value, panicking := Panic()
	switch {
	case value != nil:
		return fmt.Sprintf("%T", value)
	case panicking:
		return "" // runtime.Goexit
	}
	return "panic"
}

// RecordPanic puts a panic that unwinds the goroutine on the span: an exception
// event with type, message and stack, error.type and the status. For leave
// functions of targets that did not return. Nothing is recorded at
// runtime.Goexit.
func RecordPanic(span trace.Span) {
	kind, message := PanicType(), "panic"
	value, panicking := Panic()
	switch {
	case kind == "":
		return // runtime.Goexit
	case panicKnown && !panicking:
		// The target has recovered the panic in a deferred function of its own.
		span.SetAttributes(attribute.String("error.type", kind))
		span.SetStatus(codes.Error, message)
		return
	case value != nil:
		message = panicMessage(value)
	}
	span.AddEvent("exception", trace.WithAttributes(
		attribute.String("exception.type", kind),
		attribute.String("exception.message", message),
		attribute.String("exception.stacktrace", string(debug.Stack())),
	))
	span.SetAttributes(attribute.String("error.type", kind))
	span.SetStatus(codes.Error, "panic: "+message)
}

// panicMessage says what value is without calling methods of the program other
// than those by which it would be printed, and survives those.
func panicMessage(value any) (s string) {
	defer func() {
		if recover() != nil {
			s = fmt.Sprintf("%T", value)
		}
	}()
	switch v := value.(type) {
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case string:
		return v
	}
	return fmt.Sprintf("%v", value)
}
