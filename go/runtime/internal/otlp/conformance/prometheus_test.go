package conformance

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/internal/prometheus"
)

// scraped is everyMetric with what is hard to write: names that are no names, a
// family of two scopes, one that is of two kinds, and what must be escaped.
func scraped() *metricdata.ResourceMetrics {
	rm := everyMetric()
	hard := attribute.NewSet(attribute.String("a.b", "x"), attribute.String("a-b", "y\\\"\n\xff"), attribute.String("le.", "1"))
	rm.ScopeMetrics = append(rm.ScopeMetrics, metricdata.ScopeMetrics{Scope: instrumentation.Scope{Name: "third", Version: "3"}, Metrics: []metricdata.Metrics{
		{Name: "0..odd name", Description: "two\nlines \\ \"", Unit: "{thing}", Data: metricdata.Sum[int64]{IsMonotonic: true, Temporality: metricdata.CumulativeTemporality, DataPoints: []metricdata.DataPoint[int64]{{Attributes: hard, Value: 3}}}},
		{Name: "gauge.int", Data: metricdata.Gauge[int64]{DataPoints: []metricdata.DataPoint[int64]{{Value: 8}}}},
		{Name: "gauge.double", Unit: "1", Data: metricdata.Sum[int64]{IsMonotonic: true, DataPoints: []metricdata.DataPoint[int64]{{Value: 1}}}},
		{Name: "nan", Data: metricdata.Gauge[float64]{DataPoints: []metricdata.DataPoint[float64]{{Value: math.NaN()}}}},
	}})
	return rm
}

// The text is read by the parser of Prometheus' own clients.
func TestPrometheusText(t *testing.T) {
	var b bytes.Buffer
	if err := prometheus.Write(&b, scraped(), false); err != nil {
		t.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	for name, want := range map[string]int{"target_info": 1, "gauge_double_ratio": 3, "gauge_int": 4, "sum_double_seconds_total": 3, "histogram_seconds": 2, "summary": 1, "_0_odd_name_total": 1} {
		if got := len(families[name].GetMetric()); got != want {
			t.Errorf("%s: %d series, want %d", name, got, want)
		}
	}
	h := families["histogram_seconds"].GetMetric()[0].GetHistogram()
	if h.GetSampleCount() != 300 || h.GetSampleSum() != 99.5 || len(h.GetBucket()) != 4 || h.GetBucket()[2].GetCumulativeCount() != 299 {
		t.Errorf("histogram %v", h)
	}
	odd := families["_0_odd_name_total"]
	if help := odd.GetHelp(); help != "two\nlines \\ \"" || odd.GetMetric()[0].GetCounter().GetValue() != 3 {
		t.Errorf("%v", odd)
	}
	got := map[string]string{}
	for _, l := range odd.GetMetric()[0].GetLabel() {
		got[l.GetName()] = l.GetValue()
	}
	if got["a_b"] != "y\\\"\n\uFFFD;x" || got["le_"] != "1" || got["otel_scope_name"] != "third" || got["otel_scope_version"] != "3" {
		t.Errorf("labels %q", got)
	}
}

// OpenMetrics is read by Prometheus' own parser, exemplars included.
func TestOpenMetrics(t *testing.T) {
	var b bytes.Buffer
	if err := prometheus.Write(&b, scraped(), true); err != nil {
		t.Fatal(err)
	}
	p := textparse.NewOpenMetricsParser(b.Bytes(), labels.NewSymbolTable())
	var series, exemplars, types []string
	for {
		entry, err := p.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
		switch entry {
		case textparse.EntryType:
			name, kind := p.Type()
			types = append(types, string(name)+" "+string(kind))
		case textparse.EntrySeries:
			var l labels.Labels
			p.Labels(&l)
			series = append(series, l.Get("__name__")+" "+l.Get("le"))
			var e exemplar.Exemplar
			if p.Exemplar(&e) {
				exemplars = append(exemplars, l.Get("__name__")+" "+l.Get("le")+" "+e.Labels.Get("trace_id"))
			}
		}
	}
	for _, want := range []string{"target info", "sum_double_seconds counter", "gauge_double_ratio gauge", "histogram_seconds histogram", "summary summary"} {
		if !slices.Contains(types, want) {
			t.Errorf("no type %s in %q", want, types)
		}
	}
	for _, want := range []string{"target_info ", "sum_double_seconds_total ", "histogram_seconds_bucket 0.5", "histogram_seconds_bucket +Inf", "histogram_seconds_count ", "_0_odd_name_total "} {
		if !slices.Contains(series, want) {
			t.Errorf("no series %s in %q", want, series)
		}
	}
	const id = "0102030405060708090a0b0c0d0e0f10"
	if got := strings.Join(exemplars, ","); got != "histogram_seconds_bucket 0.5 "+id+",sum_double_seconds_total  "+id {
		t.Errorf("exemplars %q", got)
	}
}
