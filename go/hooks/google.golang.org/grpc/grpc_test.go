package grpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"sort"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/captured"
	"otel.tool/runtime/hook/hooktest"
)

// The hooks are called here as the woven functions call them, with types that
// keep what gRPC's own keep. That they fit those is shown by tests/e2e.

func record(t testing.TB) *tracetest.SpanRecorder {
	rec := tracetest.NewSpanRecorder()
	hook.Enable(sdk.NewTracerProvider(sdk.WithSpanProcessor(rec)),
		propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	faults := hook.Faults()
	t.Cleanup(func() {
		hook.Disable()
		if n := hook.Faults() - faults; n != 0 {
			t.Errorf("%d panics in hooks", n)
		}
	})
	return rec
}

// show writes a span on one line: kind, name, attributes, status, events.
func show(s sdk.ReadOnlySpan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q", s.SpanKind(), s.Name())
	list := append([]attribute.KeyValue{}, s.Attributes()...)
	sort.Slice(list, func(i, j int) bool { return list[i].Key < list[j].Key })
	for _, kv := range list {
		fmt.Fprintf(&b, " %s=%s", kv.Key, kv.Value.Emit())
	}
	if s.Status().Code != 0 {
		fmt.Fprintf(&b, " %s(%s)", s.Status().Code, s.Status().Description)
	}
	for _, e := range s.Events() {
		fmt.Fprintf(&b, " !%s", e.Name)
	}
	return b.String()
}

// transportStream is what transport.Stream keeps.
type transportStream struct {
	_      int
	ctx    context.Context
	method string
}

func (s *transportStream) Method() string { return s.method }

// serve is handleStream and what it calls.
func serve(ctx context.Context, method string, known, handled bool, handle func(ctx context.Context) error) {
	s := &transportStream{ctx: ctx, method: method}
	leave, after := ServerEnter(s)
	for l := leave; l != nil; l = nil {
		defer l()
	}
	if handled {
		after := ProcessEnter(s, known)
		_ = after(handle(s.ctx))
	}
	after()
}

func request(kv ...string) context.Context {
	ctx := metadata.NewIncomingContext(context.Background(), metadata.Pairs(append(kv, ":authority", "example.com:50051")...))
	return peer.NewContext(ctx, &peer.Peer{Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 7}})
}

func TestServer(t *testing.T) {
	const peers = "client.address=192.0.2.1 client.port=7 %snetwork.peer.address=192.0.2.1 network.peer.port=7 "
	const called = " rpc.system.name=grpc server.address=example.com server.port=50051"
	ok, failed := fmt.Sprintf(peers, ""), func(errorType string) string { return fmt.Sprintf(peers, "error.type="+errorType+" ") }
	tests := []struct {
		name, method   string
		known, handled bool
		err            error
		want           string
	}{
		{"ok", "/a.B/C", true, true, nil, `server "a.B/C" ` + ok + "rpc.method=a.B/C rpc.response.status_code=OK" + called},
		{"the client's fault", "/a.B/C", true, true, status.Error(codes.NotFound, "no"),
			`server "a.B/C" ` + ok + "rpc.method=a.B/C rpc.response.status_code=NOT_FOUND" + called},
		{"the server's fault", "/a.B/C", true, true, status.Error(codes.Internal, "oh"),
			`server "a.B/C" ` + failed("INTERNAL") + "rpc.method=a.B/C rpc.response.status_code=INTERNAL" + called + " Error(oh)"},
		{"a plain error", "/a.B/C", true, true, errors.New("oh"),
			`server "a.B/C" ` + failed("UNKNOWN") + "rpc.method=a.B/C rpc.response.status_code=UNKNOWN" + called + " Error(oh)"},
		{"a context's error", "/a.B/C", true, true, context.Canceled,
			`server "a.B/C" ` + ok + "rpc.method=a.B/C rpc.response.status_code=CANCELLED" + called},
		{"a code of nobody's", "/a.B/C", true, true, status.Error(99, "oh"),
			`server "a.B/C" ` + failed("99") + "rpc.method=a.B/C rpc.response.status_code=99" + called + " Error(oh)"},
		{"nobody's method", "/a.B/C", false, false, nil,
			`server "grpc" ` + failed("UNIMPLEMENTED") + "rpc.method=_OTHER rpc.method_original=a.B/C rpc.response.status_code=UNIMPLEMENTED" + called + " Error()"},
		{"no method", "", false, false, nil,
			`server "grpc" ` + failed("UNIMPLEMENTED") + "rpc.method=_OTHER rpc.response.status_code=UNIMPLEMENTED" + called + " Error()"},
		{"anybody's method", "/a.B/C", false, true, nil,
			`server "grpc" ` + ok + "rpc.method=_OTHER rpc.method_original=a.B/C rpc.response.status_code=OK" + called},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := record(t)
			serve(request(), tt.method, tt.known, tt.handled, func(ctx context.Context) error {
				if !trace.SpanContextFromContext(ctx).IsValid() || hook.WithCurrent(context.Background()) == context.Background() {
					t.Error("no span in the handler")
				}
				return tt.err
			})
			if got := rec.Ended(); len(got) != 1 || show(got[0]) != tt.want {
				t.Errorf("%d spans\ngot  %s\nwant %s", len(got), show(got[0]), tt.want)
			}
		})
	}
}

