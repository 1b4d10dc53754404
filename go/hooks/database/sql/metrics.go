package sql

import (
	"database/sql"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

// Durations are stable; the metrics of connections are in development
// (https://opentelemetry.io/docs/specs/semconv/database/database-metrics/, 1.37).
var (
	duration = hook.Histogram{
		Name: "db.client.operation.duration", Unit: "s", Buckets: hook.ShortSeconds,
		Description: "Duration of database client operations.",
	}
	connections = hook.Observed{
		Name: "db.client.connection.count", Unit: "{connection}", Kind: hook.GrowingShrinking,
		Description: "The number of connections that are currently in state described by the state attribute.",
		Observe: func(report func(int64, *hook.Set)) {
			eachPool(func(stats sql.DBStats, p pool) {
				report(int64(stats.Idle), connectionSets.Of(connectionKey{p, "idle"}))
				report(int64(stats.InUse), connectionSets.Of(connectionKey{p, "used"}))
			})
		},
	}
	maxConnections = hook.Observed{
		Name: "db.client.connection.max", Unit: "{connection}", Kind: hook.GrowingShrinking,
		Description: "The maximum number of open connections allowed.",
		Observe: func(report func(int64, *hook.Set)) {
			eachPool(func(stats sql.DBStats, p pool) {
				if stats.MaxOpenConnections > 0 {
					report(int64(stats.MaxOpenConnections), connectionSets.Of(connectionKey{p, ""}))
				}
			})
		},
	}
)

// metricKey is the attributes of an operation's duration.
type metricKey struct {
	place
	operation, summary, procedure, status, errorType string
}

// attributes are also those with which the span begins.
func (k metricKey) attributes() []attribute.KeyValue {
	list := []attribute.KeyValue{keySystem.String(k.system)}
	for _, a := range []struct {
		key   attribute.Key
		value string
	}{
		{keyNamespace, k.namespace}, {keyOperation, k.operation}, {keySummary, k.summary}, {keyProcedure, k.procedure},
		{keyStatus, k.status}, {keyErrorType, k.errorType}, {keyServerAddress, k.address},
	} {
		if a.value != "" {
			list = append(list, a.key.String(a.value))
		}
	}
	if k.port != 0 && k.address != "" {
		list = append(list, keyServerPort.Int(k.port))
	}
	return list
}

var durationSets = hook.Sets[metricKey]{Attributes: metricKey.attributes}

// setOf returns the attributes of an operation that went well; with an error, see
// metricKey.
func (o *operation) setOf() *hook.Set {
	if s := o.set.Load(); s != nil {
		return s
	}
	return o.newSet()
}

//go:noinline
func (o *operation) newSet() *hook.Set {
	s := durationSets.Of(o.key)
	o.set.Store(s)
	return s
}

// pool is what tells a program's pools of connections from each other.
type pool struct{ name string }

type connectionKey struct {
	pool
	state string
}

var connectionSets = hook.Sets[connectionKey]{Attributes: func(k connectionKey) []attribute.KeyValue {
	list := []attribute.KeyValue{attribute.String("db.client.connection.pool.name", k.name)}
	if k.state != "" {
		list = append(list, attribute.String("db.client.connection.state", k.state))
	}
	return list
}}

// eachPool reports the pools. Those to the same database count as one.
func eachPool(report func(sql.DBStats, pool)) {
	pools := map[pool]sql.DBStats{}
	databases.Range(func(key, value any) bool {
		d := value.(*database)
		if d.covered {
			return true
		}
		p := pool{d.poolName()}
		stats, sum := key.(*sql.DB).Stats(), pools[p]
		sum.Idle += stats.Idle
		sum.InUse += stats.InUse
		sum.MaxOpenConnections += stats.MaxOpenConnections
		pools[p] = sum
		return true
	})
	for p, stats := range pools {
		report(stats, p)
	}
}
