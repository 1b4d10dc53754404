package metrics

import (
	"cmp"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"otel.tool/runtime/internal/config"
)

// kindNames are what the configuration file calls the kinds of instruments.
var kindNames = [...]string{
	sdkmetric.InstrumentKindCounter: "counter", sdkmetric.InstrumentKindUpDownCounter: "up_down_counter",
	sdkmetric.InstrumentKindHistogram: "histogram", sdkmetric.InstrumentKindGauge: "gauge",
	sdkmetric.InstrumentKindObservableCounter: "observable_counter", sdkmetric.InstrumentKindObservableUpDownCounter: "observable_up_down_counter",
	sdkmetric.InstrumentKindObservableGauge: "observable_gauge",
}

// viewOf is a view of the file as the SDK has it.
func viewOf(v *config.View) sdkmetric.View {
	return func(i sdkmetric.Instrument) (s sdkmetric.Stream, ok bool) {
		kind := ""
		if int(i.Kind) < len(kindNames) {
			kind = kindNames[i.Kind]
		}
		if !v.Selects(i.Name, kind, i.Unit, i.Scope.Name, i.Scope.Version, i.Scope.SchemaURL) {
			return s, false
		}
		s = sdkmetric.Stream{Name: cmp.Or(v.Rename, i.Name), Description: cmp.Or(v.Description, i.Description), Unit: i.Unit, Aggregation: aggregationOf(v)}
		if v.Keep != nil {
			s.AttributeFilter = func(kv attribute.KeyValue) bool { return v.Keep(string(kv.Key)) }
		}
		return s, true
	}
}

func aggregationOf(v *config.View) sdkmetric.Aggregation {
	switch v.Aggregation {
	case "drop":
		return sdkmetric.AggregationDrop{}
	case "sum":
		return sdkmetric.AggregationSum{}
	case "last_value":
		return sdkmetric.AggregationLastValue{}
	case "explicit_bucket_histogram":
		bounds := v.Bounds
		if bounds == nil {
			bounds = []float64{0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000} // the specification's
		}
		return sdkmetric.AggregationExplicitBucketHistogram{Boundaries: bounds, NoMinMax: v.NoMinMax}
	case "base2_exponential_bucket_histogram":
		return sdkmetric.AggregationBase2ExponentialHistogram{MaxSize: int32(v.MaxSize), MaxScale: int32(v.MaxScale), NoMinMax: v.NoMinMax}
	}
	return nil
}
