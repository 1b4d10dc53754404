package filter

import (
	"context"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func TestRules(t *testing.T) {
	server := func(method, path string) (trace.SpanKind, []attribute.KeyValue) {
		return trace.SpanKindServer, []attribute.KeyValue{attribute.String("http.request.method", method), attribute.String("url.path", path)}
	}
	client := func(method, url string) (trace.SpanKind, []attribute.KeyValue) {
		return trace.SpanKindClient, []attribute.KeyValue{attribute.String("http.request.method", method), attribute.String("url.full", url)}
	}
	rpcServer := func(_, method string) (trace.SpanKind, []attribute.KeyValue) {
		return trace.SpanKindServer, []attribute.KeyValue{attribute.String("rpc.method", method)}
	}
	rpcClient := func(_, method string) (trace.SpanKind, []attribute.KeyValue) {
		return trace.SpanKindClient, []attribute.KeyValue{attribute.String("rpc.method", method), attribute.String("server.address", "h"), attribute.Int("server.port", 50051)}
	}
	query := func(operation, _ string) (trace.SpanKind, []attribute.KeyValue) {
		return trace.SpanKindClient, []attribute.KeyValue{attribute.String("db.operation.name", operation)}
	}
	summed := func(summary, _ string) (trace.SpanKind, []attribute.KeyValue) {
		return trace.SpanKindClient, []attribute.KeyValue{attribute.String("db.query.summary", summary)}
	}
	routed := func(method, route string) (trace.SpanKind, []attribute.KeyValue) {
		return trace.SpanKindServer, []attribute.KeyValue{attribute.String("http.request.method", method), attribute.String("url.path", "/users/7"), attribute.String("http.route", route)}
	}
	tests := []struct {
		rule string
		span func(string, string) (trace.SpanKind, []attribute.KeyValue)
		verb string
		url  string
		want bool
	}{
		{"/healthz", server, "GET", "/healthz", true},
		{"/healthz", server, "GET", "/healthz/", false},
		{"/healthz*", server, "GET", "/healthz/live", true},
		{"GET /healthz", server, "GET", "/healthz", true},
		{"GET /healthz", server, "POST", "/healthz", false},
		{"GET   /healthz ", server, "GET", "/healthz", true},
		{"/*/health", server, "GET", "/a/b/health", true},
		{"/*/health", server, "GET", "/a/b/healthy", false},
		{"/*", server, "GET", "/", true},
		{"/a*b*c", server, "GET", "/aXbYbZc", true},
		{"/a*b*c", server, "GET", "/acb", false},
		{"/healthz", client, "GET", "http://h/healthz", false},
		{"//h/healthz", server, "GET", "/healthz", false},
		{"//h/healthz", client, "GET", "http://h/healthz", true},
		{"//h/healthz", client, "GET", "https://h:8443/healthz?x=1", true},
		{"//h:8443/healthz", client, "GET", "https://h:8443/healthz#x", true},
		{"//h:8443/healthz", client, "GET", "https://h/healthz", false},
		{"//h", client, "GET", "http://h", true},
		{"//h", client, "GET", "http://h?x", true},
		{"//*.internal", client, "GET", "http://a.internal/x", true},
		{"POST //*", client, "POST", "http://[::1]:80/x", true},
		{"/grpc.health.v1.Health/*", rpcServer, "", "grpc.health.v1.Health/Check", true},
		{"/grpc.health.v1.Health/*", rpcServer, "", "a.B/C", false},
		{"/grpc.health.v1.Health/*", rpcClient, "", "grpc.health.v1.Health/Check", false},
		{"//*/grpc.health.v1.Health/*", rpcClient, "", "grpc.health.v1.Health/Check", true},
		{"//h:50051", rpcClient, "", "a.B/C", true},
		{"http.request.method=OPTIONS", server, "OPTIONS", "/x", true},
		{"http.request.method=OPTIONS", server, "GET", "/x", false},
		{"server.address=h", rpcClient, "", "a.B/C", true},
		{"rpc.service=a.B", rpcClient, "", "a.B/C", true},
		{"rpc.service=a.*", rpcServer, "", "a.B/C", true},
		{"rpc.service=a.B", rpcServer, "", "a.B.C/D", false},
		{"rpc.method=a.B/C", rpcServer, "", "a.B/C", true},
		{"db.operation.name=PING", query, "PING", "", true},
		{"db.operation.name=P*", query, "PING", "", true},
		{"db.operation.name=PING", query, "SELECT", "", false},
		{"db.operation.name=SELECT", summed, "SELECT orders", "", true},
		{"db.operation.name=SELECT", summed, "INSERT orders SELECT items", "", false},
		{"db.query.summary=SELECT orders", summed, "SELECT orders", "", true},
		{"http.route=/users/{id}", routed, "GET", "/users/{id}", true},
		{"http.route=/users/{id}", routed, "GET", "/users", false},
		{"//[::1]", client, "GET", "http://[::1]:80/x", true},
	}
	for _, tt := range tests {
		rule, ok := Parse(tt.rule)
		if !ok {
			t.Errorf("%s: no rule", tt.rule)
		}
		s := Sampler(sdktrace.AlwaysSample(), []Rule{rule}).(sampler)
		if got := s.excluded(tt.span(tt.verb, tt.url)); got != tt.want {
			t.Errorf("%s: %s %s: %v", tt.rule, tt.verb, tt.url, got)
		}
	}
	for _, text := range []string{"", "healthz", "GET", "GET ", "///x", "// /x", "GET POST /x", "a=", "=b", "GET a=b", "A.b=c"} {
		if rule, ok := Parse(text); ok {
			t.Errorf("%q is %+v", text, rule)
		}
	}
}

// What is below a span that was left out is left out as well, whatever the
// user's sampler; what is below a remote one is the sampler's business.
func TestChildren(t *testing.T) {
	rule, _ := Parse("/healthz")
	tp := sdktrace.NewTracerProvider(sdktrace.WithSampler(Sampler(sdktrace.AlwaysSample(), []Rule{rule})))
	tracer := tp.Tracer("t")
	start := func(ctx context.Context, path string) (context.Context, bool) {
		ctx, s := tracer.Start(ctx, "x", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attribute.String("url.path", path)))
		return ctx, s.IsRecording()
	}
	ctx, recording := start(context.Background(), "/healthz")
	if recording {
		t.Error("not left out")
	}
	if _, child := tracer.Start(ctx, "child"); child.IsRecording() {
		t.Error("its child is recorded")
	}
	if _, recording = start(context.Background(), "/greet"); !recording {
		t.Error("another is left out")
	}
	remote := trace.ContextWithRemoteSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}}))
	if _, recording = start(remote, "/greet"); !recording {
		t.Error("left out for its remote parent")
	}
}

