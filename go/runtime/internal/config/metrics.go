package config

import (
	"strings"
	"time"

	"otel.tool/runtime/internal/filter"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/resource"
)

// Metrics is what the environment asks of metrics.
type Metrics struct {
	// Disabled is OTEL_SDK_DISABLED. Nothing else has been read if it is set.
	Disabled bool
	Resource resource.Config

	// Exporters is OTEL_METRICS_EXPORTER: otlp, otlp_file, console and prometheus, or nothing.
	Exporters []string
	// OTLP is where metrics are sent, without what only the program knows.
	OTLP otlp.Config
	// Interval and Timeout are OTEL_METRIC_EXPORT_INTERVAL and _TIMEOUT.
	Interval, Timeout time.Duration

	// Temporality is cumulative, delta or lowmemory.
	Temporality string
	// Exponential says that histograms are, where the program gives no buckets.
	Exponential bool
	// Listen is OTEL_EXPORTER_PROMETHEUS_HOST and _PORT.
	Host string
	Port int

	// Exclude is OTEL_GO_EXCLUDE.
	Exclude []filter.Rule

	// Set is the names of the variables that were read and had a value.
	Set []string
}

// ReadMetrics is [Read] for metrics.
func ReadMetrics(getenv func(name string) string, warn func(format string, args ...any)) *Metrics {
	r := &reader{getenv: getenv, warn: warn}
	m := &Metrics{Disabled: r.bool("OTEL_SDK_DISABLED")}
	defer func() { m.Set = r.set }()
	if m.Disabled {
		return m
	}
	r.logLevel()
	m.Resource = r.resource()
	m.Exporters = r.list("OTEL_METRICS_EXPORTER", []string{"otlp"}, "otlp", "otlp_file", "console", "prometheus", "none")
	m.OTLP = r.otlp("METRICS", "v1/metrics")
	m.Interval = r.millisFrom("OTEL_METRIC_EXPORT_INTERVAL", 1, 60000)
	m.Timeout = r.millisFrom("OTEL_METRIC_EXPORT_TIMEOUT", 1, 30000)
	m.Temporality = r.choice("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative", "delta", "lowmemory")
	m.Exponential = r.choice("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
		"explicit_bucket_histogram", "base2_exponential_bucket_histogram") != "explicit_bucket_histogram"
	r.choice("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based", "always_on", "always_off") // which the SDK reads
	m.Exclude = r.exclude()
	m.Host = r.text("OTEL_EXPORTER_PROMETHEUS_HOST")
	if m.Host == "" {
		m.Host = "localhost"
	}
	m.Port = r.number("OTEL_EXPORTER_PROMETHEUS_PORT", 0, 9464)
	return m
}

// millisFrom is millis of at least low.
func (r *reader) millisFrom(name string, low, otherwise int) time.Duration {
	return time.Duration(r.number(name, low, otherwise)) * time.Millisecond
}

// choice reads one of some words; the first is the default.
func (r *reader) choice(name string, words ...string) string {
	v := strings.ToLower(r.text(name))
	for _, w := range words {
		if v == w {
			return w
		}
	}
	if v != "" {
		r.warn("%s: expected %s, found '%s'; %s is used", name, strings.Join(words, ", "), v, words[0])
	}
	return words[0]
}
