package slog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unsafe"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/hook"
)

const (
	traceText = "0a000000000000000000000000000000"
	spanText  = "0a00000000000000"
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

// wovenLog is (*slog.Logger).log with the hook, for loggers whose handler is woven.
func wovenLog(l *slog.Logger, ctx context.Context, msg string, args ...any) {
	for leave := LogEnter(ctx); leave != nil; leave = nil {
		defer leave()
	}
	l.Log(ctx, slog.LevelInfo, msg, args...)
}

// woven is a handler of slog's as it is when its handle method is woven.
type woven struct{ slog.Handler }

func (h woven) Handle(ctx context.Context, r slog.Record) error {
	var own *commonHandler
	switch h := h.Handler.(type) {
	case *slog.JSONHandler:
		own = *(**commonHandler)(unsafe.Pointer(h))
	case *slog.TextHandler:
		own = *(**commonHandler)(unsafe.Pointer(h))
	}
	newH, after := HandleEnter(unsafe.Pointer(own), r)
	if own.json {
		h := &slog.JSONHandler{}
		*(*unsafe.Pointer)(unsafe.Pointer(h)) = newH
		return after(h.Handle(ctx, r))
	}
	t := &slog.TextHandler{}
	*(*unsafe.Pointer)(unsafe.Pointer(t)) = newH
	return after(t.Handle(ctx, r))
}

func (h woven) WithAttrs(as []slog.Attr) slog.Handler { return woven{h.Handler.WithAttrs(as)} }
func (h woven) WithGroup(name string) slog.Handler    { return woven{h.Handler.WithGroup(name)} }

// wraps adds attributes of its own to each record, as many programs' handlers do.
type wraps struct {
	slog.Handler
	add []slog.Attr
}

func (h wraps) Handle(ctx context.Context, r slog.Record) error {
	r = r.Clone()
	r.AddAttrs(h.add...)
	return h.Handler.Handle(ctx, r)
}

func TestLayout(t *testing.T) {
	if !layoutKnown {
		t.Error("slog's handlers are not what we take them for")
	}
	if h := slog.Default().Handler(); !defaultKnown(h) {
		t.Errorf("nor is %T", h)
	}
	if defaultKnown(&struct{ a, b int }{}) {
		t.Error("another type taken for it")
	}
}

// The ids are all that is added, once, at the top, whatever the handler was given.
func TestRecords(t *testing.T) {
	on(t)
	ids := fmt.Sprintf(`"trace_id":%q,"span_id":%q`, traceText, spanText)
	textIDs := fmt.Sprintf(`trace_id=%s span_id=%s`, traceText, spanText)
	drop := func(keys ...string) func([]string, slog.Attr) slog.Attr {
		return func(groups []string, a slog.Attr) slog.Attr {
			for _, k := range keys {
				if a.Key == k {
					return slog.Attr{}
				}
			}
			return a
		}
	}
	rows := []struct {
		name       string
		replace    func([]string, slog.Attr) slog.Attr
		log        func(l *slog.Logger)
		json, text string // what is added; "" if nothing
	}{
		{"plain", nil, func(l *slog.Logger) { l.Info("m") }, "," + ids, " " + textIDs},
		{"attributes", nil, func(l *slog.Logger) { l.Info("m", []any{"a", 1, "dangling"}...) }, "," + ids, " " + textIDs},
		{"with", nil, func(l *slog.Logger) { l.With("a", 1).Info("m", "b", 2) }, "," + ids, " " + textIDs},
		{"group", nil, func(l *slog.Logger) { l.WithGroup("g").Info("m", "b", 2) }, "," + ids, " " + textIDs},
		{"empty group", nil, func(l *slog.Logger) { l.WithGroup("g").Info("m") }, "," + ids, " " + textIDs},
		{"with in group", nil, func(l *slog.Logger) { l.With("x", "y").WithGroup("g").With("a", 1).WithGroup("h").Info("m", "b", 2) }, "," + ids, " " + textIDs},
		{"nine attributes", nil, func(l *slog.Logger) {
			l.Info("m", "1", 1, "2", 2, "3", 3, "4", 4, "5", 5, "6", 6, "7", 7, "8", 8, "9", 9)
		}, "," + ids, " " + textIDs},
		{"of the program's", nil, func(l *slog.Logger) { l.Info("m", "trace_id", "own") }, "", ""},
		{"of the program's, span", nil, func(l *slog.Logger) { l.Info("m", slog.String("span_id", "own")) }, "", ""},
		{"of the program's, with", nil, func(l *slog.Logger) { l.With("a", 1, "trace_id", "own").Info("m") }, "", ""},
		{"of the program's, in a group", nil, func(l *slog.Logger) { l.WithGroup("g").With("trace_id", "own").Info("m") }, "", ""},
		{"only in a text", nil, func(l *slog.Logger) { l.With("a", `x trace_id=1 "trace_id":2`, "trace_idx", 1).Info("m") }, "," + ids, " " + textIDs},
		{"of a wrapper", nil, func(l *slog.Logger) {
			slog.New(wraps{l.Handler(), []slog.Attr{slog.String("trace_id", "own")}}).Info("m")
		}, "", ""},
		{"wrapper", nil, func(l *slog.Logger) {
			slog.New(wraps{l.WithGroup("g").Handler(), []slog.Attr{slog.String("k", "v")}}).Info("m")
		}, "," + ids, " " + textIDs},
		{"renamed", func(g []string, a slog.Attr) slog.Attr {
			if a.Key == "trace_id" && g == nil {
				a.Key = "logging.googleapis.com/trace"
			}
			return a
		}, func(l *slog.Logger) { l.WithGroup("g").Info("m", "a", 1) },
			`,"logging.googleapis.com/trace":"` + traceText + `","span_id":"` + spanText + `"`, " logging.googleapis.com/trace=" + traceText + " span_id=" + spanText},
		{"replaced", func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case "trace_id":
				return slog.Group("trace", "id", a.Value, "n", 1)
			case "span_id":
				return slog.String(`sp "an`, "<&> x=y\n")
			case "id":
				return slog.String("ID", strings.ToUpper(a.Value.String()))
			}
			return a
		}, func(l *slog.Logger) { l.Info("m", "a", 1) },
			`,"trace":{"ID":"` + strings.ToUpper(traceText) + `","n":1},"sp \"an":"<&> x=y\n"`,
			` trace.ID=` + strings.ToUpper(traceText) + ` trace.n=1 "sp \"an"="<&> x=y\n"`},
		{"dropped", drop("trace_id", "span_id"), func(l *slog.Logger) { l.Info("m", "a", 1) }, "", ""},
		{"one dropped", drop("trace_id"), func(l *slog.Logger) { l.With("a", 1).Info("m") }, `,"span_id":"` + spanText + `"`, " span_id=" + spanText},
		{"nothing else", drop("time", "level", "msg"), func(l *slog.Logger) { l.Info("m") }, ids, textIDs},
		{"nothing else but a group", drop("time", "level", "msg"), func(l *slog.Logger) { l.WithGroup("g").Info("m", "a", 1) }, ids + ",", textIDs + " "},
	}
	scope := hook.MakeCurrent(&hook.Active{Ctx: withSpan(10)})
	defer scope.Leave()
	for _, row := range rows {
		for _, asJSON := range []bool{true, false} {
			handler := func(w io.Writer) slog.Handler {
				opts := &slog.HandlerOptions{AddSource: row.name == "plain", ReplaceAttr: row.replace}
				if asJSON {
					return slog.NewJSONHandler(w, opts)
				}
				return slog.NewTextHandler(w, opts)
			}
			var plain, ours bytes.Buffer
			row.log(slog.New(handler(&plain)))
			row.log(slog.New(woven{handler(&ours)}))
			added := row.text
			if asJSON {
				added = row.json
			}
			p, o := times.ReplaceAllString(plain.String(), "T"), times.ReplaceAllString(ours.String(), "T")
			if strings.Replace(o, added, "", 1) != p || added != "" && !strings.Contains(o, added) {
				t.Errorf("%s: plain %sours  %sadded %s", row.name, p, o, added)
			}
			if asJSON && !json.Valid(ours.Bytes()) {
				t.Errorf("%s: not JSON: %s", row.name, o)
			}
		}
	}
}

