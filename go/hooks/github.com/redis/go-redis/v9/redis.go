// Package redis holds the hooks of github.com/redis/go-redis/v9: a CLIENT span for
// each command, pipeline and transaction, by the stable semantic conventions for
// databases and those for Redis
// (https://opentelemetry.io/docs/specs/semconv/database/redis/, 1.37).
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package redis

import (
	"os"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

const (
	scope   = "otel.tool/hooks/github.com/redis/go-redis/v9"
	version = "0.1.0"
)

var client hook.Instrumentation

func init() {
	setOptions()
	calls.New = newCall
	hook.Register(&client, "github.com/redis/go-redis", scope, version)
	client.Measure(&duration)
}

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
)

var system = keySystem.String("redis")

// messages says that the server's messages may be told: OTEL_GO_DB_ERROR_MESSAGES.
var messages bool

func setOptions() {
	messages = strings.EqualFold(os.Getenv("OTEL_GO_DB_ERROR_MESSAGES"), "true")
}