// ended keeps the names of spans.
type ended struct {
	sdktrace.SpanProcessor
	names []string
}

func (e *ended) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (e *ended) OnEnd(s sdktrace.ReadOnlySpan)                   { e.names = append(e.names, s.Name()) }

// A route is known when the request is on its way: then its span is not handed on, and
// what begins below it is not recorded.
func TestRoute(t *testing.T) {
	rule, _ := Parse("http.route=/users/{id}")
	rules := []Rule{rule}
	e := &ended{}
	tp := sdktrace.NewTracerProvider(sdktrace.WithSampler(Sampler(sdktrace.AlwaysSample(), rules)), sdktrace.WithSpanProcessor(Processor(e, rules)))
	for _, route := range []string{"/users/{id}", "/users"} {
		ctx, server := tp.Tracer("t").Start(context.Background(), route, trace.WithSpanKind(trace.SpanKindServer))
		server.SetAttributes(attribute.String("http.route", route))
		below, child := tp.Tracer("t").Start(ctx, "child of "+route)
		_, grandchild := tp.Tracer("t").Start(below, "grandchild of "+route)
		grandchild.End()
		child.End()
		server.End()
	}
	if got := strings.Join(e.names, ", "); got != "grandchild of /users, child of /users, /users" {
		t.Error(got)
	}
	other, _ := Parse("/x")
	if p := Processor(e, []Rule{other}); p != sdktrace.SpanProcessor(e) {
		t.Error("a processor without need")
	}
}

func TestNoRulesNoSampler(t *testing.T) {
	if s := Sampler(sdktrace.NeverSample(), nil); s.Description() != "AlwaysOffSampler" {
		t.Error(s.Description())
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("/a*b", "/aXb")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		got := match(pattern, text)
		if pattern == text && !got {
			t.Error("not itself")
		}
		if match("*"+pattern+"*", text) != true && got {
			t.Error("wider is narrower")
		}
	})
}
