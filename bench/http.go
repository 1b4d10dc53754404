package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// connections is how many keep-alive connections the load comes over.
const connections = 8

// program is what a benchmark of requests loads: one service plain, and the same
// with OpenTelemetry by hand.
type program struct {
	title         string
	plain, byhand string   // folders
	build         []string // environment of the woven build: all signals that the other has
	requests      int      // in a round, unless the user says
	servers       bool     // it needs PostgreSQL and Redis
}

var programs = map[string]program{
	"http":      {title: "one handler", plain: "service", byhand: "byhand", build: []string{"OTEL_GO_SIGNALS=traces,metrics"}, requests: 10000},
	"reference": {title: "the reference service", plain: "reference", byhand: "reference-byhand", build: []string{"OTEL_GO_SIGNALS=all"}, requests: 6400, servers: true},
}

// serviceEnv is the environment of all that is loaded. Nothing is appended to it in its place.
var serviceEnv = slices.Clip([]string{
	"OTEL_SERVICE_NAME=bench",
	"OTEL_BSP_MAX_QUEUE_SIZE=65536", // enough that neither drops
	"OTEL_GO_HTTP_BODY_SIZE=true",   // otelhttp measures the sizes of bodies
	"OTEL_LOGS_EXPORTER=none",       // by hand, log records get the ids and are not exported
})

// subject is one binary in one mode, and what was measured of it.
type subject struct {
	name, bin, env string
	under          []string // the command that it runs under, if any
	loads          []loaded
	sink           *sink

	// While it runs.
	cmd       *exec.Cmd
	addr      string
	said      strings.Builder
	before    time.Duration // of the processor's time
	wall      time.Duration
	latencies []time.Duration
	clients   []*client
}

// loaded is what a server took for its requests.
type loaded struct {
	cost
	allocs float64       // a request
	p99    time.Duration // of the requests' latencies
	memory int64         // peak, in bytes
	spans  float64       // a request
}

// parts is how many parts the requests of a round come in. All servers run, and are sent a part in
// turn: what the machine does besides changes within a second, and so hits each alike. A part is long enough
// that the processor's caches are the server's own for most of it, and the order is another each time, as
// they start too: who comes after the same program finds its code there.
const parts = 5

// benchRequests loads a service: plain, woven, and with OpenTelemetry by hand.
func benchRequests(p program, dir, otel string, rounds, requests int) {
	if requests == 0 {
		requests = p.requests
	}
	bin := func(name string) string { return filepath.Join(dir, name) }
	run(p.plain, nil, "go", "build", "-o", bin("plain"), ".")
	run(p.plain, p.build, otel, "go", "build", "-o", bin("woven"), ".")
	run(p.byhand, nil, "go", "build", "-o", bin("byhand"), ".")

	if p.servers {
		defer startServers()()
	}
	modes := []struct{ name, env string }{
		{"sampled", "OTEL_TRACES_SAMPLER=always_on"},
		{"not sampled", "OTEL_TRACES_SAMPLER=always_off"},
		{"disabled", "OTEL_SDK_DISABLED=true"},
	}
	subjects := []*subject{{name: "plain", bin: bin("plain"), env: modes[0].env}}
	for _, m := range modes {
		subjects = append(subjects,
			&subject{name: "otel, " + m.name, bin: bin("woven"), env: m.env},
			&subject{name: "by hand, " + m.name, bin: bin("byhand"), env: m.env})
	}
	subjects = append(subjects, &subject{name: "plain, again", bin: bin("plain"), env: modes[0].env}) // tells the noise
	for _, s := range subjects {
		s.sink = startSink()
	}
	part := max(1, requests/parts/connections) * connections
	warm := part
	order := rand.New(rand.NewPCG(1, 2))
	for range rounds {
		for _, i := range order.Perm(len(subjects)) {
			s := subjects[i]
			s.start(append(serviceEnv, s.env, "OTEL_EXPORTER_OTLP_ENDPOINT="+s.sink.url), warm)
		}
		for range parts {
			for _, i := range order.Perm(len(subjects)) {
				subjects[i].load(part)
			}
		}
		for _, s := range subjects {
			s.stop(warm, parts*part)
		}
	}
	requests = parts * part
	fmt.Printf("Requests to %s, %d over %d connections; medians of %d rounds\n", p.title, requests, connections, rounds)
	show(subjects, requests)
}

