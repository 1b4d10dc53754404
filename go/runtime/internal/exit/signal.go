//go:build unix && !go1.28

package exit

import (
	"os"
	"os/signal"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	_ "unsafe" // for linkname
)

// Whether the program handles a signal is what package os/signal knows, and
// must be read before the signal is delivered: a program may stop handling it
// in the very moment that it comes (signal.NotifyContext). So the loop that
// delivers signals is ours, which is os/signal's with that one question in it.
// The names and the layout are those of Go 1.24 to 1.27, checked by the tests;
// for another version signal_other.go stands.

// handlers is the head of os/signal's variable: the channels by signal.
//
//go:linkname handlers os/signal.handlers
var handlers struct {
	sync.Mutex
	m   map[chan<- os.Signal]*[3]uint32
	ref [65]int64
	_   []struct{} // stopping
}

//go:linkname watchSignalLoop os/signal.watchSignalLoop
var watchSignalLoop func()

//go:linkname signalRecv os/signal.signal_recv
func signalRecv() uint32

//go:linkname process os/signal.process
func process(sig os.Signal)

func init() { watchSignalLoop = loop }

var (
	ours    chan os.Signal
	looping atomic.Bool              // loop runs, and fills handled
	handled [len(handlers.ref)]int64 // how many channels beside ours got the signal last
)

// loop delivers signals, for the whole program.
func loop() {
	looping.Store(true)
	for {
		sig := syscall.Signal(signalRecv())
		if n := int(sig); n < len(handled) {
			atomic.StoreInt64(&handled[n], others(n))
		}
		process(sig)
	}
}

// others returns how many channels beside ours want signal n.
func others(n int) int64 {
	handlers.Lock()
	defer handlers.Unlock()
	count := handlers.ref[n]
	if mask := handlers.m[ours]; mask != nil && mask[n/32]>>(n%32)&1 != 0 {
		count--
	}
	return count
}

// ended are the signals at which a program ends.
var ended = [...]syscall.Signal{syscall.SIGTERM, syscall.SIGINT}

// inherited says which of them were ignored when the program started (nohup). They
// stay so for as long as the program does not handle them.
var inherited = [len(ended)]bool{signal.Ignored(ended[0]), signal.Ignored(ended[1])}

// watchSignals flushes at SIGTERM and SIGINT, those of them that are not ignored.
func watchSignals() {
	ch := make(chan os.Signal, 4)
	handlers.Lock()
	ours = ch
	handlers.Unlock()
	for _, s := range ended {
		if !signal.Ignored(s) {
			signal.Notify(ch, s)
			listening.Store(true)
		}
	}
	if listening.Load() {
		go watch(ch)
	}
}

// listening says that signals are watched, and the process does not die yet.
var listening atomic.Bool

//go:linkname enable os/signal.signal_enable
func enable(n uint32)

//go:linkname disable os/signal.signal_disable
func disable(n uint32)

// disabled is what os/signal calls for disable in a woven program
// (src/cmd/redirect.h), by Reset and Stop, when nobody handles signal n any more:
// its default action is ours again, as before the program's first handler. The
// caller holds handlers.
//
//go:linkname disabled os/signal.otel_signal_disable
func disabled(n uint32) {
	i := slices.Index(ended[:], syscall.Signal(n))
	if i < 0 || !listening.Load() || inherited[i] || signal.Ignored(ended[i]) || handlers.ref[n] > 0 {
		disable(n)
		return
	}
	mask := handlers.m[ours]
	if mask == nil {
		mask = new([3]uint32)
		handlers.m[ours] = mask
	}
	mask[n/32] |= 1 << (n % 32)
	handlers.ref[n]++
	enable(n)
}

func watch(ch <-chan os.Signal) {
	for sig := range ch {
		if programHandles(sig.(syscall.Signal)) {
			flush(false)
			continue
		}
		select {
		case <-flush(true):
		case <-ch:
		}
		die(sig.(syscall.Signal))
	}
}

// programHandles says whether the program itself got the signal.
func programHandles(sig syscall.Signal) bool {
	if looping.Load() {
		return atomic.LoadInt64(&handled[sig]) > 0
	}
	return others(int(sig)) > 0 // Notify was called before our init
}

// die ends the process as the signal would have.
func die(sig syscall.Signal) {
	listening.Store(false)
	signal.Reset(sig)
	_ = syscall.Kill(syscall.Getpid(), sig)
	select {} // until the signal arrives
}
