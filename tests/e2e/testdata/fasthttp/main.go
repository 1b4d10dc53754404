// Fasthttp serves and sends requests in every way that fasthttp knows, and prints what
// is seen of them: bytes on the wire, headers of requests that are used again, errors.
//
//	fasthttp [SECTION]...
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

var sections = []struct {
	name string
	run  func()
}{
	{"server", server}, {"closed", closed}, {"timeout", timeout}, {"hijack", hijack}, {"recover", recovered}, {"conn", conn}, {"again", again},
	{"client", client}, {"propagated", propagated}, {"redirect", redirect}, {"retry", retry}, {"faults", faults}, {"pipeline", pipeline},
	{"nested", nested}, {"proxy", proxy}, {"secure", secure}, {"many", many}, {"random", random},
}

// What the program may do last, if it is named.
var last = map[string]func(){
	"ready": func() { fmt.Println("ready"); select {} },
	"panic": func() { get(serve(func(*fasthttp.RequestCtx) { panic("oh") }), "/") },
	"exit":  func() { get(serve(func(*fasthttp.RequestCtx) { os.Exit(3) }), "/") },
}

func main() {
	for _, s := range sections {
		if len(os.Args) == 1 || strings.Contains(" "+strings.Join(os.Args[1:], " ")+" ", " "+s.name+" ") {
			fmt.Println("==", s.name)
			s.run()
		}
	}
	if f := last[os.Args[len(os.Args)-1]]; f != nil {
		f()
	}
}

// serve serves h until the program ends, and returns the address.
func serve(h fasthttp.RequestHandler) string { return serveWith(&fasthttp.Server{Handler: h}) }

func serveWith(s *fasthttp.Server) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	s.Logger = quiet{}
	go func() { check(s.Serve(l)) }()
	return l.Addr().String()
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// raw sends text over a connection of its own, and prints all that comes back but the date.
func raw(addr, text string) {
	c, err := net.Dial("tcp", addr)
	check(err)
	defer c.Close()
	_, err = io.WriteString(c, text)
	check(err)
	all, err := io.ReadAll(c)
	check(err)
	for _, line := range strings.SplitAfter(string(all), "\n") {
		if !strings.HasPrefix(line, "Date: ") {
			fmt.Printf("%q\n", strings.ReplaceAll(line, addr, "ADDR"))
		}
	}
}

func get(addr, target string, headers ...string) {
	raw(addr, "GET "+target+" HTTP/1.1\r\nHost: example.com:8080\r\nConnection: close\r\n"+strings.Join(append(headers, ""), "\r\n")+"\r\n")
}

func handler(ctx *fasthttp.RequestCtx) {
	switch string(ctx.Path()) {
	case "/hello":
		ctx.Response.Header.Set("X-Second", "2")
		ctx.Response.Header.Set("X-First", "1")
		fmt.Fprintf(ctx, "%s %s %s", ctx.Method(), ctx.QueryArgs().Peek("name"), ctx.Request.Header.Cookie("session"))
	case "/body":
		ctx.Write(ctx.PostBody())
	case "/stream":
		ctx.SetBodyStreamWriter(func(w *bufio.Writer) { fmt.Fprint(w, "a stream"); w.Flush(); fmt.Fprint(w, " of bytes") })
	case "/broken":
		ctx.Error("broken", 503)
	case "/seen":
		ctx.VisitUserValuesAll(func(k, v any) { fmt.Fprintln(ctx, k, v) })
		fmt.Fprint(ctx, ctx.Request.Header.String(), ctx.Request.URI().String())
	case "/rewritten": // before anything asks for the URI
		ctx.Request.Header.SetRequestURI("/elsewhere")
		fmt.Fprint(ctx, string(ctx.Path()))
	default:
		ctx.NotFound()
	}
}