var times = regexp.MustCompile(`20\d\d-\d\d-\d\dT[^" ]*`)

// What is kept from one record to the next is right for the next, whatever its span
// and its handler are, and a handler is what it was.
func TestKept(t *testing.T) {
	on(t)
	var b bytes.Buffer
	keep := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	json := slog.New(woven{slog.NewJSONHandler(&b, nil)})
	loggers := []*slog.Logger{
		json, json.With("a", 1), json.WithGroup("g").With("b", strings.Repeat("x", 5<<10)), json.With("trace_id", "own"),
		slog.New(woven{slog.NewTextHandler(&b, nil)}), slog.New(woven{slog.NewTextHandler(&b, keep)}).With("c", 2), json.With("a", 1),
	}
	for i := range 100 {
		id := byte(i%3 + 1)
		l := loggers[i*i%len(loggers)]
		for range i % 4 {
			b.Reset()
			scope := hook.MakeCurrent(&hook.Active{Ctx: withSpan(id)})
			l.Info("m", "k", "v")
			scope.Leave()
			line := b.String()
			wantTrace, wantSpan := fmt.Sprintf("%02x%030d", id, 0), fmt.Sprintf("%02x%014d", id, 0)
			if own := l == loggers[3]; strings.Count(line, wantTrace) != 1 && !own || strings.Count(line, "span_id") != 1 && !own ||
				!strings.Contains(line, wantSpan) && !own || own && (strings.Contains(line, "span_id") || !strings.Contains(line, "own")) {
				t.Fatalf("%d: %s", i, line)
			}
		}
	}
	b.Reset()
	if loggers[1].Info("m"); strings.Contains(b.String(), "trace_id") {
		t.Errorf("outside of spans: %s", &b)
	}
}

