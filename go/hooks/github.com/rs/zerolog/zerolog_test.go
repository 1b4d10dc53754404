package zerolog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/hook"
)

const ids = `"trace_id":"0a000000000000000000000000000000","span_id":"0a00000000000000"`

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

// adds is the hook as one of zerolog's, the last: what write does then is the same.
type adds struct{}

func (adds) Run(e *zerolog.Event, _ zerolog.Level, _ string) { WriteEnter(e) }

func TestEvents(t *testing.T) {
	if !layoutKnown || !hasLevel {
		t.Fatal("zerolog's events are not what we take them for")
	}
	on(t)
	own := zerolog.HookFunc(func(e *zerolog.Event, _ zerolog.Level, _ string) { e.Str("trace_id", "own") })
	for _, tt := range []struct {
		name string
		log  func(l zerolog.Logger, last zerolog.Hook)
		want bool
	}{
		{"fields", func(l zerolog.Logger, last zerolog.Hook) {
			l = l.Hook(last)
			l.Info().Str("a", "b").Dict("d", zerolog.Dict().Int("n", 1)).Msg("m")
		}, true},
		{"send", func(l zerolog.Logger, last zerolog.Hook) { l = l.Hook(last); l.Log().Send() }, true},
		{"print", func(l zerolog.Logger, last zerolog.Hook) { l = l.Hook(last); l.Print(`say "trace_id":1`) }, true},
		{"context", func(l zerolog.Logger, last zerolog.Hook) {
			l = l.With().Str("a", "b").Logger().Hook(last)
			l.Warn().Msg("m")
		}, true},
		{"own field", func(l zerolog.Logger, last zerolog.Hook) { l = l.Hook(last); l.Info().Str("trace_id", "own").Msg("m") }, false},
		{"own context", func(l zerolog.Logger, last zerolog.Hook) {
			l = l.With().Str("span_id", "own").Logger().Hook(last)
			l.Info().Msg("m")
		}, false},
		{"own hook", func(l zerolog.Logger, last zerolog.Hook) { l = l.Hook(own).Hook(last); l.Info().Msg("m") }, false},
		{"disabled", func(l zerolog.Logger, last zerolog.Hook) {
			l = l.Level(zerolog.ErrorLevel).Hook(last)
			l.Info().Msg("m")
		}, false},
	} {
		var plain, outside, inside bytes.Buffer
		tt.log(zerolog.New(&plain), zerolog.HookFunc(func(*zerolog.Event, zerolog.Level, string) {}))
		tt.log(zerolog.New(&outside), adds{})
		scope := hook.MakeCurrent(&hook.Active{Ctx: withSpan(10)})
		tt.log(zerolog.New(&inside), adds{})
		scope.Leave()
		if outside.String() != plain.String() {
			t.Errorf("%s: outside of spans %s, plain %s", tt.name, &outside, &plain)
		}
		got := inside.String()
		for _, with := range []string{"," + ids, ids + ",", ids} {
			if strings.Contains(got, with) && tt.want {
				got = strings.Replace(got, with, "", 1)
				break
			}
		}
		if got != plain.String() || tt.want != (inside.String() != plain.String()) || plain.Len() > 0 && !json.Valid(inside.Bytes()) {
			t.Errorf("%s: %s, plain %s", tt.name, &inside, &plain)
		}
	}
	WriteEnter(nil)
}

func TestExport(t *testing.T) {
	on(t)
	var got []string
	hook.EnableLogs(func(r *hook.LogRecord) {
		s := fmt.Sprintf("%d %s %q", r.Severity, r.Level, r.Body)
		for _, a := range r.Attrs {
			s += fmt.Sprintf(" %s=%v", a.Key, plain(a.Value))
		}
		got = append(got, s)
	})
	defer hook.EnableLogs(nil)
	l := zerolog.New(io.Discard).With().Int("c", 1).Logger()
	end := func(e *zerolog.Event, message string) {
		// The message comes before write is called.
		WriteEnter(e.Str(zerolog.MessageFieldName, message))
		e.Discard()
	}
	end(l.Info().Dict("d", zerolog.Dict().Float64("f", 0.5)).Bool("b", true).Interface("n", nil), "m")
	end(l.Error().Err(errors.New("broken")).Interface(zerolog.ErrorStackFieldName, []string{"a", "b"}), "m")
	end(l.Log(), "m")
	want := []string{
		`9 info "m" c=1 d=map[f:0.5] b=true n=<nil>`,
		`17 error "m" c=1 error=broken exception.message=broken exception.stacktrace=["a","b"]`,
		`0  "m" c=1`,
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestAllocations(t *testing.T) {
	l := zerolog.New(io.Discard).Hook(adds{})
	log := func() { l.Info().Str("a", "b").Int("n", 1).Msg("m") }
	check := func(name string) {
		if n := testing.AllocsPerRun(100, log); n != 0 && !raceEnabled {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	check("off")
	on(t)
	check("outside")
	defer hook.MakeCurrent(&hook.Active{Ctx: withSpan(10)}).Leave()
	check("inside")
}