func TestServerPanic(t *testing.T) {
	rec := record(t)
	done := make(chan any)
	go func() {
		defer func() { done <- recover() }()
		serve(request(), "/a.B/C", true, true, func(context.Context) error { panic("oops") })
	}()
	if r := <-done; r != "oops" {
		t.Errorf("the panic became %v", r)
	}
	if got := show(rec.Ended()[0]); !strings.HasSuffix(got, "Error(panic: oops) !exception") || strings.Contains(got, "status_code") {
		t.Error(got)
	}
}

func TestServerParents(t *testing.T) {
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	rec := record(t)
	serve(request("traceparent", parent, "baggage", "k=v"), "/a.B/C", true, true, func(context.Context) error { return nil })
	if s := rec.Ended()[0]; s.Parent().SpanID().String() != parent[36:52] {
		t.Errorf("parent %v", s.Parent().SpanID())
	}
	// A stats handler of the program's, up to gRPC 1.59, has made the span.
	ctx, theirs := sdk.NewTracerProvider().Tracer("x").Start(request(), "theirs")
	serve(ctx, "/a.B/C", true, true, func(ctx context.Context) error {
		if trace.SpanFromContext(ctx) != theirs {
			t.Error("their span is not the handler's")
		}
		return nil
	})
	serve(hook.Suppress(request()), "/a.B/C", true, true, func(context.Context) error { return nil })
	if n := len(rec.Ended()); n != 1 {
		t.Errorf("%d spans", n)
	}
}

// clientStream and csAttempt are what those of gRPC keep.
type clientStream struct {
	grpc.ClientStream
	ctx context.Context
}

type csAttempt struct{ s *transportStream }

