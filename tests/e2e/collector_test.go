package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"

	"otel.tool/tests/e2e/collect"
)

// protocols are those of OTLP.
var protocols = []string{"grpc", "http/protobuf", "http/json"}

// collector returns the Collector's program, which is built first.
func collector(t *testing.T) (bin string) {
	t.Helper()
	return buildServer(t, serverCache(t, "otelcol-"+hashFile(t, "otelcol/main.go")[:8]+hashFile(t, "otelcol/go.sum")[:8]), "otelcol", ".")
}

// TestRealCollector sends spans to the real Collector in all three protocols.
// It passes them on, over OTLP, to ours.
func TestRealCollector(t *testing.T) {
	real(t)
	bin := collector(t)
	c := collect.Start(t)
	grpc, http := freeAddr(t), freeAddr(t)
	passOn(t, bin, grpc, http, c.HTTP, "traces")

	for _, protocol := range protocols {
		for _, compression := range []string{"none", "gzip"} {
			t.Run(protocol+" "+compression, func(t *testing.T) {
				c.Reset()
				p := start(t, []string{
					"OTEL_EXPORTER_OTLP_ENDPOINT=http://" + map[bool]string{true: grpc, false: http}[protocol == "grpc"],
					"OTEL_EXPORTER_OTLP_PROTOCOL=" + protocol,
					"OTEL_EXPORTER_OTLP_COMPRESSION=" + compression,
					"OTEL_SERVICE_NAME=real",
				}, built(t, "spans").woven)
				fetch(plainClient, p.line("listening ")+"/panic")
				fetch(plainClient, p.line("listening ")+"/ctx")
				if r := p.stop(); r.err != "" {
					t.Errorf("standard error: %s", r.err)
				}
				spans := c.Wait(t, 4)
				want := "Server GET /panic Error\nServer GET /ctx\n  Client GET\n    Server GET /plain\n"
				if got := collect.Tree(spans); got != want {
					t.Errorf("got\n%swant\n%s", got, want)
				}
				attrs{"http.response.status_code": 200, "http.route": "/ctx", "url.path": "/ctx"}.check(t, spans[1])
				if spans[0].Service != "real" || len(spans[0].Events) != 1 {
					t.Errorf("service %q, events %v", spans[0].Service, spans[0].Events)
				}
			})
		}
	}
}

// passOn starts a Collector that passes on what it is sent before it answers: what it has
// taken is not lost when it dies.
func passOn(t *testing.T, bin, grpc, http, to string, signals ...string) *proc {
	t.Helper()
	pipelines := ""
	for _, s := range signals {
		pipelines += "    " + s + ": {receivers: [otlp], exporters: [otlphttp]}\n"
	}
	p := start(t, nil, bin, "--config", fmt.Sprintf(`yaml:
receivers: {otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}}
exporters: {otlphttp: {endpoint: %q, compression: none, sending_queue: {enabled: false}}}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
%s`, grpc, http, to, pipelines))
	p.listening(grpc)
	p.listening(http)
	return p
}

