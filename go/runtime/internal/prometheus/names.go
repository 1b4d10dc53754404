package prometheus

import "strings"

// units are the words for the units of UCUM, as Prometheus has them.
var units = [...]struct{ unit, word string }{
	{"d", "days"}, {"h", "hours"}, {"min", "minutes"}, {"s", "seconds"}, {"ms", "milliseconds"}, {"us", "microseconds"}, {"ns", "nanoseconds"},
	{"By", "bytes"}, {"KiBy", "kibibytes"}, {"MiBy", "mebibytes"}, {"GiBy", "gibibytes"}, {"TiBy", "tibibytes"},
	{"KBy", "kilobytes"}, {"MBy", "megabytes"}, {"GBy", "gigabytes"}, {"TBy", "terabytes"},
	{"m", "meters"}, {"V", "volts"}, {"A", "amperes"}, {"J", "joules"}, {"W", "watts"}, {"g", "grams"}, {"Cel", "celsius"}, {"Hz", "hertz"}, {"%", "percent"},
}

// unitOf is the unit as a part of a name; "" for one that says nothing, such as
// {request}. The 1 of a gauge is a ratio.
func unitOf(unit, kind string) string {
	if unit == "1" {
		if kind == "gauge" {
			return "ratio"
		}
		return ""
	}
	if a, b, per := strings.Cut(unit, "/"); per {
		a, b = word(a), strings.TrimSuffix(word(b), "s")
		switch {
		case b == "":
			return a
		case a == "":
			return "per_" + b
		}
		return a + "_per_" + b
	}
	return word(unit)
}

func word(unit string) string {
	if i := strings.IndexByte(unit, '{'); i >= 0 {
		unit = unit[:i]
	}
	for _, u := range units {
		if u.unit == unit {
			return u.word
		}
	}
	return strings.Trim(clean(unit, false), "_")
}

// familyName is the name without the suffixes of samples, and the unit that it ends
// with.
func familyName(name, unit, kind string) (family, suffix string) {
	name = clean(name, true)
	if kind == "counter" {
		name = strings.TrimSuffix(name, "_total")
	}
	suffix = unitOf(unit, kind)
	if suffix != "" && name != suffix && !strings.HasSuffix(name, "_"+suffix) {
		name += "_" + suffix
	}
	return name, suffix
}

// labelName is an attribute's key as the name of a label.
func labelName(key string) string { return clean(key, false) }

// clean makes all that may not be in a name _, and many of them one. A name does
// not begin with a digit.
func clean(name string, colons bool) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', r == ':' && colons:
		case '0' <= r && r <= '9':
			if b.Len() == 0 {
				b.WriteByte('_')
			}
		default:
			if strings.HasSuffix(b.String(), "_") {
				continue
			}
			r = '_'
		}
		b.WriteRune(r)
	}
	if b.Len() == 0 {
		return "_"
	}
	return b.String()
}
