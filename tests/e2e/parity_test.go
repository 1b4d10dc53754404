package e2e

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"otel.tool/tests/e2e/collect"
)

// What programs notice of us, and where it is held, plain against woven unless said otherwise:
//
//	SIGTERM, SIGINT, with a handler and a drain of the program's, and without   TestExit (wait, serving, handler, context, shutdown, ...)
//	signals ignored, reset, stopped; SIGHUP, SIGQUIT, SIGKILL; SIGPIPE          TestExit, TestExitPipe
//	the second signal kills                                                     TestExit (twice), internal/exit.TestSecondSignalKillsAtOnce
//	os.Exit, log.Fatal, panics, Goexit in main, in goroutines, deferred         TestExit, TestPanicFirst, TestPanicToolchains
//	a request, os.Exit, log.Fatal, a panic, SIGTERM in an init function         TestExit (init...), TestSpanEarly
//	collector refuses, hangs; the name server hangs                             TestExitDown; woven: TestExportDown, TestExportBlackHole
//	collector restarted                                                         woven: TestRealCollectorRestart
//	the program's own TracerProvider: before us, in main, later, twice          woven: TestOwnSDK; all signals: TestOwnSignals
//	OTEL_SDK_DISABLED=true: nothing added                                       TestExit, TestParity, TestContexts; TestExportOff, hook.TestOffAllocatesNothing
//	no span yet: no goroutine, no word                                          TestIdle
//	secrets in argv                                                             TestExit (commandLine)
//
//	goroutines of handlers, during and after the request                        TestContexts, woven: TestSpanGoroutines
//	pools, keep-alive, workers that outlive their request: no dead parent       TestContexts (worker), woven: TestSoak, TestSpanGoroutines
//	a span ended in another goroutine                                           TestContexts (elsewhere), internal/gctx.TestLeaveElsewhereOnlyEnds
//	a million requests without growth                                           woven: TestSoak (make soak)
//	context types of the program's own, with their own end                      TestContexts (custom, ended)
//	the program's pprof labels                                                  TestParity, TestContexts (labels), internal/gctx.TestUserLabelsWin
//
//	HTTP: the writer's interfaces (Flusher, Hijacker, Pusher, ReaderFrom, Unwrap,
//	  ResponseController), types, 1xx, WriteHeader twice, bytes, logs, stacks    TestParity (wire, writer, stack), each kind of connection
//	SSE, WebSocket, CONNECT, hijacked connections, sendfile                     TestParity (stream, websocket, hijack, sendfile)
//	HTTP/2, h2c, TLS                                                            TestParity (writer, request, client, stream, trailers)
//	late routes, patterns, path values                                          TestParity (request), TestRouters, TestFiber
//	redirects, retries, requests used again, the caller's headers               TestParity (redirects, retries, client)
//	trailers, cancelled and failing requests, bodies left unread                TestParity (trailers, client errors, client types, more)
//	ErrAbortHandler, panics, Goexit in handlers                                 TestParity (wire, stack, more)
//	transports, reverse proxies, httptrace                                      TestParity (transports, websocket, trace hooks)
//	otelhttp, otelgrpc, otelgin ... there already                               woven: TestDoubles: one span for each layer is what differs
//	fasthttp, in every way                                                      TestFasthttp
//	gRPC: unary, streams, codes, metadata, trailers, interceptors, stats
//	  handlers, deadlines, panics, connect failures, retries, bufconn, ServeHTTP TestGRPC, at each version
//
//	sql.Open and sql.OpenDB, Conn.Raw types, ErrNoRows, each driver             TestRealSQL
//	ErrSkip, ErrBadConn, panics of drivers                                      TestSQLDriver; spans: hooks/database/sql
//	every form of data source name, no password exported                        woven: hooks/database/sql.TestDSN, TestRealSQL
//	Redis: AUTH, HELLO, values, pipelines, transactions, cluster, ring, pub/sub TestRealRedis, at each version
//	ids in a log line, once; nothing else differs                               TestLogs, TestLoggers (with -all at each version)

// TestParity runs testdata/parity plain and woven: the bytes on the wire, types
// and interfaces, errors, logs, line numbers and stack traces are the same,
// while spans are being made, and while we are turned off. (Ids in lines of logs are asked not to be there.)
func TestParity(t *testing.T) {
	t.Parallel()
	p := built(t, "parity")
	plain := (&app{t: t, dir: suite}).must(p.plain)
	for _, row := range []struct {
		name  string
		env   string
		spans bool
	}{
		{"tracing", "OTEL_TRACES_SAMPLER=always_on", true},
		{"unsampled", "OTEL_TRACES_SAMPLER=always_off", false},
		{"disabled", "OTEL_SDK_DISABLED=true", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := collect.Start(t)
			woven := (&app{t: t, dir: suite}).must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, "OTEL_GO_LOG_LINES=never", row.env, p.woven)
			if d := diff(plain.out, woven.out); d != "" {
				t.Errorf("standard output, - plain, + woven:\n%s", d)
			}
			if d := diff(plain.err, woven.err); d != "" {
				t.Errorf("standard error, - plain, + woven:\n%s", d)
			}
			if spans := c.Spans(); (len(spans) > 50) != row.spans {
				t.Errorf("%d spans", len(spans))
			}
		})
	}
}

