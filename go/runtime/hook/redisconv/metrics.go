package redisconv

import (
	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

func newDuration() hook.Histogram {
	return hook.Histogram{
		Name: "db.client.operation.duration", Unit: "s", Buckets: hook.ShortSeconds,
		Description: "Duration of database client operations.",
	}
}

// metricKey is the attributes of an operation's duration.
type metricKey struct {
	operationKey
	status, errorType string
}

// setOf returns the attributes of an operation that went well, by its own client; for another, see
// metricKey.
func (o *operation) setOf() *hook.Set {
	if s := o.set.Load(); s != nil {
		return s
	}
	return o.newSet()
}

//go:noinline
func (o *operation) newSet() *hook.Set {
	s := durationSets.Of(metricKey{operationKey: o.key})
	o.set.Store(s)
	return s
}

var durationSets = hook.Sets[metricKey]{Attributes: func(k metricKey) []attribute.KeyValue {
	list := k.attributes()
	if k.status != "" {
		list = append(list, keyStatus.String(k.status))
	}
	if k.errorType != "" {
		list = append(list, keyErrorType.String(k.errorType))
	}
	return list
}}
