// Package points hands out the points of a metric in one form, where the SDK has
// each kind twice, for int64 and for float64. What writes metrics is so written, and
// linked into programs, once.
package points

import (
	"math"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// Kind is a kind of metric.
type Kind uint8

// The kinds; None is one that is newer than this code.
const (
	None Kind = iota
	Gauge
	Sum
	Histogram
	Exponential
	Summary
)

// About is what all points of a metric have in common.
type About struct {
	Kind        Kind
	Temporality metricdata.Temporality // of a Sum, Histogram or Exponential
	Monotonic   bool                   // of a Sum
}

// Number is an int64 or a float64.
type Number struct {
	Integer bool
	Bits    uint64 // of the number in its own type
}

// Float returns n as the float64 that is nearest to it.
func (n Number) Float() float64 {
	if n.Integer {
		return float64(int64(n.Bits))
	}
	return math.Float64frombits(n.Bits)
}

// Point is a point of any kind; what its kind does not have is zero.
type Point struct {
	Attributes  *attribute.Set
	Start, Time time.Time
	Exemplars   []Exemplar

	Value Number // of a Gauge or Sum

	Count          uint64 // of the others
	Sum            float64
	Min, Max       float64 // of a Histogram or Exponential, if it has them
	HasMin, HasMax bool

	Bounds []float64 // of a Histogram
	Counts []uint64

	Scale              int32 // of an Exponential
	ZeroCount          uint64
	ZeroThreshold      float64
	Positive, Negative *metricdata.ExponentialBucket

	Quantiles []metricdata.QuantileValue // of a Summary
}

// Exemplar is one of the values that a point is made of.
type Exemplar struct {
	Time            time.Time
	Value           Number
	SpanID, TraceID []byte // nil outside of spans
	Attributes      []attribute.KeyValue
}

// Of says what data is.
func Of(data metricdata.Aggregation) About {
	switch data := data.(type) {
	case metricdata.Gauge[int64], metricdata.Gauge[float64]:
		return About{Kind: Gauge}
	case metricdata.Sum[int64]:
		return About{Sum, data.Temporality, data.IsMonotonic}
	case metricdata.Sum[float64]:
		return About{Sum, data.Temporality, data.IsMonotonic}
	case metricdata.Histogram[int64]:
		return About{Kind: Histogram, Temporality: data.Temporality}
	case metricdata.Histogram[float64]:
		return About{Kind: Histogram, Temporality: data.Temporality}
	case metricdata.ExponentialHistogram[int64]:
		return About{Kind: Exponential, Temporality: data.Temporality}
	case metricdata.ExponentialHistogram[float64]:
		return About{Kind: Exponential, Temporality: data.Temporality}
	case metricdata.Summary:
		return About{Kind: Summary}
	}
	return About{}
}

// Each calls do with each point of data. The Point is the same one each time.
func Each(data metricdata.Aggregation, do func(*Point)) {
	switch data := data.(type) {
	case metricdata.Gauge[int64]:
		numbers(data.DataPoints, do)
	case metricdata.Gauge[float64]:
		numbers(data.DataPoints, do)
	case metricdata.Sum[int64]:
		numbers(data.DataPoints, do)
	case metricdata.Sum[float64]:
		numbers(data.DataPoints, do)
	case metricdata.Histogram[int64]:
		histograms(data.DataPoints, do)
	case metricdata.Histogram[float64]:
		histograms(data.DataPoints, do)
	case metricdata.ExponentialHistogram[int64]:
		exponentials(data.DataPoints, do)
	case metricdata.ExponentialHistogram[float64]:
		exponentials(data.DataPoints, do)
	case metricdata.Summary:
		for i := range data.DataPoints {
			p := &data.DataPoints[i]
			do(&Point{Attributes: &p.Attributes, Start: p.StartTime, Time: p.Time, Count: p.Count, Sum: p.Sum, Quantiles: p.QuantileValues})
		}
	}
}

func numbers[N int64 | float64](list []metricdata.DataPoint[N], do func(*Point)) {
	var out Point
	for i := range list {
		p := &list[i]
		out.Attributes, out.Start, out.Time = &p.Attributes, p.StartTime, p.Time
		out.Value = number(p.Value)
		out.Exemplars = exemplars(out.Exemplars[:0], p.Exemplars)
		do(&out)
	}
}

func histograms[N int64 | float64](list []metricdata.HistogramDataPoint[N], do func(*Point)) {
	var out Point
	for i := range list {
		p := &list[i]
		out.Attributes, out.Start, out.Time = &p.Attributes, p.StartTime, p.Time
		out.Count, out.Sum = p.Count, float64(p.Sum)
		out.Bounds, out.Counts = p.Bounds, p.BucketCounts
		out.Min, out.HasMin = extremum(p.Min)
		out.Max, out.HasMax = extremum(p.Max)
		out.Exemplars = exemplars(out.Exemplars[:0], p.Exemplars)
		do(&out)
	}
}

func exponentials[N int64 | float64](list []metricdata.ExponentialHistogramDataPoint[N], do func(*Point)) {
	var out Point
	for i := range list {
		p := &list[i]
		out.Attributes, out.Start, out.Time = &p.Attributes, p.StartTime, p.Time
		out.Count, out.Sum = p.Count, float64(p.Sum)
		out.Scale, out.ZeroCount, out.ZeroThreshold = p.Scale, p.ZeroCount, p.ZeroThreshold
		out.Positive, out.Negative = &p.PositiveBucket, &p.NegativeBucket
		out.Min, out.HasMin = extremum(p.Min)
		out.Max, out.HasMax = extremum(p.Max)
		out.Exemplars = exemplars(out.Exemplars[:0], p.Exemplars)
		do(&out)
	}
}

func exemplars[N int64 | float64](to []Exemplar, list []metricdata.Exemplar[N]) []Exemplar {
	for i := range list {
		e := &list[i]
		to = append(to, Exemplar{e.Time, number(e.Value), e.SpanID, e.TraceID, e.FilteredAttributes})
	}
	return to
}

//go:noinline
func number[N int64 | float64](v N) Number {
	if v, ok := any(v).(int64); ok {
		return Number{Integer: true, Bits: uint64(v)}
	}
	return Number{Bits: math.Float64bits(float64(v))}
}

//go:noinline
func extremum[N int64 | float64](e metricdata.Extrema[N]) (float64, bool) {
	v, ok := e.Value()
	return float64(v), ok
}
