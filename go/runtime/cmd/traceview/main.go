// Traceview receives OTLP traces, from several programs at once, and prints each
// trace as a tree:
//
//	traceview [-listen ADDR,...] [-json] [-wait DURATION] [-n COUNT] [-run] [-slow DURATION]
//
// All three protocols are taken on each address. With -json it prints a span a
// line as it comes, for tests. It ends at an interrupt, or after COUNT traces
// (spans with -json).
//
// With -run it serves `otel run`: it prints the address that it listens at as the only
// line on standard output, the traces on standard error, and a summary at its end, which
// comes with a SIGTERM or when its parent is gone.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"otel.tool/runtime/internal/receive"
	"otel.tool/runtime/internal/tree"
)

func main() {
	listen := flag.String("listen", "localhost:4317,localhost:4318", "addresses to listen on, separated by commas")
	asJSON := flag.Bool("json", false, "print spans as JSON, one a line")
	wait := flag.Duration("wait", 2*time.Second, "print a trace when nothing has been added to it for this long")
	count := flag.Int("n", 0, "end after so many traces (or spans, with -json)")
	run := flag.Bool("run", false, "serve otel run")
	slow := flag.Duration("slow", 0, "print only traces that took as long, or failed")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	v := &viewer{out: os.Stdout, json: *asJSON, wait: *wait, slow: *slow, left: *count, stop: stop, traces: map[string]*trace{}}
	if *run {
		v.out, v.summary, v.parent = os.Stderr, &summary{}, os.Getppid()
	}
	if err := v.serve(ctx, strings.Split(*listen, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "traceview:", err)
		os.Exit(1)
	}
}

// viewer holds the spans that are still to be printed.
type viewer struct {
	out  io.Writer
	json bool
	wait time.Duration
	slow time.Duration
	stop func()

	summary *summary // of -run, else nil
	parent  int      // of -run: the process whose end is ours

	mu     sync.Mutex
	left   int // traces or spans to print before the end; 0 is no end
	traces map[string]*trace
}

type trace struct {
	spans []tree.Span
	last  time.Time // when something was added
}

// serve takes spans until ctx ends, then prints what is left.
func (v *viewer) serve(ctx context.Context, addresses []string) error {
	server := receive.NewServer(v.take)
	for _, address := range addresses {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		if v.summary != nil {
			fmt.Println(l.Addr())
		} else {
			fmt.Fprintln(os.Stderr, "traceview: listening on", l.Addr())
		}
		go func() {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				fmt.Fprintln(os.Stderr, "traceview:", err)
				v.stop()
			}
		}()
	}
	tick := time.NewTicker(max(v.wait/10, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			v.print(v.wait)
			if v.summary != nil && os.Getppid() != v.parent {
				v.stop()
			}
		case <-ctx.Done():
			v.print(0)
			v.summary.write(v.out)
			return server.Close()
		}
	}
}

func (v *viewer) take(spans []receive.Span) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range spans {
		s := &spans[i]
		if v.json {
			if b, err := json.Marshal(s); err == nil {
				fmt.Fprintf(v.out, "%s\n", b)
			} else {
				fmt.Fprintln(os.Stderr, "traceview:", err)
			}
			v.printed()
			continue
		}
		t := v.traces[s.TraceID]
		if t == nil {
			t = &trace{}
			v.traces[s.TraceID] = t
		}
		t.spans = append(t.spans, s.Tree())
		t.last = time.Now()
	}
}

// wants says whether a trace is to be printed: without -slow each is.
func (v *viewer) wants(spans []tree.Span) bool {
	return v.slow == 0 || slices.ContainsFunc(spans, func(s tree.Span) bool {
		return s.Error || s.Duration >= v.slow
	})
}

// printed counts what has been printed; v.mu is held.
func (v *viewer) printed() {
	v.left--
	if v.left == 0 {
		v.stop()
	}
}

// print writes the traces to which nothing was added for as long as quiet.
func (v *viewer) print(quiet time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var ready []tree.Span
	for id, t := range v.traces {
		if time.Since(t.last) >= quiet {
			ready = append(ready, t.spans...)
			delete(v.traces, id)
		}
	}
	for _, spans := range tree.Split(ready) {
		v.summary.add(spans)
		if !v.wants(spans) {
			continue
		}
		if err := tree.Write(v.out, spans, 0, tree.Colourful(v.out)); err != nil {
			fmt.Fprintln(os.Stderr, "traceview:", err)
			v.stop()
			return
		}
		fmt.Fprintln(v.out)
		v.printed()
	}
}
