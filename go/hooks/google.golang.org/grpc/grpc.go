// Package grpc holds the hooks of google.golang.org/grpc: a CLIENT span for each
// call of a ClientConn and a SERVER span for each call that a Server takes, unary
// or of any kind of stream, by the semantic conventions for gRPC
// (https://opentelemetry.io/docs/specs/semconv/rpc/grpc/, 1.43).
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package grpc

import (
	"context"
	"encoding/base64"
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/captured"
)

const (
	scope   = "otel.tool/hooks/google.golang.org/grpc"
	version = "0.1.0"
)

var server, client hook.Instrumentation

func init() {
	setOptions()
	hook.OnConfigure(setOptions)
	clientStarts.New, allHeaders.New, serverCalls.New = newClientStart, newHeaders, newServerCall
	hook.Register(&server, "google.golang.org/grpc/server", scope, version)
	hook.Register(&client, "google.golang.org/grpc/client", scope, version)
	server.Measure(&serverDuration)
	client.Measure(&clientDuration)
}

// Attribute keys of the semantic conventions.
const (
	keySystem         = attribute.Key("rpc.system.name")
	keyMethod         = attribute.Key("rpc.method")
	keyMethodOriginal = attribute.Key("rpc.method_original")
	keyStatusCode     = attribute.Key("rpc.response.status_code")
	keyErrorType      = attribute.Key("error.type")
	keyServerAddress  = attribute.Key("server.address")
	keyServerPort     = attribute.Key("server.port")
	keyClientAddress  = attribute.Key("client.address")
	keyClientPort     = attribute.Key("client.port")
	keyPeerAddress    = attribute.Key("network.peer.address")
	keyPeerPort       = attribute.Key("network.peer.port")

	requestMetadata  = "rpc.request.metadata."
	responseMetadata = "rpc.response.metadata."
)

var system = keySystem.String("grpc")

// other is what a method is called that the server does not know.
const other = "_OTHER"

// clientDuration and serverDuration are measured from the first to the last that
// we see of a call.
var (
	clientDuration = hook.Histogram{
		Name: "rpc.client.call.duration", Unit: "s", Buckets: hook.Seconds,
		Description: "Measures the duration of an outgoing Remote Procedure Call (RPC).",
	}
	serverDuration = hook.Histogram{
		Name: "rpc.server.call.duration", Unit: "s", Buckets: hook.Seconds,
		Description: "Measures the duration of an incoming Remote Procedure Call (RPC).",
	}
)

// options are read at start: the keys of metadata to record.
var options struct {
	clientRequest, clientResponse captured.List
	serverRequest, serverResponse captured.List
}

// setOptions reads the variables that README.md tells of.
func setOptions() {
	const prefix = "OTEL_INSTRUMENTATION_GRPC_CAPTURE_METADATA_"
	options.clientRequest = captured.Read(prefix+"CLIENT_REQUEST", requestMetadata)
	options.clientResponse = captured.Read(prefix+"CLIENT_RESPONSE", responseMetadata)
	options.serverRequest = captured.Read(prefix+"SERVER_REQUEST", requestMetadata)
	options.serverResponse = captured.Read(prefix+"SERVER_RESPONSE", responseMetadata)
}

// capture records what list names of metadata; the keys of later ones add to earlier
// ones, as trailers do to headers. Values of "-bin" keys are any bytes, and so told in
// base64, as they are sent.
func capture(span trace.Span, list captured.List, mds ...metadata.MD) {
	list.Record(span, func(key string) (values []string) {
		for _, md := range mds {
			values = append(values, md.Get(key)...)
		}
		for i, v := range values {
			values[i] = asSent(key, v)
		}
		return values
	})
}

// asSent is a value of metadata as it is sent: those of "-bin" keys in base64.
func asSent(key, value string) string {
	if strings.HasSuffix(key, "-bin") {
		return base64.RawStdEncoding.EncodeToString([]byte(value))
	}
	return value
}

// attrs collects attributes in memory that is used again.
type attrs struct {
	kv []attribute.KeyValue
}

func (a *attrs) str(k attribute.Key, v string) {
	if v != "" {
		a.kv = append(a.kv, k.String(v))
	}
}

func (a *attrs) port(k attribute.Key, port int) {
	if port != 0 {
		a.kv = append(a.kv, k.Int(port))
	}
}

// status adds how a call has ended.
func (a *attrs) status(code codes.Code, failed bool) {
	a.str(keyStatusCode, codeName(code))
	if failed {
		a.str(keyErrorType, codeName(code))
	}
}

// flush puts what was collected on the span.
func (a *attrs) flush(span trace.Span) {
	span.SetAttributes(a.kv...)
	a.reset()
}

func (a *attrs) reset() {
	clear(a.kv)
	a.kv = a.kv[:0]
}

var pool = sync.Pool{New: func() any { return new(attrs) }}

