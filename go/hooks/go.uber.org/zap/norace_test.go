//go:build !race

package zap

const raceEnabled = false
