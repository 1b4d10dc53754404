// Package zerolog holds the hook of github.com/rs/zerolog: trace_id and span_id in
// each event that is written inside a span, and the events as OTLP logs.
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package zerolog

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"github.com/rs/zerolog"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/formatted"
)

const (
	scope   = "otel.tool/hooks/github.com/rs/zerolog"
	version = "0.1.0"
)

var in hook.Instrumentation

var traceKey, spanKey = hook.LogKeys()

// Where an event keeps what it will write, its context (from v1.29 on) and its
// level.
var (
	bufField, layoutKnown = hook.FieldOf(reflect.TypeFor[*zerolog.Event](), "buf", reflect.TypeFor[[]byte]())
	ctxField, hasContext  = hook.FieldOf(reflect.TypeFor[*zerolog.Event](), "ctx", reflect.TypeFor[context.Context]())
	levelField, hasLevel  = hook.FieldOf(reflect.TypeFor[*zerolog.Event](), "level", reflect.TypeFor[zerolog.Level]())
)

func init() { hook.Register(&in, "github.com/rs/zerolog", scope, version) }

// WriteEnter is woven into (*zerolog.Event).write, which ends an event when the
// program's hooks have run and the message is there. It appends to the event what
// the program would have appended by Hex, which allocates nothing.
func WriteEnter(e *zerolog.Event) {
	if e != nil && in.On() {
		writeEnter(e)
	}
}

func writeEnter(e *zerolog.Event) {
	defer hook.Guard()
	if !layoutKnown {
		return
	}
	ctx := context.Background()
	if hasContext {
		if c := *(*context.Context)(ctxField.Of(e)); c != nil {
			ctx = c
		}
	}
	buf := (*[]byte)(bufField.Of(e))
	if hook.ExportsLogs() {
		export(ctx, e, *buf)
	}
	sc := hook.CurrentSpan(ctx)
	if !sc.IsValid() || formatted.HasMember(*buf, traceKey) || formatted.HasMember(*buf, spanKey) {
		return
	}
	traceID, spanID := sc.TraceID(), sc.SpanID()
	e.Hex(traceKey, traceID[:]).Hex(spanKey, spanID[:])
}

// export exports an event, which is the beginning of a JSON object. (Of events
// in CBOR, a choice at build, nothing is exported.)
func export(ctx context.Context, e *zerolog.Event, buf []byte) {
	if len(buf) == 0 || buf[0] != '{' {
		return
	}
	r := hook.LogRecord{Context: ctx, Time: time.Now(), Instrumentation: "github.com/rs/zerolog", Version: version}
	if hasLevel {
		level := *(*zerolog.Level)(levelField.Of(e))
		r.Severity = severity(level)
		if level != zerolog.NoLevel {
			r.Level = level.String()
		}
	}
	var errs []hook.LogAttr
	for _, a := range formatted.JSON(buf[1:], 0) {
		switch a.Key {
		case zerolog.MessageFieldName:
			r.Body = a.Value.String()
		case zerolog.LevelFieldName, zerolog.TimestampFieldName, traceKey, spanKey:
		case zerolog.ErrorFieldName:
			r.Attrs = append(r.Attrs, a)
			errs = append(errs, hook.LogAttr{Key: "exception.message", Value: asText(a.Value)})
		case zerolog.ErrorStackFieldName:
			errs = append(errs, hook.LogAttr{Key: "exception.stacktrace", Value: asText(a.Value)})
		default:
			r.Attrs = append(r.Attrs, a)
		}
	}
	r.Attrs = append(r.Attrs, errs...)
	hook.EmitLog(&r)
}

// asText is a value as text: what the program's marshalers have made of an error
// or of a stack may be anything.
func asText(v hook.LogValue) hook.LogValue {
	if v.Kind() == hook.LogKindString {
		return v
	}
	text, _ := json.Marshal(plain(v))
	return hook.LogString(string(text))
}

func plain(v hook.LogValue) any {
	switch v.Kind() {
	case hook.LogKindString:
		return v.String()
	case hook.LogKindInt:
		return v.Int()
	case hook.LogKindFloat:
		return v.Float()
	case hook.LogKindBool:
		return v.Bool()
	case hook.LogKindList:
		list := []any{}
		for _, e := range v.List() {
			list = append(list, plain(e))
		}
		return list
	case hook.LogKindMap:
		m := map[string]any{}
		for _, a := range v.Map() {
			m[a.Key] = plain(a.Value)
		}
		return m
	}
	return nil
}

func severity(l zerolog.Level) int {
	switch l {
	case zerolog.TraceLevel:
		return 1
	case zerolog.DebugLevel:
		return 5
	case zerolog.InfoLevel:
		return 9
	case zerolog.WarnLevel:
		return 13
	case zerolog.ErrorLevel:
		return 17
	case zerolog.FatalLevel:
		return 21
	case zerolog.PanicLevel:
		return 24
	}
	return 0
}
