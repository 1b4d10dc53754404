// Apionly is instrumented by hand, and leaves it to others to set up an SDK.
package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
)

func main() {
	leaf := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, span := otel.Tracer("mine").Start(r.Context(), "step", trace.WithSpanKind(trace.SpanKindInternal))
		span.End()
	})
	s := httptest.NewServer(otelhttp.NewHandler(leaf, "theirs"))
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		panic(err)
	}
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(res.StatusCode)
}
