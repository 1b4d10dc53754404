// Package resource tells what the program is, as OpenTelemetry's semantic
// conventions for resources name it
// (https://opentelemetry.io/docs/specs/semconv/resource).
//
// It starts no process, asks no network, and leaves out what may hold a secret:
// the command line, and the environment.
package resource

import (
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk"
	"go.opentelemetry.io/otel/sdk/resource"
)

// schema is the version of the conventions that the names here are of.
const schema = "https://opentelemetry.io/schemas/1.39.0"

// Distro is what telemetry.distro.name says.
const Distro = "otel-go-build"

// Version is what telemetry.distro.version says.
const Version = "0.1.0"

// Config is what the user says of the resource.
type Config struct {
	Service   string               // its name, or ""
	Attrs     []attribute.KeyValue // come before what is found out
	Detectors []string             // names of detectors

	// Found is what own extensions have found out. It comes before what detectors do.
	Found []attribute.KeyValue

	// Keep, if set, says whether an attribute that a detector finds is wanted.
	Keep func(key string) bool
}

// New returns the program's resource: what the detectors find out, then what own
// extensions do, then the user's attributes, then the service's name if the user gives one; later ones
// come first.
func New(cfg Config) *resource.Resource { return here().resource(cfg) }

func (p *place) resource(cfg Config) *resource.Resource {
	a := attrs{
		attribute.String("telemetry.sdk.name", "opentelemetry"),
		attribute.String("telemetry.sdk.language", "go"),
		attribute.String("telemetry.sdk.version", sdk.Version()),
		attribute.String("telemetry.distro.name", Distro),
		attribute.String("telemetry.distro.version", Version),
		attribute.String("service.name", serviceName(p.info.Path, executable())),
	}
	for _, d := range detectors {
		if slices.Contains(cfg.Detectors, d.name) {
			for _, kv := range d.detect(p) {
				if cfg.Keep == nil || cfg.Keep(string(kv.Key)) {
					a = append(a, kv)
				}
			}
		}
	}
	a = append(a, cfg.Found...)
	a = append(a, cfg.Attrs...)
	a.add("service.name", cfg.Service)
	return resource.NewWithAttributes(schema, a...)
}

// serviceName is the last element of the main package's import path that is not
// a major version. For a program built from files, which has no such path, it
// is what the specification says: unknown_service with the executable's name.
func serviceName(main, exe string) string {
	if main != "command-line-arguments" {
		path := strings.Split(main, "/")
		for i := len(path) - 1; i >= 0; i-- {
			if path[i] != "" && (i == 0 || !majorVersion(path[i])) {
				return path[i]
			}
		}
	}
	return "unknown_service:" + exe
}

// majorVersion says whether s is v2, v3 and so on.
func majorVersion(s string) bool {
	digits, ok := strings.CutPrefix(s, "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}
