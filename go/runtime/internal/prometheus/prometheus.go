// Package prometheus writes metrics as Prometheus reads them, in its text format
// (https://prometheus.io/docs/instrumenting/exposition_formats) or as OpenMetrics
// (https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md),
// by OpenTelemetry's rules of translation
// (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics):
// names get their units and _total, all that is no letter or digit is _, the scope
// is in the labels and the resource in target_info.
package prometheus

import (
	"encoding/hex"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/internal/points"
)

// The media types of the formats.
const (
	TextType        = "text/plain; version=0.0.4; charset=utf-8"
	OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8"
)

// family is all samples of one name.
type family struct {
	name, kind, help, unit string
	samples                []byte
}

// writer collects the families of one answer.
type writer struct {
	open     bool // OpenMetrics
	families map[string]*family
	labels   []byte // of the current point
}

// Write writes rm, whose sums and histograms are cumulative. Families that several
// scopes have are written as one; of those that differ in their kind, the first.
func Write(w io.Writer, rm *metricdata.ResourceMetrics, openMetrics bool) error {
	e := &writer{open: openMetrics, families: map[string]*family{}}
	if rm.Resource.Len() > 0 {
		e.info(rm.Resource.Set())
	}
	for i := range rm.ScopeMetrics {
		sm := &rm.ScopeMetrics[i]
		for i := range sm.Metrics {
			e.metric(&sm.Scope, &sm.Metrics[i])
		}
	}
	_, err := w.Write(e.bytes())
	return err
}

func (e *writer) bytes() []byte {
	names := make([]string, 0, len(e.families))
	for name := range e.families {
		names = append(names, name)
	}
	sort.Strings(names)
	var b []byte
	for _, name := range names {
		f := e.families[name]
		if len(f.samples) == 0 {
			continue
		}
		if f.kind == "counter" && !e.open {
			name += "_total"
		}
		if f.kind == "info" && !e.open {
			name, f.kind = name+"_info", "gauge"
		}
		b = append(b, "# HELP "+name+" "+escape(f.help, e.open)+"\n"...)
		b = append(b, "# TYPE "+name+" "+f.kind+"\n"...)
		if e.open && f.unit != "" {
			b = append(b, "# UNIT "+name+" "+f.unit+"\n"...)
		}
		b = append(b, f.samples...)
	}
	if e.open {
		b = append(b, "# EOF\n"...)
	}
	return b
}

// info writes the resource.
func (e *writer) info(set *attribute.Set) {
	f := e.family("target", "info", "Target metadata", "")
	e.setLabels(nil, set)
	e.sample(f, "_info", "", "1")
	f.end()
}

// family returns the family of that name; nil if there is one of another kind.
func (e *writer) family(name, kind, help, unit string) *family {
	if f := e.families[name]; f != nil {
		if f.kind != kind {
			return nil
		}
		return f
	}
	f := &family{name: name, kind: kind, help: help, unit: unit}
	e.families[name] = f
	return f
}

func (e *writer) metric(scope *instrumentation.Scope, m *metricdata.Metrics) {
	kind := ""
	about := points.Of(m.Data)
	write := e.number
	switch about.Kind {
	case points.Gauge:
		kind = "gauge"
	case points.Sum:
		kind = "gauge"
		if about.Monotonic {
			kind = "counter"
		}
	case points.Histogram:
		kind, write = "histogram", e.histogram
	case points.Summary:
		kind, write = "summary", e.summary
	default:
		return // exponential histograms have no text
	}
	name, unit := familyName(m.Name, m.Unit, kind)
	f := e.family(name, kind, m.Description, unit)
	if f == nil {
		return
	}
	points.Each(m.Data, func(p *points.Point) {
		e.setLabels(scope, p.Attributes)
		write(f, p)
	})
}

func (e *writer) number(f *family, p *points.Point) {
	if f.kind == "counter" {
		e.sample(f, "_total", "", float(p.Value.Float()))
		e.example(f, p.Exemplars, math.Inf(-1), math.Inf(1))
	} else {
		e.sample(f, "", "", float(p.Value.Float()))
	}
	f.end()
}

