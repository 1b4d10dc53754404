// Package captured records what variables name of headers and metadata.
package captured

import (
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// List is the headers, or the keys of metadata, that a variable names, to be recorded as
// http.request.header.<key>, rpc.response.metadata.<key> and the like
// (https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/, …/rpc/).
type List []header

type header struct {
	name   string
	key    attribute.Key
	secret bool // that it is there may be known, what is in it not
}

// Read reads a variable, or what OTEL_CONFIG_FILE says in its place: names with commas
// between them.
func Read(variable, prefix string) (l List) {
	for name := range strings.SplitSeq(hook.Setting(variable), ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		_, secret := secrets[name]
		l = append(l, header{name, attribute.Key(prefix + name), secret})
	}
	return l
}

var secrets = map[string]struct{}{
	"authorization": {}, "proxy-authorization": {}, "cookie": {}, "set-cookie": {},
}

// Record puts those that are there on the span: all values of each, which values
// returns for a name, in lower case, and which are copied.
func (l List) Record(span trace.Span, values func(name string) []string) {
	for i := range l {
		v := values(l[i].name)
		switch {
		case len(v) == 0:
		case l[i].secret:
			span.SetAttributes(l[i].key.StringSlice([]string{"REDACTED"}))
		default:
			span.SetAttributes(l[i].key.StringSlice(v))
		}
	}
}