// call is newClientStream, and what comes after it.
func call(t testing.TB, ctx context.Context, target, method string, fails error, ends ...error) (sent context.Context) {
	cc, err := grpc.Dial(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer cc.Close()
	var s *clientStream
	func() {
		newCtx, leave, after := ClientEnter(ctx, cc, method)
		for l := leave; l != nil; l = nil {
			defer l()
		}
		sent = newCtx
		s = &clientStream{ctx: context.WithValue(newCtx, contextKey{}, 1)}
		if _, err := after(s, fails); err != fails {
			t.Error(err)
		}
	}()
	for _, end := range ends {
		p := peer.NewContext(s.ctx, &peer.Peer{Addr: &net.UnixAddr{Name: "/run/x", Net: "unix"}})
		AttemptFinish(&csAttempt{&transportStream{ctx: p}})
		if leave := ClientFinish(s, end); leave != nil {
			leave()
		}
	}
	return sent
}

type contextKey struct{}

func TestClient(t *testing.T) {
	const peerAttrs, called = "network.peer.address=/run/x ", " rpc.system.name=grpc server.address=example.com server.port=443"
	tests := []struct {
		name  string
		fails error
		ends  []error
		want  string
	}{
		{"ok", nil, []error{nil}, `client "a.B/C" ` + peerAttrs + "rpc.method=a.B/C rpc.response.status_code=OK" + called},
		{"end of a stream", nil, []error{io.EOF}, `client "a.B/C" ` + peerAttrs + "rpc.method=a.B/C rpc.response.status_code=OK" + called},
		{"error", nil, []error{status.Error(codes.NotFound, "no")},
			`client "a.B/C" error.type=NOT_FOUND ` + peerAttrs + "rpc.method=a.B/C rpc.response.status_code=NOT_FOUND" + called + " Error(no)"},
		{"ended twice", nil, []error{context.DeadlineExceeded, nil},
			`client "a.B/C" error.type=DEADLINE_EXCEEDED ` + peerAttrs + "rpc.method=a.B/C rpc.response.status_code=DEADLINE_EXCEEDED" + called + " Error(context deadline exceeded)"},
		{"no connection", status.Error(codes.Unavailable, "down"), nil,
			`client "a.B/C" error.type=UNAVAILABLE rpc.method=a.B/C rpc.response.status_code=UNAVAILABLE` + called + " Error(down)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := record(t)
			call(t, context.Background(), "dns:///example.com", "/a.B/C", tt.fails, tt.ends...)
			if got := rec.Ended(); len(got) != 1 || show(got[0]) != tt.want {
				t.Errorf("%d spans\ngot  %s\nwant %s", len(got), show(got[0]), tt.want)
			}
		})
	}
}

func TestClientPropagation(t *testing.T) {
	const by = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	rec := record(t)
	headersSeen.Store(false)
	for _, tt := range []struct {
		name string
		ctx  context.Context
		want string // what is sent besides the trace
	}{
		{"nothing else", context.Background(), ""},
		{"the program's", metadata.NewOutgoingContext(context.Background(), metadata.MD{"a": {"1", "2"}, "Odd": {"x"}}), "a=[1 2] odd=[x]"},
		{"appended", metadata.AppendToOutgoingContext(context.Background(), "a", "1", "a", "2"), "a=[1 2]"},
		{"a trace by hand", metadata.AppendToOutgoingContext(context.Background(), "traceparent", by, "a", "1"), "a=[1]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec.Reset()
			before, _ := metadata.FromOutgoingContext(tt.ctx)
			sent, _ := metadata.FromOutgoingContext(call(t, tt.ctx, "x:1", "/a.B/C", nil, nil))
			span := rec.Ended()[0]
			if got, want := sent.Get("traceparent"), "00-"+span.SpanContext().TraceID().String()+"-"+span.SpanContext().SpanID().String()+"-01"; len(got) != 1 || got[0] != want {
				t.Errorf("sent %q, want %s", got, want)
			}
			if len(before.Get("traceparent")) > 0 && span.Parent().SpanID().String() != by[36:52] {
				t.Errorf("parent %v", span.Parent().SpanID())
			}
			sent.Delete("traceparent")
			var all []string
			for k, v := range sent {
				all = append(all, fmt.Sprint(k, "=", v))
			}
			sort.Strings(all)
			if got := strings.Join(all, " "); got != tt.want {
				t.Errorf("sent %s, want %s", got, tt.want)
			}
			if after, _ := metadata.FromOutgoingContext(tt.ctx); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Error("the program's context has changed")
			}
		})
	}
}

