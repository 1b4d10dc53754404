// Package logs is what otel puts into a program whose logs are to be exported
// (OTEL_GO_SIGNALS, and OTEL_LOGS_EXPORTER when it runs). A main package imports it
// for effect: it sets up OpenTelemetry's logs SDK from the environment, and takes the
// records that the hooks of logging libraries hand on.
//
// It is a guest, as package otel.tool/runtime is. Where the program sets a logger
// provider of its own, before or later, the records go there.
package logs

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/log/global"
	sdklog "go.opentelemetry.io/otel/sdk/log"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/config"
	"otel.tool/runtime/internal/exit"
	"otel.tool/runtime/internal/logvalue"
	"otel.tool/runtime/internal/otlp/otlplog"
	"otel.tool/runtime/internal/report"
	"otel.tool/runtime/internal/setup"
)

func init() {
	if setup.Wanted() && !setup.Extended() {
		start(config.Process.Logs(), nil)
	}
}

// additions are the processors of own extensions, and what those are called.
type additions struct {
	names      []string
	processors []sdklog.Processor
}

// start sets up what cfg asks for, with what extensions, if there are any, add. A provider that
// the program has set before stays, and they are not asked.
func start(cfg *config.Logs, extensions func() additions) {
	own := setup.OwnType(global.GetLoggerProvider())
	var more additions
	if !cfg.Disabled && !own && extensions != nil {
		more = extensions()
	}
	switch {
	case cfg.Disabled || len(cfg.Outputs)+len(more.processors) == 0:
		setup.Tell("logs", setup.Off, cfg.Set)
		return
	case own:
		setup.Tell("logs", setup.TheirOwn, cfg.Set)
	default:
		global.SetLoggerProvider(provider(cfg, more.processors))
		setup.Tell("logs", setup.Targets(append(more.names, targets(cfg)...)), cfg.Set)
	}
	hook.EnableLogs(emit)
}

// provider returns the SDK's logger provider for cfg. The further processors come first: what they
// change in a record, ours export.
func provider(cfg *config.Logs, further []sdklog.Processor) (lp *sdklog.LoggerProvider) {
	options := []sdklog.LoggerProviderOption{sdklog.WithResource(setup.Resource(cfg.Resource))}
	if cfg.Limits != nil {
		options = append(options, sdklog.WithAttributeValueLengthLimit(cfg.Limits.Length), sdklog.WithAttributeCountLimit(cfg.Limits.Count))
	}
	for _, p := range further {
		options = append(options, sdklog.WithProcessor(p))
	}
	for _, out := range cfg.Outputs {
		options = append(options, sdklog.WithProcessor(newProcessor(out)))
	}
	setup.Quietly(func() { lp = sdklog.NewLoggerProvider(options...) })
	return lp
}

// targets names where records go.
func targets(cfg *config.Logs) (list []string) {
	for _, out := range cfg.Outputs {
		list = append(list, setup.Target(out.Name, out.OTLP))
	}
	return list
}

// processor hands records to one exporter.
type processor struct {
	queue batch.Queue[sdklog.Record]
	first sync.Once
}

var _ sdklog.Processor = (*processor)(nil)

func newProcessor(out config.LogOutput) *processor {
	q := out.Queue
	q.What, q.Speak = "log records", new(report.Limited)
	if out.Name == "console" {
		q.Target, q.Exporter = "standard error", "console"
		return &processor{queue: batch.New(q, console)}
	}
	to := setup.OTLP(out.OTLP, q.What, q.Speak)
	exporter, err := otlplog.New(to)
	q.Target, q.Hurry = to.Target(), exporter.Hurry
	q.Exporter, q.Endpoint = to.Exporter()
	if err != nil {
		report.Line(report.Error, "log records to %s: %v", q.Target, err)
	}
	return &processor{queue: batch.New(q, exporter.Export)}
}

// OnEmit takes a record if there is room for it. It never waits.
func (p *processor) OnEmit(ctx context.Context, r *sdklog.Record) error {
	if hook.Suppressed(ctx) {
		return nil
	}
	// Signals are watched from the first record on, not before.
	p.first.Do(func() { exit.OnFlush(func(ctx context.Context) { _ = p.ForceFlush(ctx) }) })
	p.queue.Add(r.Clone())
	return nil
}

// Enabled says that every record is taken.
func (p *processor) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }

// ForceFlush exports what is held, and returns when that is done or ctx ends.
func (p *processor) ForceFlush(ctx context.Context) error { return p.queue.Flush(ctx) }

// Shutdown is ForceFlush.
func (p *processor) Shutdown(ctx context.Context) error { return p.ForceFlush(ctx) }

// loggers are those of the provider that is global, by the scopes of hooks.
var loggers struct {
	sync.RWMutex
	provider log.LoggerProvider
	all      map[loggerKey]log.Logger
}

type loggerKey struct {
	name, version string
}

// maxLoggers bounds the names that loggers may have.
const maxLoggers = 1000

// loggerFor returns the logger for what a hook hands on: of the global provider, and
// with the logger's name, if it has one, for its scope.
func loggerFor(r *hook.LogRecord) log.Logger {
	key := loggerKey{r.Logger, ""}
	if r.Logger == "" {
		key = loggerKey{"otel.tool/hooks/" + r.Instrumentation, r.Version}
	}
	provider := global.GetLoggerProvider()
	loggers.RLock()
	l := loggers.all[key]
	current := sameProvider(loggers.provider, provider)
	loggers.RUnlock()
	if current && l != nil {
		return l
	}
	l = provider.Logger(key.name, log.WithInstrumentationVersion(key.version))
	loggers.Lock()
	defer loggers.Unlock()
	if !sameProvider(loggers.provider, provider) || len(loggers.all) >= maxLoggers {
		loggers.provider, loggers.all = provider, map[loggerKey]log.Logger{}
	}
	loggers.all[key] = l
	return l
}

// emit is what hooks hand records to. They keep what r points to, but for texts.
func emit(r *hook.LogRecord) {
	var out log.Record
	out.SetTimestamp(r.Time)
	out.SetSeverity(log.Severity(r.Severity))
	out.SetSeverityText(r.Level)
	logvalue.Fill(&out, r.Body, r.Attrs)
	loggerFor(r).Emit(r.Context, out)
}