// TestExit ends testdata/exits in every way that a program can end: exit code,
// signal and output are those of the plain program, and no span is lost; none holds what
// stands on the command line. Turned off, we leave nothing else behind.
func TestExit(t *testing.T) {
	t.Parallel()
	const (
		kept = iota // all spans arrive
		may         // spans may be lost: the runtime is not in a state to send
		lost        // spans cannot be saved
	)
	rows := []struct {
		way    string
		signal []syscall.Signal // sent one after another, when it is ready
		spans  int              // kept, may or lost
	}{
		{"return", nil, kept},
		{"exit0", nil, kept},
		{"exit3", nil, kept},
		{"fatal", nil, kept},
		{"goexit", nil, kept},
		{"goroutine", nil, kept},
		{"deferred", nil, kept},
		{"panic", nil, kept},
		{"panicErr", nil, kept},
		{"nil", nil, kept},
		{"nested", nil, kept},
		{"goroutinePanic", nil, kept},
		{"panicValue", nil, kept},
		{"panicText", nil, kept},
		{"goroutineFatal", nil, kept},
		{"initExit", nil, kept},
		{"initFatal", nil, kept},
		{"initPanic", nil, kept},
		{"initWait", []syscall.Signal{syscall.SIGTERM}, kept},
		{"mapRace", nil, may},
		{"wait", []syscall.Signal{syscall.SIGTERM}, kept},
		{"wait", []syscall.Signal{syscall.SIGINT}, kept},
		{"wait", []syscall.Signal{syscall.SIGHUP}, may},
		{"wait", []syscall.Signal{syscall.SIGQUIT}, may},
		{"wait", []syscall.Signal{syscall.SIGKILL}, lost},
		{"serving", []syscall.Signal{syscall.SIGTERM}, kept},
		{"handler", []syscall.Signal{syscall.SIGTERM}, kept},
		{"handler", []syscall.Signal{syscall.SIGINT}, kept},
		{"context", []syscall.Signal{syscall.SIGTERM}, kept},
		{"shutdown", []syscall.Signal{syscall.SIGTERM}, kept},
		{"ignore", []syscall.Signal{syscall.SIGTERM}, kept},
		{"reset", []syscall.Signal{syscall.SIGTERM}, kept},
		{"resetAll", []syscall.Signal{syscall.SIGINT}, kept},
		{"resetIgnored", []syscall.Signal{syscall.SIGTERM}, kept},
		{"stopIgnored", []syscall.Signal{syscall.SIGTERM}, kept},
		{"stop", []syscall.Signal{syscall.SIGTERM}, kept},
		{"twice", []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM}, kept},
	}
	p := built(t, "exits")
	for _, row := range rows {
		t.Run(strings.TrimSpace(row.way+" "+fmt.Sprint(row.signal)), func(t *testing.T) {
			t.Parallel()
			if slices.ContainsFunc(row.signal, func(s syscall.Signal) bool { return signal.Ignored(s) }) {
				t.Skip("the signal is ignored here, as under nohup")
			}
			c := collect.Start(t)
			plain := endIn(t, p.plain, row.way, row.signal)
			began := time.Now()
			woven := endIn(t, p.woven, row.way, row.signal, "OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC)
			took := time.Since(began)

			sameEnd(t, row.way, row.signal, plain, woven)
			sameEnd(t, row.way, row.signal, plain, endIn(t, p.woven, row.way, row.signal, "OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, "OTEL_SDK_DISABLED=true"))
			if strings.Contains(fmt.Sprint(c.Spans()), commandLine) {
				t.Errorf("a span holds the command line: %+v", c.Spans())
			}
			want := 2
			if row.way == "serving" {
				want = 3 // the server's span of the request that is being served
			}
			if row.way == "handler" || row.way == "context" || row.way == "shutdown" {
				want = 4 // the drain makes a request as well, or lets one end
			}
			if got := len(c.Spans()); row.spans == kept && got != want {
				t.Errorf("%d spans, want %d:\n%s", got, want, collect.Tree(c.Spans()))
			} else if row.spans == may {
				t.Logf("%d of %d spans arrived", got, want)
			}
			if took > 10*time.Second {
				t.Errorf("took %v to end", took)
			}
		})
	}
}

// sameEnd compares how two runs have ended.
func sameEnd(t *testing.T, way string, signals []syscall.Signal, plain, woven result) {
	t.Helper()
	if plain.code != woven.code || plain.signal != woven.signal {
		t.Errorf("plain: %vwoven: %v", plain, woven)
	}
	if d := diff(plain.out, woven.out); d != "" {
		t.Errorf("standard output, - plain, + woven:\n%s", d)
	}
	if way != "mapRace" && way != "panicText" && !slices.Contains(signals, syscall.SIGQUIT) { // all goroutines, which differ between two plain runs
		if d := diff(stable(plain.err), stable(woven.err)); d != "" {
			t.Errorf("standard error, - plain, + woven:\n%s", d)
		}
	}
}

// commandLine is what endIn gives to the program besides the way, as some give secrets.
const commandLine = "--password=hunter2"

// TestExitDown: a program ends as ever, and soon, where nobody takes its spans: nobody is
// there, or hangs, or cannot be found because the name server hangs.
func TestExitDown(t *testing.T) {
	t.Parallel()
	hole, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hole.Close() })
	p := built(t, "exits")
	term := []syscall.Signal{syscall.SIGTERM}
	for down, endpoint := range map[string]string{"refused": "127.0.0.1:1", "hanging": hole.Addr().String(), "no DNS": "collector.invalid:4317"} {
		for way, signals := range map[string][]syscall.Signal{
			"return": nil, "exit3": nil, "fatal": nil, "goexit": nil, "panic": nil, "goroutinePanic": nil, "initExit": nil, "initPanic": nil,
			"wait": term, "serving": term, "shutdown": term, "handler": term, "context": term, "ignore": term,
		} {
			t.Run(down+" "+way, func(t *testing.T) {
				t.Parallel()
				plain := endIn(t, p.plain, way, signals, "HANG_DNS=1")
				began := time.Now()
				woven := endIn(t, p.woven, way, signals, "HANG_DNS=1", "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+endpoint,
					"OTEL_GO_FLUSH_TIMEOUT=200ms", "OTEL_BSP_SCHEDULE_DELAY=20", "OTEL_LOG_LEVEL=none")
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("took %v to end", took)
				}
				sameEnd(t, way, signals, plain, woven)
			})
		}
	}
}

