package httpconv

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"weak"
)

// call is what a hook keeps for a request.
type call struct{ n int }

func TestSplitPort(t *testing.T) {
	for in, want := range map[string]string{
		"": " 0", "h": "h 0", "h:80": "h 80", "[::1]:8080": "::1 8080", "[::1]": "::1 0", "::1": "::1 0",
		"h:": "h 0", "h:x": "h 0", "h:99999": "h 0", "@": "@ 0", ":8080": " 8080", "]:": "] 0", "[": "[ 0",
	} {
		host, port := SplitPort(in)
		if got := fmt.Sprint(host, " ", port); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestConfiguredMethods(t *testing.T) {
	t.Setenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "GET, QUERY")
	SetOptions()
	defer func() { _ = os.Unsetenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"); SetOptions() }()
	for method, want := range map[string]string{"GET": "GET", "": "GET", "QUERY": "QUERY", "POST": "HTTP", "get": "HTTP"} {
		var a Attrs
		if got := a.Method(method); got != want {
			t.Errorf("%q: %q", method, got)
		}
	}
}

func TestRedactQuery(t *testing.T) {
	tests := []struct{ in, redact, keep string }{
		{"", "", ""},
		{"a=1&b=2", "a=REDACTED&b=REDACTED", "a=1&b=2"},
		{"a=&b", "a=&REDACTED", "a=&b"},
		{"sig=x&Signature=y&a=1", "sig=REDACTED&Signature=REDACTED&a=REDACTED", "sig=REDACTED&Signature=REDACTED&a=1"},
		{"&&", "&", "&"},
		{"a=b=c", "a=REDACTED", "a=b=c"},
		{"AWSAccessKeyId=AKIA", "AWSAccessKeyId=REDACTED", "AWSAccessKeyId=REDACTED"},
	}
	for _, tt := range tests {
		if got := RedactQuery(tt.in, QueryRedact); got != tt.redact {
			t.Errorf("redact %q: %q", tt.in, got)
		}
		if got := RedactQuery(tt.in, QueryKeep); got != tt.keep {
			t.Errorf("keep %q: %q", tt.in, got)
		}
		if got := RedactQuery(tt.in, QueryDrop); got != "" {
			t.Errorf("drop %q: %q", tt.in, got)
		}
	}
}

func FuzzSplitPort(f *testing.F) {
	for _, s := range []string{"", "h:80", "[::1]:8080", "::1", "@", ":", "]", "["} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, port := SplitPort(s)
		if len(host) > len(s) || port < 0 || port > 65535 {
			t.Errorf("%q: %q, %d", s, host, port)
		}
	})
}

// The list is no longer than the calls that are alive.
func TestInFlightIsBounded(t *testing.T) {
	var l InFlight[call]
	alive := make([]*call, 10)
	for i := range 10000 {
		c := &call{n: i}
		alive[i%len(alive)] = c
		l.Made(c)
		if i%500 == 0 {
			runtime.GC()
		}
	}
	if n := len(l.calls); n > 2000 {
		t.Errorf("%d calls are listed", n)
	}
	found := 0
	for _, c := range alive {
		for _, p := range l.calls {
			if p == weak.Make(c) {
				found++
			}
		}
	}
	if found != len(alive) {
		t.Errorf("%d of %d calls are listed", found, len(alive))
	}
}

func TestAttrsAreBounded(t *testing.T) {
	var a Attrs
	for i := 0; i < 100; i++ {
		a.Int("x", i)
	}
	if len(a.List()) != maxAttrs {
		t.Error(len(a.List()))
	}
}

// Telemetry's own requests, and those for work, are none of the program's.
func TestExporter(t *testing.T) {
	for agent, want := range map[string]bool{
		"OTel OTLP Exporter Go/1.41.0": true, "OTel-OTLP-Exporter-Go/1.41.0": true, "aws-lambda-go/go1.26.8": true, "aws-sdk-go/1": false, "": false,
	} {
		if Exporter(agent) != want {
			t.Errorf("'%s': %v", agent, !want)
		}
	}
}
