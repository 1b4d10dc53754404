package otlp

import (
	"net/url"
	"testing"
)

// What an exporter is called, and where it sends.
func TestExporter(t *testing.T) {
	to := &url.URL{Scheme: "http", Host: "a:1"}
	for _, tt := range []struct {
		cfg  Config
		kind string
		to   *url.URL
	}{
		{Config{Protocol: GRPC, Endpoint: to}, "otlp_grpc", to},
		{Config{Protocol: HTTPProtobuf, Endpoint: to}, "otlp_http", to},
		{Config{Protocol: HTTPJSON, Endpoint: to}, "otlp_http_json", to},
		{Config{Protocol: GRPC, Endpoint: to, Socket: "/s"}, "otlp_grpc", nil},
		{Config{Protocol: GRPC, Endpoint: to, File: "f"}, "otlp_file", nil},
	} {
		if kind, server := tt.cfg.Exporter(); kind != tt.kind || server != tt.to {
			t.Errorf("%s to %v, want %s to %v", kind, server, tt.kind, tt.to)
		}
	}
}
