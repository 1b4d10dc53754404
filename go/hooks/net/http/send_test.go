package http

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/hooktest"
)

var unsampled = hooktest.Mode{Name: "unsampled", Sampler: sdk.NeverSample(), Metrics: true}

// Of a request that is not recorded all is sent that is sent of one that is copied: once, and whatever
// stands in its way.
func TestSendEnter(t *testing.T) {
	const by = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
	h2c := new(http.Protocols)
	h2c.SetUnencryptedHTTP2(true)
	for _, tt := range []struct {
		name   string
		url    string
		header http.Header
		change func(*http.Transport)
		copied bool   // the transport is given a copy
		want   string // what is sent besides the trace
	}{
		{name: "nothing else", url: "http://x/"},
		{name: "the program's headers", url: "http://x/", header: http.Header{"A": {"1", "2"}}, want: "map[A:[1 2]]"},
		{name: "TLS, where it may be HTTP/2", url: "https://x/", copied: true},
		{name: "HTTP/2 without TLS", url: "http://x/", change: func(t *http.Transport) { t.Protocols = h2c }, copied: true},
		{name: "another protocol's transport", url: "http://x/", change: func(t *http.Transport) { t.RegisterProtocol("http", &stub{}) }, copied: true},
		{name: "another for another scheme", url: "http://x/", change: func(t *http.Transport) { t.RegisterProtocol("x", &stub{}) }},
		{name: "a trace by hand", url: "http://x/", header: http.Header{"Traceparent": {by}}, copied: true},
		{name: "baggage by hand", url: "http://x/", header: http.Header{"Baggage": {"a=1"}}, copied: true, want: "map[Baggage:[a=1]]"},
		{name: "a state by hand", url: "http://x/", header: http.Header{"Tracestate": {"a=1"}}, copied: true, want: "map[Tracestate:[a=1]]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := unsampled.Run(t)
			tr := &wovenSending{answers: &stub{}}
			if tt.change != nil {
				tt.change(&tr.Transport)
			}
			req, _ := http.NewRequestWithContext(ctx, "GET", tt.url, nil)
			maps.Copy(req.Header, tt.header)
			sentAs.Store(nil)
			for i, copied := range []bool{true, tt.copied, tt.copied} { // the first is copied: it is not known that the hook is woven
				resp, err := wovenTransport{tr}.RoundTrip(req)
				if err != nil || resp.Request != nil && resp.Request != req {
					t.Fatalf("%v, request %p", err, resp.Request)
				}
				if (tr.sent.Request != req) != copied {
					t.Errorf("request %d: copied: %t", i, tr.sent.Request != req)
				}
				sent := tr.sent.headers()
				if got := sent["Traceparent"]; len(got) != 1 || !ids(ctx).MatchString(got[0]) {
					t.Errorf("request %d: sent %q within %v", i, got, trace.SpanContextFromContext(ctx).SpanID())
				}
				if delete(sent, "Traceparent"); tt.want == "" && len(sent) > 0 || tt.want != "" && fmt.Sprint(map[string][]string(sent)) != tt.want {
					t.Errorf("request %d: sent besides %v", i, sent)
				}
				if !maps.EqualFunc(req.Header, tt.header, func(a, b []string) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
					t.Errorf("the program's request has changed: %v", req.Header)
				}
			}
		})
	}
}

// ids matches the traceparent of what is done within ctx.
func ids(ctx context.Context) *regexp.Regexp {
	sc := trace.SpanContextFromContext(ctx)
	return regexp.MustCompile("^00-" + sc.TraceID().String() + "-" + sc.SpanID().String() + "-00$")
}

// What is not for the W3C's headers alone goes the long way; and what must not be traced is sent as it is.
func TestSendEnterLeaves(t *testing.T) {
	ctx := unsampled.Run(t)
	findSentFields(new(transportRequest))
	send := func(ctx context.Context) (h http.Header, copied bool) {
		tr := &wovenSending{answers: &stub{}}
		req, _ := http.NewRequestWithContext(ctx, "GET", "http://x/", nil)
		if _, err := (wovenTransport{tr}).RoundTrip(req); err != nil {
			t.Fatal(err)
		}
		return tr.sent.headers(), tr.sent.Request != req
	}
	member, _ := baggage.NewMember("a", "1")
	bag, _ := baggage.New(member)
	if h, copied := send(baggage.ContextWithBaggage(ctx, bag)); copied || fmt.Sprint(h["Baggage"]) != "[a=1]" || len(h["Traceparent"]) != 1 {
		t.Errorf("baggage: %v, copied: %t", h, copied)
	}
	for name, ctx := range map[string]context.Context{"suppressed": hook.Suppress(ctx), "suppressed for clients": hook.SuppressHTTPClient(ctx)} {
		if h, copied := send(ctx); len(h) > 0 || copied {
			t.Errorf("%s: %v, copied: %t", name, h, copied)
		}
	}
	otel.SetTextMapPropagator(own{propagation.TraceContext{}})
	if h, copied := send(ctx); !copied || fmt.Sprint(h) != "map[Own:[x]]" {
		t.Errorf("a propagator of the program's own: %v, copied: %t", h, copied)
	}
}

// own is a propagator that the program has set.
type own struct{ propagation.TextMapPropagator }

func (own) Inject(_ context.Context, c propagation.TextMapCarrier) { c.Set("own", "x") }