func server() {
	addr := serve(handler)
	get(addr, "/hello?name=Ann&token=S3CR3T", "Cookie: session=S3CR3T", "User-Agent: probe/1")
	get(addr, "/a//b/../hello%20you")
	get(addr, "http://user:S3CR3T@Other.example/hello?name=x")
	get(addr, "/stream")
	get(addr, "/broken")
	get(addr, "/seen")
	raw(addr, "HEAD /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	raw(addr, "BREW /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	raw(addr, "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	raw(addr, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\nConnection: close\r\n\r\n")
	raw(addr, "GET /hello HTTP/1.0\r\n\r\n")
	raw(addr, "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbodyPOST /body HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
	raw(addr, "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\nbody")

	// Headers as they were sent.
	addr = serveWith(&fasthttp.Server{Handler: handler, DisableHeaderNamesNormalizing: true})
	get(addr, "/seen", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "baggage: a=1", "baggage: b=2")
}

// rewritten and requests that are refused before a handler sees them.
func closed() {
	addr := serveWith(&fasthttp.Server{Handler: handler, MaxRequestBodySize: 2})
	get(addr, "/rewritten")
	raw(addr, "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody")
	raw(addr, "no request\r\n\r\n")
}

func timeout() {
	release := make(chan bool)
	var done sync.WaitGroup
	done.Add(1)
	addr := serve(fasthttp.TimeoutHandler(func(ctx *fasthttp.RequestCtx) {
		if string(ctx.Path()) == "/quick" {
			ctx.SetStatusCode(201)
			return
		}
		<-release
		ctx.SetStatusCode(500) // too late
		ctx.Request.Header.SetMethod("LATE")
		done.Done()
	}, 50*time.Millisecond, "too slow"))
	get(addr, "/slow")
	close(release)
	done.Wait()
	get(addr, "/quick")
}

func hijack() {
	addr := serve(func(ctx *fasthttp.RequestCtx) {
		ctx.HijackSetNoResponse(string(ctx.Path()) == "/silent")
		ctx.SetStatusCode(fasthttp.StatusSwitchingProtocols)
		ctx.Hijack(func(c net.Conn) { fmt.Fprint(c, "hijacked\n") })
	})
	get(addr, "/upgrade")
	get(addr, "/silent")
}

func recovered() {
	addr := serve(func(ctx *fasthttp.RequestCtx) {
		defer func() { ctx.Error(fmt.Sprint("recovered ", recover()), 500) }()
		panic("oh")
	})
	get(addr, "/")
}

// conn serves connections that the program has accepted itself.
func conn() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	s := &fasthttp.Server{Handler: handler, Logger: quiet{}}
	go func() {
		for {
			c, err := l.Accept()
			check(err)
			go func() { check(s.ServeConn(c)) }()
		}
	}()
	for range 2 {
		get(l.Addr().String(), "/hello")
	}
}

// again serves with one server at two addresses, and puts a handler before the other
// between.
func again() {
	s := &fasthttp.Server{Handler: handler, Logger: quiet{}}
	first := serveWith(s)
	get(first, "/hello?name=1")
	inner := s.Handler
	s2 := &fasthttp.Server{Logger: quiet{}, Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.Response.Header.Set("X-Outer", "1")
		inner(ctx)
	}}
	get(serveWith(s2), "/hello?name=2")
	get(serveWith(s), "/hello?name=3")
}

// seen prints a request that has been sent, as the program sees it.
func seen(addr string, req *fasthttp.Request, resp *fasthttp.Response, err error) {
	show := func(s string) string { return strings.ReplaceAll(s, addr, "ADDR") }
	fmt.Printf("%q %v\n", show(req.Header.String()), err)
	if resp != nil && err == nil {
		fmt.Printf("  %d %q\n", resp.StatusCode(), show(string(resp.Body())))
	}
}

