// Package e2e drives build/otel on real small programs, and compares what they
// do with what the same programs do when plain go built them.
//
//	go test ./...                  the everyday suite
//	go test -run Real -real ./...  against a real Jaeger, Collector and Prometheus
//	go test -run All -all ./...    the long matrix
//
// The tool under test is ../../build/otel, or what the variable OTEL_E2E_TOOL
// names.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var (
	realServers = flag.Bool("real", false, "also run the tests against real servers")
	allMatrix   = flag.Bool("all", false, "also run the long matrix")
)

// Set up by TestMain.
var (
	otel  string // the tool under test
	suite string // temporary folder of this run
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(runSuite(m))
}

func runSuite(m *testing.M) int {
	otel = os.Getenv("OTEL_E2E_TOOL")
	if otel == "" {
		otel = filepath.Join("..", "..", "build", "otel")
	}
	var err error
	if otel, err = filepath.Abs(otel); err == nil {
		_, err = os.Stat(otel)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "e2e: no tool to test: %v (run make first)\n", err)
		return 1
	}
	if suite, err = os.MkdirTemp("", "otel-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer removeAll(suite)
	return m.Run()
}

// removeAll removes a folder that may hold read-only folders.
func removeAll(dir string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o755)
		}
		return nil
	})
	os.RemoveAll(dir)
}

// tempDir is t.TempDir for folders that others may read and that may hold
// read-only folders. Its name has a space and a letter outside ASCII, as
// people's folders do.
func tempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(suite, "to né-")
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(suite, 0o755)
	os.Chmod(dir, 0o755)
	t.Cleanup(func() { removeAll(dir) })
	return dir
}

// app is a Go program in a folder of its own, and how to run commands in it.
type app struct {
	t   testing.TB
	dir string
	env []string // added to the environment of every command
}

// newApp copies testdata/name, or a folder given by a path with a slash.
func newApp(t testing.TB, name string) *app {
	t.Helper()
	from := name
	if !strings.Contains(name, "/") {
		from = filepath.Join("testdata", name)
	}
	dir := filepath.Join(tempDir(t), filepath.Base(name))
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return &app{t: t, dir: dir}
}

// emptyApp makes a program of the files given: path, text, path, text ...
func emptyApp(t testing.TB, files ...string) *app {
	t.Helper()
	a := &app{t: t, dir: filepath.Join(tempDir(t), "app")}
	for i := 0; i < len(files); i += 2 {
		a.write(files[i], files[i+1])
	}
	return a
}

// write writes one file of the app.
func (a *app) write(path, text string) {
	a.t.Helper()
	path = filepath.Join(a.dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		a.t.Fatal(err)
	}
}

// long skips a test that takes minutes, where a smaller one holds the same.
func long(t *testing.T) {
	t.Helper()
	if !*allMatrix {
		t.Skip("without -all")
	}
	t.Parallel()
}

// private gives the app caches of its own: a go cache that holds what a plain
// build of net/http compiles, and a cache folder of ours that is empty.
func (a *app) private() *app {
	a.t.Helper()
	dir := tempDir(a.t)
	copyTree(a.t, plainCache(a.t), filepath.Join(dir, "go"))
	a.env = append(a.env, caches(dir)...)
	return a
}

// used gives the app caches of its own in which something else has been built
// before, plain and woven: what we add to every program is compiled already.
func (a *app) used() *app {
	a.t.Helper()
	dir := tempDir(a.t)
	copyTree(a.t, usedCaches(a.t), dir)
	a.env = append(a.env, caches(dir)...)
	return a
}

// caches names the caches in dir: go's and ours.
func caches(dir string) []string {
	return []string{"GOCACHE=" + filepath.Join(dir, "go"), "OTEL_GO_CACHE=" + filepath.Join(dir, "otel")}
}

// plainCache returns the go cache that private copies, and usedCaches the caches
// that used copies. Each is filled once.
func plainCache(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(suite, "plain-cache")
	fillPlain.Do(func() {
		(&app{t: t, dir: suite}).must("GOCACHE="+dir, "go", "build", "net/http", "net/http/httptest", "log/slog")
	})
	return dir
}

func usedCaches(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(suite, "used-caches")
	fillUsed.Do(func() {
		copyTree(t, plainCache(t), filepath.Join(dir, "go"))
		a := newApp(t, "hello")
		a.env = caches(dir)
		a.plain()
		a.woven()
	})
	return dir
}

var fillPlain, fillUsed sync.Once

