//go:build !race

package zerolog

const raceEnabled = false
