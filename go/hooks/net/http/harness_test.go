package http

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

// The hooks are called here as the woven functions call them: woven is what
// serverHandler.ServeHTTP becomes, wovenTransport what Transport.roundTrip does.

func woven(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		leave, after := ServerEnter(rw, req)
		for l := leave; l != nil; l = nil {
			defer l()
		}
		h.ServeHTTP(rw, req)
		after()
	})
}

// wovenMux is what ServeMux.ServeHTTP becomes.
func wovenMux(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		MuxEnter(mux, req)
		mux.ServeHTTP(rw, req)
	})
}

type wovenTransport struct{ http.RoundTripper }

func (t wovenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	var transport *http.Transport
	if s, ok := t.RoundTripper.(*wovenSending); ok {
		transport = &s.Transport
	}
	newReq, leave, after := ClientEnter(transport, req)
	for l := leave; l != nil; l = nil {
		defer l()
	}
	resp, err := t.RoundTripper.RoundTrip(newReq)
	return after(resp, err)
}

// wovenSending is a transport as far as (*persistConn).roundTrip, and its request, are concerned.
type wovenSending struct {
	http.Transport
	answers http.RoundTripper
	conn    struct{ conn net.Conn }
	sent    transportRequest // the last
}

type transportRequest struct {
	*http.Request
	extra http.Header
}

func (s *wovenSending) RoundTrip(req *http.Request) (*http.Response, error) {
	s.sent = transportRequest{Request: req}
	SendEnter(&s.conn, &s.sent)
	return s.answers.RoundTrip(req)
}

// headers are those that are sent.
func (r *transportRequest) headers() http.Header {
	all := r.Header.Clone()
	for k, v := range r.extra {
		all[k] = append(all[k], v...)
	}
	return all
}

// spans records what ends.
type spans struct {
	*tracetest.SpanRecorder
	t testing.TB
}

func record(t testing.TB, opts ...sdk.TracerProviderOption) spans {
	rec := tracetest.NewSpanRecorder()
	tp := sdk.NewTracerProvider(append(opts, sdk.WithSpanProcessor(rec))...)
	hook.Enable(tp, propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	faults := hook.Faults()
	t.Cleanup(func() {
		hook.Disable()
		_ = tp.Shutdown(context.Background())
		if n := hook.Faults() - faults; n != 0 {
			t.Errorf("%d panics in hooks", n)
		}
	})
	return spans{rec, t}
}

// wait returns the n spans that ended, server's first, once they have.
func (s spans) wait(n int) []sdk.ReadOnlySpan {
	s.t.Helper()
	for i := 0; len(s.Ended()) < n && i < 200; i++ {
		time.Sleep(5 * time.Millisecond)
	}
	got := s.Ended()
	if len(got) != n {
		var names []string
		for _, g := range got {
			names = append(names, g.SpanKind().String()+" "+g.Name())
		}
		s.t.Fatalf("%d spans ended, want %d: %q", len(got), n, names)
	}
	got = append([]sdk.ReadOnlySpan{}, got...)
	sort.SliceStable(got, func(i, j int) bool { return got[i].SpanKind() < got[j].SpanKind() })
	return got
}

// show writes a span on one line: kind, name, attributes, status. What differs
// from run to run is left out.
func show(s sdk.ReadOnlySpan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q", s.SpanKind(), s.Name())
	list := append([]attribute.KeyValue{}, s.Attributes()...)
	sort.Slice(list, func(i, j int) bool { return list[i].Key < list[j].Key })
	for _, kv := range list {
		v := kv.Value.Emit()
		switch kv.Key {
		case httpconv.KeyServerPort, httpconv.KeyPeerPort:
			v = "PORT"
		case httpconv.KeyURLFull:
			if u, err := http.NewRequest("GET", v, nil); err == nil && u.URL.Port() != "" {
				v = strings.Replace(v, ":"+u.URL.Port(), ":PORT", 1)
			}
		}
		fmt.Fprintf(&b, " %s=%s", kv.Key, v)
	}
	if s.Status().Code != 0 {
		fmt.Fprintf(&b, " %s", s.Status().Code)
		if s.Status().Description != "" {
			fmt.Fprintf(&b, "(%s)", s.Status().Description)
		}
	}
	for _, e := range s.Events() {
		fmt.Fprintf(&b, " !%s", e.Name)
	}
	return b.String()
}

func attr(s sdk.ReadOnlySpan, key attribute.Key) string {
	for _, kv := range s.Attributes() {
		if kv.Key == key {
			return kv.Value.Emit()
		}
	}
	return ""
}

// serve starts a server with a woven handler.
func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	s := httptest.NewUnstartedServer(woven(h))
	s.Config.ErrorLog = quiet
	s.Start()
	t.Cleanup(s.Close)
	return s
}

var plain = &http.Client{Transport: &http.Transport{}}

func tracedClient(t testing.TB) *http.Client {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: wovenTransport{tr}}
}

func spanOf(ctx context.Context) trace.SpanContext { return trace.SpanContextFromContext(ctx) }

// once is a value that is written in one goroutine and read in another.
type once[T any] struct {
	mu sync.Mutex
	v  T
}

func (o *once[T]) set(v T) { o.mu.Lock(); o.v = v; o.mu.Unlock() }
func (o *once[T]) get() T  { o.mu.Lock(); defer o.mu.Unlock(); return o.v }
