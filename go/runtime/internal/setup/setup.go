// Package setup is what the set-ups of traces, metrics and logs have in common.
package setup

import (
	"log"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	_ "unsafe" // for linkname

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	sdkresource "go.opentelemetry.io/otel/sdk/resource"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/build"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/report"
	"otel.tool/runtime/internal/resource"
)

// InTest says whether this is a test binary. Its main package is the one that
// go test makes, named PACKAGE.test in the build information; the package
// testing would know too, but programs need not link it.
func InTest() bool {
	if path := build.Read().Path; path != "" {
		return strings.HasSuffix(path, ".test")
	}
	return len(os.Args) > 0 && strings.HasSuffix(strings.TrimSuffix(os.Args[0], ".exe"), ".test")
}

// Wanted says whether there is to be telemetry in this program: not in a test
// binary, unless OTEL_GO_TEST=1.
func Wanted() bool { return !InTest() || os.Getenv("OTEL_GO_TEST") == "1" }

// extended is true in a program with own extensions: by data in the file that otel adds to its main
// package, so before anything is initialised.
//
//go:linkname extended
var extended bool

// Extended says that main's initialisation is to set the signals up, by an Extend each.
func Extended() bool { return extended }

// OwnType says whether x, one of the API's globals, has been set by the program.
// Until then it is of a type of the API's internal/global package.
func OwnType(x any) bool {
	return !strings.HasPrefix(reflect.TypeOf(x).String(), "*global.")
}

var (
	resourceOnce sync.Once
	theResource  *sdkresource.Resource
	detectors    []func() []attribute.KeyValue
)

// Detect has find asked for attributes of the resource, when that is made.
func Detect(find func() []attribute.KeyValue) { detectors = append(detectors, find) }

// Resource returns the program's resource, which is the same for all signals: its
// service.instance.id is made up.
func Resource(cfg resource.Config) *sdkresource.Resource {
	resourceOnce.Do(func() {
		for _, find := range detectors {
			cfg.Found = append(cfg.Found, find()...)
		}
		theResource = resource.New(cfg)
	})
	return theResource
}

// Tell says at OTEL_LOG_LEVEL=info what has been set up for a signal, and by which
// variables. Of their values, which may hold secrets, it says none.
func Tell(signal, to string, set []string) {
	if !report.On(report.Info) {
		return
	}
	by := "the defaults"
	if len(set) > 0 {
		by = strings.Join(set, ", ")
	}
	report.Line(report.Info, "%s: %s; set by %s", signal, to, by)
}

// What Tell says where nothing is sent.
const (
	Off       = "off"
	TheirOwn  = "the program has its own provider"
	NoTargets = "made, and sent nowhere"
)

// Target names where an exporter sends.
func Target(exporter string, to otlp.Config) string {
	switch {
	case to.File != "":
		return "lines to " + to.File
	case exporter == "otlp":
		return string(to.Protocol) + " to " + to.Target()
	}
	return exporter
}

// Targets is the targets of a signal's exporters as one text.
func Targets(list []string) string {
	if list == nil {
		return NoTargets
	}
	return strings.Join(list, ", ")
}

// OTLP completes to by what the program knows. What is being sent, and limited is
// how often something may be said about it.
func OTLP(to otlp.Config, what string, limited *report.Limited) otlp.Config {
	to.UserAgent = "OTel-OTLP-Exporter-Go/" + resource.Version + " " + resource.Distro
	to.Mark = hook.Suppress
	where := to.Target()
	to.Retry = func(err error) {
		if limited.Ready() {
			report.Line(report.Warn, "cannot send %s to %s: %v; trying again", what, where, err)
		}
	}
	warnings := new(report.Limited)
	to.Warn = func(message string) {
		if warnings.Ready() {
			report.Line(report.Warn, "%s to %s: %s", what, where, message)
		}
	}
	return to
}

// Quietly runs f while the errors that OpenTelemetry handles are dropped. The
// SDK reads variables that package config has read before, and would complain
// a second time.
//
// Afterwards the program's error handler is in place again. Where it had none,
// ours stays, and does what the API does without one: log.Print. (The API's own
// hands on to the first that was ever set, which is now ours; but before v1.29 to
// itself, for ever, if it is set again.)
func Quietly(f func()) {
	before := otel.GetErrorHandler()
	h := new(errorHandler)
	h.quiet.Store(true)
	otel.SetErrorHandler(h)
	f()
	h.quiet.Store(false)
	if !strings.HasSuffix(reflect.TypeOf(before).String(), ".ErrDelegator") {
		otel.SetErrorHandler(before)
	}
}

type errorHandler struct {
	quiet atomic.Bool
}

func (h *errorHandler) Handle(err error) {
	if !h.quiet.Load() {
		log.Print(err)
	}
}
