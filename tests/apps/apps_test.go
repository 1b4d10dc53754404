// Package apps builds programs and libraries that others wrote, from the Go module proxy, with
// plain go and with otel go, and holds the two against each other.
//
//	go test ./...                          the sample that CI runs
//	go test -all -timeout 2h ./...         all of programs_test.go and suites_test.go
//	go test -all -run TestPrograms/caddy   one of them
//
// Of each program: go's exit status is the plain one; the program writes, answers and ends as
// the plain one, and has the spans of what it was asked; the tree is as it was; the modules have
// the versions that they had, and the build settings are the same.
//
// The tool under test is ../../build/otel, or what the variable OTEL_E2E_TOOL names.
package apps

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var (
	all   = flag.Bool("all", false, "all programs and suites, not only the sample")
	table = flag.String("table", "", "write docs/applications.md there")
)

var otel, suite string

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
	if err == nil {
		suite, err = os.MkdirTemp("", "otel-apps-")
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "apps: no tool to test, or no place: %v (run make first)\n", err)
		return 1
	}
	defer os.RemoveAll(suite)
	return m.Run()
}

// A tree is a folder in which go works, and the environment of every command there.
type tree struct {
	t   *testing.T
	dir string
	env []string
}

func newTree(t *testing.T) *tree {
	t.Helper()
	dir, err := os.MkdirTemp(suite, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	tr := &tree{t: t, dir: filepath.Join(dir, "app")}
	tr.folder(tr.dir)
	return tr
}

func (tr *tree) folder(dir string) {
	tr.t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tree) write(path, text string) {
	tr.t.Helper()
	tr.folder(filepath.Dir(path))
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tr.t.Fatal(err)
	}
}

// result is how a command ended.
type result struct {
	out, err string
	code     int
}

func (r result) String() string {
	return fmt.Sprintf("exit status %d\n--- stdout\n%s--- stderr\n%s", r.code, r.out, r.err)
}

// environ is ours without what would change a build, and with add.
func environ(dir string, add ...string) (env []string) {
	for _, v := range os.Environ() {
		if strings.HasPrefix(v, "OTEL_GO_CACHE=") || !strings.HasPrefix(v, "OTEL_") && !strings.HasPrefix(v, "GOWORK=") {
			env = append(env, v)
		}
	}
	return append(append(env, "PWD="+dir), add...)
}

func (tr *tree) run(words ...string) result {
	tr.t.Helper()
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env = tr.dir, environ(tr.dir, tr.env...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tr.t.Fatalf("%s: %v", strings.Join(words, " "), err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// must is run for a command that has to succeed.
func (tr *tree) must(words ...string) result {
	tr.t.Helper()
	r := tr.run(words...)
	if r.code != 0 {
		tr.t.Fatalf("%s: %v", strings.Join(words, " "), r)
	}
	return r
}

// download returns the folder of module@version in the module cache.
func (tr *tree) download(module string) string {
	tr.t.Helper()
	r := tr.run("go", "mod", "download", "-json", module)
	var m struct{ Dir, Error string }
	if err := json.Unmarshal([]byte(r.out), &m); err != nil || m.Error != "" || m.Dir == "" {
		tr.t.Fatalf("%s cannot be had: %v", module, r)
	}
	return m.Dir
}

// copyModule copies module@version, without the write protection of the module cache.
func (tr *tree) copyModule(module, to string) {
	tr.t.Helper()
	from := tr.download(module)
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		tr.write(filepath.Join(to, rel), string(text))
		return nil
	})
	if err != nil {
		tr.t.Fatal(err)
	}
}

// snapshot lists every file of the tree with its mode, size, time and digest.
func (tr *tree) snapshot() string {
	tr.t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(tr.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %v %v", path, info.Mode(), info.ModTime().UnixNano())
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", sha256.Sum256(text))
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		tr.t.Fatal(err)
	}
	return b.String()
}

// diff returns "" for equal texts, else the lines that only one of them has.
func diff(plain, woven string) string {
	var b strings.Builder
	p, w := strings.Split(plain, "\n"), strings.Split(woven, "\n")
	for _, l := range p {
		if !slices.Contains(w, l) {
			fmt.Fprintf(&b, "-%s\n", l)
		}
	}
	for _, l := range w {
		if !slices.Contains(p, l) {
			fmt.Fprintf(&b, "+%s\n", l)
		}
	}
	if b.Len() == 0 && plain != woven {
		return "the same lines in another order\n"
	}
	return b.String()
}
