// Package report is how the runtime speaks in somebody else's program: on
// standard error, one line at a time, and rarely. OTEL_LOG_LEVEL says how much:
// none, error (telemetry is lost), warn (the default: wrong values, what is tried
// again), info (what is set up, when the program starts), debug (each export).
package report

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Every is the least time between two lines of one Limited.
const Every = time.Minute

// Level is how much is said.
type Level int32

// The levels, each with those before it.
const (
	None Level = iota
	Error
	Warn
	Info
	Debug
)

// Levels are the values of OTEL_LOG_LEVEL, by level.
var Levels = []string{"none", "error", "warn", "info", "debug"}

// level is OTEL_LOG_LEVEL; a wrong value is told where the other variables are read.
// A configuration file changes it, when there may be spans already.
var level atomic.Int32

func init() { level.Store(int32(parse(os.Getenv("OTEL_LOG_LEVEL")))) }

func parse(text string) Level {
	for i, name := range Levels {
		if strings.EqualFold(strings.TrimSpace(text), name) {
			return Level(i)
		}
	}
	return Warn
}

// On says whether lines of l are written.
func On(l Level) bool { return int32(l) <= level.Load() }

// SetLevel sets what is written, and returns what was.
func SetLevel(l Level) (before Level) { return Level(level.Swap(int32(l))) }

// out is where lines go; tests change it.
var out io.Writer = os.Stderr

// Line writes one line of level l.
//
//go:noinline
func Line(l Level, format string, args ...any) {
	if On(l) {
		fmt.Fprintf(out, "otel: "+format+"\n", args...)
	}
}

// Sent tells at OTEL_LOG_LEVEL=debug of an export of n items that began then.
func Sent(n int, what, target string, begun time.Time, err error) {
	if !On(Debug) {
		return
	}
	how := "done"
	if err != nil {
		how = err.Error()
	}
	Line(Debug, "%d %s to %s in %v: %s", n, what, target, time.Since(begun).Round(time.Microsecond), how)
}

var said sync.Map

// Once writes a warning if it has not been written before: what is wrong with a
// variable is found by each signal that reads it.
func Once(format string, args ...any) { OnceAt(Warn, format, args...) }

// OnceAt is Once for a line of that level.
func OnceAt(l Level, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if _, known := said.LoadOrStore(line, true); !known {
		Line(l, "%s", line)
	}
}

// Limited speaks at most once a minute. What is said in between is not kept:
// say with the next line how much there was, by a count. The zero value is
// ready, and may speak at once.
type Limited struct {
	mu   sync.Mutex
	next time.Time
}

// Ready says whether a line may be written now; if so, the next may not be for
// a minute.
func (l *Limited) Ready() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Before(l.next) {
		return false
	}
	l.next = now.Add(Every)
	return true
}

// SetOutput sends lines to w, and returns where they went before. It is for
// tests.
func SetOutput(w io.Writer) (before io.Writer) {
	before, out = out, w
	return before
}
