package http

import (
	"net/http"
	"testing"

	"otel.tool/runtime/hook/httpconv"
)

// TestHeaders: each side records the headers that its variables name.
func TestHeaders(t *testing.T) {
	for _, name := range []string{"SERVER_CAPTURE_REQUEST", "SERVER_CAPTURE_RESPONSE", "CLIENT_CAPTURE_REQUEST", "CLIENT_CAPTURE_RESPONSE"} {
		t.Setenv("OTEL_INSTRUMENTATION_HTTP_"+name+"_HEADERS", "X-Sent, X-Answered")
	}
	httpconv.SetOptions()
	t.Cleanup(httpconv.SetOptions)
	rec := record(t)
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("X-Answered", "1")
		w.Header().Add("X-Answered", "2")
	})
	req, _ := http.NewRequest("GET", srv.URL, nil)
	req.Header.Set("X-Sent", "yes")
	resp, err := tracedClient(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	for _, s := range rec.wait(2) {
		got := map[string][]string{}
		for _, kv := range s.Attributes() {
			got[string(kv.Key)] = kv.Value.AsStringSlice()
		}
		sent, answered := got["http.request.header.x-sent"], got["http.response.header.x-answered"]
		if len(sent) != 1 || sent[0] != "yes" || len(answered) != 2 || answered[1] != "2" {
			t.Errorf("%s: sent %v, answered %v", s.SpanKind(), sent, answered)
		}
	}
}