// What a call propagates is among the headers of each attempt, once, and in no table of the connection;
// until it is seen that they are made there, it is among the metadata.
func TestHeaders(t *testing.T) {
	const by = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	record(t)
	cc, _ := grpc.Dial("x:1", grpc.WithTransportCredentials(insecure.NewCredentials()))
	defer cc.Close()
	headersSeen.Store(false)
	for _, tt := range []struct {
		name   string
		md     []string // of the program's
		covers bool     // it makes a span itself
		sent   int      // how many there are among the metadata, but for its own
		want   string   // what is sent; TRACE is the trace
	}{
		{name: "the first", sent: 1, want: "te=trailers traceparent=TRACE!"},
		{name: "nothing else", want: "te=trailers traceparent=TRACE!"},
		{name: "the program's", md: []string{"a", "1", "a", "2"}, want: "te=trailers a=1 a=2 traceparent=TRACE!"},
		{name: "a trace by hand", md: []string{"traceparent", by, "a", "1"}, want: "te=trailers traceparent=TRACE! a=1"},
		{name: "two", md: []string{"traceparent", by, "a", "1", "traceparent", by}, want: "te=trailers traceparent=TRACE! a=1"},
		{name: "a span of its own", md: []string{"traceparent", by}, covers: true, want: "te=trailers traceparent=TRACE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := metadata.AppendToOutgoingContext(context.Background(), tt.md...)
			ctx, leave, after := ClientEnter(ctx, cc, "/a.B/C")
			if tt.covers {
				var layer *hook.Layer
				if ctx, layer = hook.Cover(ctx, trace.SpanKindClient); layer == nil {
					t.Fatal("no layer")
				}
				layer.CoveredBy(trace.SpanFromContext(context.Background()), true)
			}
			sc := trace.SpanContextFromContext(ctx)
			md, _ := metadata.FromOutgoingContext(ctx)
			if sent := md.Get("traceparent"); tt.md == nil && len(sent) != tt.sent {
				t.Errorf("among the metadata: %q", sent)
			}
			for range 2 { // attempts
				fields := []hpack.HeaderField{{Name: "te", Value: "trailers"}}
				for i := 0; i < len(tt.md); i += 2 {
					fields = append(fields, hpack.HeaderField{Name: tt.md[i], Value: tt.md[i+1]})
				}
				fields, err := HeadersEnter(ctx)(fields, nil)
				if err != nil {
					t.Fatal(err)
				}
				var all []string
				for _, f := range fields {
					text := strings.ReplaceAll(f.Name+"="+f.Value, fmt.Sprintf("00-%s-%s-%s", sc.TraceID(), sc.SpanID(), sc.TraceFlags()), "TRACE")
					if f.Sensitive || rare(f.Value) {
						text += "!"
					}
					all = append(all, text)
				}
				if got := strings.Join(all, " "); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			}
			_, _ = after(nil, io.EOF)
			leave()
		})
	}
	failed := errors.New("no credentials")
	ctx, leave, after := ClientEnter(context.Background(), cc, "/a.B/C")
	if f, err := HeadersEnter(ctx)(nil, failed); f != nil || err != failed {
		t.Errorf("%v, %v", f, err)
	}
	_, _ = after(nil, failed)
	leave()
	h := &headers{attempt: attempt{ctx: &clientCall{}}}
	for _, kv := range [][2]string{{"Trace-Bin", "\x00\xff"}, {"baggage", "a=0"}, {"baggage", "a=1"}} { // which is often the same
		h.Set(kv[0], kv[1])
	}
	want := []hpack.HeaderField{{Name: "trace-bin", Value: "AP8", Sensitive: true}, {Name: "baggage", Value: "a=1"}}
	if !reflect.DeepEqual(h.fields, want) || h.Get("Baggage") != "a=1" || h.Get("x") != "" || len(h.Keys()) != 2 {
		t.Errorf("%+v", h.fields)
	}
	if f, _ := HeadersEnter(context.Background())([]hpack.HeaderField{{Name: "te"}}, nil); len(f) != 1 {
		t.Errorf("not traced: %v", f)
	}
}

// The name of what is another in each call gets into the tables with one of some hundred, and with none else.
func TestRare(t *testing.T) {
	for value, want := range map[string]bool{
		"00-0123456789abcdef0123456789abcdef-0123456789abcd00-01": true,
		"00-0123456789abcdef0123456789abcdef-00234567890000f0-01": false,
		"00-0123456789abcdef0123456789abcdef-0023456789000f0f-00": false,
		"": false, "00": false, "00-01": false, "a00-01": true,
	} {
		var f hpack.HeaderField
		if setField(&f, "traceparent", value); f.Value != value || f.Sensitive == want {
			t.Errorf("%q: %+v", value, f)
		}
	}
}