// The record's context comes before the goroutine's span, which is there again
// afterwards.
func TestContextWins(t *testing.T) {
	on(t)
	for _, tt := range []struct {
		goroutine, ctx byte
		want           string
	}{{0, 0, ""}, {0, 7, "07"}, {8, 0, "08"}, {8, 7, "07"}, {7, 7, "07"}} {
		ctx, scope := context.Background(), hook.Scope{}
		if tt.goroutine != 0 {
			scope = hook.MakeCurrent(&hook.Active{Ctx: withSpan(tt.goroutine)})
		}
		if tt.ctx != 0 {
			ctx = withSpan(tt.ctx)
		}
		var b bytes.Buffer
		wovenLog(slog.New(woven{slog.NewTextHandler(&b, nil)}), ctx, "m")
		_, got, _ := strings.Cut(b.String(), "trace_id=")
		if len(got) > 2 {
			got = got[:2]
		}
		if got != tt.want {
			t.Errorf("%v: %s", tt, &b)
		}
		if sc := hook.CurrentSpan(context.Background()); sc.TraceID() != (trace.TraceID{tt.goroutine}) {
			t.Errorf("%v: afterwards %s is current", tt, sc.TraceID())
		}
		scope.Leave()
	}
	var none context.Context
	if LogEnter(none) != nil {
		t.Error("something to do without a context")
	}
}

// What a record is written to may panic, which is none of the hooks' business.
func TestWriterPanics(t *testing.T) {
	on(t)
	defer hook.MakeCurrent(&hook.Active{Ctx: withSpan(10)}).Leave()
	var out panicsOnce
	l := slog.New(woven{slog.NewJSONHandler(&out, nil)})
	for range 3 {
		func() {
			out.panics = true
			defer func() {
				if r := recover(); r != "oh" {
					t.Errorf("recovered %v", r)
				}
			}()
			l.Info("m")
		}()
		if l.Info("m"); strings.Count(out.text, traceText) != 1 || !json.Valid([]byte(out.text)) {
			t.Error(out.text)
		}
	}
}

// panicsOnce keeps what is written to it last, if it does not panic.
type panicsOnce struct {
	panics bool
	text   string
}

func (w *panicsOnce) Write(p []byte) (int, error) {
	if w.panics {
		w.panics = false
		panic("oh")
	}
	w.text = string(p)
	return len(p), nil
}

func TestDefaultHandler(t *testing.T) {
	on(t)
	var text string
	h := &defaultHandler{ch: &commonHandler{}, output: func(_ uintptr, data []byte) error { text = string(data); return nil }}
	sh := slog.Default().Handler() // for its type
	handle := func(ctx context.Context) (newH *defaultHandler, after func(error) error) {
		r := slog.NewRecord(time.Time{}, slog.LevelInfo, "m", 0)
		p, after := DefaultHandleEnter(sh, unsafe.Pointer(h), ctx, r)
		return (*defaultHandler)(p), after
	}
	if newH, after := handle(context.Background()); newH != h || after(io.EOF) != io.EOF {
		t.Error("something to do outside of spans")
	}
	newH, after := handle(withSpan(10))
	if got, want := string(newH.ch.preformattedAttrs), "trace_id="+traceText+" span_id="+spanText; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if _ = newH.output(0, []byte("x")); text != "x" || reflect.TypeOf(newH.ch.mu) != reflect.TypeOf(h.ch.mu) {
		t.Error("not the handler's output")
	}
	if after(io.EOF) != io.EOF {
		t.Error("not the handler's error")
	}
}

