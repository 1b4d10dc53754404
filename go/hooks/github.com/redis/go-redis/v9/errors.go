package redis

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/codes"

	"otel.tool/runtime/hook"
)

// recordError records how the operation failed, and returns error.type and
// db.response.status_code, "" if it did not fail. That a key does not exist is no
// error. The server's message is not recorded unless it is asked for: it may hold
// keys and values.
func (c *call) recordError(err error) (errType, status string) {
	if err == nil || errors.Is(err, redis.Nil) {
		return "", ""
	}
	errType, message := errorType(err)
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

// firstError returns the first error of the commands that is one, nil if they only
// did not find what they asked for; err if none of them knows.
func firstError(cmds []redis.Cmder, err error) error {
	for _, cmd := range cmds {
		if e := cmd.Err(); e != nil && !errors.Is(e, redis.Nil) {
			return e
		}
	}
	return err
}

// known are errors whose message never changes.
var known = []struct {
	err  error
	name string
}{
	{context.Canceled, "context.Canceled"},
	{context.DeadlineExceeded, "context.DeadlineExceeded"},
	{redis.TxFailedErr, "redis.TxFailedErr"},
	{redis.ErrClosed, "redis.ErrClosed"},
	{io.ErrUnexpectedEOF, "io.ErrUnexpectedEOF"},
	{io.EOF, "io.EOF"},
}

// errorType is error.type of an error that is not the server's answer, "" of one
// that is.
func errorType(err error) (name, message string) {
	for _, k := range known {
		if errors.Is(err, k.err) {
			return k.name, k.err.Error()
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

// statusCode is db.response.status_code: the word in capitals with which the
// server's errors begin, as ERR and WRONGTYPE.
func statusCode(err error) string {
	var answer redis.Error
	if !errors.As(err, &answer) {
		return ""
	}
	code, _, _ := strings.Cut(answer.Error(), " ")
	if len(code) > 32 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return strings.Clone(code)
}
