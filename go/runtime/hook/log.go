package hook

import (
	"context"
	"math"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/gctx"
	"otel.tool/runtime/internal/hexid"
)

// CurrentSpan returns the ids that a log record is to have: those of the span in
// ctx, which may be nil, or where it holds none, of the goroutine's current span.
// It is not valid outside of spans, and nothing is allocated.
func CurrentSpan(ctx context.Context) trace.SpanContext {
	if ctx != nil {
		if sc := SpanIn(ctx).SpanContext(); sc.IsValid() {
			return sc
		}
	}
	if a := gctx.Current(); a != nil {
		return SpanIn(a.Ctx).SpanContext()
	}
	return trace.SpanContext{}
}

// LogKeys returns the names under which log records have the ids of their span:
// trace_id and span_id, as the specification has them for logs that are not OTLP,
// or what OTEL_INSTRUMENTATION_COMMON_LOGGING_TRACE_ID and …_SPAN_ID say.
//
// The texts are this function's own: who finds one of them in a record, by its
// address, knows that a hook has put it there.
func LogKeys() (traceID, spanID string) { return logTraceKey, logSpanKey }

var (
	logTraceKey = logKey("TRACE_ID", "trace_id")
	logSpanKey  = logKey("SPAN_ID", "span_id")
)

// logKey is made at run time, as equal constants share an address.
func logKey(variable, name string) string {
	if v := os.Getenv("OTEL_INSTRUMENTATION_COMMON_LOGGING_" + variable); plainKey(v) {
		name = v
	}
	return strings.Clone(name)
}

// plainKey says whether a text can be a key everywhere without being quoted.
func plainKey(s string) bool {
	for _, r := range s {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_.-/", r)) {
			return false
		}
	}
	return s != ""
}

// IsLogKey says whether key is one of [LogKeys], put where it is by a hook.
func IsLogKey(key string) bool {
	p := unsafe.StringData(key)
	return p == unsafe.StringData(logTraceKey) || p == unsafe.StringData(logSpanKey)
}

// HexIDs is [IDs.Hex] of a span's.
func HexIDs(sc trace.SpanContext) (traceID, spanID string) {
	return idsOf(sc.TraceID(), sc.SpanID()).Hex()
}

// AppendTraceID and AppendSpanID append an id as text.
func AppendTraceID(b []byte, sc trace.SpanContext) []byte {
	id := sc.TraceID()
	return hexid.Append(b, id[:])
}

// AppendSpanID is described with [AppendTraceID].
func AppendSpanID(b []byte, sc trace.SpanContext) []byte {
	id := sc.SpanID()
	return hexid.Append(b, id[:])
}

// LogRecord is a record of a logging library on its way to be exported.
type LogRecord struct {
	Context  context.Context // holds the span; nil is context.Background
	Time     time.Time       // zero if not known
	Severity int             // SeverityNumber of the logs data model: 1 to 24, 0 unknown
	Level    string          // SeverityText: the level as the library writes it
	Body     string
	Attrs    []LogAttr // code.* and exception.* among them

	Instrumentation string // the logging library's import path
	Version         string // of our hooks
	Logger          string // the logger's name, if it has one
}

// LogAttr is an attribute of a record.
type LogAttr struct {
	Key   string
	Value LogValue
}

// LogKind is the kind of a [LogValue].
type LogKind uint8

// The kinds of the logs data model's values. The zero LogValue is empty.
const (
	LogKindEmpty LogKind = iota
	LogKindString
	LogKindInt
	LogKindFloat
	LogKindBool
	LogKindBytes
	LogKindList
	LogKindMap
)

// LogValue is any value of the logs data model. Numbers, truths and texts take no
// memory of their own.
type LogValue struct {
	kind LogKind
	num  uint64 // or the length
	ptr  unsafe.Pointer
}

// LogString is a text.
func LogString(v string) LogValue {
	return LogValue{LogKindString, uint64(len(v)), unsafe.Pointer(unsafe.StringData(v))}
}

// LogInt is an integer.
func LogInt(v int64) LogValue { return LogValue{kind: LogKindInt, num: uint64(v)} }

// LogFloat is a floating-point number.
func LogFloat(v float64) LogValue { return LogValue{kind: LogKindFloat, num: math.Float64bits(v)} }

// LogBool is a truth.
func LogBool(v bool) LogValue {
	l := LogValue{kind: LogKindBool}
	if v {
		l.num = 1
	}
	return l
}

// LogBytes is bytes, which are not copied.
func LogBytes(v []byte) LogValue {
	return LogValue{LogKindBytes, uint64(len(v)), unsafe.Pointer(unsafe.SliceData(v))}
}

// LogList is a list of values, which is not copied.
func LogList(v []LogValue) LogValue {
	return LogValue{LogKindList, uint64(len(v)), unsafe.Pointer(unsafe.SliceData(v))}
}

// LogMap is attributes within an attribute, a group; they are not copied.
func LogMap(v []LogAttr) LogValue {
	return LogValue{LogKindMap, uint64(len(v)), unsafe.Pointer(unsafe.SliceData(v))}
}

// Kind says which of the following has the value; the others give zero values.
func (v LogValue) Kind() LogKind { return v.kind }

// String is the text of a [LogString].
func (v LogValue) String() string {
	if v.kind != LogKindString {
		return ""
	}
	return unsafe.String((*byte)(v.ptr), v.num)
}

// Int is the integer of a [LogInt].
func (v LogValue) Int() int64 {
	if v.kind != LogKindInt {
		return 0
	}
	return int64(v.num)
}

// Float is the number of a [LogFloat].
func (v LogValue) Float() float64 {
	if v.kind != LogKindFloat {
		return 0
	}
	return math.Float64frombits(v.num)
}

// Bool is the truth of a [LogBool].
func (v LogValue) Bool() bool { return v.kind == LogKindBool && v.num != 0 }

// Bytes are those of a [LogBytes].
func (v LogValue) Bytes() []byte {
	if v.kind != LogKindBytes {
		return nil
	}
	return unsafe.Slice((*byte)(v.ptr), v.num)
}

// List is that of a [LogList].
func (v LogValue) List() []LogValue {
	if v.kind != LogKindList {
		return nil
	}
	return unsafe.Slice((*LogValue)(v.ptr), v.num)
}

// Map is that of a [LogMap].
func (v LogValue) Map() []LogAttr {
	if v.kind != LogKindMap {
		return nil
	}
	return unsafe.Slice((*LogAttr)(v.ptr), v.num)
}

var logSink atomic.Pointer[func(*LogRecord)]

// EnableLogs has records exported by emit, which is called on the program's
// goroutines: it must not wait. What it is given is the caller's, but for the
// texts: it copies what it keeps. nil turns the export off.
func EnableLogs(emit func(*LogRecord)) {
	if emit == nil {
		logSink.Store(nil)
		return
	}
	logSink.Store(&emit)
}

// ExportsLogs says whether records are exported: one atomic load.
func ExportsLogs() bool { return logSink.Load() != nil }

// EmitLog exports a record, unless it is the telemetry's own. The context's span,
// or else the goroutine's, becomes the record's.
func EmitLog(r *LogRecord) {
	emit := logSink.Load()
	if emit == nil || Suppressed(r.Context) {
		return
	}
	defer Guard()
	r.Context = WithCurrent(r.Context)
	(*emit)(r)
}
