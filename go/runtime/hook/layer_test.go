package hook

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
)

// begin is what an instrumentation of the program's does, with what is woven into
// the SDK.
func begin(in *Instrumentation, ctx context.Context, kind trace.SpanKind) (context.Context, trace.Span) {
	ctx, layer := Cover(ctx, kind)
	ctx, span := in.StartEntry(ctx, "theirs", trace.WithSpanKind(kind))
	if layer != nil {
		layer.CoveredBy(span, true)
	}
	return ctx, span
}

func TestLayer(t *testing.T) {
	TracersWatched.Store(true)
	defer TracersWatched.Store(false)
	var in Instrumentation
	Register(&in, "layers", "otel.tool/test", "")
	remote := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, Remote: true})
	root := context.Background()
	called := trace.ContextWithRemoteSpanContext(root, remote)
	server, client := trace.SpanKindServer, trace.SpanKindClient

	tests := []struct {
		name    string
		outer   context.Context
		kind    trace.SpanKind                            // of theirs
		between func(ctx context.Context) context.Context // what they do before they begin
		covered bool
	}{
		{"root", root, server, nil, true},
		{"remote parent", called, server, nil, true},
		{"parent read again", called, server, func(ctx context.Context) context.Context { return trace.ContextWithRemoteSpanContext(ctx, remote) }, true},
		{"ours marked as remote", root, server, func(ctx context.Context) context.Context {
			return trace.ContextWithRemoteSpanContext(ctx, trace.SpanContextFromContext(ctx))
		}, true},
		{"another kind", root, client, nil, false},
		{"internal", root, trace.SpanKindInternal, nil, false},
		{"a span between", root, server, func(ctx context.Context) context.Context {
			ctx, _ = in.StartEntry(ctx, "between")
			return ctx
		}, false},
		{"another parent", called, server, func(ctx context.Context) context.Context {
			return trace.ContextWithRemoteSpanContext(ctx, remote.WithSpanID(trace.SpanID{9}))
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := on(t)
			ctx, span := in.StartEntry(tt.outer, "ours", trace.WithSpanKind(server))
			l := NewLayer(ctx, tt.outer, server)
			kept := context.WithValue(&l, key("a"), 1) // what the program keeps before

			inner := context.Context(kept)
			if tt.between != nil {
				inner = tt.between(inner)
			}
			inner, theirs := begin(&in, inner, tt.kind)
			if l.Covered() != tt.covered || l.Measured() != tt.covered {
				t.Fatalf("covered: %v, measured: %v", l.Covered(), l.Measured())
			}
			want := span
			if tt.covered {
				want = theirs
			}
			if got := trace.SpanFromContext(kept); got != want {
				t.Errorf("the layer's context holds %v", got.SpanContext().SpanID())
			}
			if trace.SpanFromContext(inner) != theirs || inner.Value(key("a")) != 1 {
				t.Error("their context is not theirs")
			}
			// Once is enough: a second one is theirs to explain.
			if _, again := Cover(inner, server); tt.covered && again != nil {
				t.Error("covered twice")
			}

			theirs.End()
			if !tt.covered {
				return
			}
			ended := rec.Ended()
			if len(ended) != 1 || ended[0].Parent().SpanID() != trace.SpanContextFromContext(tt.outer).SpanID() {
				t.Errorf("%d spans, parent %v", len(ended), ended[0].Parent().SpanID())
			}
		})
	}
}

type key string

// Where tracers are not watched by themselves, who takes one from the layer's span
// gets one of the global provider.
func TestLayerProvider(t *testing.T) {
	var in Instrumentation
	Register(&in, "providers", "otel.tool/test", "")
	on(t)
	ctx, span := in.StartEntry(context.Background(), "ours")
	l := NewLayer(ctx, context.Background(), trace.SpanKindServer)
	got := trace.SpanFromContext(&l)
	if got.TracerProvider() != otel.GetTracerProvider() || got.SpanContext().SpanID() != span.SpanContext().SpanID() {
		t.Errorf("%T, %v", got.TracerProvider(), got.SpanContext())
	}
	TracersWatched.Store(true)
	defer TracersWatched.Store(false)
	if trace.SpanFromContext(&l) != span {
		t.Error("not the SDK's own span")
	}
}

func TestLayerNone(t *testing.T) {
	ctx := context.Background()
	if c, l := Cover(ctx, trace.SpanKindServer); c != ctx || l != nil {
		t.Error("covers nothing")
	}
	var none context.Context
	if c, l := Cover(none, trace.SpanKindServer); c != nil || l != nil {
		t.Error("covers nil")
	}
}

