package otlp

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
)

// JSON appends JSON text to B. Commas are set by what stands before, so
// that fields can be left out freely.
//
// OTLP's JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding)
// is protobuf's own mapping with three changes: ids are hexadecimal, enums are
// numbers, and names are lowerCamelCase always. 64-bit integers are strings.
type JSON struct {
	B []byte
}

func (j *JSON) comma() {
	if n := len(j.B); n > 0 && j.B[n-1] != '{' && j.B[n-1] != '[' && j.B[n-1] != ':' {
		j.B = append(j.B, ',')
	}
}

// Open begins an object or a list; close with the matching character.
func (j *JSON) Open(c byte) {
	j.comma()
	j.B = append(j.B, c)
}

// Close ends an object or a list.
func (j *JSON) Close(c byte) { j.B = append(j.B, c) }

// Key writes the name of the next value. Names are ours and need no escapes.
func (j *JSON) Key(name string) {
	j.comma()
	j.B = append(j.B, '"')
	j.B = append(j.B, name...)
	j.B = append(j.B, '"', ':')
}

// List begins a list with a name.
func (j *JSON) List(name string) { j.Key(name); j.Open('[') }

// Object begins an object with a name.
func (j *JSON) Object(name string) { j.Key(name); j.Open('{') }

// Str writes a string with a name.
func (j *JSON) Str(name, v string) { j.Key(name); j.Text(v) }

// Num writes a number of at most 32 bits.
func (j *JSON) Num(name string, v int) {
	j.Key(name)
	j.B = strconv.AppendInt(j.B, int64(v), 10)
}

// Count writes v unless it is 0.
func (j *JSON) Count(name string, v int) {
	if v > 0 {
		j.Num(name, v)
	}
}

// Nanos writes a 64-bit number, such as a time, which JSON has as a string.
func (j *JSON) Nanos(name string, v uint64) {
	j.Key(name)
	j.Long(v)
}

// Long writes a 64-bit number.
func (j *JSON) Long(v uint64) {
	j.comma()
	j.B = append(j.B, '"')
	j.B = strconv.AppendUint(j.B, v, 10)
	j.B = append(j.B, '"')
}

// Hex writes an id.
func (j *JSON) Hex(name string, v []byte) {
	j.Key(name)
	j.B = append(j.B, '"')
	j.B = hex.AppendEncode(j.B, v)
	j.B = append(j.B, '"')
}

// Base64 writes bytes.
func (j *JSON) Base64(name string, v []byte) {
	j.Key(name)
	j.B = append(j.B, '"')
	j.B = base64.StdEncoding.AppendEncode(j.B, v)
	j.B = append(j.B, '"')
}

const hexDigits = "0123456789abcdef"

