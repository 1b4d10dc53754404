// Doubles is instrumented by hand, with OpenTelemetry's own instrumentations and
// without. Its argument is the section to run; with OWN_SDK=1 it sets up an SDK of
// its own first, which prints its spans at the end.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/contrib/otelfiber/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/mux"
	"github.com/labstack/echo/v4"
	"github.com/valyala/fasthttp"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gorilla/mux/otelmux"
	"go.opentelemetry.io/contrib/instrumentation/github.com/labstack/echo/otelecho"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

var sections = map[string]func(){
	"otelhttp":       func() { serve(otelhttp.NewHandler(leaf, "theirs")) },
	"otelhttp-route": otelhttpRoute,
	"otelgin":        otelGin,
	"otelecho":       otelEcho,
	"otelmux":        otelMux,
	"byhand":         func() { serve(byHand(leaf)) },
	"outer":          func() { serve(outer(otelhttp.NewHandler(leaf, "theirs"))) },
	"root":           root,
	"client":         client,
	"otelgrpc":       otelGRPC,
	"otelfiber":      otelFiber,
	"fasthttp":       func() { serveFast(fastByHand) },
	"fasthttp-step":  func() { serveFast(fastStep) },
	"none":           func() { serve(leaf) },
}

func main() {
	done := func() {}
	if os.Getenv("OWN_SDK") != "" {
		done = ownSDK()
	}
	sections[os.Args[1]]()
	done()
}

// ownSDK is what a program does that knows nothing of us.
func ownSDK() (done func()) {
	memory := tracetest.NewInMemoryExporter()
	tp := sdktrace.NewTracerProvider(sdktrace.WithSyncer(memory))
	otel.SetTracerProvider(tp)
	otel.SetTextMapPropagator(propagation.TraceContext{})
	return func() {
		tp.ForceFlush(context.Background())
		for _, s := range memory.GetSpans() {
			fmt.Printf("span %s %s\n", s.SpanKind, s.Name)
		}
	}
}

// other is a service that is not woven: it answers, and that is all.
var other = func() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}()

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// leaf calls the other service without a context.
var leaf = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	res, err := http.Get(other)
	check(err)
	res.Body.Close()
})

// serve serves one request, which comes without a trace.
func serve(h http.Handler) { request(h, "/items/7", "") }

func request(h http.Handler, path, header string) {
	s := httptest.NewServer(h)
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	check(err)
	defer conn.Close()
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: example.com\r\n%sConnection: close\r\n\r\n", path, header)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	check(err)
	fmt.Println(res.StatusCode)
}

func otelhttpRoute() {
	m := http.NewServeMux()
	m.Handle("GET /items/{id}", otelhttp.NewHandler(leaf, "theirs"))
	serve(m)
}

func otelGin() {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.Use(otelgin.Middleware("service"))
	e.GET("/items/:id", func(c *gin.Context) { leaf(c.Writer, c.Request) })
	serve(e)
}

func otelEcho() {
	e := echo.New()
	e.Use(otelecho.Middleware("service"))
	e.GET("/items/:id", echo.WrapHandler(leaf))
	serve(e)
}

func otelMux() {
	m := mux.NewRouter()
	m.Use(otelmux.Middleware("service"))
	m.Handle("/items/{id}", leaf)
	serve(m)
}

// byHand is a middleware as people write it.
func byHand(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := otel.GetTextMapPropagator().Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := otel.Tracer("mine").Start(ctx, "theirs", trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		ctx, step := otel.Tracer("mine").Start(ctx, "step")
		defer step.End()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// outer makes a call with the request's context after theirs has ended.
func outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		req, _ := http.NewRequestWithContext(r.Context(), "GET", other, nil)
		res, err := http.DefaultClient.Do(req)
		check(err)
		res.Body.Close()
	})
}

// root is a request that comes with a trace.
func root() {
	request(otelhttp.NewHandler(leaf, "theirs"), "/", "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n")
}

func client() {
	c := http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}
	res, err := c.Get(other)
	check(err)
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
}

func otelFiber() {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(otelfiber.Middleware())
	app.Get("/items/:id", func(c *fiber.Ctx) error {
		_, step := otel.Tracer("mine").Start(c.UserContext(), "step")
		defer step.End()
		fastLeaf()
		return nil
	})
	serveFast(app.Handler())
}

// fastLeaf calls the other service with fasthttp.
func fastLeaf() {
	_, _, err := fasthttp.Get(nil, other)
	check(err)
}

// fastByHand is a handler as people write it, who have no context.
func fastByHand(c *fasthttp.RequestCtx) {
	h := propagation.HeaderCarrier{}
	c.Request.Header.VisitAll(func(k, v []byte) { http.Header(h).Add(string(k), string(v)) })
	ctx := otel.GetTextMapPropagator().Extract(context.Background(), h)
	ctx, span := otel.Tracer("mine").Start(ctx, "theirs", trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	_, step := otel.Tracer("mine").Start(ctx, "step")
	defer step.End()
	fastLeaf()
}

// fastStep begins a span from fasthttp's own context.
func fastStep(c *fasthttp.RequestCtx) {
	_, step := otel.Tracer("mine").Start(c, "step")
	defer step.End()
	fastLeaf()
}

// serveFast is serve for fasthttp.
func serveFast(h fasthttp.RequestHandler) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	s := &fasthttp.Server{Handler: h}
	go s.Serve(l)
	conn, err := net.Dial("tcp", l.Addr().String())
	check(err)
	fmt.Fprint(conn, "GET /items/7 HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	check(err)
	fmt.Println(res.StatusCode)
	check(s.Shutdown())
}

func otelGRPC() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	s := grpc.NewServer(grpc.StatsHandler(otelgrpc.NewServerHandler()))
	healthpb.RegisterHealthServer(s, health.NewServer())
	go s.Serve(l)
	cc, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()))
	check(err)
	_, err = healthpb.NewHealthClient(cc).Check(context.Background(), &healthpb.HealthCheckRequest{})
	check(err)
	cc.Close()
	s.GracefulStop()
}