// show prints a row for each subject; the first one is plain, and "share" is what
// ours adds to plain's processor time, of what instrumentation by hand adds.
func show(subjects []*subject, requests int) {
	rows := [][]string{{"", "requests/s", "CPU/request", "of plain", "added", "share", "allocs", "p99", "peak MB", "spans"}}
	plain := subjects[0]
	for i, s := range subjects {
		// Differences and ratios are taken round by round.
		var ratio, share []float64
		var added []time.Duration
		for r, c := range s.loads {
			base := plain.loads[r].cpu
			ratio = append(ratio, float64(c.cpu)/float64(base))
			added = append(added, c.cpu-base)
			if i%2 == 1 && i+1 < len(subjects) {
				share = append(share, float64(c.cpu-base)/float64(subjects[i+1].loads[r].cpu-base))
			}
		}
		row := []string{s.name,
			fmt.Sprintf("%.0f", float64(requests)/of(s, func(l loaded) time.Duration { return l.wall }).Seconds()),
			micros(of(s, func(l loaded) time.Duration { return l.cpu }), requests),
			fmt.Sprintf("%.2f", median(ratio)), micros(median(added), requests), "",
			fmt.Sprintf("%.1f", of(s, func(l loaded) float64 { return l.allocs })),
			of(s, func(l loaded) time.Duration { return l.p99 }).Round(10 * time.Microsecond).String(),
			fmt.Sprintf("%.0f", mega(of(s, func(l loaded) int64 { return l.memory }))),
			fmt.Sprintf("%.2f", of(s, func(l loaded) float64 { return l.spans }))}
		if share != nil {
			row[5] = fmt.Sprintf("%.2f", median(share))
		}
		rows = append(rows, row)
	}
	table(rows)
}

// of is the median of one figure of a subject.
func of[T ~int64 | ~float64](s *subject, figure func(loaded) T) T {
	var v []T
	for _, l := range s.loads {
		v = append(v, figure(l))
	}
	return median(v)
}

func micros(d time.Duration, requests int) string {
	return fmt.Sprintf("%.1f µs", float64(d.Nanoseconds())/1000/float64(requests))
}

func mega(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// start starts the server and sends it requests that are not measured: connections are made, and
// what is made once is made.
func (s *subject) start(env []string, warm int) {
	s.addr = net.JoinHostPort("127.0.0.1", freePort())
	words := append(slices.Clone(s.under), s.bin, s.addr)
	s.cmd = exec.Command(words[0], words[1:]...)
	s.said.Reset()
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = environ(env...), &s.said, os.Stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	check(s.cmd.Start())
	listening(s.bin, s.addr)
	s.clients = nil
	for range connections {
		conn, err := net.Dial("tcp", s.addr)
		check(err)
		s.clients = append(s.clients, &client{conn, bufio.NewReader(conn)})
	}
	s.load(warm)
	s.before, s.wall, s.latencies = s.processorTime(), 0, nil
}

// load sends the server requests.
func (s *subject) load(requests int) {
	began := time.Now()
	var wg sync.WaitGroup
	errs := make(chan error, connections)
	latencies := make([][]time.Duration, connections)
	for i, c := range s.clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var err error
			latencies[i], err = c.ask(s.addr, requests/connections)
			errs <- err
		}()
	}
	wg.Wait()
	s.wall += time.Since(began)
	for range connections {
		check(<-errs)
	}
	s.latencies = append(s.latencies, slices.Concat(latencies...)...)
}

