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
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"unsafe"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

const (
	scope   = "otel.tool/hooks/net/http"
	version = "0.1.0"
)

var server, client hook.Instrumentation

func init() {
	setOptions()
	serverCalls.New, clientCalls.New = newServerCall, newClientCall
	hook.Register(&server, "net/http/server", scope, version)
	hook.Register(&client, "net/http/client", scope, version)
	measureAll()
}

// Attribute keys of the semantic conventions.
const (
	keyMethod          = attribute.Key("http.request.method")
	keyMethodOriginal  = attribute.Key("http.request.method_original")
	keyResendCount     = attribute.Key("http.request.resend_count")
	keyStatus          = attribute.Key("http.response.status_code")
	keyBodySize        = attribute.Key("http.response.body.size")
	keyRoute           = attribute.Key("http.route")
	keyURLScheme       = attribute.Key("url.scheme")
	keyURLPath         = attribute.Key("url.path")
	keyURLQuery        = attribute.Key("url.query")
	keyURLFull         = attribute.Key("url.full")
	keyServerAddress   = attribute.Key("server.address")
	keyServerPort      = attribute.Key("server.port")
	keyClientAddress   = attribute.Key("client.address")
	keyPeerAddress     = attribute.Key("network.peer.address")
	keyPeerPort        = attribute.Key("network.peer.port")
	keyProtocolVersion = attribute.Key("network.protocol.version")
	keyUserAgent       = attribute.Key("user_agent.original")
	keyErrorType       = attribute.Key("error.type")
)

// maxAttrs is room for the attributes with which a span starts.
const maxAttrs = 16

// attrs collects attributes in place; what does not fit is left out.
type attrs struct {
	kv      [maxAttrs]attribute.KeyValue
	n       int
	options [maxAttrs + 1]trace.SpanStartOption // of the first n, made once
}

// option is the attributes as an option of Start, which copies them. It allocates
// nothing the second time.
func (a *attrs) option() trace.SpanStartOption {
	if a.options[a.n] == nil {
		a.options[a.n] = trace.WithAttributes(a.kv[:a.n]...)
	}
	return a.options[a.n]
}

func (a *attrs) add(kv attribute.KeyValue) {
	if a.n < len(a.kv) {
		a.kv[a.n] = kv
		a.n++
	}
}

func (a *attrs) str(k attribute.Key, v string) {
	if v != "" {
		a.add(k.String(v))
	}
}

func (a *attrs) list() []attribute.KeyValue { return a.kv[:a.n] }

func (a *attrs) reset() {
	clear(a.kv[:a.n])
	a.n = 0
}

// carrier is a request's headers as propagators see them. Unlike
// propagation.HeaderCarrier it allocates nothing for the usual names, and not for
// the first values that it sets, if it has room for them.
type carrier struct {
	h    http.Header
	room *[2][1]string
	used int
}

// canonicalNames are the propagation headers as http.Header has them.
var canonicalNames = map[string]string{
	"traceparent": "Traceparent", "tracestate": "Tracestate", "baggage": "Baggage",
}

func canonicalName(key string) string {
	if name := canonicalNames[key]; name != "" {
		return name
	}
	return http.CanonicalHeaderKey(key)
}

func (c *carrier) Get(key string) string {
	if v := c.h[canonicalName(key)]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (c *carrier) Values(key string) []string { return c.h[canonicalName(key)] }

func (c *carrier) Set(key, value string) {
	if c.room == nil || c.used == len(c.room) {
		c.h[canonicalName(key)] = []string{value}
		return
	}
	v := &c.room[c.used]
	c.used++
	v[0] = value
	c.h[canonicalName(key)] = v[:]
}

func (c *carrier) Keys() []string {
	keys := make([]string, 0, len(c.h))
	for k := range c.h {
		keys = append(keys, k)
	}
	return keys
}

// options are read from the environment once, at start.
var options struct {
	methods  map[string]string // each as a string of its own
	query    queryPolicy
	bodySize bool
}

// setOptions reads the variables that README.md tells of.
func setOptions() {
	methods := os.Getenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS")
	if methods == "" {
		methods = "CONNECT,DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT,TRACE"
	}
	options.methods = map[string]string{}
	for m := range strings.SplitSeq(methods, ",") {
		m = strings.TrimSpace(m)
		options.methods[m] = m
	}
	switch strings.ToLower(os.Getenv("OTEL_GO_URL_QUERY")) {
	case "keep":
		options.query = queryKeep
	case "drop":
		options.query = queryDrop
	default:
		options.query = queryRedact
	}
	options.bodySize = strings.EqualFold(os.Getenv("OTEL_GO_HTTP_BODY_SIZE"), "true")
}

// addMethod adds the request's method and returns what it is called in the
// span's name. A method that is not known could be anything, so it is _OTHER.
func addMethod(a *attrs, method string) (name string) {
	if method == "" {
		method = "GET"
	}
	if known, ok := options.methods[method]; ok {
		a.add(keyMethod.String(known))
		return known
	}
	a.add(keyMethod.String("_OTHER"))
	a.add(keyMethodOriginal.String(method))
	return "HTTP"
}

// splitPort splits "host:port", "[v6]:port", "host" or "[v6]"; port is 0 if
// there is none.
func splitPort(s string) (host string, port int) {
	host = s
	colon := strings.LastIndexByte(s, ':')
	bracket := strings.LastIndexByte(s, ']')
	if colon > bracket && (bracket >= 0 || strings.IndexByte(s, ':') == colon) {
		host = s[:colon]
		if p, err := strconv.ParseUint(s[colon+1:], 10, 16); err == nil {
			port = int(p)
		}
	}
	if len(host) >= 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	return host, port
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

// contextField is where a request keeps its context.
var contextField = func() (f hook.Field) {
	f, ok := hook.FieldOf(reflect.TypeFor[*http.Request](), "ctx", reflect.TypeFor[context.Context]())
	if !ok {
		return hook.Field{}
	}
	return f
}()

// setContext puts ctx into the request itself. (*Request).WithContext would make
// a copy, and then net/http would not see what the handler does to its request:
// the files of a parsed multipart form would stay in the temporary folder.
func setContext(req *http.Request, ctx context.Context) {
	if p := (*context.Context)(contextField.Of(req)); p != nil {
		*p = ctx
	}
}

// byType remembers something for each of the few types that are met.
type byType[T any] struct {
	list atomic.Pointer[[]typed[T]]
}

type typed[T any] struct {
	t     unsafe.Pointer
	value T
}

// get returns what is remembered for the type of v, made by first if new.
func (b *byType[T]) get(v any, first func(reflect.Type) T) T {
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
	all = append(all, typed[T]{t, value})
	if len(all) <= 16 {
		b.list.CompareAndSwap(list, &all) // one lost is found again
	}
	return value
}
