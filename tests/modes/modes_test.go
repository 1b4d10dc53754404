// Package modes holds what otel promises against every way in which go builds:
// each row of the table in rows_test.go is built plain and woven, and compared.
//
//	go test ./...                     the sample that CI runs
//	go test -all ./...                the whole table
//	go test -all -go=go1.25.5 ./...   with another release of Go
//	go test -all -record ./...        noting in results/ what has passed, for docs/modes.md
//
// In every row: go's exit status is the plain one; the program writes and ends as the plain one
// and, if it runs here, has a span of its request; the tree is as it was; each package of the plain
// build is compiled from the same files, those of the modules' versions in their paths, for the
// same language version; programs have the same GODEBUG defaults (compiles_test.go).
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
	"sync"
	"testing"
	"time"
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
	t    *testing.T
	dir  string        // where go works
	env  []string      // of every command
	wrap []string      // in front of every command
	cpu  time.Duration // that its commands have taken
}

func newTree(t *testing.T) *tree {
	t.Helper()
	// A blank and a letter outside ASCII, as people's folders have.
	dir, err := os.MkdirTemp(suite, "to né-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeAll(dir) })
	tr := &tree{t: t, dir: filepath.Join(dir, "around", "app")}
	if err := os.CopyFS(tr.dir, os.DirFS("testdata/app")); err != nil {
		t.Fatal(err)
	}
	return tr
}

func (tr *tree) path(name string) string { return filepath.Join(tr.dir, name) }

// around is the folder of the tree and of what it refers to: none of it may change.
func (tr *tree) around() string { return filepath.Dir(tr.dir) }

// beside returns a path where files may come and go.
func (tr *tree) beside(name string) string { return filepath.Join(filepath.Dir(tr.around()), name) }

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
	words = append(slices.Clone(tr.wrap), words...)
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
	tr.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// snapshot lists every file around the tree with its mode, size, time and digest.
func (tr *tree) snapshot() string {
	tr.t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(tr.around(), func(path string, d fs.DirEntry, err error) error {
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

// stdLocks has a lock for each way to compile the standard library.
var stdLocks sync.Map

// TestModes goes through the table.
func TestModes(t *testing.T) {
	var res results
	t.Cleanup(func() { // when all rows are done
		if !*record {
			return
		}
		release, err := atHand()
		if err == nil {
			err = res.keep(release)
		}
		if err != nil {
			t.Error(err)
		}
	})
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
			t.Cleanup(func() { res.note(t, r) })
			if !r.first {
				t.Parallel()
			}
			if r.std != "" {
				lock, _ := stdLocks.LoadOrStore(r.std, new(sync.Mutex))
				lock.(*sync.Mutex).Lock()
				defer lock.(*sync.Mutex).Unlock()
			}
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
	if r.leaves != "" { // with which the folder's time changes, as take sets it
		tr.write(r.leaves, "")
		r.take(tr, tr.beside("taken"))
	}
	before, prepared := tr.snapshot(), tr.cpu
	plain := r.build(tr, "plain", "go")
	plainCPU := tr.cpu - prepared
	woven := r.build(tr, "woven", otel, "go")
	t.Logf("processor time: %.1fs to prepare, %.1fs plain, %.1fs woven", prepared.Seconds(), plainCPU.Seconds(), (tr.cpu - prepared - plainCPU).Seconds())
	if r.kind == declined {
		if plain.made.code != 0 || woven.made.code == 0 || !strings.Contains(woven.made.err, r.says) {
			t.Fatalf("not declined with %q\nplain: %vwoven: %v", r.says, plain.made, woven.made)
		}
	} else if plain.made.code != woven.made.code || (plain.made.code != 0) != (r.kind == refused) {
		t.Fatalf("go %s\nplain: %vwoven: %v", strings.Join(r.args, " "), plain.made, woven.made)
	}
	r.compare(tr, plain, woven)
	if !strings.Contains(woven.made.err, r.says) {
		t.Errorf("without the words %q: %v", r.says, woven.made)
	}
	if r.after != nil {
		r.after(tr, plain, woven)
	}
	if r.kind != declined {
		r.sameCompiles(tr)
	}
	if d := diff(before, tr.snapshot()); d != "" {
		t.Errorf("the tree changed:\n%s", d)
	}
}

// compare holds what was made against each other.
func (r row) compare(tr *tree, plain, woven one) {
	t := tr.t
	switch r.kind {
	case program:
		sameProgram(tr, plain, woven)
		r.sameInfo(t, plain, woven)
	case output, refused, twice:
		if d := diff(stable(plain.made.out), stable(woven.made.out)); d != "" {
			t.Errorf("standard output, - plain, + woven:\n%s%v", d, woven.made)
		}
		if r.kind == refused && woven.made.err+woven.made.out == "" {
			t.Error("refused without a word")
		}
		if r.kind == twice && (!strings.Contains(plain.made.out, "(cached)") || !strings.Contains(woven.made.out, "(cached)")) {
			t.Errorf("not taken from go's cache the second time\nplain: %vwoven: %v", plain.made, woven.made)
		}
	case built:
		if _, err := os.Stat(woven.path); err != nil {
			t.Errorf("%v\n%v", err, woven.made)
		}
		// An archive of C's says nothing of its modules, nor does a test's program that is gone.
		if _, err := buildinfo.ReadFile(plain.path); err == nil {
			r.sameInfo(t, plain, woven)
		}
	}
}

// one is what one of the two builds gave.
type one struct {
	made result
	path string // of the program
}

// build runs the row's command with OUT as a path beside the tree.
func (r row) build(tr *tree, kind string, tool ...string) one {
	out := tr.beside(filepath.Join(kind, "out"))
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		tr.t.Fatal(err)
	}
	o := one{path: out}
	if r.made != "" {
		o.path = filepath.Join(filepath.Dir(out), r.made)
	}
	words, env := append(slices.Clone(tool), r.words(tr, out)...), r.environ(tr, out)
	o.made = tr.run(env, words...)
	if r.kind == twice {
		o.made = tr.run(env, words...)
	}
	if r.leaves != "" {
		r.take(tr, out)
	}
	return o
}

// words returns the arguments of go, and environ what is in its environment.
func (r row) words(tr *tree, out string) (words []string) {
	for _, a := range r.args {
		words = append(words, r.fill(tr, out, a))
	}
	return words
}

func (r row) fill(tr *tree, out, text string) string {
	return strings.NewReplacer("DIRLINK", filepath.Join(tr.around(), "link"), "DIR", tr.dir, "OUT", out).Replace(text)
}

func (r row) environ(tr *tree, out string) []string {
	env := []string{"GOBIN=" + filepath.Dir(out), "OTEL_TRACES_EXPORTER=none"}
	for _, v := range r.env {
		env = append(env, r.fill(tr, out, v))
	}
	return env
}

// take moves the file that the command is to leave in the tree out of it.
func (r row) take(tr *tree, out string) {
	tr.t.Helper()
	dir := filepath.Dir(tr.path(r.leaves))
	if err := os.Rename(tr.path(r.leaves), out); err != nil {
		tr.t.Fatal(err)
	}
	then := time.Unix(1e9, 0)
	if err := os.Chtimes(dir, then, then); err != nil {
		tr.t.Fatal(err)
	}
}

// sameProgram runs both programs.
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
}

// sameInfo holds what both say of how they were made against each other.
func (r row) sameInfo(t *testing.T, plain, woven one) {
	t.Helper()
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
		if have[m.Path] != describe(m) && !(r.moves && strings.HasPrefix(m.Path, "go.opentelemetry.io/")) {
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
