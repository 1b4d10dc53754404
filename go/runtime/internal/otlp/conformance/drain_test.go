package conformance

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// drain is a gRPC server that reads nothing of what it is sent but its bytes,
// so that a benchmark measures the client. It returns its address.
func drain(t testing.TB) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		if _, err := w.Write(make([]byte, 5)); err != nil {
			t.Error(err)
		}
		w.Header().Set("Grpc-Status", "0")
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}
