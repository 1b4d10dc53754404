//go:build unix

package exit

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var prog string

func TestMain(m *testing.M) {
	// A program that we start inherits what is ignored here (nohup make test), not what is handled.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM)

	dir, err := os.MkdirTemp("", "exit")
	if err == nil {
		prog = filepath.Join(dir, "prog")
		cmd := exec.Command("go", "build", "-ldflags=-checklinkname=0", "-o", prog, "./testdata/prog")
		cmd.Stderr = os.Stderr
		err = cmd.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// ending is what others see of how a process ended.
type ending struct {
	status string // as os/exec words it
	stdout string // its lines, joined by spaces
	stderr string
	took   time.Duration
}

// run runs prog and, once it says that it is ready, sends the signals.
func run(t *testing.T, how string, sigs []syscall.Signal, env ...string) ending {
	t.Helper()
	cmd := exec.Command(prog, how)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	r := bufio.NewReader(out)
	var lines []string
	if sigs != nil {
		if line, _ := r.ReadString('\n'); line != "ready\n" {
			t.Fatalf("prog %s said %q", how, line)
		}
		start = time.Now()
	}
	for i, s := range sigs {
		if i > 0 {
			time.Sleep(150 * time.Millisecond)
		}
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	rest, _ := io.ReadAll(r)
	lines = strings.Fields(string(rest))
	_ = cmd.Wait()
	return ending{cmd.ProcessState.String(), strings.Join(lines, " "), stderr.String(), time.Since(start)}
}

func TestEndings(t *testing.T) {
	term, intr := syscall.SIGTERM, syscall.SIGINT
	tests := []struct {
		how    string
		sigs   []syscall.Signal
		status string
		stdout string
	}{
		{"return", nil, "exit status 0", "ended flushed last"},
		{"exit", nil, "exit status 3", "ended flushed last"},
		{"fatal", nil, "exit status 1", "ended flushed last"},
		{"panic", nil, "exit status 2", ""},
		{"goexit", nil, "exit status 4", "ended flushed last"},
		{"wait", []syscall.Signal{term}, "signal: terminated", "ended flushed last"},
		{"wait", []syscall.Signal{intr}, "signal: interrupt", "ended flushed last"},
		{"wait", []syscall.Signal{syscall.SIGHUP}, "signal: hangup", ""},
		{"own", []syscall.Signal{term}, "exit status 0", "flushed drained ended flushed last"},
		{"own", []syscall.Signal{intr}, "signal: interrupt", "ended flushed last"},
		{"context", []syscall.Signal{term}, "exit status 0", "flushed drained ended flushed last"},
		{"context", []syscall.Signal{term, term}, "signal: terminated", "flushed ended flushed last"},
		{"reset", []syscall.Signal{term}, "signal: terminated", "ended flushed last"},
		{"ignored", []syscall.Signal{term}, "exit status 0", "ended flushed last"},
		{"ignored", []syscall.Signal{term, intr}, "signal: interrupt", "ended flushed last"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.how, tt.sigs), func(t *testing.T) {
			t.Parallel()
			got := run(t, tt.how, tt.sigs)
			plain := run(t, tt.how, tt.sigs, "PLAIN=1")
			if got.status != tt.status || got.status != plain.status {
				t.Errorf("ended by %q, want %q; plain by %q", got.status, tt.status, plain.status)
			}
			if got.stdout != tt.stdout {
				t.Errorf("wrote %q, want %q", got.stdout, tt.stdout)
			}
			if got.stderr != plain.stderr {
				t.Errorf("standard error %q, plain %q", got.stderr, plain.stderr)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	for _, tt := range []struct {
		how    string
		sigs   []syscall.Signal
		status string
	}{
		{"return", nil, "exit status 0"},
		{"exit", nil, "exit status 3"},
		{"wait", []syscall.Signal{syscall.SIGTERM}, "signal: terminated"},
	} {
		got := run(t, tt.how, tt.sigs, "SLOW=1", "OTEL_GO_FLUSH_TIMEOUT=100ms")
		if got.status != tt.status || got.took < 100*time.Millisecond || got.took > 5*time.Second {
			t.Errorf("%s: %s after %v", tt.how, got.status, got.took)
		}
		// The last words are said all the same, and do not hold the end up.
		if tt.sigs == nil && got.stdout != "ended last" {
			t.Errorf("%s: wrote %q", tt.how, got.stdout)
		}
		if got := run(t, tt.how, tt.sigs, "STUCK=1"); got.status != tt.status || got.took > 5*time.Second {
			t.Errorf("%s, stuck: %s after %v", tt.how, got.status, got.took)
		}
	}
}

func TestSecondSignalKillsAtOnce(t *testing.T) {
	term := syscall.SIGTERM
	got := run(t, "wait", []syscall.Signal{term, term}, "SLOW=1", "OTEL_GO_FLUSH_TIMEOUT=10s")
	if got.status != "signal: terminated" || got.took > 5*time.Second {
		t.Errorf("%s after %v", got.status, got.took)
	}
}

func TestTimeout(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"": defaultTimeout, "x": defaultTimeout, "-1s": defaultTimeout, "-5": defaultTimeout,
		"250": 250 * time.Millisecond, "2s": 2 * time.Second, "0": 0,
	} {
		t.Setenv("OTEL_GO_FLUSH_TIMEOUT", s)
		if got := timeout(); got != want {
			t.Errorf("OTEL_GO_FLUSH_TIMEOUT=%q: %v, want %v", s, got, want)
		}
	}
}

// Flush waits for the flushers, but not longer than its context.
func TestFlush(t *testing.T) {
	set := func(f ...func(context.Context)) {
		mu.Lock()
		defer mu.Unlock()
		flushers = f
	}
	defer set()
	ran := 0
	set(func(context.Context) { ran++ }, func(context.Context) { panic("caught") })
	if err := Flush(context.Background()); err != nil || ran != 1 {
		t.Errorf("%v, ran %d times", err, ran)
	}
	never := make(chan struct{})
	defer close(never)
	set(func(context.Context) { <-never })
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := Flush(ctx); err != context.DeadlineExceeded {
		t.Error(err)
	}
}
