package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"reflect"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/codes"

	"otel.tool/runtime/hook"
)

// recordError records how the operation failed, and returns error.type and
// db.response.status_code, "" if it did not fail.
//
// The message of an error of the database is not recorded unless it is asked for:
// it may hold values, and that of a data source name that cannot be parsed all of
// it.
func (c *call) recordError(err error) (errType, status string) {
	if err == nil || errors.Is(err, sql.ErrNoRows) || errors.Is(err, driver.ErrSkip) {
		return "", ""
	}
	status = statusCode(err)
	if errType = status; status == "" {
		errType = errorType(err)
	}
	if c.span.IsRecording() {
		if status != "" {
			c.span.SetAttributes(keyStatus.String(status))
		}
		c.span.SetAttributes(keyErrorType.String(errType))
		c.span.SetStatus(codes.Error, message(err))
	}
	return errType, status
}

// known are errors whose message never changes.
var known = []struct {
	err  error
	name string
}{
	{context.Canceled, "context.Canceled"},
	{context.DeadlineExceeded, "context.DeadlineExceeded"},
	{driver.ErrBadConn, "driver.ErrBadConn"},
	{sql.ErrConnDone, "sql.ErrConnDone"},
	{sql.ErrTxDone, "sql.ErrTxDone"},
	{io.ErrUnexpectedEOF, "io.ErrUnexpectedEOF"},
	{io.EOF, "io.EOF"},
}

// message is what may be told of an error.
func message(err error) string {
	if options.messages {
		return err.Error()
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			return k.err.Error()
		}
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Error()
	}
	if _, ours := err.(interface{ Unwrap() error }); !ours && strings.HasPrefix(err.Error(), "sql: ") && reflect.TypeOf(err) == errorString {
		return err.Error() // database/sql's own: "sql: database is closed"
	}
	return ""
}

var errorString = reflect.TypeOf(errors.New(""))

// errorType is error.type of an error that has no status: few values, whatever
// happens.
func errorType(err error) string {
	for _, k := range known {
		if errors.Is(err, k.err) {
			return k.name
		}
	}
	return hook.ErrorType(err)
}

// codePath is where a driver's error has the database's code. Drivers whose code
// is the SQLSTATE have a method for it.
var codePaths = []struct{ pkg, typ, path string }{
	{"github.com/go-sql-driver/mysql", "MySQLError", "Number"},
	{"github.com/mattn/go-sqlite3", "Error", "ExtendedCode"},
	{"modernc.org/sqlite", "Error", "code"},
	{"github.com/glebarez/go-sqlite", "Error", "code"},
	{"github.com/sijms/go-ora", "OracleError", "ErrCode"},
	{"github.com/godror/godror", "OraErr", "code"},
	{"github.com/ClickHouse/ch-go", "Exception", "Code"},
	{"github.com/ClickHouse/clickhouse-go", "Exception", "Code"},
	{"github.com/jackc/pgx", "PgError", "Code"},
	{"github.com/jackc/pgconn", "PgError", "Code"},
	{"github.com/lib/pq", "Error", "Code"},
	{"github.com/microsoft/go-mssqldb", "Error", "Number"},
	{"github.com/denisenkom/go-mssqldb", "Error", "Number"},
}

// statusCode is db.response.status_code: the SQLSTATE of PostgreSQL, the number of
// the others.
func statusCode(err error) string {
	for depth := 0; err != nil && depth < 32; depth++ {
		if code := ownCode(err); code != "" {
			return code
		}
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				if code := statusCode(e); code != "" {
					return code
				}
			}
			return ""
		}
		err = errors.Unwrap(err)
	}
	return ""
}

func ownCode(err error) string {
	v := follow(reflect.ValueOf(err))
	if !v.IsValid() {
		return ""
	}
	pkg, name := v.Type().PkgPath(), v.Type().Name()
	for _, c := range codePaths {
		if name == c.typ && strings.HasPrefix(pkg, c.pkg) {
			return codeText(at(v, c.path), strings.Contains(pkg, "ora") || strings.Contains(pkg, "godror"))
		}
	}
	if s, ok := err.(interface{ SQLState() string }); ok && len(s.SQLState()) == 5 {
		return s.SQLState()
	}
	return ""
}

// codeText writes a code: "23505", "1062", "ORA-00942".
func codeText(v reflect.Value, ora bool) string {
	var n int64
	switch {
	case !v.IsValid():
		return ""
	case v.Kind() == reflect.String:
		if len(v.String()) == 5 {
			return strings.Clone(v.String())
		}
		return ""
	case v.CanInt():
		n = v.Int()
	case v.CanUint():
		n = int64(v.Uint())
	}
	if n == 0 {
		return ""
	}
	code := strconv.FormatInt(n, 10)
	if ora && n > 0 {
		return "ORA-" + strings.Repeat("0", max(0, 5-len(code))) + code
	}
	return code
}
