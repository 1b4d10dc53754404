// Package zap holds the hook of go.uber.org/zap: trace_id and span_id in each entry
// that is written inside a span, and the entries as OTLP logs.
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package zap

import (
	"context"
	"encoding/hex"
	"reflect"
	"strings"
	"sync"
	"unsafe"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/formatted"
)

const (
	scope   = "otel.tool/hooks/go.uber.org/zap"
	version = "0.1.0"
)

var in hook.Instrumentation

var traceKey, spanKey = hook.LogKeys()

func init() { hook.Register(&in, "go.uber.org/zap", scope, version) }

// coresField is where a CheckedEntry keeps what will write it.
var coresField, layoutKnown = hook.FieldOf(reflect.TypeFor[*zapcore.CheckedEntry](), "cores", reflect.TypeFor[[]zapcore.Core]())

// WriteEnter is woven into (*zapcore.CheckedEntry).Write, through which all that
// passes a logger's level and samplers goes, whatever writes it. The ids are the
// first of the fields, so that a namespace among these does not take them in.
func WriteEnter(ce *zapcore.CheckedEntry, fields []zapcore.Field) (newFields []zapcore.Field) {
	if ce == nil || !in.On() {
		return fields
	}
	return writeEnter(ce, fields)
}

func writeEnter(ce *zapcore.CheckedEntry, fields []zapcore.Field) (newFields []zapcore.Field) {
	newFields = fields
	defer hook.Guard()
	if !layoutKnown {
		return fields
	}
	ctx, own := look(fields)
	var c contexts
	c.read(*(*[]zapcore.Core)(coresField.Of(ce)))
	if c.n == 0 {
		return fields // written by nobody, or by OpenTelemetry's bridge alone
	}
	if hook.ExportsLogs() && !c.bridge {
		export(ctx, ce, c.first, fields)
	}
	sc := hook.CurrentSpan(ctx)
	if !sc.IsValid() || own || c.haveIDs {
		return fields
	}
	return withIDs(sc, fields)
}

// look finds the context that a program has put among the fields, as it does for
// OpenTelemetry's otelzap, and whether it has put ids there.
func look(fields []zapcore.Field) (ctx context.Context, own bool) {
	ctx = context.Background()
	for i := range fields {
		f := &fields[i]
		if f.Key == traceKey || f.Key == spanKey {
			own = true
		}
		if f.Interface != nil {
			if c, ok := f.Interface.(context.Context); ok {
				ctx = c
			}
		}
	}
	return ctx, own
}

// record is what one entry takes: at most this, in one allocation.
type record struct {
	fields [8]zapcore.Field
	hex    [48]byte
}

func withIDs(sc trace.SpanContext, fields []zapcore.Field) []zapcore.Field {
	r := new(record)
	traceID, spanID := sc.TraceID(), sc.SpanID()
	hex.Encode(r.hex[:32], traceID[:])
	hex.Encode(r.hex[32:], spanID[:])
	out := append(r.fields[:0:len(r.fields)],
		zapcore.Field{Key: traceKey, Type: zapcore.StringType, String: unsafe.String(&r.hex[0], 32)},
		zapcore.Field{Key: spanKey, Type: zapcore.StringType, String: unsafe.String(&r.hex[32], 16)})
	return append(out, fields...)
}

// contexts is what the cores of an entry have of the loggers' own fields.
type contexts struct {
	n       int  // cores beside OpenTelemetry's
	bridge  bool // OpenTelemetry's is among them, and exports the entry
	haveIDs bool // one has ids of the program's
	first   text
}

// text is what an encoder has formatted.
type text struct {
	members    []byte
	namespaces int // that are open
}

func (c *contexts) read(cores []zapcore.Core) {
	for _, core := range cores {
		k := kindOf(core)
		if k.bridge {
			c.bridge = true
			continue
		}
		c.n++
		enc := (*zapcore.Encoder)(k.enc.Of(core))
		if enc == nil || *enc == nil {
			continue
		}
		l := layoutOf(*enc)
		buf := (**buffer.Buffer)(l.buf.Of(*enc))
		if buf == nil || *buf == nil {
			continue
		}
		members := (*buf).Bytes()
		if c.first.members == nil {
			c.first.members = members
			if n := (*int)(l.namespaces.Of(*enc)); n != nil {
				c.first.namespaces = *n
			}
		}
		c.haveIDs = c.haveIDs || formatted.HasMember(members, traceKey) || formatted.HasMember(members, spanKey)
	}
}

// coreKind is what we know of a core by its type.
type coreKind struct {
	bridge bool       // OpenTelemetry's otelzap: it has the ids, and exports, itself
	enc    hook.Field // of zap's own core
}

// encoderLayout is where an encoder of zap's keeps what it has formatted.
type encoderLayout struct {
	buf, namespaces hook.Field
}

var kinds, layouts sync.Map // reflect.Type -> *coreKind, *encoderLayout

func kindOf(core zapcore.Core) *coreKind {
	t := reflect.TypeOf(core)
	if k, ok := kinds.Load(t); ok {
		return k.(*coreKind)
	}
	k := new(coreKind)
	if t.Kind() == reflect.Pointer {
		switch pkg := t.Elem().PkgPath(); {
		case strings.HasSuffix(pkg, "go.opentelemetry.io/contrib/bridges/otelzap"):
			k.bridge = true
		case strings.HasSuffix(pkg, "go.uber.org/zap/zapcore"):
			k.enc = fieldOrNone(t, "enc", reflect.TypeFor[zapcore.Encoder]())
		}
	}
	kinds.Store(t, k)
	return k
}

func layoutOf(enc zapcore.Encoder) *encoderLayout {
	t := reflect.TypeOf(enc)
	if l, ok := layouts.Load(t); ok {
		return l.(*encoderLayout)
	}
	l, prefix := new(encoderLayout), ""
	if t.Kind() == reflect.Struct { // the console's, around that for JSON
		prefix = "jsonEncoder."
	}
	l.buf = fieldOrNone(t, prefix+"buf", reflect.TypeFor[*buffer.Buffer]())
	l.namespaces = fieldOrNone(t, prefix+"openNamespaces", reflect.TypeFor[int]())
	layouts.Store(t, l)
	return l
}

func fieldOrNone(t reflect.Type, path string, want reflect.Type) hook.Field {
	if f, ok := hook.FieldOf(t, path, want); ok {
		return f
	}
	return hook.Field{}
}
