package metrics

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/internal/batch"
)

// What the telemetry says of itself, on request
// (https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics, 1.39, in development).

// selfSignals are the names of the signals: ours, in names of metrics, in those of
// exporters, and the unit.
var selfSignals = []struct{ what, metric, exporter, unit string }{
	{"spans", "span", "span", "{span}"},
	{"log records", "log", "log", "{log_record}"},
	{"data points", "metric_data_point", "metric", "{data_point}"},
}

func measureSelf(v *values, all []batch.Counts) {
	for _, s := range selfSignals {
		var processed, waiting, capacity, exporting, exported []point[int64]
		names := map[string]int{}
		for _, c := range all {
			if c.What != s.what {
				continue
			}
			if c.Capacity > 0 {
				queue := component(names, "batching_"+s.metric+"_processor")
				waiting = append(waiting, at(c.Waiting, queue))
				capacity = append(capacity, at(c.Capacity, queue))
				passed := c.Exporting + c.Exported
				for _, n := range c.Failed {
					passed += n
				}
				processed = append(processed, at(passed, queue))
				if c.Full > 0 {
					processed = append(processed, at(c.Full, queue, attribute.String("error.type", "queue_full")))
				}
			}
			exporter := component(names, cmp.Or(c.Exporter, "other")+"_"+s.exporter+"_exporter")
			if c.Endpoint != nil {
				exporter = append(exporter, attribute.String("server.address", c.Endpoint.Hostname()))
				if port, err := strconv.Atoi(c.Endpoint.Port()); err == nil {
					exporter = append(exporter, attribute.Int("server.port", port))
				}
			}
			exporting = append(exporting, at(c.Exporting, exporter))
			exported = append(exported, at(c.Exported, exporter))
			for kind, n := range c.Failed {
				exported = append(exported, at(n, exporter, attribute.String("error.type", kind)))
			}
		}
		processor, exporter := "otel.sdk.processor."+s.metric, "otel.sdk.exporter."+s.metric
		for _, m := range []struct {
			about
			points []point[int64]
		}{
			{about{processor + ".processed", s.unit, "The number for which the processing has finished, either successful or failed.", true}, processed},
			{about{processor + ".queue.size", s.unit, "The number in the queue.", false}, waiting},
			{about{processor + ".queue.capacity", s.unit, "The maximum number the queue can hold.", false}, capacity},
			{about{exporter + ".inflight", s.unit, "The number passed to the exporter, but not exported yet.", false}, exporting},
			{about{exporter + ".exported", s.unit, "The number for which the export has finished, either successful or failed.", true}, exported},
		} {
			if len(m.points) > 0 {
				sum(v, &m.about, m.points...)
			}
		}
	}
}

// component returns the attributes of a component: the next of that kind.
func component(names map[string]int, kind string) []attribute.KeyValue {
	name := fmt.Sprintf("%s/%d", kind, names[kind])
	names[kind]++
	return []attribute.KeyValue{attribute.String("otel.component.name", name), attribute.String("otel.component.type", kind)}
}

// at returns a point.
func at(value int, attrs []attribute.KeyValue, more ...attribute.KeyValue) point[int64] {
	return point[int64]{attribute.NewSet(slices.Concat(attrs, more)...), int64(value)}
}
