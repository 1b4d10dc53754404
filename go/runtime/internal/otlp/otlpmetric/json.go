package otlpmetric

import (
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/internal/otlp"
)

// AppendJSON writes what AppendProto writes, as JSON.
func AppendJSON(j *otlp.JSON, rm *metricdata.ResourceMetrics) {
	j.Open('{')
	j.List("resourceMetrics")
	j.OpenResource(rm.Resource)
	j.List("scopeMetrics")
	for i := range rm.ScopeMetrics {
		sm := &rm.ScopeMetrics[i]
		j.OpenScope(&sm.Scope)
		j.List("metrics")
		for i := range sm.Metrics {
			metricJSON(j, &sm.Metrics[i])
		}
		j.Close(']')
		j.CloseScope(&sm.Scope)
	}
	j.Close(']')
	j.CloseResource(rm.Resource)
	j.Close(']')
	j.Close('}')
}

func metricJSON(j *otlp.JSON, metric *metricdata.Metrics) {
	j.Open('{')
	j.Str("name", metric.Name)
	if metric.Description != "" {
		j.Str("description", metric.Description)
	}
	if metric.Unit != "" {
		j.Str("unit", metric.Unit)
	}
	switch data := metric.Data.(type) {
	case metricdata.Gauge[int64]:
		gaugeJSON(j, data.DataPoints)
	case metricdata.Gauge[float64]:
		gaugeJSON(j, data.DataPoints)
	case metricdata.Sum[int64]:
		sumJSON(j, data)
	case metricdata.Sum[float64]:
		sumJSON(j, data)
	case metricdata.Histogram[int64]:
		histogramJSON(j, data)
	case metricdata.Histogram[float64]:
		histogramJSON(j, data)
	case metricdata.ExponentialHistogram[int64]:
		exponentialJSON(j, data)
	case metricdata.ExponentialHistogram[float64]:
		exponentialJSON(j, data)
	case metricdata.Summary:
		summaryJSON(j, data)
	}
	j.Close('}')
}

func gaugeJSON[N int64 | float64](j *otlp.JSON, points []metricdata.DataPoint[N]) {
	j.Object("gauge")
	numbersJSON(j, points)
	j.Close('}')
}

func sumJSON[N int64 | float64](j *otlp.JSON, sum metricdata.Sum[N]) {
	j.Object("sum")
	numbersJSON(j, sum.DataPoints)
	j.Num("aggregationTemporality", temporality(sum.Temporality))
	if sum.IsMonotonic {
		j.Bool("isMonotonic", true)
	}
	j.Close('}')
}

func numbersJSON[N int64 | float64](j *otlp.JSON, points []metricdata.DataPoint[N]) {
	j.List("dataPoints")
	for i := range points {
		p := &points[i]
		j.Open('{')
		j.Set("attributes", &p.Attributes)
		timesJSON(j, p.StartTime, p.Time)
		numberJSON(j, p.Value)
		exemplarsJSON(j, p.Exemplars)
		j.Close('}')
	}
	j.Close(']')
}

func histogramJSON[N int64 | float64](j *otlp.JSON, h metricdata.Histogram[N]) {
	j.Object("histogram")
	j.List("dataPoints")
	for i := range h.DataPoints {
		p := &h.DataPoints[i]
		j.Open('{')
		j.Set("attributes", &p.Attributes)
		timesJSON(j, p.StartTime, p.Time)
		j.Nanos("count", p.Count)
		doubleJSON(j, "sum", float64(p.Sum))
		countsJSON(j, "bucketCounts", p.BucketCounts)
		j.List("explicitBounds")
		for _, bound := range p.Bounds {
			j.Double(bound)
		}
		j.Close(']')
		exemplarsJSON(j, p.Exemplars)
		extremaJSON(j, "min", p.Min)
		extremaJSON(j, "max", p.Max)
		j.Close('}')
	}
	j.Close(']')
	j.Num("aggregationTemporality", temporality(h.Temporality))
	j.Close('}')
}