// stop stops the server, and notes what the requests took since start: what it did when nobody
// waited for it included, as the export of its spans is.
func (s *subject) stop(warm, requests int) {
	for _, c := range s.clients {
		check(c.conn.Close())
	}
	check(s.cmd.Process.Signal(syscall.SIGTERM))
	check(s.cmd.Wait())
	mallocs, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimPrefix(s.said.String(), "mallocs ")), 64)
	check(err)
	slices.Sort(s.latencies)
	state := s.cmd.ProcessState
	all := float64(warm + requests)
	s.loads = append(s.loads, loaded{
		cost:   cost{cpu: state.UserTime() + state.SystemTime() - s.before, wall: s.wall},
		allocs: mallocs / all,
		p99:    s.latencies[len(s.latencies)*99/100],
		memory: state.SysUsage().(*syscall.Rusage).Maxrss * 1024,
		spans:  float64(s.sink.spans.Swap(0)) / all,
	})
}

// processorTime is what the server has taken up to now, by the clock that Linux has for each process
// (clock_getcpuclockid(3)).
func (s *subject) processorTime() time.Duration {
	var t syscall.Timespec
	clock := ^s.cmd.Process.Pid<<3 | 2
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&t)), 0); errno != 0 {
		log.Fatalf("clock_gettime: %v", errno)
	}
	return time.Duration(t.Nano())
}

// client is one connection to a server.
type client struct {
	conn net.Conn
	r    *bufio.Reader
}

// ask sends n requests, one after the other, and returns how long each took. It is written by hand to
// leave the processor to the server.
func (c *client) ask(addr string, n int) (latencies []time.Duration, err error) {
	request := []byte("GET /users/42 HTTP/1.1\r\nHost: " + addr + "\r\nUser-Agent: bench\r\n\r\n")
	for range n {
		began := time.Now()
		if _, err := c.conn.Write(request); err != nil {
			return nil, err
		}
		length := 0
		for first := true; ; first = false {
			line, err := c.r.ReadSlice('\n')
			if err != nil {
				return nil, err
			}
			if first && !strings.HasPrefix(string(line), "HTTP/1.1 200 ") {
				return nil, fmt.Errorf("answer %q", line)
			}
			if len(line) == 2 {
				break
			}
			if v, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
				if length, err = strconv.Atoi(strings.TrimSpace(v)); err != nil {
					return nil, err
				}
			}
		}
		if _, err := c.r.Discard(length); err != nil {
			return nil, err
		}
		latencies = append(latencies, time.Since(began))
	}
	return latencies, nil
}

// sink takes OTLP over gRPC, counts the spans and forgets all.
type sink struct {
	url   string
	spans atomic.Int64
}

func startSink() *sink {
	s := &sink{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	s.url = "http://" + l.Addr().String()
	srv := &http.Server{Handler: s, Protocols: new(http.Protocols)}
	srv.Protocols.SetUnencryptedHTTP2(true)
	go srv.Serve(l)
	return s
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	status := "0"
	if err == nil && len(body) < 5 {
		err = errors.New("no message")
	}
	if err == nil && strings.Contains(r.URL.Path, ".trace.") {
		var n int64
		n, err = count(body[5:], 1, 2, 2) // resource_spans, scope_spans, spans
		s.spans.Add(n)
	}
	if err != nil {
		log.Printf("sink: %v", err)
		status = "3" // INVALID_ARGUMENT
	}
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status")
	w.Write(make([]byte, 5)) // an empty message
	w.Header().Set("Grpc-Status", status)
}

// count counts the fields at a path of field numbers in a protobuf message.
func count(msg []byte, path ...uint64) (n int64, err error) {
	for len(msg) > 0 {
		tag, size := binary.Uvarint(msg)
		msg = msg[size:]
		var field []byte
		switch value, size := binary.Uvarint(msg); tag & 7 {
		case 0:
			msg = msg[size:]
			continue
		case 1:
			msg = msg[8:]
			continue
		case 2:
			field, msg = msg[size:size+int(value)], msg[size+int(value):]
		case 5:
			msg = msg[4:]
			continue
		default:
			return n, fmt.Errorf("wire type %d", tag&7)
		}
		switch {
		case tag>>3 != path[0]:
		case len(path) == 1:
			n++
		default:
			inner, err := count(field, path[1:]...)
			if err != nil {
				return n, err
			}
			n += inner
		}
	}
	return n, nil
}
