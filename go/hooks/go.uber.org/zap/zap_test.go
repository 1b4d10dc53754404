package zap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"otel.tool/runtime/hook"
)

func on(t testing.TB) {
	hook.Enable(noop.NewTracerProvider(), nil)
	faults := hook.Faults()
	t.Cleanup(func() {
		hook.Disable()
		if n := hook.Faults() - faults; n != 0 {
			t.Errorf("%d panics in hooks", n)
		}
	})
}

func withSpan(id byte) context.Context {
	return trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{id}, SpanID: trace.SpanID{id},
	}))
}

// woven writes a message as a logger whose CheckedEntry.Write is woven does.
func woven(l *zap.Logger, level zapcore.Level, message string, fields ...zap.Field) {
	if ce := l.Check(level, message); ce != nil {
		ce.Write(WriteEnter(ce, fields)...)
	}
}

func plain(l *zap.Logger, level zapcore.Level, message string, fields ...zap.Field) {
	if ce := l.Check(level, message); ce != nil {
		ce.Write(fields...)
	}
}

type write = func(l *zap.Logger, level zapcore.Level, message string, fields ...zap.Field)

func TestEntries(t *testing.T) {
	if !layoutKnown {
		t.Fatal("zap's entries are not what we take them for")
	}
	on(t)
	cfg := zap.NewProductionEncoderConfig()
	cfg.TimeKey = ""
	ids := func(id, colon string) string {
		return fmt.Sprintf(`"trace_id":%[2]s"%[1]s000000000000000000000000000000",%[2]s"span_id":%[2]s"%[1]s00000000000000"`, id, colon)
	}
	for _, row := range []struct {
		name string
		log  func(l *zap.Logger, w write)
		want string // the span whose ids it gets, "" for none
	}{
		{"plain", func(l *zap.Logger, w write) { w(l, zap.InfoLevel, "m") }, "0a"},
		{"fields", func(l *zap.Logger, w write) { w(l, zap.InfoLevel, "m", zap.Int("a", 1), zap.Error(errors.New("e"))) }, "0a"},
		{"namespace", func(l *zap.Logger, w write) { w(l, zap.InfoLevel, "m", zap.Namespace("n"), zap.Int("a", 1)) }, "0a"},
		{"with", func(l *zap.Logger, w write) {
			w(l.Named("x").With(zap.String("s", `"trace_id":`)), zap.ErrorLevel, "m")
		}, "0a"},
		{"many", func(l *zap.Logger, w write) {
			w(l, zap.InfoLevel, "m", zap.Int("1", 1), zap.Int("2", 1), zap.Int("3", 1), zap.Int("4", 1), zap.Int("5", 1), zap.Int("6", 1), zap.Int("7", 1))
		}, "0a"},
		{"own field", func(l *zap.Logger, w write) { w(l, zap.InfoLevel, "m", zap.String("trace_id", "own")) }, ""},
		{"own with", func(l *zap.Logger, w write) { w(l.With(zap.String("trace_id", "own")), zap.InfoLevel, "m") }, ""},
		{"own span, later", func(l *zap.Logger, w write) {
			w(l.With(zap.Int("a", 1)).With(zap.String("span_id", "own")), zap.InfoLevel, "m")
		}, ""},
		{"disabled", func(l *zap.Logger, w write) { w(l, zap.DebugLevel, "m") }, ""},
		{"context", func(l *zap.Logger, w write) {
			w(l, zap.InfoLevel, "m", zap.Field{Key: "c", Type: zapcore.SkipType, Interface: withSpan(11)})
		}, "0b"},
	} {
		for name, enc := range map[string]zapcore.Encoder{"json": zapcore.NewJSONEncoder(cfg), "console": zapcore.NewConsoleEncoder(cfg)} {
			logger := func(b io.Writer) *zap.Logger {
				return zap.New(zapcore.NewTee(zapcore.NewCore(enc, zapcore.AddSync(b), zap.InfoLevel)))
			}
			var p, o bytes.Buffer
			row.log(logger(&p), plain)
			scope := hook.MakeCurrent(&hook.Active{Ctx: withSpan(10)})
			row.log(logger(&o), woven)
			scope.Leave()
			got := o.String()
			if row.want != "" {
				with := ids(row.want, "")
				if name == "console" {
					with = ids(row.want, " ")
				}
				if !strings.Contains(got, with) {
					t.Errorf("%s, %s: %s", row.name, name, got)
				}
				for _, s := range []string{"," + with, with + ", ", ", " + with, "\t{" + with + "}"} {
					got = strings.Replace(got, s, "", 1)
				}
			}
			if got != p.String() {
				t.Errorf("%s, %s: %splain %s", row.name, name, &o, &p)
			}
		}
	}
	WriteEnter(nil, nil)
}

