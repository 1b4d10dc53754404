package http

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/hooktest"
	"otel.tool/runtime/hook/httpconv"
)

// Allocations for one request, the SDK's own included; off is tested with the
// hooks.
func TestAllocations(t *testing.T) {
	rw := httptest.NewRecorder()
	in := httptest.NewRequest("GET", "http://example.com:8080/users/7", nil)
	in.RemoteAddr = "192.0.2.1:1234"
	ctx := in.Context()
	serve := woven(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	out, _ := http.NewRequest("GET", "http://example.com:8080/users/7", nil)
	send := wovenTransport{&stub{}}

	for _, tt := range []struct {
		name           string
		sampler        sdk.Sampler
		server, client float64
	}{
		{"unsampled", sdk.NeverSample(), 5, 9},
		{"sampled", sdk.AlwaysSample(), 6, 11},
	} {
		hook.Enable(sdk.NewTracerProvider(sdk.WithSampler(tt.sampler)), propagation.TraceContext{})
		if n := testing.AllocsPerRun(200, func() { serve.ServeHTTP(rw, in); setContext(in, ctx) }); n > tt.server && !raceEnabled {
			t.Errorf("%s server: %v allocations, want at most %v", tt.name, n, tt.server)
		}
		if n := testing.AllocsPerRun(200, func() { _, _ = send.RoundTrip(out) }); n > tt.client && !raceEnabled {
			t.Errorf("%s client: %v allocations, want at most %v", tt.name, n, tt.client)
		}
	}
	hook.Disable()
}

// serving returns a request that a server serves: with a mux, but without net/http around it.
func serving() func(context.Context) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", func(http.ResponseWriter, *http.Request) {})
	h := woven(wovenMux(mux))
	rw := httptest.NewRecorder()
	req := httptest.NewRequest("GET", "http://example.com:8080/users/7?x=1", nil)
	req.RemoteAddr = "192.0.2.1:1234"
	ctx := req.Context()
	return func(context.Context) {
		h.ServeHTTP(rw, req)
		setContext(req, ctx)
	}
}

// sending returns a request that the program makes while it serves another.
func sending() func(context.Context) {
	tr := wovenTransport{&wovenSending{answers: &stub{}}}
	req, _ := http.NewRequest("GET", "http://example.com:8080/users/7?x=1", nil)
	return func(ctx context.Context) {
		setContext(req, ctx)
		_, _ = tr.RoundTrip(req)
	}
}

// What a request costs in a program without an SDK of its own. The server's context, its span and
// what makes it the goroutine's may be kept by the program, and so are never used again; a client
// copies the request and its headers, or has a map of further headers.
func TestCosts(t *testing.T) {
	if raceEnabled {
		t.Skip("it allocates more under the race detector")
	}
	t.Run("server", func(t *testing.T) {
		hooktest.Costs(t, map[string]float64{"off": 1, "unsampled": 3, "unsampled, with metrics": 3, "sampled": 7, "sampled, with metrics": 7}, serving())
	})
	t.Run("client", func(t *testing.T) {
		hooktest.Costs(t, map[string]float64{"off": 0, "unsampled": 5, "unsampled, with metrics": 5, "sampled": 6, "sampled, with metrics": 6}, sending())
	})
}

func BenchmarkServer(b *testing.B) { hooktest.Bench(b, serving()) }

func BenchmarkClient(b *testing.B) { hooktest.Bench(b, sending()) }

// No value of a query is ever part of what is recorded, whatever stands around it.
func FuzzRedactQuery(f *testing.F) {
	for _, s := range []string{"a=%s", "a=1&%s", "%s", "a=b=%s", "&&%s&", "a=%s&b=%s", ";%s;"} {
		f.Add(strings.ReplaceAll(s, "%s", "S3CR3T"))
	}
	f.Fuzz(func(t *testing.T, query string) {
		const secret = "S3CR3T"
		for _, pair := range strings.Split(query, "&") {
			if name, _, ok := strings.Cut(pair, "="); ok && strings.Contains(name, secret) {
				return // a name, not a value
			}
		}
		u := &url.URL{Scheme: "http", Host: "h", User: url.UserPassword(secret, secret), Path: "/", RawQuery: query, Fragment: secret}
		if got := fullURL(u, httpconv.QueryRedact); strings.Contains(got, secret) {
			t.Errorf("%q: %s", query, got)
		}
		if got := httpconv.RedactQuery(query, httpconv.QueryRedact); strings.Contains(got, secret) {
			t.Errorf("%q: %s", query, got)
		}
	})
}
