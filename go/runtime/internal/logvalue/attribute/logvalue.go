// Package logvalue is that of the folder above for go.opentelemetry.io/otel/log from v0.21 on,
// whose records have the values of package attribute. It lies in a module of its own, as the
// runtime requires an older log.
package logvalue

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"

	"otel.tool/runtime/hook"
)

// Fill gives a record its body and attributes. All that they hold is copied, but for texts.
func Fill(out *log.Record, body string, attrs []hook.LogAttr) {
	out.SetBody(attribute.StringValue(body))
	out.AddAttributes(toAttrs(attrs)...)
}

// Body returns a record's body. It holds what the record does.
func Body(r *sdklog.Record) hook.LogValue { return fromValue(r.Body()) }

// Walk calls f with each attribute of a record. They hold what the record does.
func Walk(r *sdklog.Record, f func(hook.LogAttr)) {
	r.WalkAttributes(func(kv attribute.KeyValue) bool {
		f(fromAttr(kv))
		return true
	})
}

func toAttrs(attrs []hook.LogAttr) []attribute.KeyValue {
	list := make([]attribute.KeyValue, len(attrs))
	for i, a := range attrs {
		list[i] = attribute.KeyValue{Key: attribute.Key(a.Key), Value: toValue(a.Value)}
	}
	return list
}

func toValue(v hook.LogValue) attribute.Value {
	switch v.Kind() {
	case hook.LogKindString:
		return attribute.StringValue(v.String())
	case hook.LogKindInt:
		return attribute.Int64Value(v.Int())
	case hook.LogKindFloat:
		return attribute.Float64Value(v.Float())
	case hook.LogKindBool:
		return attribute.BoolValue(v.Bool())
	case hook.LogKindBytes:
		return attribute.ByteSliceValue(v.Bytes())
	case hook.LogKindList:
		list := make([]attribute.Value, len(v.List()))
		for i, x := range v.List() {
			list[i] = toValue(x)
		}
		return attribute.SliceValue(list...)
	case hook.LogKindMap:
		return attribute.MapValue(toAttrs(v.Map())...)
	}
	return attribute.Value{}
}

func fromAttr(kv attribute.KeyValue) hook.LogAttr {
	return hook.LogAttr{Key: string(kv.Key), Value: fromValue(kv.Value)}
}

// fromValue returns a value of a kind that is newer than this code as a text.
func fromValue(v attribute.Value) hook.LogValue {
	switch v.Type() {
	case attribute.EMPTY:
		return hook.LogValue{}
	case attribute.STRING:
		return hook.LogString(v.AsString())
	case attribute.INT64:
		return hook.LogInt(v.AsInt64())
	case attribute.FLOAT64:
		return hook.LogFloat(v.AsFloat64())
	case attribute.BOOL:
		return hook.LogBool(v.AsBool())
	case attribute.BYTESLICE:
		return hook.LogBytes(v.AsByteSlice())
	case attribute.SLICE:
		return listOf(v.AsSlice(), fromValue)
	case attribute.STRINGSLICE:
		return listOf(v.AsStringSlice(), hook.LogString)
	case attribute.INT64SLICE:
		return listOf(v.AsInt64Slice(), hook.LogInt)
	case attribute.FLOAT64SLICE:
		return listOf(v.AsFloat64Slice(), hook.LogFloat)
	case attribute.BOOLSLICE:
		return listOf(v.AsBoolSlice(), hook.LogBool)
	case attribute.MAP:
		attrs := v.AsMap()
		list := make([]hook.LogAttr, len(attrs))
		for i, kv := range attrs {
			list[i] = fromAttr(kv)
		}
		return hook.LogMap(list)
	}
	return hook.LogString(v.String())
}

func listOf[T any](all []T, from func(T) hook.LogValue) hook.LogValue {
	list := make([]hook.LogValue, len(all))
	for i, x := range all {
		list[i] = from(x)
	}
	return hook.LogList(list)
}