// printing starts a Collector that prints what it understands, and takes it only with a
// token. Its protocol is grpc or http.
func printing(t *testing.T, bin, protocol, network, addr, tls string) *proc {
	t.Helper()
	p := start(t, nil, bin, "--config", fmt.Sprintf(`yaml:
extensions: {bearertokenauth: {token: secret}}
receivers: {otlp: {protocols: {%s: {endpoint: %q, transport: %s, tls: %s, auth: {authenticator: bearertokenauth}}}}}
exporters: {debug: {verbosity: detailed}}
service:
  extensions: [bearertokenauth]
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}
    metrics: {receivers: [otlp], exporters: [debug]}
    logs: {receivers: [otlp], exporters: [debug]}
`, protocol, addr, network, tls))
	p.until("a listener at "+addr, func() bool {
		conn, err := net.Dial(network, addr)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return p
}

// said is what the Collector has printed.
func said(p *proc) string { return p.stdout.String() + p.err.String() }

// TestRealCollectorSignals sends traces, metrics and logs to the real Collector in each
// protocol, plain and gzipped, to a port and to a socket, without TLS, with a private
// authority, and with a certificate of our own that the Collector insists on. And it
// sends what the Collector must not get.
func TestRealCollectorSignals(t *testing.T) {
	real(t)
	bin := collector(t)
	a := newApp(t, "logs")
	a.env = append(a.env, "OTEL_GO_SIGNALS=all")
	woven := a.woven()
	c := certificates(t)
	server := fmt.Sprintf("{cert_file: %q, key_file: %q}", c.file("server.pem"), c.file("server.key"))
	mutual := strings.Replace(server, "}", fmt.Sprintf(", client_ca_file: %q}", c.file("ca.pem")), 1)
	ca, own := "CERTIFICATE="+c.file("ca.pem"), []string{"CLIENT_CERTIFICATE=" + c.file("client.pem"), "CLIENT_KEY=" + c.file("client.key")}
	const token = "HEADERS=authorization=Bearer%20secret"

	rows := []struct {
		name, network, tls, endpoint string   // the endpoint without the address
		env                          []string // without OTEL_EXPORTER_OTLP_
		refused                      string   // a part of what the program says; "" if all arrives
		more                         bool     // only with -all
	}{
		{"plain", "tcp", "null", "http://", []string{token}, "", false},
		{"plain gzip", "tcp", "null", "http://", []string{token, "COMPRESSION=gzip"}, "", true},
		{"socket", "unix", "null", "unix:", []string{token}, "", false},
		{"socket gzip", "unix", "null", "unix:", []string{token, "COMPRESSION=gzip"}, "", true},
		{"tls", "tcp", server, "https://", []string{token, ca}, "", true},
		{"tls gzip", "tcp", server, "https://", []string{token, ca, "COMPRESSION=gzip"}, "", true},
		{"own certificate", "tcp", mutual, "https://", append([]string{token, ca}, own...), "", true},
		{"own certificate gzip", "tcp", mutual, "https://", append([]string{token, ca, "COMPRESSION=gzip"}, own...), "", false},
		{"insecure", "tcp", "null", "", []string{token, "INSECURE=true"}, "", true},
		{"secure unless said", "tcp", server, "", []string{token, ca}, "", true},

		{"no token", "tcp", "null", "http://", nil, "nauth", false}, // Unauthorized, Unauthenticated
		{"wrong token", "tcp", "null", "http://", []string{"HEADERS=authorization=Bearer%20wrong"}, "nauth", true},
		{"no own certificate", "tcp", mutual, "https://", []string{token, ca}, "certificate", false},
		{"system's authorities", "tcp", server, "https://", []string{token}, "certificate", true},
		{"insecure to tls", "tcp", server, "", []string{token, ca, "INSECURE=true"}, "otel: ", true},
		{"tls to insecure", "tcp", "null", "", []string{token, ca}, "otel: ", true},
	}
	for _, row := range rows {
		for _, protocol := range protocols {
			t.Run(row.name+" "+protocol, func(t *testing.T) {
				if row.more && !*allMatrix {
					t.Skip("without -all")
				}
				addr, kind := freeAddr(t), strings.SplitN(protocol, "/", 2)[0]
				if row.network == "unix" {
					addr = filepath.Join(tempDir(t), "otlp.sock")
				}
				p := printing(t, bin, kind, row.network, addr, row.tls)
				words := []string{"OTEL_EXPORTER_OTLP_PROTOCOL=" + protocol, "OTEL_EXPORTER_OTLP_ENDPOINT=" + row.endpoint + addr,
					"OTEL_LOGS_EXPORTER=otlp", "OTEL_SERVICE_NAME=real"}
				for _, v := range row.env {
					words = append(words, "OTEL_EXPORTER_OTLP_"+v)
				}
				r := a.must(append(words, woven)...)
				if row.refused != "" {
					if !strings.Contains(r.err, row.refused) || strings.Contains(r.err, "secret") {
						t.Errorf("says %q, want %q", r.err, row.refused)
					}
					time.Sleep(100 * time.Millisecond)
					if strings.Contains(said(p), "Str(real)") {
						t.Error("something has arrived")
					}
					return
				}
				if strings.Contains(r.err, "otel:") {
					t.Errorf("standard error: %s", r.err)
				}
				for _, want := range []string{
					"-> service.name: Str(real)", "Name           : GET\n", "Kind           : Server\n",
					"Name: http.server.request.duration", "-> Unit: s\n", "DataType: Histogram", "Name: go.goroutine.count",
					"InstrumentationScope otel.tool/hooks/log/slog", "Body: Str(from a goroutine)", "SeverityText: INFO",
				} {
					p.until(want, func() bool { return strings.Contains(said(p), want) })
				}
			})
		}
	}
}

// TestRealCollectorRestart kills the Collector in the middle of a load and starts it again.
// All spans, records and measurements of the load arrive: the queue can hold them.
func TestRealCollectorRestart(t *testing.T) {
	real(t)
	bin := collector(t)
	a := newApp(t, "soak")
	a.env = append(a.env, "OTEL_GO_SIGNALS=all")
	woven := a.woven()
	for i, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			if i == 2 && !*allMatrix {
				t.Skip("without -all")
			}
			c := &countingCollector{}
			s := httptest.NewServer(c)
			t.Cleanup(s.Close)
			grpc, http, addr := freeAddr(t), freeAddr(t), freeAddr(t)
			collecting := func() *proc { return passOn(t, bin, grpc, http, s.URL, "traces", "metrics", "logs") }
			first := collecting()
			p := start(t, []string{
				"OTEL_EXPORTER_OTLP_ENDPOINT=http://" + map[bool]string{true: grpc, false: http}[protocol == "grpc"],
				"OTEL_EXPORTER_OTLP_PROTOCOL=" + protocol, "OTEL_LOGS_EXPORTER=otlp", "OTEL_GO_EXCLUDE=/stats",
				"OTEL_METRIC_EXPORT_INTERVAL=500", "OTEL_BSP_SCHEDULE_DELAY=50", "OTEL_BLRP_SCHEDULE_DELAY=50", "OTEL_BSP_MAX_QUEUE_SIZE=8192",
			}, woven, addr)
			p.listening(addr)

			const third = 100         // requests; a request has 14 spans and a record
			soakGet(t, addr, "first") // by itself: its workers are its own while it lasts
			soakLoad(t, addr, 0, third)
			loaded := make(chan bool)
			go func() {
				defer close(loaded)
				soakLoad(t, addr, third, third)
			}()
			first.cmd.Process.Kill()
			<-loaded
			time.Sleep(time.Second)
			arrived := c.distinct()
			collecting()
			soakLoad(t, addr, 2*third, third)
			soakRead(t, addr) // all is done
			r := p.stop()

			if all := (1 + 3*third) * (1 + len(soakWays)); c.distinct() != all || arrived == all {
				t.Errorf("%d of %d have arrived, %d before the end", c.distinct(), all, arrived)
			}
			if n := c.measured.Load(); n != 1+3*third {
				t.Errorf("%d requests measured, want %d", n, 1+3*third)
			}
			for line := range strings.Lines(r.err) {
				if !strings.Contains(line, "; trying again") {
					t.Errorf("says %s", line)
				}
			}
			c.check(t, 3*third)
		})
	}
}

