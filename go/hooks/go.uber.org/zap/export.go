package zap

import (
	"context"
	"runtime"
	"sort"

	"go.uber.org/zap/zapcore"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/formatted"
)

// export exports an entry, with the fields that it was given and those that its
// logger was, which an encoder has formatted.
func export(ctx context.Context, ce *zapcore.CheckedEntry, logger text, fields []zapcore.Field) {
	var err error
	attrs := put(formatted.JSON(logger.members, logger.namespaces), logger.namespaces, attrsOf(fields, &err))
	if c := ce.Caller; c.Defined {
		attrs = hook.AppendLogFrame(attrs, runtime.Frame{Function: c.Function, File: c.File, Line: c.Line})
	}
	if ce.Stack != "" {
		attrs = append(attrs, hook.LogAttr{Key: "code.stacktrace", Value: hook.LogString(ce.Stack)})
	}
	attrs = hook.AppendLogError(attrs, err)
	hook.EmitLog(&hook.LogRecord{
		Context: ctx, Time: ce.Time, Severity: severity(ce.Level), Level: ce.Level.String(), Body: ce.Message,
		Attrs: attrs, Instrumentation: "go.uber.org/zap", Version: version, Logger: ce.LoggerName,
	})
}

// put appends attrs to what list ends with, depth maps deep.
func put(list []hook.LogAttr, depth int, attrs []hook.LogAttr) []hook.LogAttr {
	last := len(list) - 1
	if depth == 0 || last < 0 || list[last].Value.Kind() != hook.LogKindMap {
		return append(list, attrs...)
	}
	list[last].Value = hook.LogMap(put(list[last].Value.Map(), depth-1, attrs))
	return list
}

// attrsOf are fields as attributes. *err becomes the first error among them.
func attrsOf(fields []zapcore.Field, err *error) []hook.LogAttr {
	attrs := make([]hook.LogAttr, 0, len(fields)+5)
	for i := range fields {
		f := fields[i]
		if f.Type == zapcore.NamespaceType {
			return append(attrs, hook.LogAttr{Key: f.Key, Value: hook.LogMap(attrsOf(fields[i+1:], err))})
		}
		if e, ok := f.Interface.(error); ok && f.Type == zapcore.ErrorType && *err == nil {
			*err = e
		}
		if _, ok := f.Interface.(context.Context); !ok {
			attrs = appendField(attrs, f)
		}
	}
	return attrs
}

func appendField(attrs []hook.LogAttr, f zapcore.Field) []hook.LogAttr {
	if f.Type == zapcore.StringType {
		return append(attrs, hook.LogAttr{Key: f.Key, Value: hook.LogString(f.String)})
	}
	enc := zapcore.NewMapObjectEncoder()
	f.AddTo(enc)
	names := make([]string, 0, len(enc.Fields))
	for name := range enc.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		attrs = append(attrs, hook.LogAttr{Key: name, Value: hook.LogAny(enc.Fields[name])})
	}
	return attrs
}

func severity(l zapcore.Level) int {
	switch l {
	case zapcore.DebugLevel:
		return 5
	case zapcore.InfoLevel:
		return 9
	case zapcore.WarnLevel:
		return 13
	case zapcore.ErrorLevel:
		return 17
	case zapcore.DPanicLevel:
		return 21
	case zapcore.PanicLevel:
		return 22
	case zapcore.FatalLevel:
		return 23
	}
	return 0
}
