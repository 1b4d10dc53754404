package exit

import (
	"sync"
	"time"
	"unsafe"
)

// A panic that nothing recovers runs no exit hook. The last that the runtime does
// of it while goroutines still run is to ask the panic values for their texts, in
// preprintpanics, which may run any code: Error and String methods. The link of a
// woven program leads that one call of the runtime here (src/cmd/redirect.h); the
// name, which is one of the runtime's, keeps us out of tracebacks as it keeps
// preprintpanics. Without that link nothing of this file is called.

// preprintpanics is the runtime's. p is its list of panics.
//
//go:linkname preprintpanics runtime.preprintpanics
func preprintpanics(p unsafe.Pointer)

// beforePanic stands before preprintpanics. It is called on the goroutine that
// panics, after its deferred functions.
//
//go:linkname beforePanic runtime.otel_preprintpanics
func beforePanic(p unsafe.Pointer) {
	if started.Load() {
		dying.Do(func() {
			close(panicked)
			<-flush(true)
			close(panicFlushed)
		})
	}
	preprintpanics(p)
}

var (
	dying        sync.Once
	panicked     = make(chan struct{}) // closed when a panic ends the program
	panicFlushed = make(chan struct{}) // closed when the flush before that is over
)

// lastWords is how long the program's end leaves a panic to be told.
const lastWords = time.Second

// afterPanic keeps another end of the program back while a panic ends it: that
// came first, and would have been over by now.
func afterPanic() {
	select {
	case <-panicked:
		<-panicFlushed
		time.Sleep(lastWords)
	default:
	}
}
