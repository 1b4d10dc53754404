//go:build !unix || go1.28

package exit

import _ "unsafe" // for linkname

// watchSignals does nothing here: without knowing whether the program handles a
// signal, leaving it alone is the only thing that changes nothing.
func watchSignals() {}

//go:linkname disable os/signal.signal_disable
func disable(n uint32)

// disabled is what os/signal calls for disable in a woven program.
//
//go:linkname disabled os/signal.otel_signal_disable
func disabled(n uint32) { disable(n) }
