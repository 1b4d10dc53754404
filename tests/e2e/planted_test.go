package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
)

// number is a secret that is no text.
const number = "8675309867"

// wire takes OTLP of every signal and protocol, and keeps the bytes as they came.
type wire struct {
	grpc, http string // base URLs

	mu   sync.Mutex
	got  bytes.Buffer
	deny bool // answer that nobody may send, and what was sent
}

func (w *wire) take(b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got.Write(b)
}

func (w *wire) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.got.String()
}

// bytesCodec hands messages on as they are.
type bytesCodec struct{}

func (bytesCodec) Name() string { return "proto" }
func (bytesCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(*v.(*[]byte))}, nil
}
func (bytesCodec) Unmarshal(b mem.BufferSlice, v any) error {
	*v.(*[]byte) = b.Materialize()
	return nil
}

var _ encoding.CodecV2 = bytesCodec{}

func startWire(t *testing.T, deny bool) *wire {
	w := &wire{deny: deny}
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(body)
			if err != nil {
				t.Error(err)
				return
			}
			body = z
		}
		b, _ := io.ReadAll(body)
		w.take(b)
		rw.Header().Set("Content-Type", r.Header.Get("Content-Type"))
		if deny {
			rw.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(rw, "not with ", r.Header.Get("Authorization"))
		}
	}))
	t.Cleanup(s.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := grpc.NewServer(grpc.ForceServerCodecV2(bytesCodec{}), grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		var b []byte
		if err := stream.RecvMsg(&b); err != nil {
			return err
		}
		w.take(b)
		return stream.SendMsg(new([]byte))
	}))
	go g.Serve(l)
	t.Cleanup(g.Stop)
	w.grpc, w.http = "http://"+l.Addr().String(), s.URL
	return w
}

// encoded are the forms in which a secret may be exported.
func encoded() (forms []string) {
	for _, s := range []string{secret, "user:" + secret, "Bearer " + secret, secret + "@"} {
		for before := range 3 { // bytes that stand before it, and change what it begins with
			text := base64.StdEncoding.EncodeToString([]byte("  "[:before] + s))
			forms = append(forms, text[(before*8+5)/6:(before+len(s))*8/6])
		}
		forms = append(forms, url.QueryEscape(s), fmt.Sprintf("%x", s))
	}
	return append(forms, secret, number)
}

// TestPlanted runs testdata/planted, which is full of secrets and of names that clients
// make up.
func TestPlanted(t *testing.T) {
	t.Parallel()
	a := newApp(t, "planted")
	a.env = append(a.env, "OTEL_GO_SIGNALS=all")
	woven := a.woven()
	t.Run("secrets", func(t *testing.T) { noSecrets(t, woven) })
	t.Run("names", func(t *testing.T) { fewSeries(t, woven) })
}

var capturing = []string{
	"OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS=authorization,cookie,proxy-authorization",
	"OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS=set-cookie,authorization",
	"OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_REQUEST_HEADERS=authorization,cookie,proxy-authorization",
	"OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_RESPONSE_HEADERS=set-cookie,authorization",
	"OTEL_INSTRUMENTATION_GRPC_CAPTURE_METADATA_CLIENT_REQUEST=authorization,cookie",
	"OTEL_INSTRUMENTATION_GRPC_CAPTURE_METADATA_SERVER_REQUEST=authorization,cookie",
}

