// Package http holds the hooks of net/http: a SERVER span for each request that
// an [http.Server] serves and a CLIENT span for each round trip of an
// [http.Transport], by the stable semantic conventions for HTTP
// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/, 1.37).
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package http

import (
	"context"
	"net/http"
	"reflect"
	"strconv"
	"sync/atomic"
	"unsafe"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

const (
	scope   = "otel.tool/hooks/net/http"
	version = "0.1.0"
)

var (
	server httpconv.Server
	client httpconv.Client
)

func init() {
	serverCalls.New, clientCalls.New = newServerCall, newClientCall
	server.Register("net/http/server", scope, version)
	client.Register("net/http/client", scope, version)
}

// headers are a request's as propagators see them: [propagation.HeaderCarrier], which allocates
// nothing for the usual names.
type headers http.Header

// carrier are headers with room for the first values that are set.
type carrier struct {
	headers
	room *[2][1]string
	used int
}

// canonicalName is key as http.Header has it.
//
//go:noinline
func canonicalName(key string) string {
	switch key {
	case "traceparent":
		return "Traceparent"
	case "tracestate":
		return "Tracestate"
	case "baggage":
		return "Baggage"
	}
	return http.CanonicalHeaderKey(key)
}

func (h headers) Get(key string) string {
	if v := h[canonicalName(key)]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (h headers) Values(key string) []string { return h[canonicalName(key)] }

func (h headers) Set(key, value string) { h[canonicalName(key)] = []string{value} }

func (h headers) Keys() []string {
	keys := make([]string, 0, len(h))
	for k := range h {
		keys = append(keys, k)
	}
	return keys
}

func (c *carrier) Set(key, value string) {
	if c.used == len(c.room) {
		c.headers.Set(key, value)
		return
	}
	v := &c.room[c.used]
	c.used++
	v[0] = value
	c.headers[canonicalName(key)] = v[:]
}

// protocolVersion is network.protocol.version: "1.1", "2".
func protocolVersion(major, minor int) string {
	switch {
	case major == 1 && minor == 1:
		return "1.1"
	case major == 2 && minor == 0:
		return "2"
	case major == 3 && minor == 0:
		return "3"
	case major == 1 && minor == 0:
		return "1.0"
	case major == 0:
		return ""
	}
	return strconv.Itoa(major) + "." + strconv.Itoa(minor)
}

// statusText is error.type for a status, without an allocation for the common ones.
func statusText(code int) string { return strconv.Itoa(code) }

// contextAt is where a request keeps its context, if that is known.
var contextAt, contextKnown = fieldOrNone(reflect.TypeFor[*http.Request](), "ctx", reflect.TypeFor[context.Context]()).At()

// setContext puts ctx into the request itself, and says whether it could. (*Request).WithContext would make
// a copy, and then net/http would not see what the handler does to its request:
// the files of a parsed multipart form would stay in the temporary folder.
func setContext(req *http.Request, ctx context.Context) bool {
	if contextKnown {
		*(*context.Context)(unsafe.Add(unsafe.Pointer(req), contextAt)) = ctx
	}
	return contextKnown
}

// spanIn is [hook.SpanIn], and shorter for what is done with the context that a request came with.
func spanIn(ctx context.Context) trace.Span {
	if c, ok := ctx.(*serverContext); ok {
		return c.Span()
	}
	return hook.SpanIn(ctx)
}

// byType remembers something for each of the few types that are met.
type byType[T any] struct {
	list atomic.Pointer[[]typed[T]]
}

type typed[T any] struct {
	t     unsafe.Pointer
	value *T
}

// get returns what is remembered for the type of v, made by first if new. It is not to be changed.
func (b *byType[T]) get(v any, first func(reflect.Type) T) *T {
	t := *(*unsafe.Pointer)(unsafe.Pointer(&v))
	list := b.list.Load()
	if list != nil {
		for i := range *list {
			if (*list)[i].t == t {
				return (*list)[i].value
			}
		}
	}
	value := first(reflect.TypeOf(v))
	var all []typed[T]
	if list != nil {
		all = append(all, *list...)
	}
	all = append(all, typed[T]{t, &value})
	if len(all) <= 16 {
		b.list.CompareAndSwap(list, &all) // one lost is found again
	}
	return &value
}