// TestLayerByGoroutine: where the library passes no context, what the program does without one
// is within the layer, on its goroutine and while the request is served.
func TestLayerByGoroutine(t *testing.T) {
	var in Instrumentation
	Register(&in, "layers", "otel.tool/test", "")
	root := context.Background()
	passed := trace.ContextWithRemoteSpanContext(root, trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}}))
	kind := func(k trace.SpanKind) []trace.SpanStartOption {
		return []trace.SpanStartOption{trace.WithSpanKind(k)}
	}
	tests := []struct {
		name            string
		byGoroutine     bool
		ctx             context.Context
		options         []trace.SpanStartOption
		within, covered bool
	}{
		{"internal", true, root, nil, true, false},
		{"client", true, root, kind(trace.SpanKindClient), true, false},
		{"consumer", true, root, kind(trace.SpanKindConsumer), false, false},
		{"server", true, root, kind(trace.SpanKindServer), false, true},
		{"another parent", true, passed, nil, false, false},
		{"server, another parent", true, passed, kind(trace.SpanKindServer), false, false},
		{"by context", false, root, nil, false, false},
		{"server, by context", false, root, kind(trace.SpanKindServer), false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			on(t)
			ctx, span := in.StartEntry(root, "ours", trace.WithSpanKind(trace.SpanKindServer))
			r := &router{}
			c := &struct{ Layer }{NewLayer(context.WithValue(ctx, RouterKey{}, r), root, trace.SpanKindServer)}
			c.ByGoroutine = tt.byGoroutine
			scope := MakeCurrentLayer(&Active{Ctx: c})

			newCtx, began := Begins(tt.ctx, "theirs", tt.options)
			within := trace.SpanContextFromContext(newCtx).SpanID() == span.SpanContext().SpanID()
			if within != tt.within || c.Covered() != tt.covered || (began != nil) != tt.covered {
				t.Errorf("within: %v, covered: %v, asks: %v", within, c.Covered(), began != nil)
			}
			SetRoute(root, "/x", "/x")
			if got := len(r.got) == 1; got != tt.byGoroutine || Routed(root) != tt.byGoroutine {
				t.Errorf("told the route: %v", got)
			}

			scope.Leave()
			if newCtx, _ := Begins(root, "theirs", nil); newCtx != root || Routed(root) {
				t.Error("within a layer that has ended")
			}
		})
	}
}

func TestSpanOf(t *testing.T) {
	var in Instrumentation
	Register(&in, "scopes", "example.com/otelgrpc", "")
	on(t)
	ctx, _ := in.StartEntry(context.Background(), "x", trace.WithSpanKind(trace.SpanKindClient))
	for _, tt := range []struct {
		ctx   context.Context
		kind  trace.SpanKind
		scope string
		want  bool
	}{
		{ctx, trace.SpanKindClient, "example.com/", true},
		{ctx, trace.SpanKindServer, "example.com/", false},
		{ctx, trace.SpanKindClient, "example.org/", false},
		{context.Background(), trace.SpanKindClient, "", false},
	} {
		if got := SpanOf(tt.ctx, tt.kind, tt.scope); got != tt.want {
			t.Errorf("%v %s: %v", tt.kind, tt.scope, got)
		}
	}
}

// What hooks ask for each time ends at a layer around which nothing is suppressed, and there alone.
func TestLayerSuppressed(t *testing.T) {
	root := context.WithValue(context.Background(), key("a"), 1)
	for _, tt := range []struct {
		name               string
		outer              context.Context
		suppressed, client bool
	}{
		{"nothing", root, false, false},
		{"all", Suppress(root), true, false},
		{"HTTP clients", SuppressHTTPClient(root), false, true},
	} {
		l := NewLayer(tt.outer, tt.outer, trace.SpanKindServer)
		if Suppressed(&l) != tt.suppressed || HTTPClientSuppressed(&l) != tt.client || l.Value(key("a")) != 1 {
			t.Errorf("%s: suppressed %v, HTTP clients %v", tt.name, Suppressed(&l), HTTPClientSuppressed(&l))
		}
		if !Suppressed(Suppress(&l)) || !HTTPClientSuppressed(SuppressHTTPClient(&l)) {
			t.Errorf("%s: not within the layer", tt.name)
		}
	}
}

// The spans that a context is made of by itself are passed over; what is between them is not.
func TestNewWithin(t *testing.T) {
	one, two := trace.SpanFromContext(context.Background()), &layerSpan{trace.SpanFromContext(context.Background())}
	root := context.WithValue(context.Background(), key("a"), 1)
	inner := NewWithin(root, one)
	outer := NewWithin(&inner, two)
	if outer.Context != root || trace.SpanFromContext(&outer) != trace.Span(two) || outer.Value(key("a")) != 1 {
		t.Errorf("%v", outer)
	}
	between := context.WithValue(&inner, key("b"), 2)
	if outer := NewWithin(between, two); outer.Context != between || outer.Value(key("b")) != 2 {
		t.Errorf("%v", outer)
	}
}
