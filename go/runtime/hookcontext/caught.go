package hookcontext

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"otel.tool/runtime/internal/report"
)

// Caught, deferred by an adapter around the call of a hook, keeps a panic of that
// hook from the program, and tells of it on standard error: for each hook of a
// function at most once a minute.
func (c *Context) Caught(hook string) {
	value := recover()
	if value == nil {
		return
	}
	f := faultsOf(faultKey{hook, c.function, c.pkg})
	unsaid := f.unsaid.Add(1)
	if !report.On(report.Error) || !f.limit.Ready() {
		return
	}
	f.unsaid.Add(-unsaid)
	more := ""
	if unsaid > 1 {
		more = fmt.Sprintf(" (and %d more since it was said last)", unsaid-1)
	}
	report.Line(report.Error, "hook %s of %s.%s panicked%s: %s%s", hook, c.pkg, c.function, place(), oneLine(value), more)
}

// faultKey is a hook of a function.
type faultKey struct{ hook, function, pkg string }

// faults are the panics of one hook.
type faults struct {
	limit  report.Limited
	unsaid atomic.Int64
}

var known sync.Map // faultKey -> *faults

func faultsOf(key faultKey) *faults {
	if f, ok := known.Load(key); ok {
		return f.(*faults)
	}
	f, _ := known.LoadOrStore(key, new(faults))
	return f.(*faults)
}

// place returns " at FILE:LINE", where the panic that has just been recovered began;
// for a panic of ours, where we were called.
func place() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for panicked := false; ; {
		frame, more := frames.Next()
		own := strings.HasPrefix(frame.Function, "otel.tool/runtime/hookcontext.(*Context).")
		switch {
		case frame.Function == "runtime.gopanic":
			panicked = true
		case panicked && !own && !strings.HasPrefix(frame.Function, "runtime."):
			return fmt.Sprintf(" at %s:%d", frame.File, frame.Line)
		}
		if !more {
			return ""
		}
	}
}

// longest is how much of a panic's value is said.
const longest = 1000

// oneLine is the text of a panic's value on one line. It survives the methods of
// the value.
func oneLine(value any) (text string) {
	text = strings.Join(strings.Fields(fmt.Sprint(value)), " ")
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "..."
	}
	return text
}