func TestExport(t *testing.T) {
	on(t)
	defer hook.EnableLogs(nil)
	var got []string
	hook.EnableLogs(func(r *hook.LogRecord) {
		got = append(got, fmt.Sprintf("%d %s %q %s%s", r.Severity, r.Level, r.Body, trace.SpanContextFromContext(r.Context).SpanID(), show(r.Attrs)))
	})
	scope := hook.MakeCurrent(&hook.Active{Ctx: withSpan(10)})
	defer scope.Leave()
	j := func() *slog.Logger {
		return slog.New(woven{slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug})})
	}
	x := func() *slog.Logger { return slog.New(woven{slog.NewTextHandler(io.Discard, nil)}) }
	for _, tt := range []struct {
		log  func()
		want string
	}{
		{func() { j().Info("m") }, `9 INFO "m"`},
		{func() { j().Debug("m", "i", -1, "f", 0.5, "b", true, "d", time.Second, "n", nil) }, `5 DEBUG "m" i=-1 f=0.5 b=true d="1s" n=`},
		{func() { j().Log(context.Background(), 2, "m") }, `11 INFO+2 "m"`},
		{func() { j().Log(context.Background(), 99, "m") }, `24 ERROR+91 "m"`},
		{func() { x().Debug("below the handler's level") }, ""},
		{func() { j().Info("m", slog.Group("g", "a", 1, slog.Group("", "b", 2), slog.Group("none"))) }, `9 INFO "m" g={ a=1 b=2 }`},
		{func() {
			j().With("a", 1, "f", 1.5, "s", `"x`, "n", nil, "l", []int{1}).WithGroup("g").With("b", true).WithGroup("h").Info("m", "c", "d")
		},
			`9 INFO "m" a=1 f=1.5 s="\"x" n= l=[ 1 ] g={ b=true h={ c="d" } }`},
		{func() { j().WithGroup("g").With("b", 1).Info("m") }, `9 INFO "m" g={ b=1 }`},
		{func() {
			x().With("a", 1, "s", `x "y`, "e", "").WithGroup("g").With("b", true, "k.k", 2).WithGroup("h").Info("m", "c", "d")
		},
			`9 INFO "m" a="1" s="x \"y" e="" g={ b="true" k.k="2" h={ c="d" } }`},
		{func() { j().Error("m", "err", fmt.Errorf("w: %w", errors.New("e"))) },
			`17 ERROR "m" err="w: e" exception.type="*fmt.wrapError" exception.message="w: e"`},
	} {
		got = nil
		tt.log()
		want := []string{strings.Replace(tt.want, `"m"`, `"m" `+spanText, 1)}
		if tt.want == "" {
			want = nil
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q\nwant %q", got, want)
		}
	}
	// To two handlers, and twice the same.
	got = nil
	two := slog.New(both{j().Handler(), x().Handler()})
	for range 3 {
		two.Info("m")
	}
	if len(got) != 3 {
		t.Errorf("%q", got)
	}
}

type both [2]slog.Handler

func (b both) Enabled(context.Context, slog.Level) bool { return true }
func (b both) WithAttrs([]slog.Attr) slog.Handler       { return b }
func (b both) WithGroup(string) slog.Handler            { return b }
func (b both) Handle(ctx context.Context, r slog.Record) error {
	return errors.Join(b[0].Handle(ctx, r.Clone()), b[1].Handle(ctx, r.Clone()))
}

// show leaves the place in the source out: it is checked by the end-to-end tests.
func show(attrs []hook.LogAttr) (s string) {
	for _, a := range attrs {
		if !strings.HasPrefix(a.Key, "code.") {
			s += " " + a.Key + "=" + showValue(a.Value)
		}
	}
	return s
}

func showValue(v hook.LogValue) string {
	switch v.Kind() {
	case hook.LogKindString:
		return fmt.Sprintf("%q", v.String())
	case hook.LogKindInt:
		return fmt.Sprint(v.Int())
	case hook.LogKindFloat:
		return fmt.Sprint(v.Float())
	case hook.LogKindBool:
		return fmt.Sprint(v.Bool())
	case hook.LogKindList:
		s := "["
		for _, e := range v.List() {
			s += " " + showValue(e)
		}
		return s + " ]"
	case hook.LogKindMap:
		return "{" + show(v.Map()) + " }"
	}
	return ""
}

