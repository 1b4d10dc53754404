//go:build race

package redis

const raceEnabled = true // allocations are not counted then: sync.Pool forgets
