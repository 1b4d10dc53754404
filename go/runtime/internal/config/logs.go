package config

import (
	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/resource"
)

// Logs is what the environment asks of logs.
type Logs struct {
	// Disabled is OTEL_SDK_DISABLED. Nothing else has been read if it is set.
	Disabled bool
	Resource resource.Config

	// Exporters is OTEL_LOGS_EXPORTER: otlp, otlp_file and console, or nothing. A
	// program's logs go somewhere already, so nothing is the default.
	Exporters []string
	// OTLP is where records are sent, without what only the program knows.
	OTLP otlp.Config
	// Queue is OTEL_BLRP_*.
	Queue batch.Config

	// Outputs is where records go: Exporters by the above, or what OTEL_CONFIG_FILE
	// says, where those are empty.
	Outputs []LogOutput
	// Limits is that of the file; nil without one, when the SDK reads the variables.
	Limits *LogLimits

	// Set is the names of the variables that were read and had a value.
	Set []string
}

// LogOutput is one of the places that records go to.
type LogOutput struct {
	Name  string      // otlp, otlp_file, otlp/stdout or console
	OTLP  otlp.Config // without what only the program knows
	Queue batch.Config
}

// LogLimits is the longest value of an attribute, in characters (-1: any), and how many
// attributes there may be.
type LogLimits struct {
	Length, Count int
}

// Logs returns the configuration of logs.
func (s *Source) Logs() *Logs {
	r := s.reader()
	l := &Logs{}
	defer func() { l.Set = r.set }()
	if f := r.file(); f != nil {
		if l.Disabled = f.disabled; !l.Disabled {
			l.Resource, l.Outputs, l.Limits = f.resource, f.logs, &f.logLimits
		}
		return l
	}
	if l.Disabled = r.bool("OTEL_SDK_DISABLED"); l.Disabled {
		return l
	}
	r.logLevel()
	l.Resource = r.resource()
	l.Exporters = r.list("OTEL_LOGS_EXPORTER", nil, "otlp", "otlp_file", "otlp/stdout", "console", "none")
	l.OTLP = r.otlp("LOGS", "v1/logs")
	l.Queue = batch.Config{
		MaxQueue: r.number("OTEL_BLRP_MAX_QUEUE_SIZE", 1, 2048),
		MaxBatch: r.number("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", 1, 512),
		Delay:    r.millis("OTEL_BLRP_SCHEDULE_DELAY", 1000),
		Timeout:  r.millis("OTEL_BLRP_EXPORT_TIMEOUT", 30000),
	}
	// The SDK reads these for itself, but takes the default for a wrong value
	// without a word.
	r.number("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", -1, 128)
	r.number("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", -1, -1)
	for _, name := range l.Exporters {
		out := LogOutput{Name: name, OTLP: l.OTLP, Queue: l.Queue}
		out.OTLP.File = fileOf(name, "logs")
		l.Outputs = append(l.Outputs, out)
	}
	return l
}
