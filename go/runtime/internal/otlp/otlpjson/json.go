// Package otlpjson writes OTLP as JSON
// (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): protobuf's own
// mapping with three changes: ids are hexadecimal, enums are numbers, and names are
// lowerCamelCase always. 64-bit integers are strings.
//
// It makes it of the protobuf that we have encoded, by one table for all messages.
// That takes nearly twice as long as from the SDK's data, and much less code, of which
// every program has a copy.
package otlpjson

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"

	"otel.tool/runtime/internal/wire"
)

// Append appends to b the message p, which is protobuf, as JSON. What the table does
// not know is left out.
func Append(b []byte, of Message, p []byte) []byte {
	b = append(b, '{')
	fields, open := schema[of], 0
	for r := (wire.Reader{B: p}); r.Next(); {
		if r.Field >= len(fields) || fields[r.Field].name == "" {
			continue
		}
		f := &fields[r.Field]
		if r.Field == open { // another one of a list
			b = append(b, ',')
			b = Append(b, f.of, r.Bytes())
			continue
		}
		b = closeList(b, open)
		open = 0
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, f.name...)
		b = append(b, '"', ':')
		if f.form == asMessages {
			open = r.Field
			b = append(b, '[')
		}
		b = appendValue(b, f, &r)
	}
	return append(closeList(b, open), '}')
}

// closeList ends the list that is open, if there is one.
func closeList(b []byte, open int) []byte {
	if open == 0 {
		return b
	}
	return append(b, ']')
}

// appendValue writes the value of the current field of r, or the first of them.
func appendValue(b []byte, f *field, r *wire.Reader) []byte {
	n := r.Uint()
	switch f.form {
	case asText:
		return appendText(b, r.Bytes())
	case asNumber:
		return strconv.AppendUint(b, n, 10)
	case asSigned:
		return strconv.AppendInt(b, int64(n>>1)^-int64(n&1), 10)
	case asLong:
		return appendLong(b, n)
	case asInteger:
		b = append(b, '"')
		b = strconv.AppendInt(b, int64(n), 10)
		return append(b, '"')
	case asDouble:
		return appendDouble(b, r.Double())
	case asBool:
		return strconv.AppendBool(b, n != 0)
	case asHex:
		b = append(b, '"')
		b = hex.AppendEncode(b, r.Bytes())
		return append(b, '"')
	case asBase64:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, r.Bytes())
		return append(b, '"')
	case asMessage, asMessages:
		return Append(b, f.of, r.Bytes())
	}
	return appendPacked(b, f.form, r.Bytes())
}

// appendPacked writes a list of numbers.
func appendPacked(b []byte, as form, list []byte) []byte {
	b = append(b, '[')
	for i := 0; len(list) > 0; i++ {
		if i > 0 {
			b = append(b, ',')
		}
		if as == asVarints {
			v, n := binary.Uvarint(list)
			b = appendLong(b, v)
			list = list[n:]
			continue
		}
		v := binary.LittleEndian.Uint64(list)
		if as == asDoubles {
			b = appendDouble(b, math.Float64frombits(v))
		} else {
			b = appendLong(b, v)
		}
		list = list[8:]
	}
	return append(b, ']')
}

func appendLong(b []byte, v uint64) []byte {
	b = append(b, '"')
	b = strconv.AppendUint(b, v, 10)
	return append(b, '"')
}

// appendDouble writes v; the three that JSON has no numbers for are strings, as in
// protobuf's mapping.
func appendDouble(b []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, `"NaN"`...)
	case math.IsInf(v, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(v, -1):
		return append(b, `"-Infinity"`...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

const hexDigits = "0123456789abcdef"

// appendText writes v, which is UTF-8, as a JSON string (RFC 8259, section 7).
func appendText(b, v []byte) []byte {
	b = append(b, '"')
	from := 0
	for i, c := range v {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, v[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, v[from:]...)
	return append(b, '"')
}
