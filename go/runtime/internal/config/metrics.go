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

	// Exporters is OTEL_METRICS_EXPORTER: otlp, otlp_file, otlp/stdout, console and prometheus, or nothing.
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

	// Outputs is where metrics go: Exporters by the above, or what OTEL_CONFIG_FILE
	// says, where those are empty.
	Outputs []MetricOutput
	// Exemplars is the file's exemplar filter; "" without one, when the SDK reads the
	// variable.
	Exemplars string
	// Views are the file's.
	Views []*View
	// Series is how many of them an instrument may have: the largest of the limits that
	// the file gives to readers; 0 without one.
	Series int

	// Self is OTEL_GO_SELF_METRICS.
	Self bool

	// Set is the names of the variables that were read and had a value.
	Set []string
}

// noTimeout is what 0 means for a timeout that needs to be one.
const noTimeout = time.Hour

// MetricOutput is one of the places that metrics go to.
type MetricOutput struct {
	Name              string      // otlp, otlp_file, console or prometheus
	OTLP              otlp.Config // without what only the program knows
	Interval, Timeout time.Duration
	Temporality       string // cumulative, delta or lowmemory
	Exponential       bool
	Host              string // of prometheus
	Port              int
}

// Metrics returns the configuration of metrics.
func (s *Source) Metrics() *Metrics {
	r := s.reader()
	m := &Metrics{}
	defer func() { m.Set = r.set }()
	if f := r.file(); f != nil {
		if m.Disabled = f.disabled; !m.Disabled {
			m.Resource, m.Outputs, m.Exemplars, m.Views, m.Series, m.Exclude = f.resource, f.metrics, f.exemplars, f.views, f.series, r.exclude()
			m.Self = r.bool("OTEL_GO_SELF_METRICS")
		}
		return m
	}
	if m.Disabled = r.bool("OTEL_SDK_DISABLED"); m.Disabled {
		return m
	}
	r.logLevel()
	m.Resource = r.resource()
	m.Exporters = r.list("OTEL_METRICS_EXPORTER", []string{"otlp"}, "otlp", "otlp_file", "otlp/stdout", "console", "prometheus", "none")
	m.OTLP = r.otlp("METRICS", "v1/metrics")
	m.Interval = time.Duration(r.number("OTEL_METRIC_EXPORT_INTERVAL", 1, 60000)) * time.Millisecond
	if m.Timeout = r.millis("OTEL_METRIC_EXPORT_TIMEOUT", 30000); m.Timeout == 0 {
		m.Timeout = noTimeout
	}
	m.Temporality = r.choice("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative", "delta", "lowmemory")
	m.Exponential = r.choice("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
		"explicit_bucket_histogram", "base2_exponential_bucket_histogram") != "explicit_bucket_histogram"
	r.choice("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based", "always_on", "always_off") // which the SDK reads
	m.Exclude = r.exclude()
	m.Self = r.bool("OTEL_GO_SELF_METRICS")
	m.Host = r.text("OTEL_EXPORTER_PROMETHEUS_HOST")
	if m.Host == "" {
		m.Host = "localhost"
	}
	m.Port = r.number("OTEL_EXPORTER_PROMETHEUS_PORT", 0, 9464)
	for _, name := range m.Exporters {
		out := MetricOutput{Name: name, OTLP: m.OTLP, Interval: m.Interval, Timeout: m.Timeout, Temporality: "cumulative", Host: m.Host, Port: m.Port}
		if strings.HasPrefix(name, "otlp") { // the preferences are those of OTLP; people and Prometheus want sums
			out.Temporality, out.Exponential = m.Temporality, m.Exponential
		}
		out.OTLP.File = fileOf(name, "metrics")
		m.Outputs = append(m.Outputs, out)
	}
	return m
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