// TestContexts runs testdata/contexts plain and woven: a context of the program's own type, an
// answer read by another goroutine, labels of profiles, a worker that outlives its request.
func TestContexts(t *testing.T) {
	t.Parallel()
	p := built(t, "contexts")
	plain := (&app{t: t, dir: suite}).must(p.plain)
	for _, off := range []string{"OTEL_TRACES_SAMPLER=always_off", "OTEL_SDK_DISABLED=true"} {
		if woven := (&app{t: t, dir: suite}).must(off, "OTEL_TRACES_EXPORTER=none", p.woven); woven != plain {
			t.Errorf("%s, - plain, + woven:\n%s", off, diff(plain.String(), woven.String()))
		}
	}
	c := collect.Start(t)
	if woven := (&app{t: t, dir: suite}).must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, p.woven); woven != plain {
		t.Errorf("- plain, + woven:\n%s", diff(plain.String(), woven.String()))
	}
	const leaf = "    Client GET|      Server GET /leaf|"
	want := "Client GET|  Server GET /custom|" + leaf + leaf + leaf +
		"Client GET|  Server GET /ended|    Client GET Error|      Server GET /hang|" +
		"Client GET|  Server GET /elsewhere|" + leaf + leaf + leaf +
		"Client GET|  Server GET /labels|" + leaf + leaf +
		"Client GET|  Server GET /start|" +
		"Client GET|  Server GET /worker|" +
		"Client GET|  Server GET /leaf"
	if got := collect.Tree(c.Spans()); got != lines(want) {
		t.Errorf("got\n%swant\n%s", got, lines(want))
	}
}

// endIn runs the program to its end.
func endIn(t *testing.T, bin, way string, signals []syscall.Signal, env ...string) result {
	t.Helper()
	p := &proc{t: t, cmd: exec.Command(bin, way, commandLine), stdout: &output{}, err: &output{}, done: make(chan struct{})}
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Env = environ(append(env, "GOTRACEBACK=single")...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.err
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() { p.cmd.Process.Kill(); <-p.done })
	for i, s := range signals {
		if i == 0 {
			p.line("ready")
		} else {
			p.line("again")
		}
		p.signal(s)
	}
	if way == "ignore" {
		time.Sleep(200 * time.Millisecond)
		stdin.Close()
	}
	return p.wait()
}

