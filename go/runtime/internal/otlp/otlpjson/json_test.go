package otlpjson

import (
	"encoding/json"
	"math"
	"testing"

	"otel.tool/runtime/internal/wire"
)

// That all of OTLP comes out right is held by the tests in ../conformance.
func TestAppend(t *testing.T) {
	tests := []struct {
		of    Message
		write func(w *wire.Writer)
		want  string
	}{
		{span, func(*wire.Writer) {}, `{}`},
		{span, func(w *wire.Writer) { w.String(5, "a"); w.Uint(99, 1); w.Uint(0x1000, 1); w.Uint(6, 3) }, `{"name":"a","kind":3}`},
		{spanStatus, func(w *wire.Writer) { w.String(1, "was deprecated"); w.Uint(3, 2) }, `{"code":2}`},
		{scope, func(w *wire.Writer) { w.String(1, "ü \" \\ \n \x00\x1f\u2028"); w.String(2, "") }, `{"name":"ü \" \\ \n \u0000\u001f` + "\u2028" + `","version":""}`},
		{span, func(w *wire.Writer) { w.Bytes(1, []byte{0xab, 1}); w.Fixed64(7, math.MaxUint64); w.Fixed32(16, 257) },
			`{"traceId":"ab01","startTimeUnixNano":"18446744073709551615","flags":257}`},
		{anyValue, func(w *wire.Writer) { w.Uint(3, 1<<63) }, `{"intValue":"-9223372036854775808"}`},
		{anyValue, func(w *wire.Writer) { w.Bool(2, false) }, `{"boolValue":false}`},
		{anyValue, func(w *wire.Writer) { w.Double(4, math.NaN()) }, `{"doubleValue":"NaN"}`},
		{anyValue, func(w *wire.Writer) { w.Double(4, math.Inf(-1)) }, `{"doubleValue":"-Infinity"}`},
		{anyValue, func(w *wire.Writer) { w.Bytes(7, []byte{255}) }, `{"bytesValue":"/w=="}`},
		{anyValue, func(w *wire.Writer) { w.Close(w.Open(5)) }, `{"arrayValue":{}}`},
		{buckets, func(w *wire.Writer) { w.Sint(1, -7); w.PackedUint(2, []uint64{1, 300}) }, `{"offset":-7,"bucketCounts":["1","300"]}`},
		{histogramDataPoint, func(w *wire.Writer) {
			w.PackedFixed64(6, []uint64{1, 2})
			w.PackedDouble(7, []float64{0.5, math.Inf(1)})
		},
			`{"bucketCounts":["1","2"],"explicitBounds":[0.5,"Infinity"]}`},
		{arrayValue, func(w *wire.Writer) {
			w.Close(w.Open(1))
			m := w.Open(1)
			w.String(1, "x")
			w.Close(m)
		}, `{"values":[{},{"stringValue":"x"}]}`},
		{resourceSpans, func(w *wire.Writer) {
			w.Close(w.Open(1))
			w.Close(w.Open(2))
			w.Close(w.Open(2))
			w.String(3, "u")
		}, `{"resource":{},"scopeSpans":[{},{}],"schemaUrl":"u"}`},
	}
	for _, tt := range tests {
		var w wire.Writer
		tt.write(&w)
		got := Append(nil, tt.of, w.B)
		if string(got) != tt.want || !json.Valid(got) {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
