package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Exit statuses of our own (docs/design.md).
const (
	exitDiagnostics = 1
	exitUsage       = 2
	exitEnvironment = 3
)

const helloMain = "package main\n\nimport \"net/http\"\n\nfunc main() { http.ListenAndServe(\"\", nil) }\n"

// TestWrongUse: each mistake is answered by one message that names it, on
// standard error, and by the exit status that it has. (Rules are wrong with --strict alone: else
// they are left out, see tests/errors.)
func TestWrongUse(t *testing.T) {
	t.Parallel()
	rule := func(text string) func(*app) []string {
		return func(a *app) []string {
			a.write("wrong.otel.yaml", text)
			return []string{"OTEL_GO_RULES=" + filepath.Join(a.dir, "wrong.otel.yaml"), otel, "--strict", "go", "build"}
		}
	}
	words := func(w ...string) func(*app) []string { return func(*app) []string { return w } }
	rows := []struct {
		name    string
		command func(a *app) []string
		code    int
		says    []string // what the message must hold
	}{
		{"no go", words("PATH=/nonexistent", otel, "go", "build"), exitEnvironment, []string{"'go'", "PATH"}},
		{"nothing", words(otel), exitUsage, []string{"otel go build"}},
		{"unknown command", words(otel, "frobnicate"), exitUsage, []string{"'frobnicate'"}},
		{"unknown flag", words(otel, "--frobnicate", "go", "build"), exitUsage, []string{"'--frobnicate'"}},
		{"help of nothing", words(otel, "help", "frobnicate"), exitUsage, []string{"'frobnicate'"}},
		{"rules not there", words("OTEL_GO_RULES=/nonexistent.yaml", otel, "--strict", "go", "build"), exitDiagnostics, []string{"/nonexistent.yaml", "No such file"}},
		{"rule is no yaml", rule("a: [\n"), exitDiagnostics, []string{"wrong.otel.yaml:"}},
		{"rule with unknown key", rule("r:\n  target: net/http\n  wehre: {func: Get}\n  do: []\n"), exitDiagnostics, []string{"wrong.otel.yaml:3:3: error:", "'wehre'", "where"}},
		{"rule without target", rule("r:\n  where: {func: Get}\n  do:\n    - inject_hooks: {before: B, path: example.com/app}\n"), exitDiagnostics, []string{"wrong.otel.yaml:", "target"}},
		{"rule with unknown modifier", rule("r:\n  target: net/http\n  where: {func: Get}\n  do:\n    - inject_hoks: {before: B, path: example.com/app}\n"), exitDiagnostics, []string{"wrong.otel.yaml:5:7: error:", "'inject_hoks'"}},
		{"hook package not there", rule("r:\n  target: net/http\n  where: {func: Get}\n  do:\n    - inject_hooks: {before: B, path: example.com/app/nowhere}\n"), exitDiagnostics, []string{"example.com/app/nowhere"}},
		{"cache is no folder", words("OTEL_GO_CACHE=/dev/null/cache", otel, "go", "build"), exitEnvironment, []string{"'/dev/null/cache", "Not a directory"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := emptyApp(t, "go.mod", "module example.com/app\n\ngo 1.24\n", "main.go", helloMain)
			r := a.run(row.command(a)...)
			if r.code != row.code || r.out != "" {
				t.Errorf("exit status %d, want %d, and nothing on standard output:\n%v", r.code, row.code, r)
			}
			for _, s := range row.says {
				if !strings.Contains(r.err, s) {
					t.Errorf("no %q in\n%s", s, r.err)
				}
			}
			if n := strings.Count(r.err, "\n"); n == 0 || n > 4 && row.name != "nothing" {
				t.Errorf("%d lines on standard error:\n%s", n, r.err)
			}
		})
	}
}

