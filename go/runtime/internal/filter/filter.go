// Package filter leaves out what nobody wants to see: health checks, the
// scraping of metrics, calls of one's own sidecar (OTEL_GO_EXCLUDE). It is a
// sampler before the user's, so what is left out is never recorded, and neither
// are the spans below it, here and in the programs that are called. Nor is it
// measured (hook.Exclude).
package filter

import (
	"context"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Rule is what to leave out: requests, or spans by an attribute. A * in it stands for
// any text.
type Rule struct {
	_     [0]func()     // never compared
	key   attribute.Key // of an attribute that is to be value; "" for requests
	value string

	method string // "" for all
	host   string // of calls to others, as HOST or HOST:PORT; "" for requests to this program
	path   string // without the query
}

// Parse reads [METHOD ]/PATH, which is requests that the program serves, or
// [METHOD ]//HOST[:PORT]/PATH, which is those that it makes, or ATTRIBUTE=VALUE,
// which is spans that have it: db.operation.name=PING, http.route=/users/{id}.
func Parse(text string) (Rule, bool) {
	if key, value, ok := strings.Cut(strings.TrimSpace(text), "="); ok && attributeName(key) {
		return Rule{key: attribute.Key(key), value: value}, value != ""
	}
	method, rest, ok := strings.Cut(strings.TrimSpace(text), " ")
	if !ok {
		method, rest = "", method
	}
	if strings.Contains(method, "/") {
		return Rule{}, false
	}
	rest = strings.TrimSpace(rest)
	rule := Rule{method: method, path: rest}
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		slash := strings.IndexByte(after, '/')
		if slash < 0 {
			slash = len(after)
			after += "/*"
		}
		rule.host, rule.path = after[:slash], after[slash:]
		ok = rule.host != ""
		return rule, ok
	}
	return rule, strings.HasPrefix(rest, "/")
}

// attributeName says whether s looks like a name of the semantic conventions.
func attributeName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") == ""
}

// The attributes that rules know more of than that they are there.
const (
	route      = "http.route"  // known once the router has found it, after the span has begun
	rpcService = "rpc.service" // a part of rpc.method
	rpcMethod  = "rpc.method"
	operation  = "db.operation.name" // for a query, the first word of the summary
	summary    = "db.query.summary"
)

// Excludes returns what says whether rules leave a span of that kind out, by the
// attributes that it begins with; nil without rules.
func Excludes(rules []Rule) func(trace.SpanKind, []attribute.KeyValue) bool {
	if len(rules) == 0 {
		return nil
	}
	return newSampler(nil, rules).excluded
}

// Sampler returns next with rules before it.
func Sampler(next sdktrace.Sampler, rules []Rule) sdktrace.Sampler {
	if len(rules) == 0 {
		return next
	}
	return newSampler(next, rules)
}

// ByRoute returns what says of a span that has ended whether its route is found out to be that
// of a rule, which no sampler can know; nil without such a rule.
func ByRoute(rules []Rule) func(trace.SpanKind, []attribute.KeyValue) bool {
	s := newSampler(nil, rules)
	if !s.routes {
		return nil
	}
	return func(kind trace.SpanKind, attrs []attribute.KeyValue) bool {
		return kind == trace.SpanKindServer && s.excluded(kind, attrs)
	}
}

// Processor returns next without the spans that are left out by their route.
func Processor(next sdktrace.SpanProcessor, rules []Rule) sdktrace.SpanProcessor {
	if leftOut := ByRoute(rules); leftOut != nil {
		return processor{next, leftOut}
	}
	return next
}

type processor struct {
	sdktrace.SpanProcessor
	leftOut func(trace.SpanKind, []attribute.KeyValue) bool
}

func (p processor) OnEnd(s sdktrace.ReadOnlySpan) {
	if !p.leftOut(s.SpanKind(), s.Attributes()) {
		p.SpanProcessor.OnEnd(s)
	}
}

type sampler struct {
	sdktrace.Sampler
	rules  []Rule
	routes bool // some are for routes
}

func newSampler(next sdktrace.Sampler, rules []Rule) sampler {
	return sampler{next, rules, slices.ContainsFunc(rules, func(r Rule) bool { return r.key == route })}
}

// recorded is a span that tells what it has so far.
type recorded interface {
	SpanKind() trace.SpanKind
	Attributes() []attribute.KeyValue
}

