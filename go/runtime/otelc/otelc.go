// Package otelc is what the module go.opentelemetry.io/otelc/pkg/runtime is made of: what
// hooks written for OpenTelemetry's own tool ask their runtime for. They import that
// module, whose path keeps it from what is internal here.
package otelc

import (
	"context"
	"os"
	"strings"
	"sync"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/exit"
)

var asked sync.Map // name -> bool

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
	on, known := asked.Load(name)
	if !known {
		on = wanted(name)
		asked.Store(name, on)
	}
	return on.(bool)
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
