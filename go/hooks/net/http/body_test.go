package http

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// TestBodyHookedTwice: a body may be that of two spans. Whichever way it ends, each ends once, and
// net/http's own functions are back: what was called for it is used for other bodies from then on.
func TestBodyHookedTwice(t *testing.T) {
	rec := record(t)
	s := answer(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat("x", 100000))
		w.(http.Flusher).Flush()
		if r.URL.Path == "/broken" {
			panic(http.ErrAbortHandler)
		}
	})
	spans := 0
	for range 3 {
		for _, path := range []string{"/", "/broken", "/closed"} {
			resp, err := new(http.Client).Get(s.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				_, span := client.BeginEntry(context.Background(), path, trace.SpanKindClient, hook.Nothing)
				c := newClientCall().(*clientCall)
				c.span = span
				c.endWithBody(resp)
			}
			if path != "/closed" {
				if _, err := io.ReadAll(resp.Body); (err != nil) != (path == "/broken") {
					t.Errorf("%s: %v", path, err)
				}
			}
			f := findBodyFields(reflect.TypeOf(resp.Body))
			if err := resp.Body.Close(); err != nil {
				t.Errorf("%s: close: %v", path, err)
			}
			_ = resp.Body.Close()
			spans += 2
			rec.wait(spans)
			early := (*func() error)(f.early.Of(resp.Body))
			if open.head.next != &open.head {
				t.Errorf("%s: a body is left", path)
			}
			if used := clientCalls.Get().(*clientCall); used.at.early != nil || early == nil || *early == nil {
				t.Errorf("%s: a used one is kept as it was", path)
			}
		}
	}
}