// starting returns the attributes that the span of a call begins with, of the server where it is
// known, in kv if that is large enough.
func starting(kv []attribute.KeyValue, method string, server hostPort) []attribute.KeyValue {
	if method == "" {
		method = other
	}
	a := attrs{kv: append(kv, system)}
	a.str(keyMethod, method)
	a.str(keyServerAddress, server.address)
	if server.address != "" {
		a.port(keyServerPort, server.port)
	}
	return a.kv
}

// methods are those that are called, or answered. They are few.
type methods struct {
	failed func(codes.Code) bool // whether a call that ends with a code has
	sets   hook.Sets[measured]
	known  hook.Made[called, *method]
	near   [8]atomic.Pointer[method] // the first that come, found without being hashed
}

var (
	clientMethods = methods{
		failed: func(c codes.Code) bool { return c != codes.OK },
		sets:   hook.Sets[measured]{Attributes: measured.attributes},
		known:  hook.Made[called, *method]{Make: newMethod},
	}
	serverMethods = methods{
		failed: serverFault,
		sets:   hook.Sets[measured]{Attributes: measured.attributes},
		known:  hook.Made[called, *method]{Make: newMethod},
	}
)

// called is how a method is called: "/package.Service/Method" of a ClientConn's target. For a server,
// there is none.
type called struct {
	target, method string
}

// method is what is known of a method's calls, each time the same.
type method struct {
	called
	name     string // rpc.method
	span     string // the name of their spans
	server   hostPort
	exporter bool                                     // they are those of an OTLP exporter of the program's
	starting []attribute.KeyValue                     // what their spans begin with
	sets     [len(codeNames)]atomic.Pointer[hook.Set] // of their durations, by code
}

func newMethod(c called) *method {
	m := &method{called: c, name: methodName(c.method), exporter: strings.HasPrefix(c.method, "/opentelemetry.proto.collector.")}
	m.span = spanName(m.name)
	m.server.address, m.server.port = splitTarget(c.target)
	m.starting = slices.Clip(starting(nil, m.name, m.server)) // as all of its spans have them
	return m
}

// Describe returns the attributes that a span of ours begins with: see [hook.Described].
func (m *method) Describe() []attribute.KeyValue { return m.starting }

// measured is the attributes of a call's duration.
type measured struct {
	hostPort
	method string
	code   codes.Code
	failed bool
}

func (k measured) attributes() []attribute.KeyValue {
	a := attrs{kv: []attribute.KeyValue{system}}
	a.str(keyMethod, k.method)
	a.str(keyServerAddress, k.address)
	a.port(keyServerPort, k.port)
	a.status(k.code, k.failed)
	return a.kv
}

// noted returns what is known of a method if it is near, else nil: then find tells. Each call asks.
//
//go:noinline
func (ms *methods) noted(target, name string) *method {
	if m := ms.slot(name).Load(); m != nil && m.method == name && m.target == target {
		return m
	}
	return nil
}

func (ms *methods) find(target, name string) *method {
	m := ms.known.Of(called{target, name})
	ms.slot(name).CompareAndSwap(nil, m)
	return m
}

// slot is where a method is if it is near. The methods of a service differ at their ends.
func (ms *methods) slot(name string) *atomic.Pointer[method] {
	n := len(name)
	if n > 0 {
		n += int(name[n-1])
	}
	return &ms.near[n%len(ms.near)]
}

// set returns the attributes of the duration of a call of m that ends with code.
func (ms *methods) set(m *method, code codes.Code) *hook.Set {
	if int(code) < len(m.sets) {
		if set := m.sets[code].Load(); set != nil {
			return set
		}
	}
	return ms.makeSet(m, code)
}

//go:noinline
func (ms *methods) makeSet(m *method, code codes.Code) *hook.Set {
	set := ms.sets.Of(measured{m.server, m.name, code, ms.failed(code)})
	if int(code) < len(m.sets) {
		m.sets[code].Store(set)
	}
	return set
}

// methodName is rpc.method for a call of "/package.Service/Method".
func methodName(fullMethod string) string { return strings.TrimPrefix(fullMethod, "/") }

// spanName is the name of the span for a method, which is "" if it is not known.
func spanName(method string) string {
	if method == "" {
		return "grpc"
	}
	return method
}

// statusOf returns the status of an error as gRPC tells it the other side.
func statusOf(err error) *status.Status {
	s, ok := status.FromError(err)
	if !ok {
		s = status.FromContextError(err)
	}
	return s
}

// setStatus sets the span's status; the message is what the status says.
func setStatus(span trace.Span, s *status.Status) {
	span.SetStatus(otelcodes.Error, s.Message())
}

// codeNames are the names of the gRPC specification (statuscodes.md), by code.
var codeNames = [...]string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
	"PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
	"INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

func codeName(c codes.Code) string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return strconv.FormatUint(uint64(c), 10)
}