func copyTree(t testing.TB, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// result is how a command ended.
type result struct {
	out, err string // standard output, standard error
	code     int    // exit status, -1 if a signal ended it
	signal   syscall.Signal
}

func (r result) String() string {
	end := fmt.Sprintf("exit status %d", r.code)
	if r.signal != 0 {
		end = "died by " + r.signal.String()
	}
	return fmt.Sprintf("%s\n--- stdout\n%s--- stderr\n%s", end, r.out, r.err)
}

// run runs a command in the app's folder. More environment may stand in front
// of the command, as in a shell: NAME=value.
func (a *app) run(words ...string) result {
	a.t.Helper()
	env := a.env
	for len(words) > 0 && assignment.MatchString(words[0]) {
		env, words = append(env[:len(env):len(env)], words[0]), words[1:]
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = a.dir
	cmd.Env = environ(env...)
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		a.t.Fatalf("%s: %v", strings.Join(words, " "), err)
	}
	return ended(cmd, stdout.String(), stderr.String())
}

var assignment = regexp.MustCompile(`^[A-Z][A-Z0-9_]*=`)

// must is run for a command that has to succeed.
func (a *app) must(words ...string) result {
	a.t.Helper()
	r := a.run(words...)
	if r.code != 0 {
		a.t.Fatalf("%s: %v", strings.Join(words, " "), r)
	}
	return r
}

// plain builds the app with go, woven with otel, into a folder of binaries
// beside the app, and returns the path of the binary.
func (a *app) plain(args ...string) string { return a.build("plain", []string{"go", "build"}, args) }
func (a *app) woven(args ...string) string {
	return a.build("woven", []string{otel, "go", "build"}, args)
}

func (a *app) build(kind string, tool, args []string) string {
	a.t.Helper()
	bin := filepath.Join(filepath.Dir(a.dir), kind)
	if len(args) > 0 && !strings.HasPrefix(args[len(args)-1], "-") {
		bin += "-" + filepath.Base(args[len(args)-1])
	}
	a.must(append(append(tool, "-o", bin), args...)...)
	return bin
}

// pair is one program of testdata, built plain and woven.
type pair struct{ plain, woven string }

// built builds a program of testdata both ways, once for the whole suite.
func built(t testing.TB, name string) pair {
	t.Helper()
	once, _ := builds.LoadOrStore(name, sync.OnceValues(func() (pair, error) {
		dir := filepath.Join(suite, "built", name)
		if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", name))); err != nil {
			return pair{}, err
		}
		p := pair{plain: filepath.Join(dir, "plain"), woven: filepath.Join(dir, "woven")}
		for _, c := range [][]string{{"go", "build", "-o", p.plain}, {otel, "go", "build", "-o", p.woven}} {
			cmd := exec.Command(c[0], c[1:]...)
			cmd.Dir, cmd.Env = dir, environ()
			if out, err := cmd.CombinedOutput(); err != nil {
				return pair{}, fmt.Errorf("%s: %v\n%s", strings.Join(c, " "), err, out)
			}
		}
		return p, nil
	}))
	p, err := once.(func() (pair, error))()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var builds sync.Map // program -> func() (pair, error)

// environ is this process's environment without OpenTelemetry's variables, and
// with those given.
func environ(add ...string) (env []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OTEL_") && !strings.HasPrefix(v, "GOWORK=") {
			env = append(env, v)
		}
	}
	return append(env, add...)
}

// proc is a running program.
type proc struct {
	t           testing.TB
	cmd         *exec.Cmd
	stdout, err *output
	done        chan struct{}
}

// output collects what a program writes, for reading while it runs.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start starts a program in the background. It is killed when the test ends.
func start(t testing.TB, env []string, bin string, args ...string) *proc {
	t.Helper()
	p := &proc{t: t, cmd: exec.Command(bin, args...), stdout: &output{}, err: &output{}, done: make(chan struct{})}
	p.cmd.Env = environ(env...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.err
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.done
		if t.Failed() {
			t.Logf("%s\n--- stdout\n%s--- stderr\n%s", filepath.Base(bin), p.stdout, p.err)
		}
	})
	return p
}

// line waits for a line of standard output with this prefix, and returns the
// rest of it.
func (p *proc) line(prefix string) string {
	p.t.Helper()
	var rest string
	p.until("a line "+prefix, func() bool {
		for line := range strings.Lines(p.stdout.String()) {
			if r, ok := strings.CutPrefix(line, prefix); ok && strings.HasSuffix(line, "\n") {
				rest = strings.TrimSpace(r)
				return true
			}
		}
		return false
	})
	return rest
}

// listening waits until something answers at addr.
func (p *proc) listening(addr string) {
	p.t.Helper()
	p.until("a listener at "+addr, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// until waits until ok, while the program runs, for at most a minute: the machine
// may be busy.
func (p *proc) until(what string, ok func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		select {
		case <-p.done:
			if ok() {
				return
			}
			p.t.Fatalf("program ended, waiting for %s", what)
		default:
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("a minute has passed, waiting for %s", what)
		}
	}
}

// signal sends a signal.
func (p *proc) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits for the program to end.
func (p *proc) wait() result {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		p.t.Fatal("still running after a minute")
	}
	return ended(p.cmd, p.stdout.String(), p.err.String())
}

// stop ends the program as a process manager does.
func (p *proc) stop() result {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	return p.wait()
}

func ended(cmd *exec.Cmd, stdout, stderr string) result {
	r := result{out: stdout, err: stderr, code: cmd.ProcessState.ExitCode()}
	if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		r.signal = ws.Signal()
	}
	return r
}

// freeAddr returns a loopback address with a port that was free a moment ago.
func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// diff returns "" for equal texts, else the lines that differ.
func diff(plain, woven string) string {
	if plain == woven {
		return ""
	}
	p, w := strings.Split(plain, "\n"), strings.Split(woven, "\n")
	var b strings.Builder
	for i, j := 0, 0; i < len(p) || j < len(w); {
		switch {
		case i < len(p) && j < len(w) && p[i] == w[j]:
			i, j = i+1, j+1
		case j < len(w) && (i == len(p) || indexFrom(w, j, p[i]) > 0):
			fmt.Fprintf(&b, "+%s\n", w[j])
			j++
		case i < len(p):
			fmt.Fprintf(&b, "-%s\n", p[i])
			i++
		}
	}
	return b.String()
}

// indexFrom returns the index of line in lines[from:], or -1.
func indexFrom(lines []string, from int, line string) int {
	for i, l := range lines[from:] {
		if l == line {
			return i
		}
	}
	return -1
}