func client() {
	addr := serve(handler)
	var c fasthttp.Client
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	req.Header.Set("X-Before", "1")
	for _, path := range []string{"/hello?name=Ann&token=S3CR3T", "/nowhere", "/broken", "/a b//c"} {
		req.SetRequestURI("http://user:S3CR3T@" + addr + path)
		seen(addr, req, resp, c.Do(req, resp))
		req.Header.Set("X-After", "1")
	}
	req.Header.SetMethod("POST")
	req.SetBodyString("body")
	req.SetRequestURI("http://" + addr + "/body")
	seen(addr, req, resp, c.DoTimeout(req, resp, time.Minute))
	seen(addr, req, nil, c.Do(req, nil))
	req.Header.SetMethod("BREW")
	seen(addr, req, nil, c.DoDeadline(req, nil, time.Now().Add(time.Minute)))
	status, body, err := c.Get(nil, "http://"+addr+"/hello?name=get")
	fmt.Println(status, string(body), err)
	args := fasthttp.AcquireArgs()
	args.Set("q", "S3CR3T")
	status, body, err = c.Post(nil, "http://"+addr+"/body", args)
	fmt.Println(status, len(body), err)
	hc := &fasthttp.HostClient{Addr: addr, StreamResponseBody: true}
	req.Reset()
	req.SetRequestURI("http://virtual.example/stream")
	err = hc.Do(req, resp)
	all, _ := io.ReadAll(resp.BodyStream())
	fmt.Println(string(all), err, resp.CloseBodyStream())
}

// propagated sends headers of its own, and prints those that the server gets.
func propagated() {
	addr := serve(func(ctx *fasthttp.RequestCtx) { fmt.Fprint(ctx, string(ctx.Request.Header.Peek("tracestate"))) })
	var c fasthttp.Client
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	req.SetRequestURI("http://" + addr + "/")
	req.Header.Set("X-Before", "1")
	req.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	req.Header.Set("Tracestate", "vendor=1")
	req.Header.Set("X-After", "1")
	seen(addr, req, resp, c.Do(req, resp))
}

func redirect() {
	addr := serve(func(ctx *fasthttp.RequestCtx) {
		switch string(ctx.Path()) {
		case "/1":
			ctx.Redirect("/2", 302)
		case "/2":
			ctx.Redirect("/3", 307)
		default:
			fmt.Fprint(ctx, "there")
		}
	})
	var c fasthttp.Client
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	req.SetRequestURI("http://" + addr + "/1")
	seen(addr, req, resp, c.DoRedirects(req, resp, 5))
	status, body, err := c.Get(nil, "http://"+addr+"/2")
	fmt.Println(status, string(body), err)
	req.SetRequestURI("http://" + addr + "/1")
	seen(addr, req, resp, c.DoRedirects(req, resp, 1))
}

// retry has the server close the first connections.
func retry() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	var n atomic.Int32
	s := &fasthttp.Server{Handler: handler, Logger: quiet{}}
	go func() {
		for {
			c, err := l.Accept()
			check(err)
			if n.Add(1)%3 != 0 {
				c.(*net.TCPConn).CloseWrite()
				go io.Copy(io.Discard, c)
				continue
			}
			go s.ServeConn(c)
		}
	}()
	addr := l.Addr().String()
	var c fasthttp.Client
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	req.SetRequestURI("http://" + addr + "/hello")
	req.SetConnectionClose()
	seen(addr, req, resp, c.Do(req, resp))
	seen(addr, req, resp, c.Do(req, resp))
}

func faults() {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	liar, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		for {
			c, err := liar.Accept()
			check(err)
			go func() {
				_, _ = bufio.NewReader(c).ReadString('\n')
				fmt.Fprint(c, "HTTP/1.1 S3CR3T\r\nS3CR3T\r\n\r\n")
				c.Close()
			}()
		}
	}()
	c := fasthttp.Client{MaxIdemponentCallAttempts: 1}
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	for _, addr := range []string{"127.0.0.1:1", silent.Addr().String(), liar.Addr().String()} {
		req.SetRequestURI("http://" + addr + "/?key=S3CR3T")
		err := c.DoTimeout(req, resp, 300*time.Millisecond)
		var op *net.OpError
		fmt.Println(strings.ReplaceAll(req.Header.String(), addr, "ADDR"), err != nil, errors.Is(err, fasthttp.ErrTimeout), errors.As(err, &op))
	}
	hc := &fasthttp.HostClient{Addr: "127.0.0.1:1", IsTLS: true}
	req.SetRequestURI("http://127.0.0.1:1/")
	fmt.Println(hc.Do(req, resp))
	req.SetRequestURI("::not a url")
	fmt.Println(c.Do(req, resp) != nil)
}

