// Package logvalue is between hook.LogValue and the values that records of OpenTelemetry
// have: those of go.opentelemetry.io/otel/log. From v0.21 on that has none of its own, but those
// of package attribute; where a program has such a version, the file in the folder attribute is
// compiled in the place of this one.
package logvalue

import (
	"bytes"

	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"

	"otel.tool/runtime/hook"
)

// Fill gives a record its body and attributes. All that they hold is copied, but for texts.
func Fill(out *log.Record, body string, attrs []hook.LogAttr) {
	out.SetBody(log.StringValue(body))
	out.AddAttributes(toAttrs(attrs)...)
}

// Body returns a record's body. It holds what the record does.
func Body(r *sdklog.Record) hook.LogValue { return fromValue(r.Body()) }

// Walk calls f with each attribute of a record. They hold what the record does.
func Walk(r *sdklog.Record, f func(hook.LogAttr)) {
	r.WalkAttributes(func(kv log.KeyValue) bool {
		f(hook.LogAttr{Key: kv.Key, Value: fromValue(kv.Value)})
		return true
	})
}

func toAttrs(attrs []hook.LogAttr) []log.KeyValue {
	list := make([]log.KeyValue, len(attrs))
	for i, a := range attrs {
		list[i] = log.KeyValue{Key: a.Key, Value: toValue(a.Value)}
	}
	return list
}

func toValue(v hook.LogValue) log.Value {
	switch v.Kind() {
	case hook.LogKindString:
		return log.StringValue(v.String())
	case hook.LogKindInt:
		return log.Int64Value(v.Int())
	case hook.LogKindFloat:
		return log.Float64Value(v.Float())
	case hook.LogKindBool:
		return log.BoolValue(v.Bool())
	case hook.LogKindBytes:
		return log.BytesValue(bytes.Clone(v.Bytes()))
	case hook.LogKindList:
		list := make([]log.Value, len(v.List()))
		for i, x := range v.List() {
			list[i] = toValue(x)
		}
		return log.SliceValue(list...)
	case hook.LogKindMap:
		return log.MapValue(toAttrs(v.Map())...)
	}
	return log.Value{}
}

func fromValue(v log.Value) hook.LogValue {
	switch v.Kind() {
	case log.KindString:
		return hook.LogString(v.AsString())
	case log.KindInt64:
		return hook.LogInt(v.AsInt64())
	case log.KindFloat64:
		return hook.LogFloat(v.AsFloat64())
	case log.KindBool:
		return hook.LogBool(v.AsBool())
	case log.KindBytes:
		return hook.LogBytes(v.AsBytes())
	case log.KindSlice:
		list := make([]hook.LogValue, len(v.AsSlice()))
		for i, x := range v.AsSlice() {
			list[i] = fromValue(x)
		}
		return hook.LogList(list)
	case log.KindMap:
		list := make([]hook.LogAttr, len(v.AsMap()))
		for i, kv := range v.AsMap() {
			list[i] = hook.LogAttr{Key: kv.Key, Value: fromValue(kv.Value)}
		}
		return hook.LogMap(list)
	}
	return hook.LogValue{}
}
