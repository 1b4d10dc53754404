package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
)

func spanContext(id byte) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{id}, SpanID: trace.SpanID{id}})
}

func TestCurrentSpan(t *testing.T) {
	var none context.Context
	ctx := trace.ContextWithSpanContext(context.Background(), spanContext(1))
	if CurrentSpan(none).IsValid() || CurrentSpan(context.Background()).IsValid() {
		t.Error("a span from nowhere")
	}
	scope := MakeCurrent(&Active{Ctx: trace.ContextWithSpanContext(context.Background(), spanContext(2))})
	defer scope.Leave()
	if !CurrentSpan(ctx).Equal(spanContext(1)) {
		t.Error("the context's span does not win")
	}
	if !CurrentSpan(context.Background()).Equal(spanContext(2)) || !CurrentSpan(none).Equal(spanContext(2)) {
		t.Error("not the goroutine's")
	}
	if n := testing.AllocsPerRun(100, func() { CurrentSpan(context.Background()) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	traceID, spanID := HexIDs(spanContext(0xab))
	if traceID != "ab000000000000000000000000000000" || spanID != "ab00000000000000" {
		t.Error(traceID, spanID)
	}
	if b := AppendSpanID(AppendTraceID(nil, spanContext(0xab)), spanContext(0xab)); string(b) != traceID+spanID {
		t.Error(string(b))
	}
}

func TestLogKeys(t *testing.T) {
	tk, sk := LogKeys()
	if tk != "trace_id" || sk != "span_id" || !IsLogKey(tk) || !IsLogKey(sk) {
		t.Error(tk, sk)
	}
	if IsLogKey("trace_id") || IsLogKey("") {
		t.Error("the program's key taken for ours")
	}
	for name, want := range map[string]string{"": "d", "a.b": "a.b", "a b": "d", "é": "d", "\"": "d", "dd.trace-id": "dd.trace-id"} {
		t.Setenv("OTEL_INSTRUMENTATION_COMMON_LOGGING_X", name)
		if got := logKey("X", "d"); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestLogValues(t *testing.T) {
	list := []LogValue{LogInt(-1), {}}
	attrs := []LogAttr{{"k", LogList(list)}}
	for _, v := range []LogValue{{}, LogString("s"), LogString(""), LogInt(-7), LogFloat(1.5), LogBool(true), LogBool(false), LogBytes([]byte("b")), LogList(list), LogMap(attrs), LogMap(nil)} {
		_ = []any{v.String(), v.Int(), v.Float(), v.Bool(), v.Bytes(), v.List(), v.Map()} // none panics, of any kind
	}
	switch {
	case LogString("s").String() != "s", LogInt(-7).Int() != -7, LogFloat(1.5).Float() != 1.5, !LogBool(true).Bool(),
		LogBool(false).Bool(), !bytes.Equal(LogBytes([]byte("b")).Bytes(), []byte("b")):
		t.Error("a value is not what was put in")
	case LogMap(attrs).Map()[0].Value.List()[0].Int() != -1, LogMap(attrs).Kind() != LogKindMap, LogInt(3).String() != "":
		t.Error("a value is not what was put in")
	}
}

func TestEmitLog(t *testing.T) {
	defer EnableLogs(nil)
	EmitLog(&LogRecord{Body: "off"}) // nothing happens
	var got []string
	EnableLogs(func(r *LogRecord) {
		if !ExportsLogs() || r.Context == nil {
			t.Error("no context")
		}
		got = append(got, r.Body+trace.SpanContextFromContext(r.Context).SpanID().String())
		if r.Body == "panic" {
			panic("sink")
		}
	})
	EmitLog(&LogRecord{Body: "a", Time: time.Now(), Context: trace.ContextWithSpanContext(context.Background(), spanContext(1))})
	EmitLog(&LogRecord{Body: "own", Context: Suppress(context.Background())})
	before := Faults()
	EmitLog(&LogRecord{Body: "panic"})
	if Faults() != before+1 {
		t.Error("the panic is not counted")
	}
	if len(got) != 2 || got[0] != "a0100000000000000" || got[1] != "panic0000000000000000" {
		t.Error(got)
	}
}

type named string

type stringer struct{ p *int }

func (s *stringer) String() string { return strconv.Itoa(*s.p) }

type traced struct{}

func (traced) Error() string              { return "message" }
func (traced) StackTrace() []uintptr      { return nil }
func (traced) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte("message\nat main.go:1")) }

func TestLogAny(t *testing.T) {
	one := 1
	deep := []any{}
	for range 20 {
		deep = []any{deep}
	}
	for _, tt := range []struct {
		v    any
		want string
	}{
		{nil, "empty"}, {"a", `"a"`}, {named("n"), `"n"`}, {7, "7"}, {uint8(8), "8"}, {uint64(math.MaxUint64), `"18446744073709551615"`},
		{float32(0.5), "0.5"}, {true, "true"}, {[]byte("b"), "b'b'"}, {(*int)(nil), "empty"}, {struct{ A int }{1}, `"{A:1}"`},
		{errors.New("e"), `"e"`}, {&stringer{&one}, `"1"`}, {&stringer{}, `"*hook.stringer"`}, {(*stringer)(nil), `"*hook.stringer"`},
		{[]string{"x", "y"}, `["x" "y"]`}, {[2]any{1, nil}, "[1 empty]"}, {map[string]int{"k": 1}, "{k:1}"}, {map[int]int{1: 2}, `"map[1:2]"`},
		{time.Second, `"1s"`}, {time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), `"2026-01-02T03:04:05.000000006Z"`},
		{deep, `[[[[[["[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]"]]]]]]`},
	} {
		if got := showLog(LogAny(tt.v)); got != tt.want {
			t.Errorf("%#v: %s, want %s", tt.v, got, tt.want)
		}
	}
}

func showLog(v LogValue) string {
	switch v.Kind() {
	case LogKindString:
		return strconv.Quote(v.String())
	case LogKindInt:
		return strconv.FormatInt(v.Int(), 10)
	case LogKindFloat:
		return fmt.Sprint(v.Float())
	case LogKindBool:
		return fmt.Sprint(v.Bool())
	case LogKindBytes:
		return fmt.Sprintf("b'%s'", v.Bytes())
	case LogKindList:
		var all []string
		for _, e := range v.List() {
			all = append(all, showLog(e))
		}
		return fmt.Sprint(all)
	case LogKindMap:
		var all []string
		for _, a := range v.Map() {
			all = append(all, a.Key+":"+showLog(a.Value))
		}
		return "{" + strings.Join(all, " ") + "}"
	}
	return "empty"
}

func TestLogSourceAndError(t *testing.T) {
	var pcs [1]uintptr
	runtime.Callers(1, pcs[:])
	got := showLog(LogMap(AppendLogSource(nil, pcs[0])))
	if !strings.Contains(got, `{code.function.name:"otel.tool/runtime/hook.TestLogSourceAndError" code.file.path:"`) || !strings.Contains(got, "code.line.number:") {
		t.Error(got)
	}
	if AppendLogSource(nil, 0) != nil || AppendLogError(nil, nil) != nil {
		t.Error("something from nothing")
	}
	if got := showLog(LogMap(AppendLogError(nil, errors.New("e")))); got != `{exception.type:"*errors.errorString" exception.message:"e"}` {
		t.Error(got)
	}
	if got := showLog(LogMap(AppendLogError(nil, traced{}))); got != `{exception.type:"hook.traced" exception.message:"message" exception.stacktrace:"message\nat main.go:1"}` {
		t.Error(got)
	}
}
