//lint:file-ignore U1000 the generated file otel.links.go calls it

package spans

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

// measurement is the instrument of a function: one of the two.
type measurement struct {
	histogram *hook.Histogram
	counter   *hook.Counter
}

// maxMeasured is how many attributes a measurement can have.
const maxMeasured = 6

// measuredKey is what tells one time series of a function from another.
type measuredKey struct {
	f         *function
	values    [maxMeasured]string
	errorType string
}

func (k *measuredKey) add(i int, value string) {
	if i < len(k.values) {
		k.values[i] = value
	}
}

var sets = hook.Sets[measuredKey]{Attributes: func(k measuredKey) []attribute.KeyValue {
	attrs := []attribute.KeyValue{attribute.String("code.function.name", k.f.code)}
	for i, a := range k.f.attributes {
		switch {
		case a.text != "":
			attrs = append(attrs, attribute.String(a.key, a.text))
		case i < len(k.values) && k.values[i] != "":
			attrs = append(attrs, attribute.String(a.key, k.values[i]))
		}
	}
	if k.errorType != "" {
		attrs = append(attrs, attribute.String("error.type", k.errorType))
	}
	return attrs
}}

// Functions that a glob finds measure into one instrument, by its name.
var (
	mu          sync.Mutex
	instruments = map[string]measurement{}
)

func (f *function) measures() bool { return f.histogram != "" || f.counter != "" }

// register gives in the instrument of a function. The generated file calls it in init.
func (f *function) register() *function {
	if !f.measures() {
		return f
	}
	mu.Lock()
	defer mu.Unlock()
	name := f.histogram + f.counter
	m, ok := instruments[name]
	if !ok && f.histogram != "" {
		m.histogram = &hook.Histogram{Name: name, Unit: unitOr(f.unit, "s"), Buckets: hook.Seconds}
		in.Measure(m.histogram)
	} else if !ok {
		m.counter = &hook.Counter{Name: name, Unit: unitOr(f.unit, "{call}")}
		in.Measure(m.counter)
	}
	instruments[name] = m
	f.measured = m
	return f
}

func unitOr(unit, other string) string {
	if unit == "" {
		return other
	}
	return unit
}

// measure begins a call that is measured; nil if there are no metrics.
func (f *function) measure(ctx context.Context) *call {
	m := f.measured
	if (m.histogram == nil || !m.histogram.On()) && (m.counter == nil || !m.counter.On()) {
		return nil
	}
	c := &call{f: f, begin: hook.Clock()}
	c.Ctx = hook.WithCurrent(ctx)
	c.keys.f = f
	return c
}

// record takes the measurement of a call that ends.
func (c *call) record(err error) {
	switch {
	case unwinds():
		c.keys.errorType = hook.PanicType()
	case err != nil:
		c.keys.errorType = hook.ErrorType(err)
	}
	set := sets.Of(c.keys)
	if h := c.f.measured.histogram; h != nil {
		h.RecordSince(c.Ctx, c.begin, set)
	} else if n := c.f.measured.counter; n != nil {
		n.Add(c.Ctx, 1, set)
	}
}
