package httpconv

import (
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// Headers are those that a variable names, to be recorded as http.request.header.<key> or
// http.response.header.<key>
// (https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/).
type Headers []header

type header struct {
	name   string
	key    attribute.Key
	secret bool // that it is there may be known, what is in it not
}

// headersOf reads a variable: names with commas between them.
func headersOf(variable, prefix string) (h Headers) {
	for name := range strings.SplitSeq(hook.Setting(variable), ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		_, secret := secrets[name]
		h = append(h, header{name, attribute.Key(prefix + name), secret})
	}
	return h
}

var secrets = map[string]struct{}{
	"authorization": {}, "proxy-authorization": {}, "cookie": {}, "set-cookie": {},
}

// Record puts the headers that are there on the span: all values of each, which values
// returns for a name, in lower case, and which are copied.
func (h Headers) Record(span trace.Span, values func(name string) []string) {
	for i := range h {
		v := values(h[i].name)
		switch {
		case len(v) == 0:
		case h[i].secret:
			span.SetAttributes(h[i].key.StringSlice([]string{"REDACTED"}))
		default:
			span.SetAttributes(h[i].key.StringSlice(v))
		}
	}
}
