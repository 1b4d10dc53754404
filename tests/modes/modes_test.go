// Package modes holds what otel promises against every way in which go builds:
// each row of the table in rows_test.go is built plain and woven, and compared.
//
//	go test ./...                     the sample that CI runs
//	go test -all ./...                the whole table
//	go test -all -go=go1.25.5 ./...   with another release of Go
//
// In every row: go's exit status is the plain one; the program writes and ends as the plain one
// and, if it runs here, has a span of its request; the tree is as it was; the modules have the
// versions that they had; the language version and the GODEBUG defaults are the same.
//
// The tool under test is ../../build/otel, or what the variable OTEL_E2E_TOOL names.
package modes

import (
	"crypto/sha256"
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

var (
	wholeTable = flag.Bool("all", false, "all rows, not only the sample")
	toolchain  = flag.String("go", "", "the release of Go: go1.25.5")
	table      = flag.String("table", "", "write docs/modes.md there")
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
		suite, err = os.MkdirTemp("", "otel-modes-")
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "modes: no tool to test, or no place: %v (run make first)\n", err)
		return 1
	}
	defer removeAll(suite)
	if err := choose(*toolchain); err != nil {
		fmt.Fprintf(os.Stderr, "modes: no %s: %v\n", *toolchain, err)
		return 1
	}
	return m.Run()
}

// choose puts another release of Go first in PATH. It lies in the module cache; by GOTOOLCHAIN
// it would not be found in rows that have a cache of their own.
func choose(release string) error {
	if release == "" {
		return nil
	}
	cmd := exec.Command("go", "env", "GOROOT")
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+release)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	os.Setenv("GOTOOLCHAIN", "local")
	return os.Setenv("PATH", filepath.Join(strings.TrimSpace(string(out)), "bin")+":"+os.Getenv("PATH"))
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

// A tree is the program of testdata/app, in a folder of its own.
type tree struct {
	t   *testing.T
	dir string   // where go works
	env []string // of every command
}

