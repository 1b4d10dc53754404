package config

import (
	"os"
	"slices"
	"sync"

	"otel.tool/runtime/internal/report"
)

// Source is where the signals' configurations come from: an environment, and the file that
// OTEL_CONFIG_FILE names there, which is read once for all of them.
type Source struct {
	getenv func(name string) string
	warn   func(format string, args ...any)

	once    sync.Once
	file    *file
	fileSet []string // variables that have a value, of those that were asked for with the file
}

// Process is the program's own environment.
var Process = NewSource(os.Getenv, report.Once)

// NewSource is the environment that getenv shows. Each fault in it is one call of warn.
func NewSource(getenv func(name string) string, warn func(format string, args ...any)) *Source {
	return &Source{getenv: getenv, warn: warn}
}

func (s *Source) reader() *reader { return &reader{getenv: s.getenv, warn: s.warn, source: s} }

// file returns what OTEL_CONFIG_FILE says; nil if it is not set.
func (r *reader) file() *file {
	path := r.text("OTEL_CONFIG_FILE")
	if path == "" {
		return nil
	}
	s := r.source
	s.once.Do(func() {
		own := &reader{getenv: r.getenv, warn: r.warn}
		s.file = own.readFile(path)
		s.fileSet = own.set
	})
	for _, name := range s.fileSet {
		if !slices.Contains(r.set, name) {
			r.set = append(r.set, name)
		}
	}
	return s.file
}