// noSecrets: testdata/planted has secrets wherever they belong: in data source names of
// every form, literals of SQL, AUTH, HELLO and SET, user info and queries of URLs, cookies,
// Authorization, metadata of gRPC; in errors that repeat them; and in what the exporters
// are told. None is in a byte that any exporter sends, writes or prints, nor in a word that
// the program or we say.
func noSecrets(t *testing.T, woven string) {
	folder := tempDir(t)
	w, denying := startWire(t, false), startWire(t, true)
	_, dead, _ := strings.Cut(w.http, "://")
	told := []string{"OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20" + secret}
	for _, row := range []struct {
		name string
		env  []string
		want []string // of all that is exported: that something is
	}{
		{"otlp grpc", []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + w.grpc}, exportedWords},
		{"otlp http/protobuf", []string{"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_EXPORTER_OTLP_ENDPOINT=" + w.http}, exportedWords},
		{"otlp http/json", []string{"OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_ENDPOINT=" + w.http}, exportedWords},
		{"otlp http gzip", []string{"OTEL_EXPORTER_OTLP_COMPRESSION=gzip", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_EXPORTER_OTLP_ENDPOINT=" + w.http}, exportedWords},
		{"files", []string{"OTEL_TRACES_EXPORTER=otlp_file", "OTEL_METRICS_EXPORTER=otlp_file", "OTEL_LOGS_EXPORTER=otlp_file", "OTEL_GO_OTLP_FOLDER=" + folder}, exportedWords},
		{"stdout", []string{"OTEL_TRACES_EXPORTER=otlp/stdout", "OTEL_METRICS_EXPORTER=otlp/stdout", "OTEL_LOGS_EXPORTER=otlp/stdout"}, exportedWords},
		{"console", []string{"OTEL_TRACES_EXPORTER=console", "OTEL_METRICS_EXPORTER=console", "OTEL_LOGS_EXPORTER=console"}, []string{"SELECT users", "item asked for", "http.server.request.duration"}},
		{"nobody there", []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://user:" + secret + "@127.0.0.1:1/?token=" + secret}, []string{"otel"}},
		{"nobody there, http", []string{"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_EXPORTER_OTLP_ENDPOINT=http://user:" + secret + "@127.0.0.1:1/?token=" + secret}, []string{"otel"}},
		{"no such host", []string{"OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_ENDPOINT=http://user:" + secret + "@nobody.invalid:4318"}, []string{"otel"}},
		{"no address", []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://user:" + secret + "@127.0.0.1:99999"}, []string{"otel"}},
		{"no HTTP there", []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://user:" + secret + "@" + dead}, []string{"otel"}},
		{"refused", []string{"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_EXPORTER_OTLP_ENDPOINT=" + denying.http}, []string{"otel", "401"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w.mu.Lock()
			w.got.Reset()
			w.mu.Unlock()
			env := append([]string{"OTEL_LOGS_EXPORTER=otlp"}, told...)
			p := start(t, append(append(env, capturing...), row.env...), woven, "secrets")
			r := p.wait()
			all := w.text() + r.out + r.err
			files, _ := filepath.Glob(filepath.Join(folder, "*.jsonl"))
			for _, f := range files {
				b, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				all += string(b)
			}
			if r.code != 0 {
				t.Fatal(r)
			}
			holdsNone(t, all)
			for _, word := range row.want {
				if !strings.Contains(all, word) {
					t.Errorf("nothing is exported that has %q (%d bytes)", word, len(all))
				}
			}
		})
	}
	t.Run("prometheus", func(t *testing.T) {
		scraped := freeAddr(t)
		p := start(t, append(prometheusAt(scraped), capturing...), woven, "secrets", "stay")
		p.listening(scraped)
		p.line("ready")
		all := strings.Join(scrape(t, scraped, ""), "\n")
		holdsNone(t, all)
		if !strings.Contains(all, "db_client_operation_duration_seconds_count") {
			t.Errorf("%.2000s", all)
		}
	})
}

// exportedWords are in what is exported of traces, metrics and logs.
var exportedWords = []string{
	"url.full", "http.request.header.authorization", "http.response.header.set-cookie", "rpc.request.metadata.authorization", "REDACTED",
	"SELECT users", "db.query.text", "postgresql", "mysql", "microsoft.sql_server", "oracle.db", "clickhouse", "db.client.operation.duration",
	"WRONGPASS", "MULTI", "http.server.request.duration", "rpc.client.call.duration", "item asked for",
}

func holdsNone(t *testing.T, all string) {
	t.Helper()
	for _, form := range encoded() {
		if at := strings.Index(all, form); at >= 0 {
			t.Errorf("%q is in what is exported or said: …%q…", form, all[max(at-200, 0):min(at+100, len(all))])
		}
	}
}

func prometheusAt(addr string) []string {
	host, port, _ := net.SplitHostPort(addr)
	return []string{"OTEL_TRACES_EXPORTER=none", "OTEL_METRICS_EXPORTER=prometheus", "OTEL_EXPORTER_PROMETHEUS_HOST=" + host, "OTEL_EXPORTER_PROMETHEUS_PORT=" + port}
}

// fewSeries: 100,000 hosts, methods, paths and user agents that a client has made up
// leave the number of time series under 200, those that the program asks for included.
func fewSeries(t *testing.T, woven string) {
	scraped := freeAddr(t)
	p := start(t, prometheusAt(scraped), woven, "many", "stay", "100000")
	p.listening(scraped)
	deadline := time.Now().Add(5 * time.Minute)
	for !strings.Contains(p.stdout.String(), "ready") {
		if time.Now().After(deadline) {
			t.Fatal("the program does not come to its end")
		}
		time.Sleep(100 * time.Millisecond)
	}
	series, requests := map[string]bool{}, map[string]float64{}
	for _, line := range scrape(t, scraped, "") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, value, _ := strings.Cut(line, "} ")
		series[bucket.ReplaceAllString(name, "")] = true
		if strings.HasPrefix(name, "http_server_request_duration_seconds_count{") {
			var n float64
			fmt.Sscan(value, &n)
			scope := scopeName.FindString(name)
			requests[scope] += n
		}
	}
	if len(series) >= 200 || len(series) < 20 {
		t.Errorf("%d series:\n%s", len(series), strings.Join(keysOf(series), "\n"))
	}
	t.Logf("%d series", len(series))
	for _, scope := range []string{`otel_scope_name="otel.tool/hooks/net/http"`, `otel_scope_name="otel.tool/hooks/github.com/valyala/fasthttp"`} {
		if requests[scope] < 100000 {
			t.Errorf("%v requests are measured of %s: %v", requests[scope], scope, requests)
		}
	}
}

// bucket is what tells apart the lines of one histogram's series.
var (
	bucket    = regexp.MustCompile(`_(bucket|sum|count)\b|,?le="[^"]*"`)
	scopeName = regexp.MustCompile(`otel_scope_name="[^"]*"`)
)

func keysOf(m map[string]bool) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}