// TestNoModule: outside of a module it is go's own message that comes out.
func TestNoModule(t *testing.T) {
	t.Parallel()
	a := emptyApp(t, "main.go", helloMain)
	same(t, a, "build")
	same(t, a, "build", "./...")
	same(t, a, "test")
	same(t, a, "frobnicate")
	same(t, a, "build", "-frobnicate")
}

// same runs a go command plain and woven: it ends the same way, with the same
// words.
func same(t *testing.T, a *app, words ...string) {
	t.Helper()
	plain := a.run(append([]string{"go"}, words...)...)
	woven := a.run(append([]string{otel, "go"}, words...)...)
	if plain != woven {
		t.Errorf("go %s, - plain, + woven:\n%s", strings.Join(words, " "), diff(plain.String(), woven.String()))
	}
}

// TestCompileErrors: the user's own mistakes are reported as go reports them.
func TestCompileErrors(t *testing.T) {
	t.Parallel()
	const mod = "module example.com/app\n\ngo 1.24\n"
	rows := []struct {
		name  string
		files []string
	}{
		{"syntax", []string{"main.go", "package main\n\nfunc main() {\n\tx := \n}\n"}},
		{"type", []string{"main.go", "package main\n\nimport \"net/http\"\n\nfunc main() {\n\tvar s string = http.StatusOK\n}\n"}},
		{"many", []string{"main.go", "package main\n\nfunc main() {\n" + strings.Repeat("\tundefined()\n", 15) + "}\n"}},
		{"unused import", []string{"main.go", "package main\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n)\n\nfunc main() { http.Get(\"\") }\n"}},
		{"library", []string{"main.go", "package main\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/app/lib\"\n)\n\nfunc main() { http.Get(lib.X) }\n",
			"lib/lib.go", "package lib\n\nvar X string = 1\n"}},
		{"missing package", []string{"main.go", "package main\n\nimport _ \"example.com/app/nowhere\"\n\nfunc main() {}\n"}},
		{"missing module", []string{"main.go", "package main\n\nimport _ \"example.com/other\"\n\nfunc main() {}\n"}},
		{"import cycle", []string{"main.go", "package main\n\nimport _ \"example.com/app/a\"\n\nfunc main() {}\n",
			"a/a.go", "package a\n\nimport _ \"example.com/app/b\"\n", "b/b.go", "package b\n\nimport _ \"example.com/app/a\"\n"}},
		{"no main", []string{"main.go", "package main\n\nimport _ \"net/http\"\n"}},
		{"two packages", []string{"main.go", helloMain, "other.go", "package other\n"}},
		{"no go files", []string{"README", "\n"}},
		{"old language", []string{"go.mod", "module example.com/app\n\ngo 1.20\n", "main.go", "package main\n\nimport \"net/http\"\n\nfunc main() {\n\tfor i := range 3 {\n\t\thttp.Get(string(rune(i)))\n\t}\n}\n"}},
		{"bad go.mod", []string{"go.mod", "modul example.com/app\n", "main.go", helloMain}},
		{"bad embed", []string{"main.go", "package main\n\nimport _ \"embed\"\n\n//go:embed nothing\nvar s string\n\nfunc main() {}\n"}},
		{"build tag", []string{"main.go", "//go:build never\n\npackage main\n\nfunc main() {}\n"}},
		{"link", []string{"main.go", "package main\n\nimport _ \"net/http\"\n\nfunc missing()\n\nfunc main() { missing() }\n", "x.s", ""}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := emptyApp(t, append([]string{"go.mod", mod}, row.files...)...)
			same(t, a, "build")
			same(t, a, "build", "./...")
		})
	}
	t.Run("in a woven package", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "forms")
		a.env = []string{"OTEL_GO_RULES=" + filepath.Join(a.dir, "replace.yaml")}
		a.write("lib/wrong.go", "package lib\n\nfunc wrong() int { return \"x\" }\n")
		same(t, a, "build")
		a.write("lib/wrong.go", "package lib\n\nfunc wrong() int { return }}\n")
		same(t, a, "build")
	})
	t.Run("in a test", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "tested")
		a.write("wrong_test.go", "package tested\n\nvar x int = \"x\"\n")
		same(t, a, "vet")
		plain, woven := a.run("go", "test"), a.run(otel, "go", "test")
		if plain.code != woven.code || plain.err != woven.err {
			t.Errorf("- plain, + woven:\n%s", diff(plain.String(), woven.String()))
		}
	})
}

