// Grpc makes calls in every way that google.golang.org/grpc knows, and prints what
// both sides can notice of them. Its arguments are the sections to run; without,
// all are.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

var sections = []struct {
	name string
	run  func()
}{
	{"unary", unary},
	{"streams", streams},
	{"codes", allCodes},
	{"metadata", headers},
	{"interceptors", interceptors},
	{"stats", statsHandlers},
	{"deadline", deadline},
	{"cancel", cancelled},
	{"abandon", abandoned},
	{"unknown", unknown},
	{"catchall", catchAll},
	{"panic", panics},
	{"refused", refused},
	{"retry", retries},
	{"bufconn", buffered},
	{"workers", workers},
	{"http", overHTTP},
	{"nested", nested},
	{"health", healthCheck},
	{"closed", closedConn},
}

func main() {
	for _, s := range sections {
		if len(os.Args) == 1 || slices.Contains(os.Args[1:], s.name) {
			fmt.Printf("== %s\n", s.name)
			s.run()
		}
	}
	// A server that has answered may not have returned yet, and older releases'
	// Stop does not wait for it.
	time.Sleep(300 * time.Millisecond)
}

// show prints what changes from run to run in a way that does not.
func show(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	text = regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(text, "HOST:PORT")
	fmt.Println(regexp.MustCompile(`0x[0-9a-f]+`).ReplaceAllString(text, "0xN"))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

type text = wrapperspb.StringValue

// The service, as protoc would have written it.

type echoServer struct{ conn *grpc.ClientConn }

type echoer interface {
	Get(context.Context, *text) (*text, error)
}

var desc = grpc.ServiceDesc{
	ServiceName: "test.Echo",
	HandlerType: (*echoer)(nil),
	Methods: []grpc.MethodDesc{{MethodName: "Get", Handler: func(srv any, ctx context.Context, dec func(any) error, i grpc.UnaryServerInterceptor) (any, error) {
		in := new(text)
		if err := dec(in); err != nil {
			return nil, err
		}
		handle := func(ctx context.Context, req any) (any, error) { return srv.(echoer).Get(ctx, req.(*text)) }
		if i == nil {
			return handle(ctx, in)
		}
		return i(ctx, in, &grpc.UnaryServerInfo{Server: srv, FullMethod: "/test.Echo/Get"}, handle)
	}}},
	Streams: []grpc.StreamDesc{
		{StreamName: "Down", Handler: down, ServerStreams: true},
		{StreamName: "Up", Handler: up, ClientStreams: true},
		{StreamName: "Both", Handler: both, ServerStreams: true, ClientStreams: true},
	},
}

// first is true once.
func first() bool { return attempts.Add(1) == 1 }

var attempts atomic.Int32

func (e *echoServer) Get(ctx context.Context, in *text) (*text, error) {
	if in.Value == "twice" && first() {
		return nil, status.Error(codes.Unavailable, "once more")
	}
	md, _ := metadata.FromIncomingContext(ctx)
	p, _ := peer.FromContext(ctx)
	auth := "none"
	if p.AuthInfo != nil {
		auth = p.AuthInfo.AuthType()
	}
	_ = grpc.SetHeader(ctx, metadata.Pairs("seen", keys(md), "peer", p.Addr.Network(), "auth", auth))
	_ = grpc.SetTrailer(ctx, metadata.Pairs("method", method(ctx), "bin-bin", "\x00\x01"))
	return answer(ctx, in.Value, e.conn)
}

func method(ctx context.Context) string {
	m, _ := grpc.Method(ctx)
	return m
}

// answer does what a request asks for.
func answer(ctx context.Context, what string, conn *grpc.ClientConn) (*text, error) {
	word, rest, _ := strings.Cut(what, " ")
	switch word {
	case "fail":
		var code codes.Code
		if err := code.UnmarshalJSON([]byte(`"` + rest + `"`)); err != nil {
			return nil, err
		}
		st, _ := status.New(code, "as asked").WithDetails(wrapperspb.String("detail"))
		return nil, st.Err()
	case "plain":
		return nil, errors.New("a plain error")
	case "context":
		return nil, context.DeadlineExceeded
	case "panic":
		panic("oops")
	case "slow":
		<-ctx.Done()
		return nil, ctx.Err()
	case "call":
		return get(ctx, conn, "ok")
	case "callNoContext":
		return get(context.Background(), conn, "ok")
	case "web":
		res, err := http.Get(rest)
		if err != nil {
			return nil, err
		}
		return wrapperspb.String(res.Status), res.Body.Close()
	}
	return wrapperspb.String("echo " + what), nil
}

func down(srv any, s grpc.ServerStream) error {
	in := new(text)
	if err := s.RecvMsg(in); err != nil {
		return err
	}
	check(s.SetHeader(metadata.Pairs("stream", "down")))
	for i := range 3 {
		out, err := answer(s.Context(), in.Value, nil)
		if err != nil && i > 0 || err != nil && in.Value != "fail DATA_LOSS" {
			return err
		}
		if err := s.SendMsg(out); err != nil {
			return err
		}
	}
	s.SetTrailer(metadata.Pairs("stream", "done"))
	return nil
}

func up(srv any, s grpc.ServerStream) error {
	var all []string
	for {
		in := new(text)
		err := s.RecvMsg(in)
		if err == io.EOF {
			return s.SendMsg(wrapperspb.String(strings.Join(all, ",")))
		}
		if err != nil {
			return err
		}
		all = append(all, in.Value)
		if _, err := answer(s.Context(), in.Value, nil); err != nil {
			return err
		}
	}
}

func both(srv any, s grpc.ServerStream) error {
	for {
		in := new(text)
		err := s.RecvMsg(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		out, err := answer(s.Context(), in.Value, nil)
		if err != nil {
			return err
		}
		if err := s.SendMsg(out); err != nil {
			return err
		}
	}
}

// serve starts a server; conn, which calls it, is the handlers' too.
func serve(opts ...grpc.ServerOption) *running { return serveOn(listen(), "", nil, opts...) }

type running struct {
	*grpc.Server
	echo *echoServer
	addr string
	dial []grpc.DialOption
}

func listen() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return l
}

func serveOn(l net.Listener, addr string, dial []grpc.DialOption, opts ...grpc.ServerOption) *running {
	if addr == "" {
		addr = l.Addr().String()
	}
	s := &running{grpc.NewServer(opts...), &echoServer{}, addr, dial}
	s.RegisterService(&desc, s.echo)
	healthpb.RegisterHealthServer(s, health.NewServer())
	go s.Serve(l)
	s.echo.conn = s.connect()
	return s
}

func (s *running) connect(opts ...grpc.DialOption) *grpc.ClientConn {
	return connect(s.addr, append(opts, s.dial...)...)
}

func (s *running) stop() {
	s.echo.conn.Close()
	s.GracefulStop()
}

func connect(addr string, opts ...grpc.DialOption) *grpc.ClientConn {
	cc, err := grpc.Dial(addr, append([]grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}, opts...)...)
	check(err)
	return cc
}