func newTree(t *testing.T) *tree {
	t.Helper()
	// A blank and a letter outside ASCII, as people's folders have.
	dir, err := os.MkdirTemp(suite, "to né-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeAll(dir) })
	tr := &tree{t: t, dir: filepath.Join(dir, "app")}
	if err := os.CopyFS(tr.dir, os.DirFS("testdata/app")); err != nil {
		t.Fatal(err)
	}
	return tr
}

func (tr *tree) path(name string) string { return filepath.Join(tr.dir, name) }

func (tr *tree) write(name, text string) {
	tr.t.Helper()
	if err := os.MkdirAll(filepath.Dir(tr.path(name)), 0o755); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.WriteFile(tr.path(name), []byte(text), 0o644); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tree) edit(name, old, new string) {
	tr.t.Helper()
	text := tr.read(name)
	if !strings.Contains(text, old) {
		tr.t.Fatalf("%s has no %q", name, old)
	}
	tr.write(name, strings.ReplaceAll(text, old, new))
}

func (tr *tree) read(name string) string {
	tr.t.Helper()
	text, err := os.ReadFile(tr.path(name))
	if err != nil {
		tr.t.Fatal(err)
	}
	return string(text)
}

// goes runs plain go while a row is prepared; it has to succeed.
func (tr *tree) goes(args ...string) {
	tr.t.Helper()
	if r := tr.run(nil, append([]string{"go"}, args...)...); r.code != 0 {
		tr.t.Fatalf("go %s: %v", strings.Join(args, " "), r)
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

func (tr *tree) run(env []string, words ...string) result {
	tr.t.Helper()
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = tr.dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OTEL_") && !strings.HasPrefix(v, "GOWORK=") && !strings.HasPrefix(v, "GOGC=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(append(cmd.Env, "PWD="+tr.dir), tr.env...), env...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tr.t.Fatalf("%s: %v", strings.Join(words, " "), err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// snapshot lists every file around the tree with its mode, size, time and digest.
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

// TestModes goes through the table.
func TestModes(t *testing.T) {
	for _, r := range rows {
		t.Run(r.group+"/"+r.name, func(t *testing.T) {
			if !r.sample && !*wholeTable {
				t.Skip("not in the sample: -all")
			}
			if *toolchain != "" && r.since != "" && slices.Compare(release(*toolchain), release(r.since)) < 0 {
				t.Skipf("go has this since %s", r.since)
			}
			if _, err := exec.LookPath(r.needs); r.needs != "" && err != nil {
				t.Skip(err)
			}
			t.Parallel()
			r.check(t)
		})
	}
}

// release returns the numbers of "go1.25.5".
func release(v string) (numbers []int) {
	for part := range strings.SplitSeq(strings.TrimPrefix(v, "go"), ".") {
		n := 0
		fmt.Sscan(part, &n)
		numbers = append(numbers, n)
	}
	return numbers
}

func (r row) check(t *testing.T) {
	tr := newTree(t)
	if r.prepare != nil {
		r.prepare(tr)
	}
	before := tr.snapshot()
	plain, woven := r.build(tr, "plain", "go"), r.build(tr, "woven", otel, "go")
	if plain.made.code != woven.made.code || (plain.made.code != 0) != (r.kind == refused) {
		t.Fatalf("go %s\nplain: %vwoven: %v", strings.Join(r.args, " "), plain.made, woven.made)
	}
	switch r.kind {
	case program:
		sameProgram(tr, plain, woven)
	case output, refused:
		if d := diff(stable(plain.made.out), stable(woven.made.out)); d != "" {
			t.Errorf("standard output, - plain, + woven:\n%s%v", d, woven.made)
		}
		if r.kind == refused && woven.made.err+woven.made.out == "" {
			t.Error("refused without a word")
		}
	case built:
		if _, err := os.Stat(woven.path); err != nil {
			t.Errorf("%v\n%v", err, woven.made)
		}
	}
	if d := diff(before, tr.snapshot()); d != "" {
		t.Errorf("the tree changed:\n%s", d)
	}
}

// one is what one of the two builds gave.
type one struct {
	made result
	path string // of the program
}

// build runs the row's command with OUT as a path beside the tree.
func (r row) build(tr *tree, kind string, tool ...string) one {
	out := filepath.Join(filepath.Dir(tr.dir), kind, "out")
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		tr.t.Fatal(err)
	}
	o := one{path: out}
	words := slices.Clone(tool)
	for _, a := range r.args {
		words = append(words, strings.ReplaceAll(strings.ReplaceAll(a, "DIRLINK", filepath.Join(filepath.Dir(tr.dir), "link")), "OUT", out))
	}
	if r.made != "" {
		o.path = filepath.Join(filepath.Dir(out), r.made)
	}
	env := []string{"GOBIN=" + filepath.Dir(out), "OTEL_TRACES_EXPORTER=none"}
	for _, v := range r.env {
		env = append(env, strings.ReplaceAll(strings.ReplaceAll(v, "DIR", tr.dir), "OUT", out))
	}
	o.made = tr.run(env, words...)
	return o
}

// sameProgram runs both programs, and holds what is in them against each other.
func sameProgram(tr *tree, plain, woven one) {
	t := tr.t
	p, w := tr.run([]string{"OTEL_TRACES_EXPORTER=console"}, plain.path, "you"), tr.run([]string{"OTEL_TRACES_EXPORTER=console"}, woven.path, "you")
	if p.out != w.out || p.code != w.code {
		t.Errorf("plain: %vwoven: %v", p, w)
	}
	if p.err != "" || p.code != 0 {
		t.Fatalf("the plain program cannot be trusted: %v", p)
	}
	for _, span := range []string{"GET /greet ", "client"} {
		if !strings.Contains(w.err, span) {
			t.Errorf("no span %q:\n%s", span, w.err)
		}
	}
	pi, err1 := buildinfo.ReadFile(plain.path)
	wi, err2 := buildinfo.ReadFile(woven.path)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	have := map[string]string{}
	for _, m := range wi.Deps {
		have[m.Path] = describe(m)
	}
	for _, m := range pi.Deps {
		if have[m.Path] != describe(m) {
			t.Errorf("%s: plain %s, woven %s", m.Path, describe(m), have[m.Path])
		}
	}
	if p, w := describe(&pi.Main), describe(&wi.Main); p != w {
		t.Errorf("the main module: plain %s, woven %s", p, w)
	}
	if d := diff(settings(pi), settings(wi)); d != "" {
		t.Errorf("build settings, - plain, + woven:\n%s", d)
	}
	if pi.GoVersion != wi.GoVersion || pi.Path != wi.Path {
		t.Errorf("plain %s %s, woven %s %s", pi.GoVersion, pi.Path, wi.GoVersion, wi.Path)
	}
}

// describe returns all that a program says of one of its modules.
func describe(m *debug.Module) string {
	text := m.Path + " " + m.Version + " " + m.Sum
	if m.Replace != nil {
		text += " => " + describe(m.Replace)
	}
	return text
}

func settings(info *buildinfo.BuildInfo) string {
	var b strings.Builder
	for _, s := range info.Settings {
		fmt.Fprintf(&b, "%s=%s\n", s.Key, s.Value)
	}
	return b.String()
}

// stable takes out of go's output what changes from run to run.
func stable(s string) string { return unstable.ReplaceAllString(s, "") }

var unstable = regexp.MustCompile(`\(\d+\.\d+s\)|(\t|\\t)\d+\.\d+s|\t\(cached\)|"Time":"[^"]*",?|"Elapsed":[0-9.]+,?|(plain|woven)/out|\s+\d+\t\s+[0-9.]+ ns/op.*`)

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