// TestFullDisk gives the cache folder ever more room, none of it enough: one
// message says so, and once there is room the build is right.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	a := newApp(t, "hello").private()
	dir := tempDir(t)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16k"); err != nil {
		t.Skipf("cannot mount a small disk here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	a.env = append(a.env, "OTEL_GO_CACHE="+filepath.Join(dir, "otel"))
	for _, room := range []string{"16k", "256k", "1m", "2m"} {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size="+room); err != nil {
			t.Fatal(err)
		}
		r := a.run(otel, "go", "build", "-o", filepath.Join(filepath.Dir(a.dir), "x"))
		if r.code == 0 {
			t.Logf("%s of room is enough", room)
			continue
		}
		if r.code != exitEnvironment || strings.Count(r.err, "No space left on device") != 1 || strings.Count(r.err, "\n") > 2 {
			t.Errorf("%s of room: %v", room, r)
		}
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=200m"); err != nil {
		t.Fatal(err)
	}
	traced(t, a.woven())
}

// TestCacheReadOnly: a cache folder that cannot be written is named.
func TestCacheReadOnly(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		t.Skip("root can write everything; TestWrongUse has a case for root")
	}
	a := newApp(t, "hello")
	dir := tempDir(t)
	os.Chmod(dir, 0o555)
	r := a.run("OTEL_GO_CACHE="+dir, otel, "go", "build")
	if r.code != exitEnvironment || !strings.Contains(r.err, dir) || !strings.Contains(r.err, "Permission denied") {
		t.Error(r)
	}
}

// TestOwnCommands: what answers on standard output does so.
func TestOwnCommands(t *testing.T) {
	t.Parallel()
	a := &app{t: t, dir: suite}
	for _, row := range []struct{ command, says string }{
		{"version", "otel "},
		{"help", "otel go build"},
		{"help version", "otel version"},
		{"--help", "otel go build"},
		{"--version", "otel "},
	} {
		r := a.must(append([]string{otel}, strings.Fields(row.command)...)...)
		if !strings.Contains(r.out, row.says) || r.err != "" {
			t.Errorf("otel %s: %v", row.command, r)
		}
	}
}

// TestAtOnce: builds at one time, of one and of different programs, with one
// cache folder, empty at first: all are right.
func TestAtOnce(t *testing.T) {
	long(t) // tests/modes has builds at once, too
	env := emptyApp(t).private().env
	type job struct {
		bin string
		out []byte
		err error
	}
	done := make(chan job)
	apps := []string{"hello", "hello", "spans", "hello"}
	for _, name := range apps {
		a := newApp(t, name)
		go func() {
			bin := filepath.Join(filepath.Dir(a.dir), "bin")
			cmd := exec.Command(otel, "go", "build", "-o", bin)
			cmd.Dir, cmd.Env = a.dir, environ(env...)
			out, err := cmd.CombinedOutput()
			done <- job{bin, out, err}
		}()
	}
	var sums []string
	for range apps {
		j := <-done
		if j.err != nil || len(j.out) > 0 {
			t.Errorf("%v\n%s", j.err, j.out)
			continue
		}
		if !slices.ContainsFunc(deps(t, j.bin), func(m string) bool { return strings.HasPrefix(m, "otel.tool/runtime ") }) {
			t.Errorf("%s is not woven", j.bin)
		}
		sums = append(sums, hashFile(t, j.bin))
	}
	t.Log(sums)
}
