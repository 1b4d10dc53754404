//go:build race

package sql

const raceEnabled = true // allocations are not counted then: sync.Pool forgets
