package config

import (
	"math"
	"strconv"

	"otel.tool/runtime/internal/yaml"
)

// View says what becomes of the instruments that it selects: a view of the file. It
// knows nothing of the metrics SDK, which not every program has.
type View struct {
	// The selector; what is empty selects all. Name may have * and ?.
	Name, Kind, Unit, Meter, Version, Schema string

	// What is said of them instead of what the instrument says, unless it is empty.
	Rename, Description string

	// Aggregation is drop, sum, last_value, explicit_bucket_histogram or
	// base2_exponential_bucket_histogram; "" for the instrument's own.
	Aggregation       string
	Bounds            []float64 // of explicit_bucket_histogram, if not nil
	MaxSize, MaxScale int       // of base2_exponential_bucket_histogram
	NoMinMax          bool      // of both

	// Keep says of an attribute whether it stays; nil keeps all.
	Keep func(key string) bool
}

// Selects says whether v is for an instrument; kind is one of the schema's names.
func (v *View) Selects(name, kind, unit, meter, version, schema string) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return (v.Name == "" || wildcard(v.Name, name)) && is(v.Kind, kind) && is(v.Unit, unit) &&
		is(v.Meter, meter) && is(v.Version, version) && is(v.Schema, schema)
}

// kinds are the types of instruments that a selector knows.
var kinds = []string{"counter", "gauge", "histogram", "up_down_counter", "observable_counter", "observable_gauge", "observable_up_down_counter"}

func (f *file) view(n *yaml.Node) *View {
	o := f.object(n)
	defer o.done()
	s := f.object(o.get("selector"))
	defer s.done()
	v := &View{
		Name: f.text(s.get("instrument_name")), Unit: f.text(s.get("unit")),
		Meter: f.text(s.get("meter_name")), Version: f.text(s.get("meter_version")), Schema: f.text(s.get("meter_schema_url")),
	}
	if kind := s.get("instrument_type"); !kind.Null() {
		v.Kind = f.choice(kind, kinds...)
	}
	stream := f.object(o.get("stream"))
	defer stream.done()
	v.Rename, v.Description = f.text(stream.get("name")), f.text(stream.get("description"))
	v.Keep = f.patterns(stream.get("attribute_keys"))
	if a := stream.get("aggregation"); !a.Null() {
		f.aggregation(v, a)
	}
	return v
}

func (f *file) aggregation(v *View, n *yaml.Node) {
	name, value := f.one(n, "an aggregation")
	o := f.object(value)
	defer o.done()
	switch name {
	case "default":
	case "explicit_bucket_histogram":
		v.Aggregation = name
		if list := o.get("boundaries"); !list.Null() {
			v.Bounds = []float64{}
			for _, item := range f.list(list) {
				v.Bounds = append(v.Bounds, f.bound(item, v.Bounds))
			}
		}
		v.NoMinMax = f.falsely(o.get("record_min_max"))
	case "base2_exponential_bucket_histogram":
		v.Aggregation = name
		v.MaxSize, v.MaxScale = f.number(o.get("max_size"), 2, 160), f.number(o.get("max_scale"), -10, 20)
		if v.MaxScale > 20 {
			f.fail(n, "expected a max_scale of at most 20, found '%d'", v.MaxScale)
		}
		v.NoMinMax = f.falsely(o.get("record_min_max"))
	case "drop", "sum", "last_value":
		v.Aggregation = name
	default:
		f.leave(n.Line, n.Col, "aggregation '%s' is not supported", name)
	}
}

// bound returns a number above those before it.
func (f *file) bound(n *yaml.Node, before []float64) float64 {
	text := f.text(n)
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || len(before) > 0 && x <= before[len(before)-1] {
		f.fail(n, "expected numbers, each above the one before, found '%s'", text)
	}
	return x
}

// falsely says whether n is false; null is true.
func (f *file) falsely(n *yaml.Node) bool { return !n.Null() && !f.bool(n) }
