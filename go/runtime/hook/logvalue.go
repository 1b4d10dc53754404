package hook

import (
	"fmt"
	"reflect"
	"runtime"
	"time"
)

// LogAny is any Go value as one of the logs data model: numbers, texts, bytes,
// lists and maps as they are, errors and what can say what it is in their words,
// and all else as fmt's %+v has it.
func LogAny(v any) LogValue { return logAny(v, 0) }

// maxLogDepth is how deep lists and maps go; what lies deeper becomes text.
const maxLogDepth = 6

func logAny(v any, depth int) (out LogValue) {
	defer func() {
		if r := recover(); r != nil {
			out = LogString(fmt.Sprintf("%T", v)) // a method on a nil pointer, say
		}
	}()
	switch v := v.(type) {
	case nil:
		return LogValue{}
	case string:
		return LogString(v)
	case bool:
		return LogBool(v)
	case int:
		return LogInt(int64(v))
	case int64:
		return LogInt(v)
	case float64:
		return LogFloat(v)
	case []byte:
		return LogBytes(v)
	case time.Time:
		return LogString(v.Format(time.RFC3339Nano))
	case error:
		return LogString(v.Error())
	case fmt.Stringer:
		return LogString(v.String())
	}
	return logReflect(reflect.ValueOf(v), depth)
}

func logReflect(v reflect.Value, depth int) LogValue {
	switch v.Kind() {
	case reflect.Bool:
		return LogBool(v.Bool())
	case reflect.String:
		return LogString(v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return LogInt(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if n := v.Uint(); n < 1<<63 {
			return LogInt(int64(n))
		}
	case reflect.Float32, reflect.Float64:
		return LogFloat(v.Float())
	case reflect.Pointer:
		if v.IsNil() {
			return LogValue{}
		}
	case reflect.Slice, reflect.Array:
		if depth < maxLogDepth {
			return logList(v, depth)
		}
	case reflect.Map:
		if depth < maxLogDepth && v.Type().Key().Kind() == reflect.String {
			return logMap(v, depth)
		}
	}
	return LogString(fmt.Sprintf("%+v", v.Interface()))
}

func logList(v reflect.Value, depth int) LogValue {
	list := make([]LogValue, v.Len())
	for i := range list {
		list[i] = logAny(v.Index(i).Interface(), depth+1)
	}
	return LogList(list)
}

func logMap(v reflect.Value, depth int) LogValue {
	list := make([]LogAttr, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		list = append(list, LogAttr{it.Key().String(), logAny(it.Value().Interface(), depth+1)})
	}
	return LogMap(list)
}

// AppendLogSource appends the place in the source that pc, of runtime.Callers,
// is of: code.function.name, code.file.path, code.line.number.
func AppendLogSource(attrs []LogAttr, pc uintptr) []LogAttr {
	if pc == 0 {
		return attrs
	}
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return AppendLogFrame(attrs, f)
}

// AppendLogFrame is AppendLogSource for a frame.
func AppendLogFrame(attrs []LogAttr, f runtime.Frame) []LogAttr {
	if f.Function != "" {
		attrs = append(attrs, LogAttr{"code.function.name", LogString(f.Function)})
	}
	if f.File != "" {
		attrs = append(attrs, LogAttr{"code.file.path", LogString(f.File)},
			LogAttr{"code.line.number", LogInt(int64(f.Line))})
	}
	return attrs
}

// AppendLogError appends what a record says of an error: exception.type,
// exception.message, and exception.stacktrace if the error brings its stack, as
// those of github.com/pkg/errors do.
func AppendLogError(attrs []LogAttr, err error) (out []LogAttr) {
	out = attrs
	if err == nil {
		return attrs
	}
	defer func() { _ = recover() }()
	message := err.Error()
	out = append(out, LogAttr{"exception.type", LogString(reflect.TypeOf(err).String())},
		LogAttr{"exception.message", LogString(message)})
	if _, ok := reflect.TypeOf(err).MethodByName("StackTrace"); ok {
		if stack := fmt.Sprintf("%+v", err); stack != message {
			out = append(out, LogAttr{"exception.stacktrace", LogString(stack)})
		}
	}
	return out
}
