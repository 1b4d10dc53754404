// Package newcomer does what somebody new does who has a Go program and our README: it types the
// commands of the README's section "Start" as they stand there, in order, for a program that is
// none of ours, uses the program, and looks for the trace that the README promises.
//
//	go test .          here: from a clean clone, with a HOME and a PREFIX of its own
//	go test -roots .   in empty root file systems (tools/root): the clone, and build/dist
package newcomer

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
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

var roots = flag.Bool("roots", false, "in empty root file systems; as root, after make dist")

const repository = "../.."

// The program of the newcomer: two packages, a router of somebody else's, a request to another
// service (itself) for each that it serves.
var program = map[string]string{
	"go.mod": "module example.org/notes\n\ngo 1.24\n\nrequire github.com/go-chi/chi/v5 v5.2.3\n",
	"go.sum": "github.com/go-chi/chi/v5 v5.2.3 h1:WQIt9uxdsAbgIYgid+BpYc+liqQZGMHRaUwp0JUcvdE=\n" +
		"github.com/go-chi/chi/v5 v5.2.3/go.mod h1:L2yAIGWB3H+phAw1NxKwWM+7eUH/lU8pOMm5hHcoops=\n",
	"main.go": `package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"

	"example.org/notes/words"
)

func main() {
	addr := "localhost:" + os.Getenv("PORT")
	r := chi.NewRouter()
	r.Get("/notes/{id}", func(w http.ResponseWriter, req *http.Request) {
		n, err := words.Ask(req, "http://"+addr)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"id": chi.URLParam(req, "id"), "words": n})
	})
	r.Get("/words", words.Serve)
	log.Fatal(http.ListenAndServe(addr, r))
}
`,
	"words/words.go": `package words

import (
	"fmt"
	"net/http"
)

func Serve(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, 3) }

func Ask(r *http.Request, base string) (n int, err error) {
	req, err := http.NewRequestWithContext(r.Context(), "GET", base+"/words", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = fmt.Fscan(resp.Body, &n)
	return n, err
}
`}

var (
	comment = regexp.MustCompile(`(?s)<!--.*?-->`)
	fenced  = regexp.MustCompile("(?s)```sh\n(.*?)```")
)

// start returns the section: the text that is read, and the blocks that are typed.
func start(t *testing.T) (text string, blocks [][]string) {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(readme), "\n## Start\n")
	if head, _, ok := strings.Cut(string(readme), "\n## "); !found || !ok || strings.Count(head, "\n") > 5 {
		t.Fatal("the README does not begin with its section Start")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	section = comment.ReplaceAllString(section, "")
	for _, m := range fenced.FindAllStringSubmatch(section, -1) {
		blocks = append(blocks, strings.Split(strings.TrimSpace(m[1]), "\n"))
	}
	if len(blocks) != 4 || len(blocks[0]) != 1 || len(blocks[1]) != 2 || !strings.HasPrefix(blocks[2][len(blocks[2])-1], "otel run ") {
		t.Fatalf("the section has other blocks than this test follows: %q", blocks)
	}
	return section, blocks
}

// What a slow reader and a slow typist do in a minute.
const (
	wordsRead       = 180
	charactersTyped = 150
)

// TestTime: the section is read, and what it says typed, in under two minutes.
func TestTime(t *testing.T) {
	section, blocks := start(t)
	read := len(strings.Fields(section))
	typed, commands := 0, 0
	for _, b := range [][]string{blocks[0], blocks[2]} {
		for _, line := range b {
			typed += len(line) + 1
			commands++
		}
	}
	takes := time.Duration(float64(time.Minute) * (float64(read)/wordsRead + float64(typed)/charactersTyped))
	t.Logf("%d words to read, %d commands of %d characters to type: %s", read, commands, typed, takes.Round(time.Second))
	if takes > 2*time.Minute {
		t.Errorf("%s", takes)
	}
}

// place is where the newcomer works.
type place struct {
	t          *testing.T
	root       string   // of the file system, "" for ours
	env        []string // all of it
	home, port string
}

// in returns where a path of the place is for us.
func (p *place) in(path string) string { return filepath.Join(p.root, path) }

