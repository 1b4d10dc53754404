package otelc

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/report"
)

func TestInstrumented(t *testing.T) {
	if Instrumented("redis") {
		t.Error("on without telemetry")
	}
	hook.Enable(noop.NewTracerProvider(), propagation.TraceContext{})
	t.Cleanup(hook.Disable)
	const enabled, disabled = "OTEL_GO_ENABLED_INSTRUMENTATIONS", "OTEL_GO_DISABLED_INSTRUMENTATIONS"
	for _, row := range []struct {
		name string
		env  []string // name, value ...
		on   bool
	}{
		{"redis", nil, true},
		{"redis", []string{enabled, "grpc, Redis"}, true},
		{"REDIS", []string{enabled, "grpc,redis"}, true},
		{"redis", []string{enabled, "grpc,redis2"}, false},
		{"redis", []string{disabled, "grpc"}, true},
		{"redis", []string{disabled, "grpc , redis"}, false},
		{"redis", []string{enabled, "redis", disabled, "REDIS"}, false},
		{"logs/slog", []string{"OTEL_INSTRUMENTATION_LOGS_SLOG_ENABLED", "false"}, false},
		{"logs/slog", []string{"OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED", "false"}, false},
	} {
		t.Run(row.name+" "+strings.Join(row.env, " "), func(t *testing.T) {
			asked.Store(nil)
			for i := 0; i < len(row.env); i += 2 {
				t.Setenv(row.env[i], row.env[i+1])
			}
			if on := Instrumented(row.name); on != row.on {
				t.Errorf("on is %v", on)
			}
		})
	}
	asked.Store(nil)
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "a", "b", "c"} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if !Instrumented(name) {
				t.Errorf("%s is off", name)
			}
		}()
	}
	wg.Wait()
	if n := len(*asked.Load()); n != 3 {
		t.Errorf("%d names are known, want 3", n)
	}
	if n := testing.AllocsPerRun(100, func() { Instrumented("a") }); n != 0 {
		t.Errorf("%v allocations to ask again", n)
	}
}

// logged returns what f writes at a level.
func logged(level report.Level, f func(*slog.Logger)) string {
	var b bytes.Buffer
	defer report.SetOutput(report.SetOutput(&b))
	defer report.SetLevel(report.SetLevel(level))
	f(Logger())
	return b.String()
}

func TestLogger(t *testing.T) {
	all := func(l *slog.Logger) {
		l.Debug("d")
		l.Info("i")
		l.Warn("w")
		l.Error("e", "error", errors.New("no such host"))
	}
	for level, want := range map[report.Level]string{
		report.None:  "",
		report.Error: "otel: e error=\"no such host\"\n",
		report.Warn:  "otel: w\notel: e error=\"no such host\"\n",
		report.Debug: "otel: d\notel: i\notel: w\notel: e error=\"no such host\"\n",
	} {
		if text := logged(level, all); text != want {
			t.Errorf("at level %d: %q", level, text)
		}
	}
	text := logged(report.Warn, func(l *slog.Logger) {
		l.With("a", 1).WithGroup("g").With("b", "").Error("two\nlines", "c", "x=y", "d", "z", slog.Group("h", "e", true), slog.Group("", "f", 2), slog.Attr{})
	})
	if want := "otel: two lines a=1 g.b=\"\" g.c=\"x=y\" g.d=z g.h.e=true g.f=2\n"; text != want {
		t.Errorf("wrote %q, want %q", text, want)
	}
}

// The handler keeps to log/slog's rules for handlers, but for the time, which no line of
// the runtime has.
func TestHandler(t *testing.T) {
	var text string
	slogtest.Run(t, func(t *testing.T) slog.Handler {
		if strings.Contains(t.Name(), "time") {
			t.Skip("no times")
		}
		var b bytes.Buffer
		out, level := report.SetOutput(&b), report.SetLevel(report.Debug)
		t.Cleanup(func() { report.SetOutput(out); report.SetLevel(level) })
		text = ""
		return recording{&handler{}, &b, &text}
	}, func(t *testing.T) map[string]any { return parsed(text) })
}

// recording keeps the text of the last record.
type recording struct {
	slog.Handler
	b    *bytes.Buffer
	text *string
}

func (r recording) Handle(ctx context.Context, record slog.Record) error {
	r.b.Reset()
	err := r.Handler.Handle(ctx, record)
	*r.text = r.b.String()
	return err
}

func (r recording) WithAttrs(a []slog.Attr) slog.Handler {
	return recording{r.Handler.WithAttrs(a), r.b, r.text}
}

func (r recording) WithGroup(name string) slog.Handler {
	return recording{r.Handler.WithGroup(name), r.b, r.text}
}

// parsed turns "otel: message a=1 g.b=2" into a map of maps.
func parsed(line string) map[string]any {
	words := strings.Fields(line)
	all := map[string]any{slog.TimeKey: "", slog.LevelKey: "", slog.MessageKey: words[1]}
	for _, word := range words[2:] {
		key, value, _ := strings.Cut(word, "=")
		m := all
		for {
			group, rest, ok := strings.Cut(key, ".")
			if !ok {
				break
			}
			if m[group] == nil {
				m[group] = map[string]any{}
			}
			m, key = m[group].(map[string]any), rest
		}
		m[key] = value
	}
	return all
}