func (e *writer) histogram(f *family, p *points.Point) {
	var seen uint64
	low := math.Inf(-1)
	for i := range len(p.Bounds) + 1 {
		high := math.Inf(1)
		if i < len(p.Bounds) {
			high = p.Bounds[i]
			seen += p.Counts[i]
		} else {
			seen = p.Count
		}
		e.sample(f, "_bucket", `le="`+e.bound(high)+`"`, strconv.FormatUint(seen, 10))
		e.example(f, p.Exemplars, low, high)
		f.end()
		low = high
	}
	e.total(f, p)
}

func (e *writer) summary(f *family, p *points.Point) {
	for _, q := range p.Quantiles {
		e.sample(f, "", `quantile="`+e.bound(q.Quantile)+`"`, float(q.Value))
		f.end()
	}
	e.total(f, p)
}

// total writes the sum of a point, and of how many values it is.
func (e *writer) total(f *family, p *points.Point) {
	e.sample(f, "_sum", "", float(p.Sum))
	f.end()
	e.sample(f, "_count", "", strconv.FormatUint(p.Count, 10))
	f.end()
}

// end ends a line.
func (f *family) end() { f.samples = append(f.samples, '\n') }

// sample writes a line but for its end.
//
//go:noinline
func (e *writer) sample(f *family, suffix, extra, value string) {
	b := append(f.samples, f.name...)
	b = append(b, suffix...)
	if len(e.labels) > 0 || extra != "" {
		b = append(b, '{')
		b = append(b, e.labels...)
		if len(e.labels) > 0 && extra != "" {
			b = append(b, ',')
		}
		b = append(b, extra...)
		b = append(b, '}')
	}
	b = append(b, ' ')
	f.samples = append(b, value...)
}

// example writes the newest exemplar within the bounds, where the format has them.
func (e *writer) example(f *family, list []points.Exemplar, low, high float64) {
	if !e.open {
		return
	}
	var best *points.Exemplar
	for i := range list {
		x := &list[i]
		if v := x.Value.Float(); len(x.TraceID) > 0 && v > low && v <= high && (best == nil || x.Time.After(best.Time)) {
			best = x
		}
	}
	if best == nil {
		return
	}
	b := append(f.samples, ` # {trace_id="`...)
	b = hex.AppendEncode(b, best.TraceID)
	b = append(b, `",span_id="`...)
	b = hex.AppendEncode(b, best.SpanID)
	b = append(b, `"} `...)
	b = append(b, float(best.Value.Float())...)
	b = append(b, ' ')
	f.samples = strconv.AppendFloat(b, float64(best.Time.UnixNano()/int64(time.Millisecond))/1000, 'f', 3, 64)
}

// setLabels sets the labels of the points to come. Attributes whose names become
// the same share a label, their values joined by ";".
func (e *writer) setLabels(scope *instrumentation.Scope, set *attribute.Set) {
	type label struct{ name, value string }
	var labels []label
	for it := set.Iter(); it.Next(); {
		kv := it.Attribute()
		name := labelName(string(kv.Key))
		i := slices.IndexFunc(labels, func(l label) bool { return l.name == name })
		if i >= 0 {
			labels[i].value += ";" + kv.Value.Emit()
			continue
		}
		labels = append(labels, label{name, kv.Value.Emit()})
	}
	if scope != nil {
		labels = slices.DeleteFunc(labels, func(l label) bool { return l.name == "otel_scope_name" || l.name == "otel_scope_version" })
		labels = append(labels, label{"otel_scope_name", scope.Name}, label{"otel_scope_version", scope.Version})
	}
	e.labels = e.labels[:0]
	for i, l := range labels {
		if i > 0 {
			e.labels = append(e.labels, ',')
		}
		e.labels = append(e.labels, l.name+`="`+escape(l.value, true)+`"`...)
	}
}

// bound is a number as the value of a label: in OpenMetrics always with a point.
func (e *writer) bound(v float64) string {
	text := float(v)
	if e.open && !strings.ContainsAny(text, ".eIN") {
		text += ".0"
	}
	return text
}

func float(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "+Inf"
	case math.IsInf(v, -1):
		return "-Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func escape(text string, quotes bool) string {
	var b strings.Builder
	for _, c := range []byte(strings.ToValidUTF8(text, "\uFFFD")) {
		switch {
		case c == '\n':
			b.WriteString(`\n`)
			continue
		case c == '\\', c == '"' && quotes:
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}