// keeps is a core that keeps the fields: they must not be used again.
type keeps struct {
	zapcore.Core
	fields [][]zapcore.Field
}

func (k *keeps) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return ce.AddCore(e, k)
}

func (k *keeps) Write(_ zapcore.Entry, fields []zapcore.Field) error {
	k.fields = append(k.fields, fields)
	return nil
}

func TestKept(t *testing.T) {
	on(t)
	k := &keeps{Core: zapcore.NewNopCore()}
	l := zap.New(k)
	for id := range byte(3) {
		scope := hook.MakeCurrent(&hook.Active{Ctx: withSpan(id + 1)})
		woven(l, zap.InfoLevel, "m", zap.Int("a", 1))
		scope.Leave()
	}
	for i, fields := range k.fields {
		if want := fmt.Sprintf("0%d00000000000000", i+1); len(fields) != 3 || fields[1].String != want {
			t.Errorf("%v, want %s", fields, want)
		}
	}
}

func TestExport(t *testing.T) {
	on(t)
	var got []string
	hook.EnableLogs(func(r *hook.LogRecord) {
		got = append(got, fmt.Sprintf("%d %s %q %s%s", r.Severity, r.Level, r.Body, r.Logger, show(r.Attrs)))
	})
	defer hook.EnableLogs(nil)
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zap.InfoLevel)
	l := zap.New(core).Named("x")
	woven(l, zap.InfoLevel, "m", zap.Int("i", -1), zap.Float64("f", 0.5), zap.Bool("b", true), zap.Strings("l", []string{"p", "q"}), zap.Any("m", map[string]int{"k": 1}))
	woven(l, zap.DebugLevel, "not wanted")
	woven(l.With(zap.Int("w", 1), zap.Namespace("n"), zap.String("s", "t")), zap.WarnLevel, "m", zap.Int("a", 2), zap.Namespace("o"), zap.Int("c", 3))
	woven(l, zap.ErrorLevel, "m", zap.Error(errors.New("e")), zap.Field{Key: "ctx", Type: zapcore.SkipType, Interface: withSpan(11)})
	want := []string{
		`9 info "m" x i=-1 f=0.5 b=true l=[p q ] m={ k=1}`,
		`13 warn "m" x w=1 n={ s=t a=2 o={ c=3}}`,
		`17 error "m" x error=e exception.type=*errors.errorString exception.message=e`,
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func show(attrs []hook.LogAttr) (s string) {
	for _, a := range attrs {
		s += " " + a.Key + "=" + showValue(a.Value)
	}
	return s
}

func showValue(v hook.LogValue) string {
	switch v.Kind() {
	case hook.LogKindInt:
		return fmt.Sprint(v.Int())
	case hook.LogKindFloat:
		return fmt.Sprint(v.Float())
	case hook.LogKindBool:
		return fmt.Sprint(v.Bool())
	case hook.LogKindList:
		s := "["
		for _, e := range v.List() {
			s += showValue(e) + " "
		}
		return s + "]"
	case hook.LogKindMap:
		return "{" + show(v.Map()) + "}"
	}
	return v.String()
}

// One allocation for the two fields, and that only inside of spans.
func TestAllocations(t *testing.T) {
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zap.InfoLevel)
	l := zap.New(core)
	ce := l.Check(zap.InfoLevel, "m")
	fields := []zap.Field{zap.Int("a", 1), zap.String("b", "c")}
	check := func(name string, want float64) {
		if n := testing.AllocsPerRun(100, func() { WriteEnter(ce, fields) }); n > want && !raceEnabled {
			t.Errorf("%s: %v allocations, want %v", name, n, want)
		}
	}
	check("off", 0)
	on(t)
	check("outside", 0)
	defer hook.MakeCurrent(&hook.Active{Ctx: withSpan(10)}).Leave()
	check("inside", 1)
}
