package e2e

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// terminal opens one: what a program writes to tty comes out of screen.
func terminal(t *testing.T) (screen, tty *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	var number, locked int32
	for request, value := range map[uintptr]*int32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &locked} {
		if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), request, uintptr(unsafe.Pointer(value))); e != 0 {
			t.Fatal(e)
		}
	}
	tty, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return screen, tty
}

// onTerminal runs a command whose output is a terminal, and returns what came there.
func onTerminal(t *testing.T, a *app, env []string, words ...string) string {
	t.Helper()
	screen, tty := terminal(t)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = a.dir
	for _, v := range environ(a.env...) {
		if !strings.HasPrefix(v, "CI=") && !strings.HasPrefix(v, "TERM=") && !strings.HasPrefix(v, "NO_COLOR=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdout, cmd.Stderr = tty, tty
	err := cmd.Start()
	tty.Close()
	if err != nil {
		t.Fatal(err)
	}
	out, _ := io.ReadAll(screen) // an error, EIO, is its end
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%q: %v\n%s", words, err, out)
	}
	return string(out)
}

// TestTerminal: on one, long work shows a line, which is gone at the end, and a diff has colours;
// not where TERM, NO_COLOR, CI or a flag says otherwise.
func TestTerminal(t *testing.T) {
	t.Parallel()
	xterm := "TERM=xterm"
	a := newApp(t, "hello").private()
	build := []string{otel, "go", "build", "-o", filepath.Join(filepath.Dir(a.dir), "bin")}
	if out := onTerminal(t, a, []string{xterm}, build...); !strings.Contains(out, "\r\033[Kotel: compiling, ") || !strings.HasSuffix(out, "\r\033[K") {
		t.Errorf("no line while it compiles, or one left behind: %q", out)
	}
	for _, row := range []struct {
		name    string
		env     []string
		words   []string
		colours bool
	}{
		{"terminal", []string{xterm}, []string{otel, "diff"}, true},
		{"explain", []string{xterm}, []string{otel, "explain"}, true},
		{"NO_COLOR", []string{xterm, "NO_COLOR=1"}, []string{otel, "diff"}, false},
		{"dumb", []string{"TERM=dumb"}, []string{otel, "diff"}, false},
		{"never", []string{xterm}, []string{otel, "diff", "--color=never"}, false},
		{"always", []string{xterm, "NO_COLOR=1"}, []string{otel, "diff", "--color=always"}, true},
	} {
		out := onTerminal(t, a, row.env, row.words...)
		if strings.Contains(out, "\033[") != row.colours || !strings.Contains(out, "net/http") {
			t.Errorf("%s: %q", row.name, out)
		}
	}
	// Where nobody watches nothing is said.
	a.write("more.go", "package main\n\nvar _ = 1\n")
	for _, env := range [][]string{{xterm, "CI=true"}, {"TERM=dumb"}} {
		if out := onTerminal(t, a, env, build...); out != "" {
			t.Errorf("%v: %q", env, out)
		}
	}
}
