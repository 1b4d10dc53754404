package redisconv

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"go.opentelemetry.io/otel/codes"

	"otel.tool/runtime/hook"
)

// recordError records how the operation failed, and returns error.type and
// db.response.status_code, "" if it did not fail. That a key does not exist is no
// error. The server's message is not recorded unless it is asked for: it may hold
// keys and values.
func (c *call) recordError(err error) (errType, status string) {
	if err == nil || errors.Is(err, c.library.Nil) {
		return "", ""
	}
	errType, message := c.library.errorType(err)
	if errType == "" {
		status = statusCode(err)
		errType = status
	}
	if c.span.IsRecording() {
		if status != "" {
			c.span.SetAttributes(keyStatus.String(status))
		}
		c.span.SetAttributes(keyErrorType.String(errType))
		if messages {
			message = err.Error()
		}
		c.span.SetStatus(codes.Error, message)
	}
	return errType, status
}

// known are errors of Go's own that clients return as they are.
var known = []Known{
	{context.Canceled, "context.Canceled"},
	{context.DeadlineExceeded, "context.DeadlineExceeded"},
	{io.ErrUnexpectedEOF, "io.ErrUnexpectedEOF"},
	{io.EOF, "io.EOF"},
}

// errorType is error.type of an error that is not the server's answer, "" of one
// that is.
func (l *Library) errorType(err error) (name, message string) {
	for _, list := range [...][]Known{known, l.Known} {
		for _, k := range list {
			if errors.Is(err, k.Err) {
				return k.Name, k.Err.Error()
			}
		}
	}
	if statusCode(err) != "" {
		return "", ""
	}
	var op *net.OpError
	if errors.As(err, &op) {
		message = op.Error()
	}
	return hook.ErrorType(err), message
}

// answer is an error that the server has given, as all versions mark it.
type answer interface {
	error
	RedisError()
}

// statusCode is db.response.status_code: the word in capitals with which the
// server's errors begin, as ERR and WRONGTYPE.
func statusCode(err error) string {
	var a answer
	if !errors.As(err, &a) {
		return ""
	}
	code, _, _ := strings.Cut(a.Error(), " ")
	if len(code) > 32 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return strings.Clone(code)
}
