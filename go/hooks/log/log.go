// Package log holds the hook of log: trace_id and span_id at the end of each line
// that is written inside a span, and the lines as OTLP logs.
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package log

import (
	"bytes"
	"context"
	"io"
	"log"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

const (
	scope   = "otel.tool/hooks/log"
	version = "0.1.0"
)

var in hook.Instrumentation

var traceKey, spanKey = hook.LogKeys()

// logger is the head of a log.Logger.
type logger struct {
	outMu sync.Mutex
	out   io.Writer
}

// layoutKnown says whether a log.Logger is what we take it for. If not, lines are
// left as they are.
var layoutKnown = func() bool {
	theirs, ours := reflect.TypeFor[log.Logger](), reflect.TypeFor[logger]()
	for i := range ours.NumField() {
		if i >= theirs.NumField() {
			return false
		}
		f, want := theirs.Field(i), ours.Field(i)
		if f.Name != want.Name || f.Type != want.Type || f.Offset != want.Offset {
			return false
		}
	}
	return true
}()

func init() {
	lines.New = newLine
	policy = readPolicy(os.Getenv("OTEL_GO_LOG_LINES"))
	hook.Register(&in, "log", scope, version)
}

// linePolicy says which lines get ids: OTEL_GO_LOG_LINES.
type linePolicy int

const (
	timed  linePolicy = iota // those that begin with a date or a time, and hold no JSON
	always                   // all
	never
)

var policy linePolicy

func readPolicy(s string) linePolicy {
	switch strings.ToLower(s) {
	case "always":
		return always
	case "never":
		return never
	}
	return timed
}

// OutputEnter is woven into (*log.Logger).output, through which every line goes.
// Where there is something to add, it exchanges the logger for one that formats
// the line and has it written by the first, under its lock.
func OutputEnter(l *log.Logger, pc uintptr, calldepth int) (newL *log.Logger, leave func()) {
	if !in.On() {
		return l, nil
	}
	return outputEnter(l, pc, calldepth)
}

func outputEnter(l *log.Logger, pc uintptr, calldepth int) (newL *log.Logger, leave func()) {
	newL = l
	defer hook.Guard()
	if pc != 0 || calldepth == 0 || !layoutKnown {
		return l, nil // log/slog's default handler, whose lines have their ids
	}
	exports := hook.ExportsLogs()
	sc := hook.CurrentSpan(context.Background())
	flags := l.Flags()
	adds := sc.IsValid() && (policy == always || policy == timed && flags&(log.Ldate|log.Ltime|log.Lmicroseconds) != 0)
	if !adds && !exports || hook.MayBeOnStack(unsafe.Pointer(l)) || isBridge(l.Writer()) {
		return l, nil
	}
	c := lines.Get().(*line)
	c.to, c.sc, c.adds, c.exports = l, sc, adds, exports
	if exports {
		// This function, OutputEnter, output.
		runtime.Callers(3+calldepth, c.pc[:])
	}
	c.format(l.Prefix(), flags)
	return c.own, c.leave
}

// isBridge says whether a writer discards what it gets, or makes records of it,
// which have the ids themselves.
func isBridge(w io.Writer) bool {
	t := reflect.TypeOf(w)
	if t == nil {
		return true
	}
	if known, ok := bridges.Load(t); ok {
		return known.(bool)
	}
	elem := t
	if t.Kind() == reflect.Pointer {
		elem = t.Elem()
	}
	pkg := elem.PkgPath()
	is := t == reflect.TypeOf(io.Discard) || pkg == "log/slog" || pkg == "go.uber.org/zap" || pkg == "github.com/rs/zerolog"
	bridges.Store(t, is)
	return is
}

var bridges sync.Map // reflect.Type -> bool

// start stands in a line where the message begins.
const start = "\x00otel\x00"

// line is what the hook keeps while a line is formatted and written. It is used
// again.
type line struct {
	to            *log.Logger
	sc            trace.SpanContext
	adds, exports bool
	pc            [1]uintptr
	first         string // the prefix, where it stands at the beginning

	own    *log.Logger // formats the line, and writes it to this
	prefix string      // that of own
	text   []byte
	leave  func() // c.end, made once
}

var lines sync.Pool // New is set in init

func newLine() any {
	c := new(line)
	c.own, c.leave = log.New(c, "", 0), c.end
	return c
}

func (c *line) end() {
	c.to, c.sc, c.pc, c.first = nil, trace.SpanContext{}, [1]uintptr{}, ""
	if cap(c.text) <= 64<<10 {
		lines.Put(c)
	}
}

// format has c.own format lines with these settings, and mark where the message
// begins.
func (c *line) format(prefix string, flags int) {
	c.own.SetFlags(flags | log.Lmsgprefix)
	if flags&log.Lmsgprefix == 0 {
		c.first, prefix = prefix, ""
	}
	if len(c.prefix) != len(prefix)+len(start) || !strings.HasPrefix(c.prefix, prefix) {
		c.prefix = prefix + start
		c.own.SetPrefix(c.prefix)
	}
}

// Write gets the line that c.own has formatted.
func (c *line) Write(formatted []byte) (int, error) {
	c.rewrite(formatted)
	to := (*logger)(unsafe.Pointer(c.to))
	to.outMu.Lock()
	defer to.outMu.Unlock()
	return to.out.Write(c.text)
}

// rewrite makes c.text, the line as it is to be written.
func (c *line) rewrite(formatted []byte) {
	head, message, _ := bytes.Cut(formatted, []byte(start))
	c.text = append(append(append(c.text[:0], c.first...), head...), message...)
	defer hook.Guard()
	message = bytes.TrimSuffix(message, []byte{'\n'})
	if c.exports {
		hook.EmitLog(&hook.LogRecord{
			Context: context.Background(), Time: time.Now(), Body: string(message),
			Attrs: hook.AppendLogSource(nil, c.pc[0]), Instrumentation: "log", Version: version,
		})
	}
	if !c.adds || policy == timed && isJSON(message) {
		return
	}
	b := c.text[:len(c.text)-1]
	if len(b) > 0 && b[len(b)-1] != ' ' {
		b = append(b, ' ')
	}
	b = append(append(b, traceKey...), '=')
	b = hook.AppendTraceID(b, c.sc)
	b = append(append(append(b, ' '), spanKey...), '=')
	b = hook.AppendSpanID(b, c.sc)
	c.text = append(b, '\n')
}

// isJSON says whether a message looks like JSON, which somebody will parse.
func isJSON(message []byte) bool {
	message = bytes.TrimSpace(message)
	if len(message) < 2 {
		return false
	}
	first, last := message[0], message[len(message)-1]
	return first == '{' && last == '}' || first == '[' && last == ']'
}
