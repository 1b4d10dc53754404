// Package sql holds the hooks of database/sql: a CLIENT span for each operation
// that a program asks a [sql.DB], [sql.Conn], [sql.Tx] or [sql.Stmt] for, by the
// stable semantic conventions for SQL databases
// (https://opentelemetry.io/docs/specs/semconv/database/sql/, 1.37).
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package sql

import (
	"os"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

const (
	scope   = "otel.tool/hooks/database/sql"
	version = "0.1.0"
)

var client hook.Instrumentation

func init() {
	setOptions()
	calls.New = newCall
	hook.Register(&client, "database/sql", scope, version)
	client.Measure(&duration, &connections, &maxConnections)
}

// Attribute keys of the semantic conventions.
const (
	keySystem        = attribute.Key("db.system.name")
	keyNamespace     = attribute.Key("db.namespace")
	keyOperation     = attribute.Key("db.operation.name")
	keySummary       = attribute.Key("db.query.summary")
	keyText          = attribute.Key("db.query.text")
	keyProcedure     = attribute.Key("db.stored_procedure.name")
	keyStatus        = attribute.Key("db.response.status_code")
	keyRows          = attribute.Key("db.response.returned_rows")
	keyErrorType     = attribute.Key("error.type")
	keyServerAddress = attribute.Key("server.address")
	keyServerPort    = attribute.Key("server.port")
)

// textPolicy says what of a query's text is recorded: OTEL_GO_DB_QUERY_TEXT.
type textPolicy int

const (
	textSanitize textPolicy = iota // literals are ?
	textKeep                       // as it is
	textDrop                       // nothing
)

// options are read from the environment once, at start.
var options struct {
	text      textPolicy
	countRows bool
	comment   bool
	messages  bool
}

// setOptions reads the variables that README.md tells of.
func setOptions() {
	switch strings.ToLower(os.Getenv("OTEL_GO_DB_QUERY_TEXT")) {
	case "keep":
		options.text = textKeep
	case "drop":
		options.text = textDrop
	default:
		options.text = textSanitize
	}
	options.countRows = isTrue("OTEL_GO_DB_RETURNED_ROWS")
	options.comment = isTrue("OTEL_GO_DB_SQLCOMMENTER")
	options.messages = isTrue("OTEL_GO_DB_ERROR_MESSAGES")
}

func isTrue(name string) bool { return strings.EqualFold(os.Getenv(name), "true") }
