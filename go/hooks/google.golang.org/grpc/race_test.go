//go:build race

package grpc

const raceEnabled = true // allocations are not counted then: sync.Pool forgets
