package otlp

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"otel.tool/runtime/internal/otlp/otlpjson"
	"otel.tool/runtime/internal/wire"
)

func configFor(t testing.TB, protocol Protocol, u string) Config {
	t.Helper()
	endpoint, err := url.Parse(u)
	if err != nil {
		t.Fatal(err)
	}
	return Config{Protocol: protocol, Endpoint: endpoint, Timeout: 2 * time.Second, UserAgent: "test"}
}

// exporter is one whose waits are too short to be noticed.
func exporter(t testing.TB, cfg Config) *Client {
	t.Helper()
	e, err := NewClient(cfg, &Signal{method: "/Service/Export", request: otlpjson.Logs})
	if err != nil {
		t.Fatal(err)
	}
	e.wait = 2 * time.Millisecond
	t.Cleanup(func() {
		if err := e.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

func exportFor(e *Client, d time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return send(ctx, e)
}

func send(ctx context.Context, c *Client) error {
	return c.Send(ctx, func(w *wire.Writer) { w.Close(w.Open(1)) })
}

// plainServer answers with HTTP/1.1 and unencrypted HTTP/2.
func plainServer(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetHTTP1(true)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// answerGRPC answers a call with success.
func answerGRPC(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status")
	_, _ = w.Write(make([]byte, grpcPrefix))
	w.Header().Set("Grpc-Status", "0")
}

func TestHTTPAnswers(t *testing.T) {
	type answer struct {
		status int
		header string // Name: value
		body   string
	}
	status := "\x08\x03\x12\x03bad" // google.rpc.Status{code: 3, message: "bad"}
	partialProto := "\x0a\x08\x08\x05\x12\x04late"
	tests := []struct {
		name     string
		protocol Protocol
		answers  []answer
		calls    int32
		err      string
		warning  string
	}{
		{"200", HTTPProtobuf, []answer{{status: 200}}, 1, "", ""},
		{"202", HTTPJSON, []answer{{status: 202, body: "thanks"}}, 1, "", ""},
		{"503, 502, 504, 429, then 200", HTTPProtobuf, []answer{{status: 503}, {status: 502}, {status: 504}, {status: 429}, {status: 200}}, 5, "", ""},
		{"Retry-After in seconds", HTTPProtobuf, []answer{{429, "Retry-After: 1", ""}, {status: 200}}, 2, "", ""},
		{"Retry-After for longer than there is time", HTTPProtobuf, []answer{{503, "Retry-After: 3600", ""}}, 1, "503 Service Unavailable", ""},
		{"400", HTTPProtobuf, []answer{{400, "", status}}, 1, "400 Bad Request: bad", ""},
		{"400 in JSON", HTTPJSON, []answer{{400, "", `{"code":3,"message":"bad\u001b[2J"}`}}, 1, "400 Bad Request: bad [2J", ""},
		{"500", HTTPProtobuf, []answer{{500, "", "<html>oops</html>"}}, 1, "500 Internal Server Error", ""},
		{"401", HTTPJSON, []answer{{401, "", "not JSON"}}, 1, "401 Unauthorized", ""},
		{"404", HTTPProtobuf, []answer{{status: 404}}, 1, "404 Not Found", ""},
		{"redirect", HTTPProtobuf, []answer{{307, "Location: http://elsewhere.invalid/", ""}}, 1, "307 Temporary Redirect", ""},
		{"partial success", HTTPProtobuf, []answer{{200, "", partialProto}}, 1, "", "the receiver rejected 5: late"},
		{"partial success in JSON", HTTPJSON, []answer{{200, "", `{"partialSuccess":{"rejectedSpans":"5","errorMessage":"late"}}`}}, 1, "", "the receiver rejected 5: late"},
		{"partial success in JSON, a number", HTTPJSON, []answer{{200, "", `{"partialSuccess":{"rejectedSpans":5}}`}}, 1, "", "the receiver rejected 5"},
		{"nonsense", HTTPProtobuf, []answer{{200, "", "\xff\xff\xff"}}, 1, "", ""},
		{"endless", HTTPProtobuf, []answer{{200, "", strings.Repeat("x", maxResponse+1)}}, 1, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			var first []byte
			server := plainServer(t, func(w http.ResponseWriter, r *http.Request) {
				n := int(calls.Add(1)) - 1
				body, err := io.ReadAll(r.Body)
				if err != nil || len(body) == 0 {
					t.Errorf("body of %d bytes: %v", len(body), err)
				}
				if n == 0 {
					first = body
				} else if !bytes.Equal(first, body) {
					t.Error("the second attempt has another body")
				}
				a := tt.answers[min(n, len(tt.answers)-1)]
				if name, value, ok := strings.Cut(a.header, ": "); ok {
					w.Header().Set(name, value)
				}
				w.WriteHeader(a.status)
				_, _ = io.WriteString(w, a.body)
			})
			warning := ""
			cfg := configFor(t, tt.protocol, server.URL+"/v1/traces")
			cfg.Warn = func(text string) { warning = text }
			err := exportFor(exporter(t, cfg), 5*time.Second)
			if got := text(err); got != tt.err {
				t.Errorf("error %q, want %q", got, tt.err)
			}
			if calls.Load() != tt.calls {
				t.Errorf("%d calls, want %d", calls.Load(), tt.calls)
			}
			if warning != tt.warning {
				t.Errorf("warning %q, want %q", warning, tt.warning)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// What is behind an address that is no OTLP receiver gets a message that helps.
func TestNotGRPC(t *testing.T) {
	tests := []struct {
		name    string
		http2   bool
		handler http.HandlerFunc
		err     string
	}{
		{"a server of HTTP/1.1", false, http.NotFound, "no gRPC answer; is OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf meant?"},
		{"a web server", true, http.NotFound, "404 Not Found (not a gRPC answer)"},
		{"a page", true, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }, "the answer has no gRPC status"},
	}
	for _, tt := range tests {
		server := httptest.NewUnstartedServer(tt.handler)
		if tt.http2 {
			server.Config.Protocols = new(http.Protocols)
			server.Config.Protocols.SetUnencryptedHTTP2(true)
		}
		server.Start()
		e := exporter(t, configFor(t, GRPC, server.URL))
		e.wait = time.Hour
		err := exportFor(e, 5*time.Second)
		if text(err) != tt.err {
			t.Errorf("%s: %q, want %q", tt.name, text(err), tt.err)
		}
		server.Close()
	}
}

// TestHangUp: a receiver that ends connections without an answer is no gRPC receiver
// as far as we know, unless it was one before.
func TestHangUp(t *testing.T) {
	var spoken atomic.Bool
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if spoken.Load() {
			panic(http.ErrAbortHandler)
		}
		answerGRPC(w)
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	defer server.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	const want = "no gRPC answer; is OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf meant?"
	never := exporter(t, configFor(t, GRPC, "http://"+l.Addr().String()))
	never.wait = time.Hour
	if err := exportFor(never, 5*time.Second); text(err) != want {
		t.Errorf("a server that hangs up: %q, want %q", text(err), want)
	}
	e := exporter(t, configFor(t, GRPC, server.URL))
	e.wait = time.Hour
	if err := exportFor(e, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	spoken.Store(true)
	if err := exportFor(e, time.Second); err == nil || text(err) == want {
		t.Errorf("a gRPC server that hangs up: %q", text(err))
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "otlp.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.URL.Path)
		if r.ProtoMajor == 2 {
			answerGRPC(w)
		}
	}))
	server.Listener = l
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetHTTP1(true)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	defer server.Close()
	for _, protocol := range []Protocol{GRPC, HTTPProtobuf, HTTPJSON} {
		cfg := configFor(t, protocol, "http://localhost/v1/traces")
		cfg.Socket = path
		if err := exportFor(exporter(t, cfg), time.Second); err != nil {
			t.Errorf("%s: %v", protocol, err)
		}
	}
	want := "/Service/Export /v1/traces /v1/traces"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("%s, want %s", s, want)
	}
}

// selfSigned writes a certificate and its key, and returns their paths.
func selfSigned(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyBytes, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return writePEM(t, "CERTIFICATE", cert), writePEM(t, "PRIVATE KEY", keyBytes)
}

func writePEM(t *testing.T, kind string, b []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTLS(t *testing.T) {
	var clients, proto atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		clients.Store(int32(len(r.TLS.PeerCertificates)))
		proto.Store(int32(r.ProtoMajor))
		if r.Header.Get("Content-Type") == "application/grpc" {
			answerGRPC(w)
		}
	}))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	strict := httptest.NewUnstartedServer(server.Config.Handler)
	strict.EnableHTTP2 = true
	strict.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	strict.Config.ErrorLog = server.Config.ErrorLog
	strict.StartTLS()
	defer strict.Close()
	ca := writePEM(t, "CERTIFICATE", server.Certificate().Raw) // both have the one of httptest
	cert, key := selfSigned(t)

	tests := []struct {
		name          string
		protocol      Protocol
		url           string
		ca, cert, key string
		clients       int32
		err           string // a part of it
	}{
		{"grpc", GRPC, server.URL, ca, "", "", 0, ""},
		{"http/protobuf", HTTPProtobuf, server.URL, ca, "", "", 0, ""},
		{"our own certificate", GRPC, server.URL, ca, cert, key, 1, ""},
		{"the system's authorities", GRPC, server.URL, "", "", "", 0, "certificate"},
		{"another authority", HTTPJSON, server.URL, cert, "", "", 0, "certificate"},
		{"our own certificate is asked for", HTTPProtobuf, strict.URL, ca, cert, key, 1, ""},
		{"no certificate, by grpc", GRPC, strict.URL, ca, "", "", 0, "certificate required"},
		{"no certificate", HTTPProtobuf, strict.URL, ca, "", "", 0, "certificate required"},
	}
	for _, tt := range tests {
		cfg := configFor(t, tt.protocol, tt.url)
		cfg.CAFile, cfg.CertFile, cfg.KeyFile = tt.ca, tt.cert, tt.key
		begun := time.Now()
		err := exportFor(exporter(t, cfg), 5*time.Second)
		if (err == nil) != (tt.err == "") || !strings.Contains(text(err), tt.err) {
			t.Errorf("%s: %q, want %q", tt.name, text(err), tt.err)
		}
		if err != nil && time.Since(begun) > 2*time.Second {
			t.Errorf("%s: tried again for %v", tt.name, time.Since(begun))
		}
		if err == nil && (clients.Load() != tt.clients || proto.Load() != 2) {
			t.Errorf("%s: %d client certificates by HTTP/%d", tt.name, clients.Load(), proto.Load())
		}
	}
}

func TestBadFiles(t *testing.T) {
	cert, key := selfSigned(t)
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ ca, cert, key, want string }{
		{"", cert, key, ""},
		{"/nonexistent", "", "", "/nonexistent"},
		{empty, "", "", "no certificate in '" + empty + "'"},
		{"", cert, "", "open : no such file"},
		{"", cert, cert, "private key"},
	}
	for _, tt := range tests {
		cfg := configFor(t, GRPC, "https://localhost:4317")
		cfg.CAFile, cfg.CertFile, cfg.KeyFile = tt.ca, tt.cert, tt.key
		e, err := NewClient(cfg, &Signal{method: "/Service/Export", request: otlpjson.Logs})
		if (err == nil) != (tt.want == "") || !strings.Contains(text(err), tt.want) {
			t.Errorf("%v: %v", tt, err)
		}
		if e == nil {
			t.Errorf("%v: no exporter", tt)
		}
	}
}

// A receiver that accepts and says nothing takes no longer than the timeout,
// and one that is not there is tried until the time is over, but only once if
// the program wants to end.
func TestPatience(t *testing.T) {
	release := make(chan struct{})
	hanging := plainServer(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	gone := httptest.NewServer(nil)
	gone.Close()
	tests := []struct {
		name            string
		url             string
		hurry           bool
		patience, limit time.Duration // of one attempt, and of all
		least           time.Duration
		err             string
	}{
		{"hanging", hanging.URL, false, 150 * time.Millisecond, 400 * time.Millisecond, 150 * time.Millisecond, "no answer in time"},
		{"gone", gone.URL, false, time.Minute, time.Second, 100 * time.Millisecond, "connection refused"},
		{"gone, in a hurry", gone.URL, true, time.Minute, time.Minute, 0, "connection refused"},
	}
	for _, protocol := range []Protocol{GRPC, HTTPProtobuf} {
		for _, tt := range tests {
			cfg := configFor(t, protocol, tt.url)
			cfg.Timeout = tt.patience
			told := 0
			cfg.Retry = func(error) { told++ }
			e := exporter(t, cfg)
			if tt.hurry {
				defer e.Hurry()()
			}
			begun := time.Now()
			err := exportFor(e, tt.limit)
			if d := time.Since(begun); d < tt.least || tt.hurry && d >= tt.limit || !strings.Contains(text(err), tt.err) {
				t.Errorf("%s %s: %v after %v", protocol, tt.name, err, d)
			}
			if told != 1 && !tt.hurry || told != 0 && tt.hurry {
				t.Errorf("%s %s: told %d times", protocol, tt.name, told)
			}
		}
	}
}

// A receiver that is restarted loses nothing, whether it is gone or its
// connection leads nowhere.
func TestRestart(t *testing.T) {
	for _, protocol := range []Protocol{GRPC, HTTPProtobuf} {
		var calls atomic.Int32
		var first atomic.Value
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) == 1 {
				first.Store(r.RemoteAddr)
			}
			if r.RemoteAddr == first.Load() {
				<-r.Context().Done()
				return
			}
			if protocol == GRPC {
				answerGRPC(w)
			}
		})
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		cfg := configFor(t, protocol, "http://"+address)
		cfg.Timeout = 100 * time.Millisecond
		e := exporter(t, cfg)
		e.wait = 50 * time.Millisecond
		done := make(chan error, 1)
		go func() { done <- exportFor(e, 10*time.Second) }()
		time.Sleep(60 * time.Millisecond)
		if l, err = net.Listen("tcp", address); err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: h, Protocols: new(http.Protocols)}
		server.Protocols.SetHTTP1(true)
		server.Protocols.SetUnencryptedHTTP2(true)
		go func() { _ = server.Serve(l) }()
		if err := <-done; err != nil || calls.Load() != 2 {
			t.Errorf("%s: %v after %d calls", protocol, err, calls.Load())
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Hurry wakes an export that waits for its next attempt.
func TestHurryWakes(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	e := exporter(t, configFor(t, GRPC, gone.URL))
	e.wait = time.Hour
	done := make(chan error)
	go func() { done <- send(context.Background(), e) }()
	time.Sleep(20 * time.Millisecond)
	defer e.Hurry()()
	select {
	case err := <-done:
		if err == nil {
			t.Error("no error")
		}
	case <-time.After(2 * time.Second):
		t.Error("still waiting")
	}
}

// A request is marked as ours, carries the user's credentials, and shows
// neither them nor the mark's absence to anyone else.
func TestRequest(t *testing.T) {
	type mark struct{}
	var header http.Header
	server := plainServer(t, func(_ http.ResponseWriter, r *http.Request) { header = r.Header })
	cfg := configFor(t, HTTPProtobuf, strings.Replace(server.URL, "://", "://me:secret@", 1))
	marked := false
	cfg.Mark = func(ctx context.Context) context.Context {
		marked = true
		return context.WithValue(ctx, mark{}, true)
	}
	if err := exportFor(exporter(t, cfg), time.Second); err != nil {
		t.Fatal(err)
	}
	if !marked {
		t.Error("not marked")
	}
	if _, password, ok := (&http.Request{Header: header}).BasicAuth(); !ok || password != "secret" {
		t.Error("the credentials did not arrive")
	}
	if s := cfg.Target(); strings.Contains(s, "secret") {
		t.Errorf("target %s", s)
	}
}

// Nothing of ours runs on after Shutdown.
func TestNoGoroutineIsLeft(t *testing.T) {
	server := plainServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 2 {
			answerGRPC(w)
		}
	})
	before := runtime.NumGoroutine()
	for _, protocol := range []Protocol{GRPC, HTTPProtobuf, HTTPJSON} {
		cfg := configFor(t, protocol, server.URL)
		cfg.Gzip = true
		e, err := NewClient(cfg, &Signal{method: "/Service/Export", request: otlpjson.Logs})
		if err != nil {
			t.Fatal(err)
		}
		if err := exportFor(e, time.Second); err != nil {
			t.Fatal(err)
		}
		if err := e.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}
	server.CloseClientConnections()
	for end := time.Now().Add(3 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			b := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, before %d\n%s", runtime.NumGoroutine(), before, b[:runtime.Stack(b, true)])
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		in   string
		want time.Duration
	}{
		{"", 0}, {"0", 0}, {"7", 7 * time.Second}, {"-1", 0}, {"soon", 0},
		{"Fri, 02 Jan 2026 03:04:15 GMT", 10 * time.Second},
		{"Fri, 02 Jan 2026 03:04:00 GMT", 0},
	} {
		if got := retryAfter(tt.in, now); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.in, got, tt.want)
		}
	}
}

// What a receiver sends is read without a fault, whatever it is.
func FuzzResponse(f *testing.F) {
	f.Add([]byte("\x0a\x08\x08\x05\x12\x04late"))
	f.Add([]byte("\x08\x0e\x12\x04busy\x1a\x2a\x0a\x24x/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x01"))
	f.Add([]byte(`{"partialSuccess":{"rejectedSpans":"5","errorMessage":"late"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		partialSuccess(b)
		partialSuccessJSON(b)
		if d, _ := retryInfo(b); d < 0 {
			t.Errorf("negative delay %v", d)
		}
		for _, json := range []bool{false, true} {
			if s := said(statusMessage(b, json)); strings.ContainsAny(s, "\n\r\x1b") || len(s) > 300 {
				t.Errorf("not fit for a line: %q", s)
			}
		}
	})
}