// serverFault says whether a status is an error for the server that answers
// with it, and not the caller's affair. For the caller every one but OK is.
func serverFault(c codes.Code) bool {
	switch c {
	case codes.Unknown, codes.DeadlineExceeded, codes.Unimplemented, codes.Internal, codes.Unavailable, codes.DataLoss:
		return true
	}
	return int(c) >= len(codeNames)
}

// splitAddr returns host and port of an address; of one that is no host and
// port, a unix socket's, the whole.
func splitAddr(a net.Addr) (host string, port int) {
	switch a := a.(type) {
	case nil:
		return "", 0
	case *net.TCPAddr:
		if a == nil {
			return "", 0
		}
		return a.IP.String(), a.Port
	case *net.UnixAddr:
		if a == nil || a.Name == "@" { // unnamed
			return "", 0
		}
		return a.Name, 0
	}
	return splitPort(a.String())
}

// splitPort splits "host:port" and "[v6]:port"; port is 0 if there is none.
func splitPort(s string) (host string, port int) {
	h, p, err := net.SplitHostPort(s)
	if err != nil {
		return strings.Trim(s, "[]"), 0
	}
	n, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		return s, 0
	}
	return h, int(n)
}

// hostPort is a server.
type hostPort struct {
	address string
	port    int
}

// splitTarget returns what server.address and server.port are of a ClientConn's
// target: host and port where a host is named, the socket's path, else all of the
// target, which only its own resolver understands.
//
// https://github.com/grpc/grpc/blob/master/doc/naming.md
func splitTarget(target string) (address string, port int) {
	scheme, rest, ok := strings.Cut(target, ":")
	if !ok {
		return splitPort(target)
	}
	endpoint := rest
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		_, endpoint, _ = strings.Cut(after, "/") // behind the authority
	}
	switch scheme {
	case "dns":
		if address, port = splitPort(endpoint); port == 0 {
			port = 443
		}
		return address, port
	case "passthrough", "ipv4", "ipv6":
		if strings.Contains(endpoint, ",") {
			return endpoint, 0
		}
		return splitPort(endpoint)
	case "unix":
		if endpoint != rest {
			endpoint = "/" + endpoint
		}
		return endpoint, 0
	case "unix-abstract":
		return "@" + endpoint, 0
	}
	if rest != endpoint {
		return target, 0 // another resolver's
	}
	return splitPort(target)
}

// incoming is a request's metadata as propagators see them. What gRPC's own functions return
// of them is copied, and looked for by all ways to write a key.
type incoming metadata.MD

// incomingIn returns the metadata that have come with the call of ctx, where they are not under
// incomingKey.
//
//go:noinline
func incomingIn(ctx context.Context) metadata.MD {
	md, _ := metadata.FromIncomingContext(ctx)
	return md
}

// incomingKey is the key under which a context holds the metadata that have come, themselves: they
// are not to be changed.
var incomingKey = hook.KeyOf(func(ctx context.Context) { metadata.FromIncomingContext(ctx) })

// Values returns what has come with a key: gRPC has them in small letters.
func (c incoming) Values(key string) []string { return c[smallName(key)] }

// smallName is a key in small letters. Those of the W3C, as propagators have them, are.
//
//go:noinline
func smallName(key string) string {
	switch key {
	case "traceparent", "tracestate", "baggage":
		return key
	}
	return strings.ToLower(key)
}

func (c incoming) Get(key string) string {
	if v := c.Values(key); len(v) > 0 {
		return v[0]
	}
	return ""
}

func (c incoming) Set(string, string) {}

func (c incoming) Keys() (keys []string) {
	for k := range c {
		keys = append(keys, k)
	}
	return keys
}

// outgoing is the metadata that a call sends.
type outgoing metadata.MD

func (c outgoing) Get(key string) string {
	if v := metadata.MD(c).Get(key); len(v) > 0 {
		return v[0]
	}
	return ""
}

func (c outgoing) Values(key string) []string { return metadata.MD(c).Get(key) }

func (c outgoing) Set(key, value string) { metadata.MD(c).Set(key, value) }

func (c outgoing) Keys() (keys []string) {
	for k := range c {
		keys = append(keys, k)
	}
	return keys
}

// place is where the values of one of gRPC's types keep something.
type place struct {
	paths []string     // the first that is there
	is    reflect.Type // what is kept
	field atomic.Pointer[hook.Field]
}

var contextType = reflect.TypeFor[context.Context]()

// in returns the place of it in v, whose type is always the same; nil if it has none.
func (p *place) in(v any) unsafe.Pointer {
	field := p.field.Load()
	if field == nil {
		field = p.find(v)
	}
	return field.Of(v)
}

//go:noinline
func (p *place) find(v any) *hook.Field {
	in, found := reflect.TypeOf(v), new(hook.Field)
	for _, path := range p.paths {
		if field, ok := hook.FieldOf(in, path, p.is); ok {
			*found = field
			break
		}
	}
	p.field.Store(found)
	return found
}