// Of a call whose span is not recorded there is nothing to do when it panics: that ends its goroutine,
// and the program. Another that did not is done with when handleStream returns.
func TestServerUnrecorded(t *testing.T) {
	hooktest.Mode{Sampler: sdk.NeverSample(), Metrics: true}.Run(t)
	faults := hook.Faults()
	var kept context.Context
	for _, want := range []any{nil, "oops", nil, nil} {
		done := make(chan any)
		go func() {
			defer func() { done <- recover() }()
			if leave, after := ServerEnter(&transportStream{ctx: request(), method: "/a.B/C"}); leave != nil {
				t.Error("something is deferred")
			} else {
				after()
			}
			serve(request(), "/a.B/C", true, true, func(ctx context.Context) error {
				if kept = ctx; !trace.SpanContextFromContext(ctx).IsValid() {
					t.Error("no span in the handler")
				}
				if want != nil {
					panic(want)
				}
				return nil
			})
			if sc := kept.(*serverContext); sc.call != nil || hook.WithCurrent(context.Background()) != context.Background() {
				t.Error("the call has not ended")
			}
		}()
		if r := <-done; r != want {
			t.Errorf("the panic %v became %v", want, r)
		}
	}
	if n := hook.Faults() - faults; n != 0 {
		t.Errorf("%d panics in hooks", n)
	}
}

// A propagator that panics is none of the call's business.
func TestHeadersPanic(t *testing.T) {
	faults := hook.Faults()
	hook.Enable(sdk.NewTracerProvider(), panicking{})
	defer hook.Disable()
	headersSeen.Store(true)
	cc, _ := grpc.Dial("x:1", grpc.WithTransportCredentials(insecure.NewCredentials()))
	defer cc.Close()
	ctx, leave, _ := ClientEnter(context.Background(), cc, "/a.B/C")
	if f, err := HeadersEnter(ctx)([]hpack.HeaderField{{Name: "te"}}, nil); len(f) != 1 || err != nil {
		t.Errorf("%v, %v", f, err)
	}
	leave()
	if n := hook.Faults() - faults; n != 1 {
		t.Errorf("%d panics", n)
	}
}

type panicking struct{ propagation.TraceContext }

func (panicking) Inject(context.Context, propagation.TextMapCarrier) { panic("no") }

