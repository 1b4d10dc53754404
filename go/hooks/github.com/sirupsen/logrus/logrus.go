// Package logrus holds the hook of github.com/sirupsen/logrus: trace_id and span_id
// in each entry that is written inside a span, and the entries as OTLP logs.
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package logrus

import (
	"sort"

	"github.com/sirupsen/logrus"

	"otel.tool/runtime/hook"
)

const (
	scope   = "otel.tool/hooks/github.com/sirupsen/logrus"
	version = "0.1.0"
)

var in hook.Instrumentation

var traceKey, spanKey = hook.LogKeys()

func init() { hook.Register(&in, "github.com/sirupsen/logrus", scope, version) }

// WriteEnter is woven into (*logrus.Entry).write, which formats an entry when the
// program's hooks have run. It has a copy of the entry written: the program may
// log with an Entry many times, from several goroutines, and they share its Data.
func WriteEnter(entry *logrus.Entry) (newEntry *logrus.Entry) {
	if entry == nil || !in.On() {
		return entry
	}
	return writeEnter(entry)
}

func writeEnter(entry *logrus.Entry) (newEntry *logrus.Entry) {
	newEntry = entry
	defer hook.Guard()
	if hook.ExportsLogs() {
		export(entry)
	}
	sc := hook.CurrentSpan(entry.Context)
	if !sc.IsValid() || has(entry, traceKey) || has(entry, spanKey) {
		return entry
	}
	with := *entry
	with.Data = make(logrus.Fields, len(entry.Data)+2)
	for k, v := range entry.Data {
		with.Data[k] = v
	}
	traceID, spanID := hook.HexIDs(sc)
	with.Data[traceKey], with.Data[spanKey] = traceID, spanID
	return &with
}

func has(entry *logrus.Entry, key string) bool {
	_, ok := entry.Data[key]
	return ok
}

// export exports an entry.
func export(entry *logrus.Entry) {
	attrs := make([]hook.LogAttr, 0, len(entry.Data)+6)
	for k, v := range entry.Data {
		if k != traceKey && k != spanKey {
			attrs = append(attrs, hook.LogAttr{Key: k, Value: hook.LogAny(v)})
		}
	}
	sort.Slice(attrs, func(i, j int) bool { return attrs[i].Key < attrs[j].Key })
	if entry.Caller != nil {
		attrs = hook.AppendLogFrame(attrs, *entry.Caller)
	}
	if err, ok := entry.Data[logrus.ErrorKey].(error); ok {
		attrs = hook.AppendLogError(attrs, err)
	}
	hook.EmitLog(&hook.LogRecord{
		Context: entry.Context, Time: entry.Time, Severity: severity(entry.Level), Level: entry.Level.String(), Body: entry.Message,
		Attrs: attrs, Instrumentation: "github.com/sirupsen/logrus", Version: version,
	})
}

func severity(l logrus.Level) int {
	switch l {
	case logrus.PanicLevel:
		return 24
	case logrus.FatalLevel:
		return 21
	case logrus.ErrorLevel:
		return 17
	case logrus.WarnLevel:
		return 13
	case logrus.InfoLevel:
		return 9
	case logrus.DebugLevel:
		return 5
	case logrus.TraceLevel:
		return 1
	}
	return 0
}
