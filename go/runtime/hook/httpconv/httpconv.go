// Package httpconv is what the hooks of HTTP libraries have in common: the names of
// the stable semantic conventions for HTTP
// (https://opentelemetry.io/docs/specs/semconv/http/, 1.37), what is recorded of a
// method, a query and an address, the metrics, and the options.
package httpconv

import (
	"os"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/captured"
)

// Attribute keys of the semantic conventions.
const (
	KeyMethod          = attribute.Key("http.request.method")
	KeyMethodOriginal  = attribute.Key("http.request.method_original")
	KeyResendCount     = attribute.Key("http.request.resend_count")
	KeyStatus          = attribute.Key("http.response.status_code")
	KeyBodySize        = attribute.Key("http.response.body.size")
	KeyRoute           = attribute.Key("http.route")
	KeyURLScheme       = attribute.Key("url.scheme")
	KeyURLPath         = attribute.Key("url.path")
	KeyURLQuery        = attribute.Key("url.query")
	KeyURLFull         = attribute.Key("url.full")
	KeyServerAddress   = attribute.Key("server.address")
	KeyServerPort      = attribute.Key("server.port")
	KeyClientAddress   = attribute.Key("client.address")
	KeyPeerAddress     = attribute.Key("network.peer.address")
	KeyPeerPort        = attribute.Key("network.peer.port")
	KeyProtocolVersion = attribute.Key("network.protocol.version")
	KeyUserAgent       = attribute.Key("user_agent.original")
	KeyErrorType       = attribute.Key("error.type")
)

// Other is what an unknown method is called, and the address of all hosts that are
// too many to be told apart.
const Other = "_OTHER"

// maxAttrs is room for the attributes with which a span starts.
const maxAttrs = 16

// Attrs collects attributes in place; what does not fit is left out.
type Attrs struct {
	kv [maxAttrs]attribute.KeyValue
	n  int
}

// Describe makes the attributes those that a span begins with: see [hook.Described].
func (a *Attrs) Describe() []attribute.KeyValue { return a.List() }

// Str adds a text, unless it is empty. It is called for much, and so not inlined: nor is Int.
//
//go:noinline
func (a *Attrs) Str(k attribute.Key, v string) {
	if v != "" {
		a.add(k.String(v))
	}
}

// Int adds a number.
//
//go:noinline
func (a *Attrs) Int(k attribute.Key, v int) { a.add(k.Int(v)) }

func (a *Attrs) add(kv attribute.KeyValue) {
	if a.n < len(a.kv) {
		a.kv[a.n] = kv
		a.n++
	}
}

// List is the attributes, until the next Reset.
func (a *Attrs) List() []attribute.KeyValue { return a.kv[:a.n] }

// Reset takes all attributes out.
func (a *Attrs) Reset() {
	clear(a.kv[:a.n])
	a.n = 0
}

// unknown is what a method that is not known is called in the span's name.
const unknown = "HTTP"

// MethodName returns what the request's method is called in the span's name. It keeps nothing of
// method.
//
//go:noinline
func MethodName(method string) (name string) {
	if method == "" {
		method = "GET"
	}
	for _, known := range Options.Methods {
		if known == method {
			return known
		}
	}
	return unknown
}

// Method adds the request's method and returns what it is called in the span's name.
// A method that is not known could be anything, so it is _OTHER. It keeps nothing of method.
func (a *Attrs) Method(method string) (name string) {
	if name = MethodName(method); name != unknown {
		a.Str(KeyMethod, name)
		return name
	}
	a.Str(KeyMethod, Other)
	a.Str(KeyMethodOriginal, strings.Clone(method))
	return name
}

// Outcome adds the status, unless it is 0, and error.type, which is the status' from
// faulty on where there is no other.
func (a *Attrs) Outcome(status, faulty int, errorType string) {
	if status != 0 {
		a.Int(KeyStatus, status)
	}
	if errorType == "" && status >= faulty {
		errorType = strconv.Itoa(status)
	}
	a.Str(KeyErrorType, errorType)
}