func get(ctx context.Context, cc *grpc.ClientConn, what string, opts ...grpc.CallOption) (*text, error) {
	out := new(text)
	err := cc.Invoke(ctx, "/test.Echo/Get", wrapperspb.String(what), out, opts...)
	return out, err
}

// call makes a unary call and prints all that comes back.
func call(ctx context.Context, cc *grpc.ClientConn, what string, opts ...grpc.CallOption) {
	var header, trailer metadata.MD
	var p peer.Peer
	out, err := get(ctx, cc, what, append(opts, grpc.Header(&header), grpc.Trailer(&trailer), grpc.Peer(&p))...)
	show("%s: %q %s header %s trailer %s peer %v", what, out.Value, failure(err), pairs(header), pairs(trailer), p.Addr)
}

// failure shows an error: its type, and what status says it is.
func failure(err error) string {
	if err == nil {
		return "ok"
	}
	if err == io.EOF {
		return "EOF"
	}
	st, ok := status.FromError(err)
	return fmt.Sprintf("%T %v %s %q %d details", err, ok, st.Code(), st.Message(), len(st.Details()))
}

// propagated is what a traced call sends besides.
var propagated = []string{"traceparent", "tracestate", "baggage"}

func keys(md metadata.MD) string {
	var all []string
	for k, v := range md {
		if !slices.Contains(propagated, k) {
			all = append(all, fmt.Sprintf("%s*%d", k, len(v)))
		}
	}
	sort.Strings(all)
	return strings.Join(all, " ")
}

func pairs(md metadata.MD) string {
	var all []string
	for k, v := range md {
		if !slices.Contains(propagated, k) {
			all = append(all, fmt.Sprintf("%s=%q", k, v))
		}
	}
	sort.Strings(all)
	return strings.Join(all, " ")
}

