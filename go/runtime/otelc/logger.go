package otelc

import (
	"context"
	"log/slog"
	"strconv"
	"strings"

	"otel.tool/runtime/internal/report"
)

// Logger returns what hooks log with. Records are lines on standard error, like all that
// the runtime says ("otel: redis client initialized version=1.2"), and OTEL_LOG_LEVEL says
// which of them are written.
//
// Its handler is none of log/slog's, so that the instrumentation of log/slog, which is
// woven into those, does not take its records for the program's.
func Logger() *slog.Logger { return logger }

var logger = slog.New(&handler{})

// handler writes records as lines.
type handler struct {
	attrs string // those of WithAttrs, as they are written
	group string // the groups of WithGroup, each with a dot behind it
}

// Enabled says whether records of that level are written.
func (h *handler) Enabled(_ context.Context, level slog.Level) bool { return report.On(levelOf(level)) }

// levelOf is the least of the runtime's levels at which records of a level are said.
func levelOf(level slog.Level) report.Level {
	switch {
	case level >= slog.LevelError:
		return report.Error
	case level >= slog.LevelWarn:
		return report.Warn
	case level >= slog.LevelInfo:
		return report.Info
	}
	return report.Debug
}

// Handle writes a record.
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(strings.Join(strings.Fields(r.Message), " "))
	b.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		write(&b, h.group, a)
		return true
	})
	report.Line(levelOf(r.Level), "%s", b.String())
	return nil
}

// WithAttrs returns a handler that writes attrs with each record.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	b.WriteString(h.attrs)
	for _, a := range attrs {
		write(&b, h.group, a)
	}
	return &handler{b.String(), h.group}
}

// WithGroup returns a handler that writes name and a dot before each key.
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return &handler{h.attrs, h.group + name + "."}
}

// write writes " key=value" for an attribute, and for a group its attributes.
func write(b *strings.Builder, prefix string, a slog.Attr) {
	value := a.Value.Resolve()
	if value.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, member := range value.Group() {
			write(b, prefix, member)
		}
		return
	}
	if a.Equal(slog.Attr{}) {
		return
	}
	text := value.String()
	if text == "" || strings.ContainsAny(text, " =\"") || strconv.Quote(text) != `"`+text+`"` {
		text = strconv.Quote(text)
	}
	b.WriteString(" " + prefix + a.Key + "=" + text)
}
