package logrus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/sirupsen/logrus"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

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

// woven is a formatter that is given what the woven write gives to its own.
type woven struct{ logrus.Formatter }

func (w woven) Format(e *logrus.Entry) ([]byte, error) { return w.Formatter.Format(WriteEnter(e)) }

func logger(f logrus.Formatter) (*logrus.Logger, *bytes.Buffer) {
	l, b := logrus.New(), new(bytes.Buffer)
	l.Out, l.Formatter = b, f
	return l, b
}

type adding struct{}

func (adding) Levels() []logrus.Level { return logrus.AllLevels }
func (adding) Fire(e *logrus.Entry) error {
	e.Data["trace_id"] = "own"
	return nil
}

func TestEntries(t *testing.T) {
	on(t)
	formatters := map[string]struct {
		logrus.Formatter
		added string
	}{
		"json": {&logrus.JSONFormatter{DisableTimestamp: true}, `"span_id":"%s00000000000000","trace_id":"%s000000000000000000000000000000"`},
		"text": {&logrus.TextFormatter{DisableTimestamp: true}, `span_id=%s00000000000000 trace_id=%s000000000000000000000000000000`},
	}
	for _, row := range []struct {
		name string
		log  func(*logrus.Logger)
		want string // the span whose ids it gets, "" for none
	}{
		{"plain", func(l *logrus.Logger) { l.Info("zz") }, "0a"},
		{"fields", func(l *logrus.Logger) { l.WithField("a", 1).WithError(errors.New("e")).Warn("zz") }, "0a"},
		{"context", func(l *logrus.Logger) { l.WithContext(withSpan(11)).Info("zz") }, "0b"},
		{"own", func(l *logrus.Logger) { l.WithField("trace_id", "own").Info("zz") }, ""},
		{"own span", func(l *logrus.Logger) { l.WithField("span_id", "own").Info("zz") }, ""},
		{"own hook", func(l *logrus.Logger) { l.AddHook(adding{}); l.Info("zz") }, ""},
		{"disabled", func(l *logrus.Logger) { l.Debug("zz") }, ""},
		{"panic", func(l *logrus.Logger) {
			defer func() {
				if e := recover().(*logrus.Entry); len(e.Data) != 0 {
					l.Out.Write([]byte("the program's entry is changed"))
				}
			}()
			l.Panic("zz")
		}, "0a"},
	} {
		for name, f := range formatters {
			l, plain := logger(f.Formatter)
			row.log(l)
			scope := hook.MakeCurrent(&hook.Active{Ctx: withSpan(10)})
			l, ours := logger(woven{f.Formatter})
			row.log(l)
			scope.Leave()
			got := ours.String()
			if row.want != "" {
				added := fmt.Sprintf(f.added, row.want, row.want)
				if !strings.Contains(got, added) {
					t.Errorf("%s, %s: %s", row.name, name, got)
				}
				for _, with := range []string{"," + added, " " + added} {
					got = strings.Replace(got, with, "", 1)
				}
			}
			if got != plain.String() {
				t.Errorf("%s, %s: %splain %s", row.name, name, ours, plain)
			}
		}
	}
}

// An Entry that is used many times, at once: run with -race.
func TestShared(t *testing.T) {
	on(t)
	l, b := logger(woven{&logrus.JSONFormatter{}})
	entry := l.WithField("a", 1)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer hook.MakeCurrent(&hook.Active{Ctx: withSpan(byte(i + 1))}).Leave()
			for range 20 {
				entry.Info("m")
			}
		}()
	}
	wg.Wait()
	if len(entry.Data) != 1 || strings.Count(b.String(), "trace_id") != 160 || strings.Count(b.String(), `"trace_id":"05`) != 20 {
		t.Error(entry.Data, strings.Count(b.String(), "trace_id"))
	}
}

func TestExport(t *testing.T) {
	on(t)
	var got []string
	hook.EnableLogs(func(r *hook.LogRecord) {
		s := fmt.Sprintf("%d %s %q %s", r.Severity, r.Level, r.Body, trace.SpanContextFromContext(r.Context).SpanID())
		for _, a := range r.Attrs {
			s += " " + a.Key + "=" + a.Value.String()
			if strings.HasPrefix(a.Key, "code.") {
				s = strings.TrimSuffix(s, a.Value.String())
			}
		}
		got = append(got, s)
	})
	defer hook.EnableLogs(nil)
	l, _ := logger(woven{&logrus.JSONFormatter{}})
	l.WithContext(withSpan(11)).WithFields(logrus.Fields{"b": "2", "a": "1"}).WithError(errors.New("e")).Error("m")
	l.SetReportCaller(true)
	l.Info("n")
	want := []string{
		`17 error "m" 0b00000000000000 a=1 b=2 error=e exception.type=*errors.errorString exception.message=e`,
		`9 info "n" 0000000000000000 code.function.name= code.file.path= code.line.number=`,
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestOutside(t *testing.T) {
	e := logrus.NewEntry(logrus.New())
	check := func(name string) {
		if WriteEnter(e) != e || WriteEnter(nil) != nil {
			t.Errorf("%s: another entry", name)
		}
		if n := testing.AllocsPerRun(100, func() { WriteEnter(e) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	check("off")
	on(t)
	check("outside of spans")
}
