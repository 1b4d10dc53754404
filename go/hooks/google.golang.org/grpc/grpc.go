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
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

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

// start is what is known of a call when its span begins; of the server where it is known. It is
// used again.
type start struct {
	method, address string
	port            int
	kv              [4]attribute.KeyValue
}

// Describe returns the attributes that the span begins with: see [hook.Described].
func (s *start) Describe() []attribute.KeyValue {
	method := s.method
	if method == "" {
		method = other
	}
	s.kv = [4]attribute.KeyValue{system, keyMethod.String(method), keyServerAddress.String(s.address), keyServerPort.Int(s.port)}
	switch {
	case s.address == "":
		return s.kv[:2]
	case s.port == 0:
		return s.kv[:3]
	}
	return s.kv[:]
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

// targets are those of the program's ClientConns. They are few, and each call has one.
var targets = hook.Made[string, hostPort]{Make: func(target string) (s hostPort) {
	s.address, s.port = splitTarget(target)
	return s
}}

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

// incomingIn returns the metadata that have come with the call of ctx. They are not to be changed.
func incomingIn(ctx context.Context) incoming {
	if incomingKey != nil {
		md, _ := ctx.Value(incomingKey).(metadata.MD)
		return incoming(md)
	}
	md, _ := metadata.FromIncomingContext(ctx)
	return incoming(md)
}

// incomingKey is the key under which a context holds such metadata, nil if it holds them in
// another way.
var incomingKey = func() any {
	key := hook.KeyOf(func(ctx context.Context) { metadata.FromIncomingContext(ctx) })
	if _, ok := metadata.NewIncomingContext(context.Background(), metadata.MD{}).Value(key).(metadata.MD); !ok {
		return nil
	}
	return key
}()

// Values returns what has come with a key: gRPC has keys in small letters, as most propagators do.
func (c incoming) Values(key string) []string {
	if v, ok := c[key]; ok {
		return v
	}
	return c[strings.ToLower(key)]
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

// fieldIn is where a value of one of gRPC's types keeps something of the type T.
type fieldIn[T any] struct {
	paths []string // the first that is there
	field atomic.Pointer[hook.Field]
}

type contextField = fieldIn[context.Context]

// of returns the place of it in v, whose type is always the same; nil if it has none.
func (f *fieldIn[T]) of(v any) *T {
	field := f.field.Load()
	if field == nil {
		field = f.find(reflect.TypeOf(v))
		f.field.Store(field)
	}
	return (*T)(field.Of(v))
}

func (f *fieldIn[T]) find(in reflect.Type) *hook.Field {
	for _, path := range f.paths {
		if field, ok := hook.FieldOf(in, path, reflect.TypeFor[T]()); ok {
			return &field
		}
	}
	return new(hook.Field)
}