// What the hooks allocate: nothing, but where the context has a span that is not
// the goroutine's.
func TestAllocations(t *testing.T) {
	r := slog.NewRecord(time.Now(), slog.LevelInfo, "m", 0)
	r.AddAttrs(slog.Int("a", 1))
	h := unsafe.Pointer(*(**commonHandler)(unsafe.Pointer(slog.NewJSONHandler(io.Discard, nil))))
	standard := slog.Default().Handler()
	own := &defaultHandler{ch: &commonHandler{}}
	handle := func() {
		_, after := HandleEnter(h, r)
		_ = after(nil)
		_, after = DefaultHandleEnter(standard, unsafe.Pointer(own), context.Background(), r)
		_ = after(nil)
	}
	ctx := withSpan(10)
	for _, tt := range []struct {
		name  string
		in    bool
		f     func()
		limit float64
	}{
		{"off", true, handle, 0}, {"off, call", true, func() { LogEnter(ctx) }, 0},
		{"outside", false, handle, 0}, {"outside, call", false, func() { LogEnter(context.Background()) }, 0},
		{"inside", true, handle, 0}, {"inside, call", true, func() { LogEnter(ctx) }, 0},
		{"other span", false, func() { LogEnter(ctx)() }, 2},
	} {
		if tt.name == "outside" {
			on(t)
		}
		scope := hook.Scope{}
		if tt.in {
			scope = hook.MakeCurrent(&hook.Active{Ctx: ctx})
		}
		if n := testing.AllocsPerRun(100, tt.f); n > tt.limit && !raceEnabled {
			t.Errorf("%s: %v allocations, want %v", tt.name, n, tt.limit)
		}
		scope.Leave()
	}
}

// No text that a handler has formatted makes us fail, or see a key that is not there.
func FuzzMentions(f *testing.F) {
	f.Add("trace_id", "v", "a", `x trace_id=1`)
	f.Add("k", `"trace_id":`, `a"b`, "\\")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		want := k1 == traceKey || k2 == traceKey
		// These quote nothing that they should (go.dev: TextHandler joins keys with dots).
		if !want && (strings.HasSuffix(k1, "."+traceKey) || strings.HasSuffix(k2, "."+traceKey)) {
			return
		}
		as := []slog.Attr{slog.String(k1, v1), slog.String(k2, v2)}
		for _, h := range []slog.Handler{slog.NewJSONHandler(io.Discard, nil).WithAttrs(as), slog.NewTextHandler(io.Discard, nil).WithAttrs(as)} {
			var own *commonHandler
			switch h := h.(type) {
			case *slog.JSONHandler:
				own = *(**commonHandler)(unsafe.Pointer(h))
			case *slog.TextHandler:
				own = *(**commonHandler)(unsafe.Pointer(h))
			}
			if got := mentions(own.preformattedAttrs, traceKey, own.json); got != want {
				t.Errorf("%s: %v, want %v", own.preformattedAttrs, got, want)
			}
			if got := within(own, nil); (k1 != "" || v1 != "") && (k2 != "" || v2 != "") && len(got) < 1 {
				t.Errorf("%s: nothing read", own.preformattedAttrs)
			}
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	l := slog.New(slog.NewJSONHandler(io.Discard, nil))
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			l.Info("message", "a", 1)
		}
	})
	r := slog.NewRecord(time.Now(), slog.LevelInfo, "message", 0)
	r.AddAttrs(slog.Int("a", 1))
	h := unsafe.Pointer(*(**commonHandler)(unsafe.Pointer(slog.NewJSONHandler(io.Discard, nil))))
	hooks := func(b *testing.B) {
		b.ReportAllocs()
		ctx := context.Background()
		for range b.N {
			if leave := LogEnter(ctx); leave != nil {
				leave()
			}
			_, after := HandleEnter(h, r)
			_ = after(nil)
		}
	}
	b.Run("hooks, off", hooks)
	on(b)
	b.Run("hooks, outside", hooks)
	defer hook.MakeCurrent(&hook.Active{Ctx: withSpan(10)}).Leave()
	b.Run("hooks, inside", hooks)
}