func TestClientSilent(t *testing.T) {
	rec := record(t)
	theirs, span := sdk.NewTracerProvider().Tracer("go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc").
		Start(context.Background(), "theirs", trace.WithSpanKind(trace.SpanKindClient))
	sc := span.SpanContext()
	call(t, theirs, "x:1", "/a.B/C", nil, nil)
	call(t, metadata.AppendToOutgoingContext(trace.ContextWithSpanContext(context.Background(), sc),
		"traceparent", fmt.Sprintf("00-%s-%s-01", sc.TraceID(), sc.SpanID())), "x:1", "/a.B/C", nil, nil)
	call(t, hook.Suppress(context.Background()), "x:1", "/a.B/C", nil, nil)
	call(t, context.Background(), "x:1", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", nil, nil)
	if n := len(rec.Ended()); n != 0 {
		t.Errorf("%d spans", n)
	}
}

func TestClientPanic(t *testing.T) {
	rec := record(t)
	cc, _ := grpc.Dial("x:1", grpc.WithTransportCredentials(insecure.NewCredentials()))
	defer cc.Close()
	func() {
		defer func() { _ = recover() }()
		_, leave, _ := ClientEnter(context.Background(), cc, "/a.B/C")
		defer leave()
		panic("in a call option")
	}()
	if got := show(rec.Ended()[0]); !strings.HasSuffix(got, "Error(panic: in a call option) !exception") {
		t.Error(got)
	}
}

func TestMetadataCapture(t *testing.T) {
	const prefix = "OTEL_INSTRUMENTATION_GRPC_CAPTURE_METADATA_"
	t.Setenv(prefix+"CLIENT_REQUEST", "X-Tenant, none, Authorization")
	t.Setenv(prefix+"SERVER_REQUEST", "x-tenant,cookie")
	setOptions()
	defer func() {
		t.Setenv(prefix+"CLIENT_REQUEST", "")
		t.Setenv(prefix+"SERVER_REQUEST", "")
		setOptions()
	}()
	rec := record(t)
	call(t, metadata.AppendToOutgoingContext(context.Background(), "x-tenant", "1", "x-secret", "2", "authorization", "secret"), "x:1", "/a.B/C", nil, nil)
	serve(request("x-tenant", "1", "x-secret", "2", "cookie", "secret", "authorization", "secret"), "/a.B/C", true, true, func(context.Context) error { return nil })
	spans := rec.Ended()
	if len(spans) != 2 {
		t.Fatalf("%d spans", len(spans))
	}
	for i, redacted := range []string{"authorization", "cookie"} {
		got := show(spans[i])
		for _, want := range []string{`x-tenant=["1"]`, redacted + `=["REDACTED"]`} {
			if !strings.Contains(got, " rpc.request.metadata."+want) {
				t.Errorf("no %s in %s", want, got)
			}
		}
		if strings.Contains(got, "secret") {
			t.Error(got)
		}
	}
}

// TestCapture: headers and trailers, secrets, and values that are no text.
func TestCapture(t *testing.T) {
	t.Setenv("KEYS", "seen,set-cookie,x-bin,none")
	rec := tracetest.NewSpanRecorder()
	_, span := sdk.NewTracerProvider(sdk.WithSpanProcessor(rec)).Tracer("").Start(context.Background(), "x")
	header := metadata.MD{"seen": {"1"}, "set-cookie": {"secret"}, "x-bin": {"\x00\xff"}, "other": {"secret"}}
	capture(span, captured.Read("KEYS", responseMetadata), header, nil, metadata.MD{"seen": {"2"}})
	span.End()
	want := []attribute.KeyValue{
		attribute.StringSlice("rpc.response.metadata.seen", []string{"1", "2"}),
		attribute.StringSlice("rpc.response.metadata.set-cookie", []string{"REDACTED"}),
		attribute.StringSlice("rpc.response.metadata.x-bin", []string{"AP8"}),
	}
	if got := rec.Ended()[0].Attributes(); !reflect.DeepEqual(got, want) {
		t.Errorf("recorded %v", got)
	}
	if header["x-bin"][0] != "\x00\xff" {
		t.Error("the program's metadata has changed")
	}
}

// Durations are measured by method and code, whatever a client sends.
func TestDurations(t *testing.T) {
	record(t)
	reader := sdkmetric.NewManualReader()
	hook.EnableMetrics(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	call(t, context.Background(), "dns:///example.com", "/a.B/C", nil, status.Error(codes.NotFound, "no"))
	serve(request(), "/a.B/C", true, true, func(context.Context) error { return status.Error(codes.NotFound, "no") })
	for i := range 100 {
		serve(request(), fmt.Sprint("/a.B/", i), false, false, nil)
	}
	var got metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &got); err != nil {
		t.Fatal(err)
	}
	var series []string
	for _, m := range got.ScopeMetrics[0].Metrics {
		for _, p := range m.Data.(metricdata.Histogram[float64]).DataPoints {
			series = append(series, fmt.Sprint(m.Name, " ", m.Unit, " ", p.Count, " ", p.Attributes.Encoded(attribute.DefaultEncoder())))
		}
	}
	for _, m := range got.ScopeMetrics[1:] {
		t.Errorf("another scope: %v", m.Scope)
	}
	sort.Strings(series)
	want := []string{
		"rpc.client.call.duration s 1 error.type=NOT_FOUND,rpc.method=a.B/C,rpc.response.status_code=NOT_FOUND,rpc.system.name=grpc,server.address=example.com,server.port=443",
		"rpc.server.call.duration s 1 rpc.method=a.B/C,rpc.response.status_code=NOT_FOUND,rpc.system.name=grpc",
		"rpc.server.call.duration s 100 error.type=UNIMPLEMENTED,rpc.method=_OTHER,rpc.response.status_code=UNIMPLEMENTED,rpc.system.name=grpc",
	}
	if strings.Join(series, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(series, "\n"), strings.Join(want, "\n"))
	}
}