// stable takes out of a crash report what changes from run to run.
func stable(trace string) string {
	for _, s := range []struct{ re, with string }{
		{`goroutine \d+`, "goroutine N"},
		{`0x[0-9a-f]+\??`, "0xN"},
		{`\+0xN`, ""},
		{`\d{4}/\d\d/\d\d \d\d:\d\d:\d\d`, "TIME"},
		{`runtime_main|runtime\.gopanic.*`, ""},
	} {
		trace = regexp.MustCompile(s.re).ReplaceAllString(trace, s.with)
	}
	return trace
}

// TestPanicFirst: what ends the program after a panic has, while the flush before the panic's
// report is still waiting for a receiver, does not change how it ends.
func TestPanicFirst(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := built(t, "exits")
	plain := endIn(t, p.plain, "panicFirst", nil)
	woven := endIn(t, p.woven, "panicFirst", nil,
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://"+l.Addr().String(), "OTEL_GO_FLUSH_TIMEOUT=3s", "OTEL_LOG_LEVEL=none")
	if plain.code != 2 || woven.code != 2 || stable(plain.err) != stable(woven.err) {
		t.Errorf("plain: %vwoven: %v", plain, woven)
	}
}

// TestPanicToolchains: the way by which a panic is seen is there in every Go release.
func TestPanicToolchains(t *testing.T) {
	t.Parallel()
	for _, version := range ends() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			haveToolchain(t, version)
			a := newApp(t, "exits")
			a.env = []string{"GOTOOLCHAIN=" + version}
			c := collect.Start(t)
			end := endIn(t, a.woven(), "goroutinePanic", nil, "OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC)
			if n := len(c.Spans()); n != 2 || end.code != 2 {
				t.Errorf("%d spans, want 2; %v", n, end)
			}
		})
	}
}

// TestExitPipe: a program whose standard output is closed dies of it as before.
func TestExitPipe(t *testing.T) {
	t.Parallel()
	var ends []result
	p := built(t, "exits")
	for _, bin := range []string{p.plain, p.woven} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		cmd := exec.Command(bin, "return")
		cmd.Env = environ("OTEL_TRACES_EXPORTER=none")
		cmd.Stdout = w
		cmd.Run()
		w.Close()
		ends = append(ends, ended(cmd, "", ""))
	}
	if ends[0] != ends[1] || ends[0].signal != syscall.SIGPIPE {
		t.Errorf("plain: %vwoven: %v", ends[0], ends[1])
	}
}

// TestIdle: a woven program that makes no span has no goroutine more than the
// plain one, and prints nothing.
func TestIdle(t *testing.T) {
	t.Parallel()
	p := built(t, "exits")
	a := &app{t: t, dir: suite, env: []string{"OTEL_SERVICE_NAME=x"}}
	for _, way := range []string{"hello", "goroutines", "args"} {
		plain, woven := a.must(p.plain, way), a.must(p.woven, way)
		if plain != woven {
			t.Errorf("%s: plain: %vwoven: %v", way, plain, woven)
		}
	}
}

// TestUntouched: a program in which no rule finds a target is, byte for byte,
// what go makes of it; and still ends as it did when it deadlocks.
func TestUntouched(t *testing.T) {
	t.Parallel()
	a := emptyApp(t, "go.mod", "module example.com/quiet\n\ngo 1.24\n",
		"main.go", "package main\n\nfunc main() { println(\"quiet\"); select {} }\n")
	plain, woven := a.plain(), a.woven()
	if r, w := a.run(plain), a.run(woven); r.code != w.code || stable(r.err) != stable(w.err) {
		t.Errorf("plain: %vwoven: %v", r, w)
	}
	if hashFile(t, plain) != hashFile(t, woven) {
		t.Errorf("bytes differ: %d and %d", size(t, plain), size(t, woven))
	}
}

// TestDefaults: the program's language version and GODEBUG defaults stay those
// of its go.mod.
func TestDefaults(t *testing.T) {
	t.Parallel()
	// In go 1.21, a loop's variable is one for all its rounds, and
	// http.ServeMux knows no patterns with methods.
	a := emptyApp(t, "go.mod", "module example.com/old\n\ngo 1.21\n", "main.go", `package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { return i })
	}
	fmt.Println(fs[0](), fs[1](), fs[2]())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /x", func(w http.ResponseWriter, r *http.Request) {})
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("GET", "/x", nil))
	fmt.Println(rec.Code)
}
`)
	plain, woven := a.must(a.plain()), a.must("OTEL_TRACES_EXPORTER=none", a.woven())
	if plain != woven || !strings.HasPrefix(plain.out, "3 3 3\n") {
		t.Errorf("plain: %vwoven: %v", plain, woven)
	}
}

func hashFile(t testing.TB, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func size(t testing.TB, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
