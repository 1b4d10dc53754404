package http

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/hook"
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