// What is known of methods is of their own, also where they are many, and where their numbers are the same.
func TestMethods(t *testing.T) {
	ms := methods{failed: serverFault, sets: hook.Sets[measured]{Attributes: measured.attributes}, known: hook.Made[called, *method]{Make: newMethod}}
	for range 2 {
		for i := range 2 * hook.DefaultLimit {
			target, name := fmt.Sprint("host:", i%7+1), fmt.Sprintf("/a.B/%04d", i)
			m := ms.noted(target, name)
			if m == nil {
				m = ms.find(target, name)
			}
			if m.name != name[1:] || m.server != (hostPort{"host", i%7 + 1}) {
				t.Fatalf("%s of %s: %+v", name, target, m)
			}
		}
	}
	m := ms.find("", "/a.B/C")
	if m.server != (hostPort{}) || ms.find("", "").span != "grpc" || ms.noted("", "") != nil {
		t.Errorf("%+v", m)
	}
	seen := map[*hook.Set]bool{}
	for range 2 {
		for code := range codes.Code(len(codeNames) + 2) {
			seen[ms.set(m, code)] = true
		}
	}
	if len(seen) != len(codeNames)+2 {
		t.Errorf("%d sets", len(seen))
	}
}

func TestSplitTarget(t *testing.T) {
	for _, tt := range []struct {
		target, address string
		port            int
	}{
		{"example.com:50051", "example.com", 50051},
		{"example.com", "example.com", 0},
		{"localhost:1", "localhost", 1},
		{"[::1]:50051", "::1", 50051},
		{"[::1]", "::1", 0},
		{"dns:example.com", "example.com", 443},
		{"dns:///example.com:8080", "example.com", 8080},
		{"dns://8.8.8.8/example.com", "example.com", 443},
		{"passthrough:///buffer", "buffer", 0},
		{"passthrough:///1.2.3.4:5", "1.2.3.4", 5},
		{"ipv4:1.2.3.4:5", "1.2.3.4", 5},
		{"ipv6:[::1]:5", "::1", 5},
		{"ipv4:1.2.3.4:5,1.2.3.5:5", "1.2.3.4:5,1.2.3.5:5", 0},
		{"unix:relative/x.sock", "relative/x.sock", 0},
		{"unix:/run/x.sock", "/run/x.sock", 0},
		{"unix:///run/x.sock", "/run/x.sock", 0},
		{"unix-abstract:name", "@name", 0},
		{"xds:///service", "xds:///service", 0},
		{"etcd:///my/service", "etcd:///my/service", 0},
		{"", "", 0},
		{":50051", "", 50051},
	} {
		if address, port := splitTarget(tt.target); address != tt.address || port != tt.port {
			t.Errorf("%s: %q, %d, want %q, %d", tt.target, address, port, tt.address, tt.port)
		}
	}
}

func TestCodeNames(t *testing.T) {
	for c := range codes.Code(17) {
		var back codes.Code
		name := codeName(c)
		if err := back.UnmarshalJSON([]byte(`"` + name + `"`)); err != nil || back != c {
			t.Errorf("%d: %s, %v", c, name, err)
		}
	}
}

