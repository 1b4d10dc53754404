package hook

import (
	"errors"
	"net"
	"reflect"
)

// ErrorType is error.type (https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/)
// of an error of which its hook knows no better word: few values, whatever happens. It is
// the Go type of the first error in the chain that says more than that there is one.
func ErrorType(err error) string {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return "*net.DNSError"
	}
	var t net.Error
	if errors.As(err, &t) && t.Timeout() {
		return "timeout"
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		switch name := reflect.TypeOf(e).String(); name {
		case "*errors.errorString", "*fmt.wrapError", "*fmt.wrapErrors", "*errors.joinError":
		default:
			return name
		}
	}
	return "*errors.errorString"
}
