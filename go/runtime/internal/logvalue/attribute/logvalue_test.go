package logvalue

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/otlp/otlpjson"
	"otel.tool/runtime/internal/wire"
)

// kinds are values of each kind, and what they are in OTLP's JSON.
var kinds = []struct {
	value attribute.Value
	json  string
}{
	{attribute.Value{}, `{}`},
	{attribute.StringValue("x"), `{"stringValue":"x"}`},
	{attribute.StringValue(""), `{"stringValue":""}`},
	{attribute.Int64Value(-7), `{"intValue":"-7"}`},
	{attribute.Float64Value(0.5), `{"doubleValue":0.5}`},
	{attribute.BoolValue(false), `{"boolValue":false}`},
	{attribute.ByteSliceValue([]byte("bytes")), `{"bytesValue":"Ynl0ZXM="}`},
	{attribute.StringSliceValue([]string{"x", ""}), `{"arrayValue":{"values":[{"stringValue":"x"},{"stringValue":""}]}}`},
	{attribute.Int64SliceValue([]int64{1, 2}), `{"arrayValue":{"values":[{"intValue":"1"},{"intValue":"2"}]}}`},
	{attribute.Float64SliceValue([]float64{0.5}), `{"arrayValue":{"values":[{"doubleValue":0.5}]}}`},
	{attribute.BoolSliceValue([]bool{true}), `{"arrayValue":{"values":[{"boolValue":true}]}}`},
	{attribute.SliceValue(attribute.Int64Value(1), attribute.Value{}, attribute.SliceValue(attribute.StringValue("deep"))),
		`{"arrayValue":{"values":[{"intValue":"1"},{},{"arrayValue":{"values":[{"stringValue":"deep"}]}}]}}`},
	{attribute.MapValue(attribute.Bool("inner", true), attribute.Map("map", attribute.ByteSlice("b", []byte{255}))),
		`{"kvlistValue":{"values":[{"key":"inner","value":{"boolValue":true}},{"key":"map","value":{"kvlistValue":{"values":[{"key":"b","value":{"bytesValue":"/w=="}}]}}}]}}`},
	{attribute.MapValue(attribute.Int("a", 1), attribute.Int("b", 2), attribute.Int("c", 3), attribute.Int("d", 4), attribute.Int("e", 5), attribute.Int("f", 6)),
		`{"kvlistValue":{"values":[{"key":"a","value":{"intValue":"1"}},{"key":"b","value":{"intValue":"2"}},{"key":"c","value":{"intValue":"3"}},` +
			`{"key":"d","value":{"intValue":"4"}},{"key":"e","value":{"intValue":"5"}},{"key":"f","value":{"intValue":"6"}}]}}`},
}

// asJSON is a value in OTLP's JSON.
func asJSON(v hook.LogValue) string {
	switch v.Kind() {
	case hook.LogKindString:
		return fmt.Sprintf(`{"stringValue":%q}`, v.String())
	case hook.LogKindInt:
		return fmt.Sprintf(`{"intValue":"%d"}`, v.Int())
	case hook.LogKindFloat:
		return fmt.Sprintf(`{"doubleValue":%v}`, v.Float())
	case hook.LogKindBool:
		return fmt.Sprintf(`{"boolValue":%v}`, v.Bool())
	case hook.LogKindBytes:
		return fmt.Sprintf(`{"bytesValue":"%s"}`, base64.StdEncoding.EncodeToString(v.Bytes()))
	case hook.LogKindList:
		var list []string
		for _, x := range v.List() {
			list = append(list, asJSON(x))
		}
		return `{"arrayValue":{"values":[` + strings.Join(list, ",") + `]}}`
	case hook.LogKindMap:
		var list []string
		for _, a := range v.Map() {
			list = append(list, fmt.Sprintf(`{"key":%q,"value":%s}`, a.Key, asJSON(a.Value)))
		}
		return `{"kvlistValue":{"values":[` + strings.Join(list, ",") + `]}}`
	}
	return `{}`
}

// keeper keeps the records that it is given.
type keeper struct{ all []sdklog.Record }

func (k *keeper) Export(_ context.Context, records []sdklog.Record) error {
	for i := range records {
		k.all = append(k.all, records[i].Clone())
	}
	return nil
}

func (*keeper) Shutdown(context.Context) error   { return nil }
func (*keeper) ForceFlush(context.Context) error { return nil }

// emitted is the record that the SDK makes of one of the API's.
func emitted(t *testing.T, r log.Record) *sdklog.Record {
	t.Helper()
	var k keeper
	lp := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(&k)))
	lp.Logger("test").Emit(context.Background(), r)
	if len(k.all) != 1 {
		t.Fatalf("%d records", len(k.all))
	}
	return &k.all[0]
}

// What the program puts into a record by the API, in the body and in an attribute.
func TestFrom(t *testing.T) {
	for _, tt := range kinds {
		var r log.Record
		r.SetBody(tt.value)
		r.AddAttributes(attribute.KeyValue{Key: "k", Value: tt.value})
		got := emitted(t, r)
		if body := asJSON(Body(got)); body != tt.json {
			t.Errorf("body: got %s, want %s", body, tt.json)
		}
		n := 0
		Walk(got, func(a hook.LogAttr) {
			n++
			if v := asJSON(a.Value); a.Key != "k" || v != tt.json {
				t.Errorf("attribute: got %s %s, want %s", a.Key, v, tt.json)
			}
		})
		if n != 1 {
			t.Errorf("%s: %d attributes", tt.json, n)
		}
	}
}

// What hooks put into a record comes out again, and is the record's own.
func TestFill(t *testing.T) {
	b := []byte("bytes")
	attrs := []hook.LogAttr{
		{Key: "text", Value: hook.LogString("x")}, {Key: "int", Value: hook.LogInt(-7)}, {Key: "float", Value: hook.LogFloat(0.5)},
		{Key: "bool", Value: hook.LogBool(true)}, {Key: "bytes", Value: hook.LogBytes(b)}, {Key: "empty"},
		{Key: "list", Value: hook.LogList([]hook.LogValue{hook.LogInt(1), hook.LogString("y")})},
		{Key: "group", Value: hook.LogMap([]hook.LogAttr{{Key: "inner", Value: hook.LogBool(false)}})},
	}
	want := asJSON(hook.LogMap(attrs))
	var r log.Record
	Fill(&r, "body", attrs)
	copy(b, "XXXXX")
	attrs[7].Value.Map()[0].Value = hook.LogInt(1)
	var out []hook.LogAttr
	got := emitted(t, r)
	Walk(got, func(a hook.LogAttr) { out = append(out, a) })
	if s := asJSON(hook.LogMap(out)); s != want || Body(got).String() != "body" {
		t.Errorf("got  %q %s\nwant %s", Body(got).String(), s, want)
	}
}

// Such values are in spans and resources too.
func TestAttributes(t *testing.T) {
	for _, tt := range kinds {
		var gs otlp.Groups
		var w wire.Writer
		gs.Add(resource.NewSchemaless(attribute.KeyValue{Key: "k", Value: tt.value}), instrumentation.Scope{}, nil)
		gs.Append(&w, func(*wire.Writer, any) {})
		got := string(otlpjson.Append(nil, otlpjson.Traces, w.B))
		if want := `{"attributes":[{"key":"k","value":` + tt.json + `}]}`; !strings.Contains(got, want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
