// Package redisconv is what the hooks of go-redis' major versions have in common: a
// CLIENT span for each command, pipeline and transaction, the metric of their durations
// and those of the pools of connections, by the semantic conventions for databases and
// those for Redis (https://opentelemetry.io/docs/specs/semconv/database/redis/, 1.37).
//
// A version of the library is a [Library], made once:
//
//	var library = redisconv.Library{Place: placeOf, Nil: redis.Nil, …}
//
//	func init() { library.Register("github.com/redis/go-redis", scope, version) }
//
//	func ProcessEnter(c any, ctx context.Context, cmd redis.Cmder) (…) {
//		if !library.On() {
//			return ctx, nil, redisconv.AsItIs
//		}
//		return redisconv.Command(&library, c, ctx, cmd)
//	}
package redisconv

import (
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

// Attribute keys of the semantic conventions.
const (
	keySystem        = attribute.Key("db.system.name")
	keyNamespace     = attribute.Key("db.namespace")
	keyOperation     = attribute.Key("db.operation.name")
	keyBatchSize     = attribute.Key("db.operation.batch.size")
	keyStatus        = attribute.Key("db.response.status_code")
	keyErrorType     = attribute.Key("error.type")
	keyServerAddress = attribute.Key("server.address")
	keyServerPort    = attribute.Key("server.port")
	keyPeerAddress   = attribute.Key("network.peer.address")
	keyPeerPort      = attribute.Key("network.peer.port")
	keyPool          = attribute.Key("db.client.connection.pool.name")
	keyState         = attribute.Key("db.client.connection.state")
)

var system = keySystem.String("redis")

// Cmder is what is asked of a command of the library's, and what that calls it.
type Cmder interface {
	Name() string
	Args() []any
	Err() error
}

// Known is an error whose message never changes, and what it is called.
type Known struct {
	Err  error
	Name string
}

// Library is one version of go-redis. It must not be copied.
type Library struct {
	Place func(client any) Place // what the options of a *baseClient say
	Nil   error                  // that a key does not exist
	Known []Known                // errors of the library's own

	client   hook.Instrumentation
	name     string // its import path but for the version
	scope    string
	noted    [16]atomic.Pointer[noted] // the first commands, by what they begin with
	calls    sync.Pool                 // of *call
	batches  sync.Pool                 // of *commands
	recorded atomic.Int32              // how many calls have a span that is recorded
	duration hook.Histogram
	pools    pools
}

// Register makes the library's instrumentation known: see [hook.Register]. Call it in
// init.
func (l *Library) Register(name, scope, version string) {
	l.name, l.scope = name, scope
	l.calls.New = l.newCall
	l.duration = newDuration()
	hook.Register(&l.client, name, scope, version)
	l.client.Measure(append(l.pools.instruments(), &l.duration)...)
}

// On says whether the library's instrumentation is on: one load.
func (l *Library) On() bool { return l.client.On() }

// messages says that the server's messages may be told: OTEL_GO_DB_ERROR_MESSAGES.
var messages = strings.EqualFold(os.Getenv("OTEL_GO_DB_ERROR_MESSAGES"), "true")