// under says whether ctx holds a request of which the route has turned out to be that
// of a rule.
func (s sampler) under(ctx context.Context) bool {
	if !s.routes {
		return false
	}
	parent, ok := trace.SpanFromContext(ctx).(recorded)
	return ok && parent.SpanKind() == trace.SpanKindServer && s.excluded(trace.SpanKindServer, parent.Attributes())
}

// ShouldSample drops what a rule is for, and what has a parent in this program
// that was dropped.
func (s sampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	parent := trace.SpanContextFromContext(p.ParentContext)
	below := parent.IsValid() && !parent.IsRemote() && (!parent.IsSampled() || s.under(p.ParentContext))
	if below || s.excluded(p.Kind, p.Attributes) {
		return sdktrace.SamplingResult{Decision: sdktrace.Drop, Tracestate: parent.TraceState()}
	}
	return s.Sampler.ShouldSample(p)
}

func (s sampler) excluded(kind trace.SpanKind, attrs []attribute.KeyValue) bool {
	var req request
	if kind == trace.SpanKindServer || kind == trace.SpanKindClient {
		req = requestOf(kind, attrs)
	}
	for i := range s.rules {
		rule := &s.rules[i]
		switch {
		case rule.key != "":
			if rule.isIn(attrs) {
				return true
			}
		case req.path != "" && rule.matches(&req): // else it is neither HTTP nor RPC
			return true
		}
	}
	return false
}

// isIn says whether attrs have the rule's attribute.
func (rule *Rule) isIn(attrs []attribute.KeyValue) bool {
	for _, kv := range attrs {
		switch {
		case kv.Key == rule.key:
			if match(rule.value, kv.Value.Emit()) {
				return true
			}
		case rule.key == operation && kv.Key == summary:
			if first, _, _ := strings.Cut(kv.Value.AsString(), " "); match(rule.value, first) {
				return true
			}
		case rule.key == rpcService && kv.Key == rpcMethod:
			method := kv.Value.AsString()
			if slash := strings.LastIndexByte(method, '/'); slash > 0 && match(rule.value, method[:slash]) {
				return true
			}
		}
	}
	return false
}

// request is what a span's first attributes say of it.
type request struct {
	method, path string
	host         string // "" for one that is served
	hostPort     string // empty if the host alone says it
}

func requestOf(kind trace.SpanKind, attrs []attribute.KeyValue) (r request) {
	var full, address string
	var port attribute.Value
	for _, kv := range attrs {
		switch kv.Key {
		case "http.request.method":
			r.method = kv.Value.AsString()
		case "url.path":
			r.path = kv.Value.AsString()
		case "url.full":
			full = kv.Value.AsString()
		case "rpc.method": // a call of gRPC is a request for /package.Service/Method
			r.path = "/" + kv.Value.AsString()
		case "server.address":
			address = kv.Value.AsString()
		case "server.port":
			port = kv.Value
		}
	}
	if kind == trace.SpanKindServer {
		return r
	}
	if full == "" && r.path != "" {
		r.host, r.hostPort = address, address+":"+port.Emit()
		return r
	}
	_, rest, _ := strings.Cut(full, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	r.host, r.hostPort, r.path = rest[:end], rest[:end], rest[end:]
	if i := strings.LastIndexByte(r.host, ':'); i > strings.LastIndexByte(r.host, ']') {
		r.host = r.host[:i]
	}
	if end := strings.IndexAny(r.path, "?#"); end >= 0 {
		r.path = r.path[:end]
	}
	if r.path == "" {
		r.path = "/"
	}
	return r
}

func (rule *Rule) matches(r *request) bool {
	if (rule.host == "") != (r.host == "") || rule.method != "" && rule.method != r.method {
		return false
	}
	if rule.host != "" && !match(rule.host, r.host) && !match(rule.host, r.hostPort) {
		return false
	}
	return match(rule.path, r.path)
}

// match says whether text is what pattern says, where * is any text.
func match(pattern, text string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	if !strings.HasPrefix(text, head) {
		return false
	}
	text = text[len(head):]
	for {
		head, rest, star = strings.Cut(rest, "*")
		if !star {
			return strings.HasSuffix(text, head)
		}
		i := strings.Index(text, head)
		if i < 0 {
			return false
		}
		text = text[i+len(head):]
	}
}