func exponentialJSON[N int64 | float64](j *otlp.JSON, h metricdata.ExponentialHistogram[N]) {
	j.Object("exponentialHistogram")
	j.List("dataPoints")
	for i := range h.DataPoints {
		p := &h.DataPoints[i]
		j.Open('{')
		j.Set("attributes", &p.Attributes)
		timesJSON(j, p.StartTime, p.Time)
		j.Nanos("count", p.Count)
		doubleJSON(j, "sum", float64(p.Sum))
		j.Num("scale", int(p.Scale))
		j.Nanos("zeroCount", p.ZeroCount)
		bucketsJSON(j, "positive", &p.PositiveBucket)
		bucketsJSON(j, "negative", &p.NegativeBucket)
		exemplarsJSON(j, p.Exemplars)
		extremaJSON(j, "min", p.Min)
		extremaJSON(j, "max", p.Max)
		if p.ZeroThreshold != 0 {
			doubleJSON(j, "zeroThreshold", p.ZeroThreshold)
		}
		j.Close('}')
	}
	j.Close(']')
	j.Num("aggregationTemporality", temporality(h.Temporality))
	j.Close('}')
}

func bucketsJSON(j *otlp.JSON, name string, b *metricdata.ExponentialBucket) {
	j.Object(name)
	j.Num("offset", int(b.Offset))
	countsJSON(j, "bucketCounts", b.Counts)
	j.Close('}')
}

func countsJSON(j *otlp.JSON, name string, counts []uint64) {
	j.List(name)
	for _, n := range counts {
		j.Long(n)
	}
	j.Close(']')
}

func summaryJSON(j *otlp.JSON, s metricdata.Summary) {
	j.Object("summary")
	j.List("dataPoints")
	for i := range s.DataPoints {
		p := &s.DataPoints[i]
		j.Open('{')
		j.Set("attributes", &p.Attributes)
		timesJSON(j, p.StartTime, p.Time)
		j.Nanos("count", p.Count)
		doubleJSON(j, "sum", p.Sum)
		j.List("quantileValues")
		for _, q := range p.QuantileValues {
			j.Open('{')
			doubleJSON(j, "quantile", q.Quantile)
			doubleJSON(j, "value", q.Value)
			j.Close('}')
		}
		j.Close(']')
		j.Close('}')
	}
	j.Close(']')
	j.Close('}')
}

func exemplarsJSON[N int64 | float64](j *otlp.JSON, list []metricdata.Exemplar[N]) {
	if len(list) == 0 {
		return
	}
	j.List("exemplars")
	for i := range list {
		e := &list[i]
		j.Open('{')
		j.Nanos("timeUnixNano", otlp.Nanos(e.Time))
		numberJSON(j, e.Value)
		if len(e.SpanID) > 0 {
			j.Hex("spanId", e.SpanID)
		}
		if len(e.TraceID) > 0 {
			j.Hex("traceId", e.TraceID)
		}
		j.AttrsAs("filteredAttributes", e.FilteredAttributes)
		j.Close('}')
	}
	j.Close(']')
}

func timesJSON(j *otlp.JSON, start, at time.Time) {
	if ns := otlp.Nanos(start); ns != 0 {
		j.Nanos("startTimeUnixNano", ns)
	}
	j.Nanos("timeUnixNano", otlp.Nanos(at))
}

func numberJSON[N int64 | float64](j *otlp.JSON, v N) {
	switch v := any(v).(type) {
	case float64:
		doubleJSON(j, "asDouble", v)
	case int64:
		j.Int("asInt", v)
	}
}

func extremaJSON[N int64 | float64](j *otlp.JSON, name string, e metricdata.Extrema[N]) {
	if v, ok := e.Value(); ok {
		doubleJSON(j, name, float64(v))
	}
}

func doubleJSON(j *otlp.JSON, name string, v float64) {
	j.Key(name)
	j.Double(v)
}
