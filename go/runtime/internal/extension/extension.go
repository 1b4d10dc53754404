// Package extension keeps what is wrong with an extension of the SDK that the user has written from
// the program: a panic or an error of one of its functions is told, and the rest works.
package extension

import (
	"fmt"

	"otel.tool/runtime/internal/report"
)

// Guard stands between the program and one function of an extension.
type Guard struct {
	what    string
	limited report.Limited
}

// New returns the guard of a function of the extension with that import path.
func New(extension, function string) *Guard {
	return &Guard{what: extension + ": " + function}
}

// Recover, deferred, takes a panic, and tells of it once a minute at most.
func (g *Guard) Recover() {
	if fault := recover(); fault != nil {
		g.Failed(fmt.Errorf("panic: %v", fault))
	}
}

// Failed tells of err, if it is one, once a minute at most.
func (g *Guard) Failed(err error) {
	if err != nil && g.limited.Ready() {
		report.Line(report.Error, "extension %s: %v", g.what, err)
	}
}

// List calls make, which may be nil, and returns what it does without those members that are nil.
func List[T comparable](g *Guard, make func() ([]T, error)) (list []T) {
	if make == nil {
		return nil
	}
	defer g.Recover()
	made, err := make()
	g.Failed(err)
	var none T
	for _, x := range made {
		if x != none {
			list = append(list, x)
		}
	}
	return list
}

// One calls make, which may be nil, and returns what it makes of configured; not ok if that is
// nothing, or it panics.
func One[T comparable](g *Guard, make func(T) T, configured T) (made T, ok bool) {
	if make == nil {
		return made, false
	}
	defer g.Recover()
	var none T
	made = make(configured)
	return made, made != none
}