func pipeline() {
	addr := serve(handler)
	c := &fasthttp.PipelineClient{Addr: addr, Logger: quiet{}}
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	req.SetRequestURI("http://" + addr + "/hello?name=Ann")
	seen(addr, req, resp, c.Do(req, resp))
	seen(addr, req, resp, c.DoTimeout(req, resp, time.Minute))
	seen(addr, req, nil, c.Do(req, nil))
	req.SetRequestURI("http://" + addr + "/broken")
	seen(addr, req, resp, c.Do(req, resp))
}

// nested calls another server from a handler, from a goroutine of it, and from one that
// a timeout is waited for.
func nested() {
	far := serve(handler)
	call := func() string {
		status, _, err := fasthttp.Get(nil, "http://"+far+"/hello")
		return fmt.Sprint(status, err)
	}
	addr := serve(func(ctx *fasthttp.RequestCtx) {
		fmt.Fprintln(ctx, call())
		answer := make(chan string)
		go func() { answer <- call() }()
		fmt.Fprintln(ctx, <-answer)
	})
	get(addr, "/")
	get(serve(fasthttp.TimeoutHandler(func(ctx *fasthttp.RequestCtx) { fmt.Fprintln(ctx, call()) }, time.Minute, "")), "/timeout")
}

// proxy passes on the very request that it is serving.
func proxy() {
	far := serve(handler)
	c := &fasthttp.HostClient{Addr: far}
	addr := serve(func(ctx *fasthttp.RequestCtx) {
		ctx.Request.Header.Del("Connection")
		err := c.Do(&ctx.Request, &ctx.Response)
		ctx.Response.Header.Set("X-Request", fmt.Sprintf("%q %v", ctx.Request.Header.String(), err))
	})
	get(addr, "/hello?name=Ann", "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
}

func secure() {
	cert, key, err := fasthttp.GenerateTestCertificate("localhost")
	check(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	s := &fasthttp.Server{Handler: handler, Logger: quiet{}}
	go func() { check(s.ServeTLSEmbed(l, cert, key)) }()
	c := &fasthttp.Client{TLSConfig: &tls.Config{InsecureSkipVerify: true}}
	status, body, err := c.Get(nil, "https://"+l.Addr().String()+"/hello?name=tls")
	fmt.Println(status, string(body), err)
}

// many sends many requests at once: each answer is that of its request.
func many() {
	far := serve(func(ctx *fasthttp.RequestCtx) { ctx.Write(ctx.QueryArgs().Peek("n")) })
	addr := serve(func(ctx *fasthttp.RequestCtx) {
		_, body, err := fasthttp.Get(nil, "http://"+far+"/?n="+string(ctx.QueryArgs().Peek("n")))
		check(err)
		ctx.Write(body)
	})
	var wg sync.WaitGroup
	var wrong atomic.Int32
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 50 {
				n := fmt.Sprint(g, "-", i)
				_, body, err := fasthttp.Get(nil, "http://"+addr+"/?n="+n)
				if err != nil || !bytes.Equal(body, []byte(n)) {
					wrong.Add(1)
				}
			}
		}()
	}
	wg.Wait()
	fmt.Println(wrong.Load(), "wrong")
}

// random sends methods, paths and hosts that are never the same.
func random() {
	addr := serve(handler)
	var c fasthttp.HostClient
	c.Addr = addr
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	for i := range 300 {
		req.Header.SetMethod(fmt.Sprint("M", i))
		req.SetRequestURI(fmt.Sprintf("http://h%d.example/p%d?q%d=%d", i, i, i, i))
		check(c.Do(req, resp))
	}
	fmt.Println("done")
}
