package conformance

import (
	"encoding/pem"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"otel.tool/runtime/internal/otlp"
)

// The real gRPC server takes our calls over TLS.
func TestGRPCOverTLS(t *testing.T) {
	certs := httptest.NewTLSServer(nil)
	defer certs.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certs.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &service{}
	server := grpc.NewServer(grpc.Creds(credentials.NewServerTLSFromCert(&certs.TLS.Certificates[0])))
	collector.RegisterTraceServiceServer(server, s)
	go func() {
		if err := server.Serve(l); err != nil {
			t.Error(err)
		}
	}()
	defer server.Stop()
	cfg := config(t, otlp.GRPC, "https://"+l.Addr().String())
	cfg.CAFile = ca
	if err := export(t, cfg, everything(t)); err != nil {
		t.Fatal(err)
	}
	if len(s.calls) != 1 {
		t.Errorf("%d calls", len(s.calls))
	}
}