func unary() {
	s := serve()
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	call(context.Background(), cc, "ok")
	call(context.Background(), cc, "plain")
	call(context.Background(), cc, "context")
}

func streams() {
	s := serve()
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	for _, row := range []struct {
		stream int
		send   []string
	}{
		{0, []string{"ok"}},
		{0, []string{"fail NOT_FOUND"}},
		{1, []string{"a", "b"}},
		{1, []string{"a", "fail ABORTED"}},
		{2, []string{"a", "b", "c"}},
		{2, []string{"a", "fail INTERNAL"}},
	} {
		stream(context.Background(), cc, desc.Streams[row.stream], row.send...)
	}
}

// stream makes a call of a stream, and reads all answers.
func stream(ctx context.Context, cc *grpc.ClientConn, d grpc.StreamDesc, send ...string) {
	cs, err := cc.NewStream(ctx, &d, "/test.Echo/"+d.StreamName)
	show("%s: %T %s", d.StreamName, cs, failure(err))
	if err != nil {
		return
	}
	for _, what := range send {
		if err := cs.SendMsg(wrapperspb.String(what)); err != nil && err != io.EOF {
			show("send %s", failure(err))
		}
	}
	check(cs.CloseSend())
	for err == nil {
		out := new(text)
		if err = cs.RecvMsg(out); err == nil {
			show("got %q", out.Value)
		} else {
			show("end %s", failure(err))
		}
		if !d.ServerStreams {
			break
		}
	}
	header, err := cs.Header()
	show("header %s %s trailer %s", pairs(header), failure(err), pairs(cs.Trailer()))
}

func allCodes() {
	s := serve()
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	for _, code := range []string{
		"CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
		"FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
	} {
		call(context.Background(), cc, "fail "+code)
	}
}

func headers() {
	s := serve()
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	ctx := metadata.NewOutgoingContext(context.Background(), metadata.MD{"a": {"1", "2"}, "b-bin": {"\x00"}})
	call(ctx, cc, "ok")
	call(metadata.AppendToOutgoingContext(ctx, "a", "3", "C", "4"), cc, "ok")
	md, _ := metadata.FromOutgoingContext(ctx)
	show("still %s", pairs(md))
	// what no peer may see is refused as before
	call(metadata.NewOutgoingContext(context.Background(), metadata.MD{"Ümlaut": {"1"}}), cc, "ok")
	call(metadata.AppendToOutgoingContext(context.Background(), "a", "\x01"), cc, "ok")
	// a trace that is passed on by hand
	parent := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	call(metadata.AppendToOutgoingContext(context.Background(), "traceparent", parent, "a", "1"), cc, "ok")
}

func interceptors() {
	var mu sync.Mutex
	var order []string
	note := func(what string) { mu.Lock(); order = append(order, what); mu.Unlock() }
	s := serve(
		grpc.ChainUnaryInterceptor(
			func(ctx context.Context, req any, info *grpc.UnaryServerInfo, h grpc.UnaryHandler) (any, error) {
				note("server 1 " + info.FullMethod)
				return h(ctx, req)
			},
			func(ctx context.Context, req any, info *grpc.UnaryServerInfo, h grpc.UnaryHandler) (any, error) {
				note("server 2")
				return h(ctx, req)
			}),
		grpc.StreamInterceptor(func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, h grpc.StreamHandler) error {
			note(fmt.Sprintf("stream %s %v %v", info.FullMethod, info.IsClientStream, info.IsServerStream))
			return h(srv, ss)
		}))
	defer s.stop()
	cc := s.connect(
		grpc.WithUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			note("client " + method)
			return invoke(ctx, method, req, reply, cc, opts...)
		}),
		grpc.WithStreamInterceptor(func(ctx context.Context, d *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			note("client stream " + method)
			return streamer(ctx, d, cc, method, opts...)
		}))
	defer cc.Close()
	call(context.Background(), cc, "ok")
	stream(context.Background(), cc, desc.Streams[2], "a")
	mu.Lock()
	defer mu.Unlock()
	show("%s", strings.Join(order, "\n"))
}

func deadline() {
	s := serve()
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	for _, what := range []string{"slow", "ok"} {
		_, err := get(ctx, cc, what)
		show("%T %s", err, status.Code(err))
		<-ctx.Done() // the server's clock may have been ahead; for the second call it is too late
	}
}

