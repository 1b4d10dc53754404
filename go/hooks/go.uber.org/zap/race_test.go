//go:build race

package zap

const raceEnabled = true
