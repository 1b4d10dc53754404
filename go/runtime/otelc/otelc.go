// Package otelc is what the module go.opentelemetry.io/otelc/pkg/runtime is made of: what
// hooks written for OpenTelemetry's own tool ask their runtime for. They import that
// module, whose path keeps it from what is internal here.
package otelc

import (
	"context"
	"maps"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/exit"
)

// asked is what has been asked so far, name -> on. Hooks ask in every call, so it is read
// without a lock or an allocation; mu is for those that put in another name, in a copy.
var (
	asked atomic.Pointer[map[string]bool]
	mu    sync.Mutex
)

// Instrumented says whether the instrumentation of that name is on. It is not
//
//   - where there is no telemetry at all;
//   - where OTEL_GO_ENABLED_INSTRUMENTATIONS, a list with commas, is set and does not have
//     the name, in whatever case, or where OTEL_GO_DISABLED_INSTRUMENTATIONS has it;
//   - where OTEL_INSTRUMENTATION_<NAME>_ENABLED turns it off, see [hook.Wanted].
//
// The environment is asked once for each name.
func Instrumented(name string) bool {
	if !hook.Enabled() {
		return false
	}
	if known := asked.Load(); known != nil {
		if on, ok := (*known)[name]; ok {
			return on
		}
	}
	return ask(name)
}

// ask asks the environment, and keeps the answer.
func ask(name string) bool {
	mu.Lock()
	defer mu.Unlock()
	answers := map[string]bool{name: wanted(name)}
	if known := asked.Load(); known != nil {
		maps.Copy(answers, *known)
	}
	asked.Store(&answers)
	return answers[name]
}

func wanted(name string) bool {
	only := os.Getenv("OTEL_GO_ENABLED_INSTRUMENTATIONS")
	return (only == "" || listed(only, name)) && !listed(os.Getenv("OTEL_GO_DISABLED_INSTRUMENTATIONS"), name) && hook.Wanted(name)
}

// listed says whether a list with commas has the name.
func listed(list, name string) bool {
	for item := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(item), name) {
			return true
		}
	}
	return false
}

// Flush sends what has not been sent yet, and returns when that is done or ctx is.
func Flush(ctx context.Context) error { return exit.Flush(ctx) }
