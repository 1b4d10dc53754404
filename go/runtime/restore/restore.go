// Package restore gives a test binary the environment that its user had.
//
// A build with otel runs go with a GOWORK and a GOPROXY of its own. `go test`
// starts the tests with that environment, and a test that calls go itself must not
// meet it. (`go run` starts programs through `otel exec`, which does the same;
// for tests that would turn go's cache of test results off.)
//
// A program that was not started by `otel go test` is left alone.
package restore

import (
	"os"
	"strings"
)

// saved holds lines "NAME=value", or "NAME" for a variable that was not set.
const saved = "OTEL_GO_SAVED"

func init() {
	text, ok := os.LookupEnv(saved)
	if !ok {
		return
	}
	for _, line := range strings.Split(text, "\n") {
		if name, value, set := strings.Cut(line, "="); set {
			os.Setenv(name, value)
		} else {
			os.Unsetenv(name)
		}
	}
	os.Unsetenv(saved)
}