func (p *place) write(path, text string) {
	p.t.Helper()
	path = p.in(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// command is a line typed in a folder of the place, in a process group of its own.
func (p *place) command(dir, line string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", line)
	cmd.Env = p.env
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if p.root != "" {
		cmd.SysProcAttr.Chroot = p.root
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS // so that its /proc ends with it
		cmd.Args[2] = "mount -t proc proc /proc && " + line
	}
	return cmd
}

// do runs a command that has to succeed.
func (p *place) do(dir, line string) {
	p.t.Helper()
	begin := time.Now()
	out, err := p.command(dir, line).CombinedOutput()
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", line, err, out)
	}
	p.t.Logf("%5.1f s  %s", time.Since(begin).Seconds(), line)
}

// program writes the newcomer's program, and returns its folder.
func (p *place) program() string {
	dir := filepath.Join(p.home, "notes")
	for name, text := range program {
		p.write(filepath.Join(dir, name), text)
	}
	return dir
}

// said is written by a process, and read while it runs.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// use types the block of the README that ends with `otel run`, makes a request of the
// program, and presses Ctrl-C.
func (p *place) use(block []string) {
	t := p.t
	t.Helper()
	dir := p.program()
	last := len(block) - 1
	for _, line := range block[:last] {
		p.do(dir, line)
	}
	begin := time.Now()
	cmd := p.command(dir, "exec "+block[last])
	var out said
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	answer := ""
	for answer == "" {
		select {
		case err := <-ended:
			t.Fatalf("%s: %v\n%s", block[last], err, &out)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Since(begin) > 3*time.Minute {
			t.Fatalf("%s: the program does not answer:\n%s", block[last], &out)
		}
		if resp, err := http.Get("http://localhost:" + p.port + "/notes/7"); err == nil {
			b, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			answer = string(b)
		}
	}
	t.Logf("%5.1f s  %s, until it answers", time.Since(begin).Seconds(), block[last])
	if !strings.Contains(answer, `"words":3`) {
		t.Errorf("it answers %q", answer)
	}
	// Before anything ends: the trace is there by itself.
	for begin = time.Now(); !strings.Contains(out.String(), "/notes/{id}") && time.Since(begin) < 10*time.Second; {
		time.Sleep(20 * time.Millisecond)
	}
	t.Logf("%5.1f s  later its trace is in the terminal", time.Since(begin).Seconds())
	syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Errorf("Ctrl-C does not end it")
	}
	for _, want := range []string{
		`(?m)^trace [0-9a-f]{32}: 3 spans, 1 service, `,
		`(?m)^GET /notes/\{id\} +notes +server +\S+ \S+ +200`,
		`(?m)^└─ GET +notes +client`,
		`(?m)^   └─ GET /words +notes +server`,
		`(?m)^1 trace, 0 with errors$`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no %s in\n%s", want, &out)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

// clone makes a clean one of what is committed, and what is not, as somebody would get it.
func (p *place) clone() string {
	p.t.Helper()
	dir := filepath.Join(p.home, "otel")
	if err := os.MkdirAll(p.in(dir), 0o755); err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1"`, "sh", p.in(dir))
	cmd.Dir = repository
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// goEnv asks the go that we have.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestHere: on this machine, whose Go caches are used.
func TestHere(t *testing.T) {
	_, blocks := start(t)
	home, err := os.MkdirTemp("", "newcomer") // not t.TempDir: go's telemetry may still write into it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	prefix := filepath.Join(home, ".local")
	p := &place{t: t, home: home, port: freePort(t)}
	p.env = []string{"HOME=" + home, "PREFIX=" + prefix, "PORT=" + p.port, "TMPDIR=" + os.TempDir(),
		"PATH=" + filepath.Join(prefix, "bin") + ":" + os.Getenv("PATH"),
		"GOCACHE=" + goEnv(t, "GOCACHE"), "GOMODCACHE=" + goEnv(t, "GOMODCACHE")}
	p.do(p.clone(), blocks[0][0])
	p.use(blocks[2])
}

// empty returns an empty root file system, with Go in it.
func empty(t *testing.T, name string) *place {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("a root file system takes root")
	}
	p := &place{t: t, root: t.TempDir(), home: "/root", port: freePort(t)}
	p.env = []string{"HOME=/root", "PORT=" + p.port,
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin"}
	for _, args := range [][]string{
		{filepath.Join(repository, "tools", "root"), name, p.root},
		{"mkdir", "-p", p.in("/usr/local")},
		{"cp", "-a", goEnv(t, "GOROOT"), p.in("/usr/local/go")},
		{"cp", "-L", "/etc/resolv.conf", "/etc/hosts", p.in("/etc")},
		{"cp", "-L", "/etc/ssl/certs/ca-certificates.crt", p.in("/etc/ssl/certs")}, // of a proxy before the network, say
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	return p
}

// TestRoots: from nothing but a root file system, Go, and a clone or a release.
func TestRoots(t *testing.T) {
	if !*roots {
		t.Skip("without -roots")
	}
	_, blocks := start(t)
	for _, row := range []struct{ root, by string }{
		{"bookworm", "clone"},
		{"bookworm", "dpkg"},
		{"bullseye", "tar"},
		{"musl", "tar"},
	} {
		t.Run(row.root+" "+row.by, func(t *testing.T) {
			p := empty(t, row.root)
			if row.by == "clone" {
				p.do(p.clone(), blocks[0][0])
			} else {
				p.release(row.by, blocks[1])
			}
			p.use(blocks[2])
		})
	}
}

// release types the one of two lines that begins with this command.
func (p *place) release(command string, lines []string) {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join(repository, "build", "dist", "*"))
	if err != nil || len(files) == 0 {
		p.t.Fatal("no release: make dist")
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			p.t.Fatal(err)
		}
		p.write(filepath.Join("/root/download", filepath.Base(f)), string(text))
	}
	for _, line := range lines {
		if strings.HasPrefix(line, command+" ") {
			p.do("/root/download", line)
			return
		}
	}
	p.t.Fatalf("the README has no %s", command)
}