// Server adds server.address and server.port, "host:port" as a Host header has them.
func (a *Attrs) Server(host string) {
	address, port := SplitPort(host)
	a.Str(KeyServerAddress, address)
	if port != 0 && address != "" {
		a.Int(KeyServerPort, port)
	}
}

// Peer adds where a server's request comes from. An unnamed Unix socket is "@".
func (a *Attrs) Peer(address string, port int, values func(name string) []string) {
	client := address
	if Options.Proxies != nil {
		client = Options.Proxies.Client(address, values)
	}
	if address != "@" {
		a.Str(KeyPeerAddress, address)
	}
	if client != "@" {
		a.Str(KeyClientAddress, client)
	}
	if port != 0 {
		a.Int(KeyPeerPort, port)
	}
}

// Options are what the variables say, read once at start.
var Options struct {
	Methods  []string // that are known
	Query    QueryPolicy
	BodySize bool
	Proxies  *Proxies // nil: nobody is trusted

	ServerRequest, ServerResponse captured.List // headers to be recorded
	ClientRequest, ClientResponse captured.List
}

func init() {
	SetOptions()
	hook.OnConfigure(SetOptions)
}

// SetOptions reads the variables OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS and
// OTEL_INSTRUMENTATION_HTTP_{SERVER,CLIENT}_CAPTURE_{REQUEST,RESPONSE}_HEADERS, or what
// OTEL_CONFIG_FILE says in their place, OTEL_GO_URL_QUERY, OTEL_GO_HTTP_BODY_SIZE and
// OTEL_GO_TRUSTED_PROXIES.
func SetOptions() {
	methods := hook.Setting("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS")
	if methods == "" {
		methods = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS,CONNECT,TRACE"
	}
	Options.Methods = nil
	for m := range strings.SplitSeq(methods, ",") {
		Options.Methods = append(Options.Methods, strings.TrimSpace(m))
	}
	switch strings.ToLower(os.Getenv("OTEL_GO_URL_QUERY")) {
	case "keep":
		Options.Query = QueryKeep
	case "drop":
		Options.Query = QueryDrop
	default:
		Options.Query = QueryRedact
	}
	Options.BodySize = strings.EqualFold(os.Getenv("OTEL_GO_HTTP_BODY_SIZE"), "true")
	Options.Proxies = proxiesOf(os.Getenv("OTEL_GO_TRUSTED_PROXIES"))
	const request, response = "http.request.header.", "http.response.header."
	Options.ServerRequest = captured.Read("OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS", request)
	Options.ServerResponse = captured.Read("OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS", response)
	Options.ClientRequest = captured.Read("OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_REQUEST_HEADERS", request)
	Options.ClientResponse = captured.Read("OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_RESPONSE_HEADERS", response)
}

// SplitPort splits "host:port", "[v6]:port", "host" or "[v6]"; port is 0 if
// there is none.
func SplitPort(s string) (host string, port int) {
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

// Exporter says whether a request with this User-Agent is sent by an OTLP exporter:
// the program's own, which sends the spans of its requests in requests. They are known
// by their names, "OTel OTLP Exporter Go/1.41.0" or as the OTLP exporter specification
// has it, "OTel-OTLP-Exporter-Go/1.41.0". So is what aws-lambda-go asks of AWS Lambda: its
// invocations, for which a request waits.
func Exporter(userAgent string) bool {
	return strings.HasPrefix(userAgent, "OTel OTLP Exporter ") || strings.HasPrefix(userAgent, "OTel-OTLP-Exporter-") ||
		strings.HasPrefix(userAgent, "aws-lambda-go/")
}

// Carries says whether a traceparent header carries the span: then another
// instrumentation has made a span for the request that has it, and is around it.
func Carries(traceparent string, sc trace.SpanContext) bool {
	if !sc.IsValid() || sc.IsRemote() || len(traceparent) < 52 {
		return false
	}
	return traceparent[36:52] == sc.SpanID().String()
}
