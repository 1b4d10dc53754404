//go:build !race

package slog

const raceEnabled = false