// Text writes v as a JSON string (RFC 8259, section 7). What is not UTF-8
// becomes U+FFFD.
func (j *JSON) Text(v string) {
	j.comma()
	j.B = append(j.B, '"')
	from := 0
	for i := 0; i < len(v); {
		c := v[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(v[i:])
			if r == utf8.RuneError && size == 1 {
				j.B = append(j.B, v[from:i]...)
				j.B = append(j.B, "\uFFFD"...)
				from = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		j.B = append(j.B, v[from:i]...)
		switch c {
		case '"', '\\':
			j.B = append(j.B, '\\', c)
		case '\n':
			j.B = append(j.B, '\\', 'n')
		default:
			j.B = append(j.B, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	j.B = append(j.B, v[from:]...)
	j.B = append(j.B, '"')
}

// OpenResource begins a ResourceSpans, ResourceMetrics or ResourceLogs.
func (j *JSON) OpenResource(res *resource.Resource) {
	j.Open('{')
	j.Object("resource")
	j.Set("attributes", res.Set())
	j.Close('}')
}

// CloseResource ends what OpenResource began.
func (j *JSON) CloseResource(res *resource.Resource) {
	if url := res.SchemaURL(); url != "" {
		j.Str("schemaUrl", url)
	}
	j.Close('}')
}

// OpenScope begins a ScopeSpans, ScopeMetrics or ScopeLogs.
func (j *JSON) OpenScope(scope *instrumentation.Scope) {
	j.Open('{')
	j.Object("scope")
	j.Str("name", scope.Name)
	if scope.Version != "" {
		j.Str("version", scope.Version)
	}
	j.Set("attributes", scopeAttributes(scope))
	j.Close('}')
}

// CloseScope ends what OpenScope began.
func (j *JSON) CloseScope(scope *instrumentation.Scope) {
	if scope.SchemaURL != "" {
		j.Str("schemaUrl", scope.SchemaURL)
	}
	j.Close('}')
}

// Set writes attributes, if there are any.
func (j *JSON) Set(name string, set *attribute.Set) {
	if set.Len() == 0 {
		return
	}
	j.List(name)
	for it := set.Iter(); it.Next(); {
		j.attr(it.Attribute())
	}
	j.Close(']')
}

// Attrs writes attributes, if there are any.
func (j *JSON) Attrs(attrs []attribute.KeyValue) { j.AttrsAs("attributes", attrs) }

// AttrsAs is Attrs by another name.
func (j *JSON) AttrsAs(name string, attrs []attribute.KeyValue) {
	if len(attrs) == 0 {
		return
	}
	j.List(name)
	for _, kv := range attrs {
		j.attr(kv)
	}
	j.Close(']')
}

func (j *JSON) attr(kv attribute.KeyValue) {
	j.Open('{')
	j.Str("key", string(kv.Key))
	j.Key("value")
	j.value(kv.Value)
	j.Close('}')
}

// value writes an AnyValue.
func (j *JSON) value(v attribute.Value) {
	j.Open('{')
	switch v.Type() {
	case attribute.INVALID:
	case attribute.STRING:
		j.Str("stringValue", v.AsString())
	case attribute.BOOL:
		j.bool(v.AsBool())
	case attribute.INT64:
		j.int(v.AsInt64())
	case attribute.FLOAT64:
		j.float(v.AsFloat64())
	case attribute.STRINGSLICE:
		jsonArray(j, v.AsStringSlice(), func(s string) { j.Str("stringValue", s) })
	case attribute.BOOLSLICE:
		jsonArray(j, v.AsBoolSlice(), j.bool)
	case attribute.INT64SLICE:
		jsonArray(j, v.AsInt64Slice(), j.int)
	case attribute.FLOAT64SLICE:
		jsonArray(j, v.AsFloat64Slice(), j.float)
	default:
		j.Str("stringValue", v.Emit())
	}
	j.Close('}')
}

func jsonArray[T any](j *JSON, list []T, write func(T)) {
	j.Object("arrayValue")
	j.List("values")
	for _, x := range list {
		j.Open('{')
		write(x)
		j.Close('}')
	}
	j.Close(']')
	j.Close('}')
}

func (j *JSON) bool(v bool) { j.Bool("boolValue", v) }

func (j *JSON) int(v int64) { j.Int("intValue", v) }

// Bool writes a truth value with a name.
func (j *JSON) Bool(name string, v bool) {
	j.Key(name)
	j.B = strconv.AppendBool(j.B, v)
}

// Int writes a signed 64-bit number with a name.
func (j *JSON) Int(name string, v int64) {
	j.Key(name)
	j.B = append(j.B, '"')
	j.B = strconv.AppendInt(j.B, v, 10)
	j.B = append(j.B, '"')
}

func (j *JSON) float(v float64) {
	j.Key("doubleValue")
	j.Double(v)
}

// Double writes v; the three that JSON has no numbers for are strings, as in
// protobuf's mapping.
func (j *JSON) Double(v float64) {
	j.comma()
	switch {
	case math.IsNaN(v):
		j.Text("NaN")
	case math.IsInf(v, 1):
		j.Text("Infinity")
	case math.IsInf(v, -1):
		j.Text("-Infinity")
	default:
		j.B = strconv.AppendFloat(j.B, v, 'g', -1, 64)
	}
}