func cancelled() {
	s := serve()
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cs, err := cc.NewStream(ctx, &desc.Streams[2], "/test.Echo/Both")
	check(err)
	check(cs.SendMsg(wrapperspb.String("a")))
	check(cs.RecvMsg(new(text)))
	cancel()
	show("%s", failure(cs.RecvMsg(new(text))))
}

// abandoned is a stream that nobody reads to its end.
func abandoned() {
	s := serve()
	defer s.Stop()
	cc := s.connect()
	ctx, cancel := context.WithCancel(context.Background())
	_, err := cc.NewStream(ctx, &desc.Streams[2], "/test.Echo/Both")
	check(err)
	cancel()
	time.Sleep(50 * time.Millisecond)
	cc.Close()
	s.echo.conn.Close()
}

func unknown() {
	s := serve()
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	for _, m := range []string{"/test.Echo/Nothing", "/test.Nobody/Get", "/nothing", ""} {
		show("%q %s", m, failure(cc.Invoke(context.Background(), m, new(text), new(text))))
	}
}

func catchAll() {
	s := serve(grpc.UnknownServiceHandler(func(srv any, ss grpc.ServerStream) error {
		in := new(text)
		if err := ss.RecvMsg(in); err != nil {
			return err
		}
		return ss.SendMsg(wrapperspb.String("caught " + method(ss.Context())))
	}))
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	out := new(text)
	err := cc.Invoke(context.Background(), "/other.Service/Any", wrapperspb.String("x"), out)
	show("%q %s", out.Value, failure(err))
}

func panics() {
	s := serve(grpc.UnaryInterceptor(func(ctx context.Context, req any, info *grpc.UnaryServerInfo, h grpc.UnaryHandler) (out any, err error) {
		defer func() {
			if r := recover(); r != nil {
				err = status.Errorf(codes.Internal, "recovered %v", r)
			}
		}()
		return h(ctx, req)
	}))
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	call(context.Background(), cc, "panic")
}

func refused() {
	l := listen()
	addr := l.Addr().String()
	l.Close()
	cc := connect(addr)
	defer cc.Close()
	_, err := get(context.Background(), cc, "ok")
	show("%T %s", err, status.Code(err))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = get(ctx, cc, "ok", grpc.WaitForReady(true))
	show("%T %s", err, status.Code(err))
}

func retries() {
	s := serve()
	defer s.stop()
	cc := s.connect(grpc.WithDefaultServiceConfig(`{"methodConfig": [{"name": [{"service": "test.Echo"}], "retryPolicy":
		{"maxAttempts": 3, "initialBackoff": "0.001s", "maxBackoff": "0.002s", "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`))
	defer cc.Close()
	call(context.Background(), cc, "twice")
}

func buffered() {
	l := bufconn.Listen(1 << 20)
	s := serveOn(l, "passthrough:///buffer", []grpc.DialOption{
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }),
	})
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	call(context.Background(), cc, "ok")
}

func workers() {
	s := serve(grpc.NumStreamWorkers(2))
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	for range 3 {
		call(context.Background(), cc, "ok")
	}
}

// overHTTP serves with net/http's server instead of gRPC's.
func overHTTP() {
	g := grpc.NewServer()
	g.RegisterService(&desc, &echoServer{})
	h := httptest.NewUnstartedServer(g)
	h.EnableHTTP2 = true
	h.StartTLS()
	defer h.Close()
	creds := credentials.NewClientTLSFromCert(h.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, "example.com")
	cc, err := grpc.Dial(h.Listener.Addr().String(), grpc.WithTransportCredentials(creds))
	check(err)
	defer cc.Close()
	call(context.Background(), cc, "ok")
}

func nested() {
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	s := serve()
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	call(context.Background(), cc, "call")
	call(context.Background(), cc, "callNoContext")
	out, err := get(context.Background(), cc, "web "+web.URL)
	show("%q %s", out.Value, failure(err))
}

func healthCheck() {
	s := serve()
	defer s.stop()
	cc := s.connect()
	defer cc.Close()
	res, err := healthpb.NewHealthClient(cc).Check(context.Background(), &healthpb.HealthCheckRequest{})
	show("%s %s", res.GetStatus(), failure(err))
}

func closedConn() {
	s := serve()
	defer s.stop()
	cc := s.connect()
	cs, err := cc.NewStream(context.Background(), &desc.Streams[2], "/test.Echo/Both")
	check(err)
	cc.Close()
	show("%T", cs.RecvMsg(new(text)))
	call(context.Background(), cc, "ok")
}
