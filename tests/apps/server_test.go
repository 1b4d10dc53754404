package apps

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A place is where a program runs: its folder, its addresses, and a server that it may ask. Both
// programs, plain and woven, have the same one after another.
type place struct {
	tr          *tree
	dir, server string
	addr        [2]string
}

func newPlace(tr *tree) *place {
	tr.t.Helper()
	return &place{
		tr:     tr,
		dir:    filepath.Join(filepath.Dir(tr.dir), "place"),
		server: healthServer(tr.t),
		addr:   [2]string{freeAddr(tr.t), freeAddr(tr.t)},
	}
}

func (pl *place) clear() {
	pl.tr.t.Helper()
	if err := os.RemoveAll(pl.dir); err != nil {
		pl.tr.t.Fatal(err)
	}
	pl.tr.folder(filepath.Join(pl.dir, "home"))
}

// fill puts the place into a text of the table.
func (pl *place) fill(s string) string {
	port := func(addr string) string { return addr[strings.LastIndex(addr, ":")+1:] }
	return strings.NewReplacer("DIR", pl.dir, "SERVER", pl.server, "ADDR2", pl.addr[1], "ADDR", pl.addr[0],
		"PORT", port(pl.addr[0])).Replace(s)
}

func (pl *place) command(ctx context.Context, bin string, args []string) *exec.Cmd {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = pl.fill(a)
	}
	cmd := exec.CommandContext(ctx, bin, words...)
	cmd.Dir = pl.dir
	cmd.Env = environ(pl.dir, "OTEL_TRACES_EXPORTER=console", "HOME="+filepath.Join(pl.dir, "home"), "NO_COLOR=1")
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// run runs a command that ends by itself.
func (pl *place) run(bin string, args []string) result {
	pl.tr.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := pl.command(ctx, bin, args)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		pl.tr.t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// A running server of a program.
type running struct {
	pl     *place
	cmd    *exec.Cmd
	cancel context.CancelFunc
	ended  chan struct{}
	err    lockedText
}

type lockedText struct {
	sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.Lock()
	defer l.Unlock()
	return l.text.String()
}

// start starts a server and waits until it listens at ADDR.
func (pl *place) start(bin string, args []string) *running {
	t := pl.tr.t
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	s := &running{pl: pl, cmd: pl.command(ctx, bin, args), cancel: cancel, ended: make(chan struct{})}
	s.cmd.Stdout, s.cmd.Stderr = &s.err, &s.err
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cancel)
	go func() {
		s.cmd.Wait()
		close(s.ended)
	}()
	for range 600 {
		c, err := net.Dial("tcp", pl.addr[0])
		if err == nil {
			c.Close()
			return s
		}
		select {
		case <-s.ended:
			t.Fatalf("%v: ended before it served: %s", args, s.err.String())
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Fatalf("%v: nobody listens at %s: %s", args, pl.addr[0], s.err.String())
	return nil
}

// ask returns the status and the body of an answer.
func (s *running) ask(url string) string {
	s.pl.tr.t.Helper()
	client := http.Client{Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	res, err := client.Get(url)
	if err != nil {
		s.pl.tr.t.Fatalf("%v: %s", err, s.err.String())
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.pl.tr.t.Fatal(err)
	}
	return res.Status + "\n" + string(body)
}

// stop asks the server to end. It returns how it ended and all that it wrote.
func (s *running) stop() (end, text string) {
	s.pl.tr.t.Helper()
	defer s.cancel()
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		s.pl.tr.t.Fatalf("does not end: %s", s.err.String())
	}
	return s.cmd.ProcessState.String(), s.err.String()
}

func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// healthServer starts a server that greets, and answers gRPC's health checks: a service whose
// name has "ill" in it does not serve.
func healthServer(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(health), Protocols: new(http.Protocols)}
	srv.Protocols.SetHTTP1(true)
	srv.Protocols.SetUnencryptedHTTP2(true)
	go srv.Serve(ln)
	t.Cleanup(func() { srv.Close() })
	return ln.Addr().String()
}

func health(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Content-Type") != "application/grpc" {
		fmt.Fprintln(w, "hello")
		return
	}
	asked, _ := io.ReadAll(r.Body)
	status := byte(1) // SERVING
	if strings.Contains(string(asked), "ill") {
		status = 2
	}
	message := []byte{1 << 3, status}
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status")
	w.Write(append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...))
	w.Header().Set("Grpc-Status", "0")
}