// Off, the hooks are a load and a branch.
func TestOffAllocatesNothing(t *testing.T) {
	hook.Disable()
	cc, _ := grpc.Dial("x:1", grpc.WithTransportCredentials(insecure.NewCredentials()))
	defer cc.Close()
	ctx := context.Background()
	s := &transportStream{ctx: ctx, method: "/a.B/C"}
	if n := testing.AllocsPerRun(100, func() {
		newCtx, leave, after := ClientEnter(ctx, cc, "/a.B/C")
		_, _ = after(nil, nil)
		AttemptFinish(s)
		leaveServer, _ := ServerEnter(s)
		if newCtx != ctx || leave != nil || leaveServer != nil || ClientFinish(s, nil) != nil || ProcessEnter(s, false)(nil) != nil {
			t.Error("on")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Allocations for one call, the SDK's own included.
func TestAllocations(t *testing.T) {
	cc, _ := grpc.Dial("example.com:50051", grpc.WithTransportCredentials(insecure.NewCredentials()))
	defer cc.Close()
	ctx, in := context.Background(), request()
	for _, tt := range []struct {
		name           string
		sampler        sdk.Sampler
		client, server float64
	}{
		{"unsampled", sdk.NeverSample(), 12, 8},
		{"sampled", sdk.AlwaysSample(), 14, 12},
	} {
		hook.Enable(sdk.NewTracerProvider(sdk.WithSampler(tt.sampler)), propagation.TraceContext{})
		s := &clientStream{}
		if n := testing.AllocsPerRun(200, func() {
			newCtx, leave, after := ClientEnter(ctx, cc, "/a.B/C")
			_, _ = after(s, nil)
			leave()
			s.ctx = newCtx
			ClientFinish(s, nil)()
		}); n > tt.client && !raceEnabled {
			t.Errorf("%s client: %v allocations, want at most %v", tt.name, n, tt.client)
		}
		in := &transportStream{ctx: in, method: "/a.B/C"}
		was := in.ctx
		if n := testing.AllocsPerRun(200, func() {
			leave, after := ServerEnter(in)
			_ = ProcessEnter(in, true)(nil)
			after()
			leave()
			in.ctx = was
		}); n > tt.server && !raceEnabled {
			t.Errorf("%s server: %v allocations, want at most %v", tt.name, n, tt.server)
		}
	}
	hook.Disable()
}

// calling returns a call that the program makes.
func calling(cc *grpc.ClientConn) func(context.Context) {
	s := &clientStream{}
	fields := make([]hpack.HeaderField, 8)
	return func(ctx context.Context) {
		newCtx, leave, after := ClientEnter(ctx, cc, "/a.B/C")
		_, _ = HeadersEnter(newCtx)(fields, nil)
		_, _ = after(s, nil)
		if leave != nil {
			leave()
		}
		s.ctx = newCtx
		if finish := ClientFinish(s, nil); finish != nil {
			finish()
		}
	}
}

// answering returns a call that a server answers.
func answering() func(context.Context) {
	in := &transportStream{ctx: request(), method: "/a.B/C"}
	was := in.ctx
	return func(context.Context) {
		leave, after := ServerEnter(in)
		_ = ProcessEnter(in, true)(nil)
		after()
		if leave != nil {
			leave()
		}
		in.ctx = was
	}
}

// What a call costs in a program without an SDK of its own: a client sends headers, and a server
// has to keep its context, its span and what makes it the goroutine's for the program.
func TestCosts(t *testing.T) {
	if raceEnabled {
		t.Skip("it allocates more under the race detector")
	}
	cc, _ := grpc.Dial("x:1", grpc.WithTransportCredentials(insecure.NewCredentials()))
	defer cc.Close()
	t.Run("client", func(t *testing.T) {
		hooktest.Costs(t, map[string]float64{"unsampled": 3, "unsampled, with metrics": 3, "sampled": 5, "sampled, with metrics": 5}, calling(cc))
	})
	t.Run("server", func(t *testing.T) {
		hooktest.Costs(t, map[string]float64{"unsampled": 2, "unsampled, with metrics": 2, "sampled": 5, "sampled, with metrics": 5}, answering())
	})
}

func BenchmarkClient(b *testing.B) {
	cc, _ := grpc.Dial("x:1", grpc.WithTransportCredentials(insecure.NewCredentials()))
	defer cc.Close()
	hooktest.Bench(b, calling(cc))
}

func BenchmarkServer(b *testing.B) { hooktest.Bench(b, answering()) }
