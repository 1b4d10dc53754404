//go:build race

package http

const raceEnabled = true // allocations are not counted then: sync.Pool forgets