// countingCollector is one that also counts what was measured of /work.
type countingCollector struct {
	soakCollector
	measured atomic.Uint64
}

func (c *countingCollector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v1/metrics" {
		c.soakCollector.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	req := pmetricotlp.NewExportRequest()
	if err != nil || req.UnmarshalProto(body) != nil {
		return
	}
	for _, rm := range req.Metrics().ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Name() != "http.server.request.duration" {
					continue
				}
				for _, p := range m.Histogram().DataPoints().All() {
					if route, _ := p.Attributes().Get("http.route"); route.Str() == "/work/{id}" {
						c.measured.Store(p.Count())
					}
				}
			}
		}
	}
}

// distinct is how many requests, calls and records have arrived, once or more often.
func (c *countingCollector) distinct() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[[2]string]bool{}
	for _, call := range c.calls {
		seen[[2]string{call.id, call.way}] = true
	}
	return len(c.works) + len(seen)
}

// folder is where certificates are.
type folder string

func (f folder) file(name string) string { return filepath.Join(string(f), name) }

// certificates makes an authority (ca.pem), and of it what a server on this machine
// (server.pem, server.key) and a client (client.pem, client.key) show.
func certificates(t *testing.T) folder {
	t.Helper()
	dir := folder(tempDir(t))
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tests"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caKey := dir.issue(t, "ca", ca, ca, nil)
	for i, name := range []string{"server", "client"} {
		cert := &x509.Certificate{SerialNumber: big.NewInt(int64(2 + i)), Subject: pkix.Name{CommonName: name}, NotAfter: ca.NotAfter,
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{[]x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}[i]},
			IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
		dir.issue(t, name, cert, ca, caKey)
	}
	return dir
}

// issue writes a certificate and its new key, signed with by, or with itself.
func (f folder) issue(t *testing.T, name string, cert, parent *x509.Certificate, by *ecdsa.PrivateKey) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if by == nil {
		by = key
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for ext, block := range map[string]*pem.Block{".pem": {Type: "CERTIFICATE", Bytes: der}, ".key": {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(f.file(name+ext), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return key
}
