package metrics

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/gctx"
	"otel.tool/runtime/internal/prometheus"
	"otel.tool/runtime/internal/report"
)

// scrapes is a server of our own that Prometheus asks for metrics. It has nothing to
// do with http.DefaultServeMux, and the program's hooks leave it alone.
type scrapes struct {
	reader *sdkmetric.ManualReader
	host   string
	port   int

	mu sync.Mutex
	rm metricdata.ResourceMetrics
}

// begin listens. A port that is taken costs a line, and there are no answers.
func (s *scrapes) begin() {
	address := net.JoinHostPort(s.host, strconv.Itoa(s.port))
	l, err := net.Listen("tcp", address)
	if err != nil {
		report.Line(report.Error, "cannot serve metrics: %v", err)
		return
	}
	report.Line(report.Info, "metrics: served on http://%s/metrics", l.Addr())
	gctx.Without(func() { go s.serve(l) })
}

func (s *scrapes) serve(l net.Listener) {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       5 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0),
		BaseContext:       func(net.Listener) context.Context { return hook.Suppress(context.Background()) },
	}
	err := server.Serve(l)
	report.Line(report.Error, "no longer serving metrics on %s: %v", l.Addr(), err)
}

// ServeHTTP answers GET /metrics.
func (s *scrapes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/metrics" {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "", http.StatusMethodNotAllowed)
		return
	}
	open := wantsOpenMetrics(strings.Join(r.Header["Accept"], ","))
	body, err := s.collect(r.Context(), open)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", prometheus.TextType)
	if open {
		h.Set("Content-Type", prometheus.OpenMetricsType)
	}
	h.Set("Vary", "Accept, Accept-Encoding")
	if quality(strings.Join(r.Header["Accept-Encoding"], ","), "gzip") > 0 {
		h.Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		_, _ = zip.Write(body) // who has gone needs no answer
		_ = zip.Close()
		return
	}
	_, _ = w.Write(body)
}

// collect returns the metrics as they are now.
func (s *scrapes) collect(ctx context.Context, open bool) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := collectScopes(ctx, s.reader, &s.rm); err != nil && len(s.rm.ScopeMetrics) == 0 {
		return nil, err
	}
	var b bytes.Buffer
	err := prometheus.Write(&b, &s.rm, open)
	return b.Bytes(), err
}

// wantsOpenMetrics says whether an Accept header prefers it to plain text.
func wantsOpenMetrics(accept string) bool {
	open := quality(accept, "application/openmetrics-text")
	return open > 0 && open >= quality(accept, "text/plain")
}

// quality is the q (RFC 9110, section 12.4.2) that a header gives to a word in its
// list: 0 if it is not there.
func quality(header, name string) float64 {
	for item := range strings.SplitSeq(header, ",") {
		kind, params, err := mime.ParseMediaType(item)
		if err != nil || kind != name {
			continue
		}
		if text, ok := params["q"]; ok {
			if q, err := strconv.ParseFloat(text, 64); err == nil && q >= 0 && q <= 1 {
				return q
			}
			return 0
		}
		return 1
	}
	return 0
}
