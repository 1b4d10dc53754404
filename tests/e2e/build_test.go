package e2e

import (
	"debug/buildinfo"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// greet is the example service, with its second service in ./phrases.
const greet = "../../examples/greet"

// snapshot lists every file of a folder with its mode, size, time and digest.
func snapshot(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&b, "%s %v %v", rel, info.Mode(), info.ModTime().UnixNano())
		if info.Mode().IsRegular() {
			fmt.Fprintf(&b, " %d %s", info.Size(), hashFile(t, path))
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTree: whatever command was run, the app's folder is as it was.
func TestTree(t *testing.T) {
	t.Parallel()
	a := newApp(t, greet)
	a.write("greet_test.go", "package main\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) {}\n")
	before := snapshot(t, a.dir)
	out := tempDir(t)
	for _, c := range [][]string{
		{"build", "-o", out, "./..."},
		{"vet", "./..."},
		{"list", "./..."},
		{"test", "./..."},
		{"test", "-c", "-o", filepath.Join(out, "x.test"), "."},
		{"run", ".", "-h"},
		{"install", "./..."},
	} {
		a.run(slices.Concat([]string{"GOBIN=" + out, otel, "go"}, c)...)
		if d := diff(before, snapshot(t, a.dir)); d != "" {
			t.Errorf("go %s changed the tree:\n%s", strings.Join(c, " "), d)
		}
	}
}

// TestTreeReadOnly: a tree that cannot be written builds.
func TestTreeReadOnly(t *testing.T) {
	t.Parallel()
	a := newApp(t, greet)
	readOnly(t, a.dir)
	if err := os.WriteFile(filepath.Join(a.dir, "x"), nil, 0o600); err == nil {
		t.Fatal("the tree can be written: this test cannot be trusted")
	}
	before := snapshot(t, a.dir)
	a.must(otel, "go", "build", "-o", tempDir(t), "./...")
	a.must(otel, "go", "vet", "./...")
	if d := diff(before, snapshot(t, a.dir)); d != "" {
		t.Errorf("the tree changed:\n%s", d)
	}
}

// readOnly makes a folder read-only: by its modes, or for root, who may write
// all the same, by a mount over itself.
func readOnly(t *testing.T, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			info, _ := d.Info()
			return os.Chmod(path, info.Mode()&^0o222)
		})
		return
	}
	err := syscall.Mount(dir, dir, "", syscall.MS_BIND, "")
	if err == nil {
		t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
		err = syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, "")
	}
	if err != nil {
		t.Skipf("root, but no mounts: %v", err)
	}
}

// deps lists the module versions that a binary was built with.
func deps(t testing.TB, bin string) (mods []string) {
	t.Helper()
	info, err := buildinfo.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range info.Deps {
		if m.Replace != nil && m.Replace.Version != "(devel)" { // a vendor folder's stays what it is
			m = m.Replace
		}
		mods = append(mods, m.Path+" "+m.Version)
	}
	return mods
}

// TestVersions: the modules of the plain build keep their versions, although
// what we add would like newer ones of some of them.
func TestVersions(t *testing.T) {
	t.Parallel()
	a := newApp(t, "pinned")
	plain, woven := a.plain(), a.woven()
	have := deps(t, woven)
	for _, m := range deps(t, plain) {
		if !slices.Contains(have, m) {
			t.Errorf("%s moved; the woven program has %q", m, have)
		}
	}
	p, w := a.must(plain), a.must("OTEL_TRACES_EXPORTER=none", woven)
	if p != w {
		t.Errorf("plain: %vwoven: %v", p, w)
	}
	for _, bin := range []string{plain, woven} {
		info, err := buildinfo.ReadFile(bin)
		if err != nil {
			t.Fatal(err)
		}
		if info.Main.Path != "example.com/pinned" || info.Path != "example.com/pinned" {
			t.Errorf("%s: main module %q, package %q", bin, info.Main.Path, info.Path)
		}
	}
}

// TestPlainAfterwards: a plain build after a woven one, in one cache, compiles
// nothing and gives the bytes that it gave before.
func TestPlainAfterwards(t *testing.T) {
	t.Parallel()
	a := newApp(t, greet).used()
	before := hashFile(t, a.plain())
	a.woven()
	r := a.must("go", "build", "-v", "-o", filepath.Join(tempDir(t), "again"), ".")
	if r.err != "" {
		t.Errorf("compiled again by plain go:\n%s", r.err)
	}
	if after := hashFile(t, a.plain()); after != before {
		t.Error("the plain build gives other bytes than before")
	}
}

// TestCompiled counts what is compiled, package by package: with a warm plain
// cache, net/http, the main packages and what we add; then nothing.
func TestCompiled(t *testing.T) {
	t.Parallel()
	a := newApp(t, greet).private()
	out := tempDir(t)
	build := func(tool ...string) []string {
		r := a.must(slices.Concat(tool, []string{"go", "build", "-v", "-o", out, "./..."})...)
		return strings.Fields(r.err)
	}
	plain := func() []string {
		r := a.must("go", "build", "-v", "-o", out, "./...")
		return strings.Fields(r.err)
	}
	plain()
	if again := plain(); len(again) != 0 {
		t.Fatalf("plain go compiles again %q: this test cannot be trusted", again)
	}
	inPlain := strings.Fields(a.must("go", "list", "-deps", "./...").out)

	var again []string
	for _, pkg := range build(otel) {
		if slices.Contains(inPlain, pkg) {
			again = append(again, pkg)
		}
	}
	slices.Sort(again)
	want := []string{"example.com/greet", "example.com/greet/phrases", "log", "net/http"}
	if !slices.Equal(again, want) {
		t.Errorf("of the plain build's packages, compiled again\n%q, want\n%q", again, want)
	}
	if again := build(otel); len(again) != 0 {
		t.Errorf("a second woven build compiles %q", again)
	}
	if again := plain(); len(again) != 0 {
		t.Errorf("a plain build after that compiles %q", again)
	}
	a.write("main.go", readFile(t, filepath.Join(a.dir, "main.go"))+"\n// changed\n")
	if again := build(otel); !slices.Equal(again, []string{"example.com/greet"}) {
		t.Errorf("after a change in main, compiled %q", again)
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestFoundAgain: a build whose plan was made before starts go once, for the build, although
// go itself has changed the plan's sums, and whatever other builds have the same workspace.
func TestFoundAgain(t *testing.T) {
	t.Parallel()
	a := newApp(t, "../../bench/reference") // its go.sum has less than a workspace of it asks for
	a.env = append(a.env, "COUNT="+filepath.Join(filepath.Dir(a.dir), "count"), "OTEL_GO_CACHE="+filepath.Join(filepath.Dir(a.dir), "otel"))
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	a.write("../bin/go", "#!/bin/sh\necho \"$1\" >>\"$COUNT\"\nexec "+real+" \"$@\"\n")
	if err := os.Chmod(filepath.Join(a.dir, "../bin/go"), 0o755); err != nil {
		t.Fatal(err)
	}
	a.env = append(a.env, "PATH="+filepath.Join(filepath.Dir(a.dir), "bin")+":"+os.Getenv("PATH"))
	started := func(out string) string {
		os.Remove(filepath.Join(filepath.Dir(a.dir), "count"))
		a.must(otel, "go", "build", "-o", filepath.Join(filepath.Dir(a.dir), out))
		return strings.ReplaceAll(readFile(t, filepath.Join(filepath.Dir(a.dir), "count")), "\n", " ")
	}
	started("first")
	started("second") // another plan in the same folder
	for range 2 {
		for _, out := range []string{"first", "second"} {
			if got := started(out); got != "build " {
				t.Errorf("%s starts go %s", out, got)
			}
		}
	}
}

// TestForms weaves a function of testdata/forms that is not inlined, whose
// package is replaced at link, and one that is, whose dependents are compiled
// again. Both hooks run in the program; the plain program has none of it.
func TestForms(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rules string
		again []string // of the plain build's packages, compiled for the first woven build
		out   string
	}{
		{"replace", []string{"example.com/forms", "example.com/forms/lib"}, "before 20\nafter 41\nsum 42\ntwice 42\n"},
		{"rebuild", []string{"example.com/forms", "example.com/forms/lib", "example.com/forms/mid"}, "sum 41\ntwice of 21\ntwice 44\n"},
	} {
		t.Run(row.rules, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, "forms").used()
			a.env = append(a.env, "OTEL_TRACES_EXPORTER=none", "OTEL_GO_RULES="+filepath.Join(a.dir, row.rules+".yaml"))
			bin := a.plain()
			if r := a.must(bin); r.out != "sum 41\ntwice 42\n" {
				t.Fatalf("plain: %v", r)
			}
			inPlain := strings.Fields(a.must("go", "list", "-deps", ".").out)
			var again []string
			for pkg := range strings.FieldsSeq(a.must(otel, "go", "build", "-v", "-o", bin).err) {
				if slices.Contains(inPlain, pkg) {
					again = append(again, pkg)
				}
			}
			slices.Sort(again)
			if !slices.Equal(again, row.again) {
				t.Errorf("compiled again %q, want %q", again, row.again)
			}
			if r := a.must(bin); r.out != row.out {
				t.Errorf("woven: %v\nwant %s", r, row.out)
			}
			if r := a.must(otel, "go", "build", "-v", "-o", bin); r.err != "" {
				t.Errorf("a second woven build compiles:\n%s", r.err)
			}
			// the rule is gone: so is the hook
			a.env = append(a.env, "OTEL_GO_RULES=")
			a.must(otel, "go", "build", "-o", bin)
			if r := a.must(bin); r.out != "sum 41\ntwice 42\n" {
				t.Errorf("without the rule: %v", r)
			}
			if r := a.must("go", "build", "-v", "-o", bin); r.err != "" {
				t.Errorf("a plain build after that compiles:\n%s", r.err)
			}
		})
	}
}

// TestReplaced weaves libraries at several versions: what depends on them is not
// compiled again.
func TestReplaced(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ lib, version, code string }{
		{"golang.org/x/net/http2", "golang.org/x/net@v0.38.0", "&http2.Transport{}"},
		{"golang.org/x/net/http2", "golang.org/x/net@v0.60.0", "&http2.Transport{}"},
	} {
		t.Run(row.version, func(t *testing.T) {
			t.Parallel()
			a := emptyApp(t,
				"go.mod", "module example.com/replaced\n\ngo 1.25\n",
				"main.go", "package main\n\nimport \"example.com/replaced/user\"\n\nfunc main() { user.Use() }\n",
				"user/user.go", fmt.Sprintf("package user\n\nimport %q\n\nfunc Use() any { return %s }\n", row.lib, row.code)).used()
			a.must("go", "get", row.version)
			a.must("go", "mod", "tidy")
			a.plain()
			compiled := strings.Fields(a.must(otel, "go", "build", "-v", "-o", "woven").err)
			if !slices.Contains(compiled, row.lib) || slices.Contains(compiled, "example.com/replaced/user") {
				t.Errorf("compiled %q, want %s woven and its users left as they are", compiled, row.lib)
			}
		})
	}
}

// shipped are programs that import what our rules are for: at the oldest release that the hooks of
// a library know, at the newest, and at those between of which the rules tell.
var shipped = map[string]string{
	"oldest": "github.com/aws/aws-lambda-go@v1.20.0 github.com/gin-gonic/gin@v1.7.0 github.com/go-chi/chi/v5@v5.0.0 github.com/go-redis/redis/v8@v8.11.0 github.com/gofiber/fiber/v2@v2.50.0 " +
		"github.com/gorilla/mux@v1.6.2 github.com/julienschmidt/httprouter@v1.2.0 github.com/labstack/echo/v4@v4.1.16 github.com/redis/go-redis/v9@v9.0.0 " +
		"github.com/rs/zerolog@v1.20.0 github.com/sirupsen/logrus@v1.6.0 github.com/valyala/fasthttp@v1.50.0 go.opentelemetry.io/otel/sdk@v1.28.0 " +
		"go.uber.org/zap@v1.18.1 golang.org/x/net@v0.38.0 google.golang.org/grpc@v1.50.0",
	"newest": "github.com/aws/aws-lambda-go@v1.55.1 github.com/gin-gonic/gin@v1.12.0 github.com/go-chi/chi/v5@v5.2.3 github.com/go-redis/redis/v8@v8.11.5 github.com/gofiber/fiber/v2@v2.52.15 " +
		"github.com/gofiber/fiber/v3@v3.1.0 github.com/gorilla/mux@v1.8.1 github.com/julienschmidt/httprouter@v1.3.0 github.com/labstack/echo/v4@v4.16.0 " +
		"github.com/labstack/echo/v5@v5.4.4 github.com/redis/go-redis/v9@v9.23.0 github.com/rs/zerolog@v1.35.1 github.com/sirupsen/logrus@v1.10.2 " +
		"github.com/valyala/fasthttp@v1.78.0 go.opentelemetry.io/otel/sdk@v1.47.0 go.uber.org/zap@v1.28.0 golang.org/x/net@v0.62.0 google.golang.org/grpc@v1.85.0",
	"otel floor": "github.com/redis/go-redis/v9@v9.7.0 go.opentelemetry.io/otel/sdk@v1.21.0 google.golang.org/grpc@v1.60.1",
	"between":    "github.com/redis/go-redis/v9@v9.14.0 go.opentelemetry.io/otel/sdk@v1.35.0 google.golang.org/grpc@v1.72.2",
}

// packageOf is what is imported of a module, where that is not the package in its root.
var packageOf = map[string]string{
	"github.com/aws/aws-lambda-go": "github.com/aws/aws-lambda-go/lambda",
	"go.opentelemetry.io/otel/sdk": "go.opentelemetry.io/otel/sdk/trace",
	"golang.org/x/net":             "golang.org/x/net/http2",
}

// notReplaced are releases whose users are compiled again: gin's Next is inlined into them there, and
// the context that echo's Find and Route are given does not escape by itself.
var notReplaced = []string{"github.com/gin-gonic/gin v1.7.0", "github.com/labstack/echo/v4 v4.1.16", "github.com/labstack/echo/v5 v5.4.4"}

// TestShippedReplace: every rule that we ship is woven into one of the programs at least, and what
// it changes is replaced, or led, at link: nothing that imports it is compiled again.
func TestShippedReplace(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	woven, all := map[string]bool{}, map[string]bool{}
	built := 0 // not all of them, with a -run of one
	t.Run("programs", func(t *testing.T) {
		for name, modules := range shipped {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if name != "newest" && !*allMatrix {
					t.Skip("without -all") // minutes: each compiles all of its libraries for itself
				}
				imports := "package main\n\nimport _ \"database/sql\"\nimport _ \"log/slog\"\nimport _ \"net/http\"\nimport _ \"runtime/pprof\"\n"
				for _, m := range strings.Fields(modules) {
					path, _, _ := strings.Cut(m, "@")
					if p := packageOf[path]; p != "" {
						path = p
					}
					imports += fmt.Sprintf("import _ %q\n", path)
				}
				// Caches of its own: explain tells of the last compile in a cache.
				a := emptyApp(t, "go.mod", "module example.com/shipped\n\ngo 1.25.0\n", "main.go", imports+"\nfunc main() {}\n").used()
				if strings.HasSuffix(name, "est") { // the others keep their OpenTelemetry, which is without metrics
					a.env = append(a.env, "OTEL_GO_SIGNALS=all")
				}
				a.must(append([]string{"go", "get"}, strings.Fields(modules)...)...)
				a.must("go", "mod", "tidy")
				a.woven()
				var e explained
				fromJSON(t, a.must(otel, "explain", "--json").out, &e)
				for _, p := range e.Packages {
					if allowed := slices.Contains(notReplaced, p.Package+" "+p.Version); allowed == (p.Outcome == "replace" || p.Outcome == "lead") {
						t.Errorf("%s %s: %s: %s", p.Package, p.Version, p.Outcome, p.Why)
					}
				}
				mu.Lock()
				defer mu.Unlock()
				built++
				for _, r := range e.Rules {
					if r.Verdict == "go-version" {
						continue // one of several for releases of Go
					}
					all[r.Rule] = true
					if r.Verdict == "woven" {
						woven[r.Rule] = true
					} else if r.Verdict == "unfit" {
						t.Errorf("%s: %s %s", r.Rule, r.Verdict, r.Why)
					}
				}
			})
		}
	})
	for rule := range all {
		if !woven[rule] && built == len(shipped) {
			t.Errorf("rule %s is woven into none of the programs", rule)
		}
	}
}

// TestSize: a web service of one handler grows by at most 4 MB, and links no
// grpc and no package that protoc generated.
func TestSize(t *testing.T) {
	t.Parallel()
	p := built(t, "hello")
	a := newApp(t, "hello")
	a.env = append(a.env, "OTEL_GO_SIGNALS=traces")
	if n := size(t, a.woven()) - size(t, p.plain); n > 4<<20 {
		t.Errorf("with traces alone it grows by %d bytes, want at most 4 MB", n)
	}
	grows := size(t, p.woven) - size(t, p.plain)
	t.Logf("plain %.1f MB, woven %.1f MB, %.1f MB more", mb(size(t, p.plain)), mb(size(t, p.woven)), mb(grows))
	if grows > 5_000_000 {
		t.Errorf("grows by %d bytes, want at most 5 MB", grows)
	}
	if text := readFile(t, p.woven); strings.Contains(text, "/go/runtime/hook/") || !strings.Contains(text, "otel.tool/runtime/hook/hook.go") {
		t.Error("it knows where our cache folder is")
	}
	for _, m := range deps(t, p.woven) {
		if strings.HasPrefix(m, "google.golang.org/") || strings.Contains(m, "/proto/otlp") {
			t.Errorf("linked: %s", m)
		}
	}
	symbols := (&app{t: t, dir: suite}).must("go", "tool", "nm", p.woven).out
	for _, bad := range []string{"google.golang.org/grpc", "google.golang.org/protobuf", "go.opentelemetry.io/proto"} {
		if strings.Contains(symbols, bad) {
			t.Errorf("symbols of %s are linked", bad)
		}
	}
}

// TestLayout: of each package of ours, the functions that requests run lie together, as go/layout.txt
// has them.
func TestLayout(t *testing.T) {
	t.Parallel()
	p := built(t, "hello")
	a := &app{t: t, dir: suite}
	linked := map[string][]string{} // the functions of a package, as they lie
	for line := range strings.Lines(a.must("go", "tool", "nm", "-n", p.woven).out) {
		fields := strings.Fields(line) // address, type, name
		if len(fields) < 3 || !strings.EqualFold(fields[1], "T") || !strings.HasPrefix(fields[2], "otel.tool/") {
			continue
		}
		symbol := strings.Join(fields[2:], " ")
		base := strings.LastIndexByte(strings.SplitN(symbol, "(", 2)[0], '/') + 1
		pkg, name, _ := strings.Cut(symbol[base:], ".")
		linked[symbol[:base]+pkg] = append(linked[symbol[:base]+pkg], name)
	}
	first := map[string][]string{} // the listed ones that are linked
	for line := range strings.Lines(readFile(t, "../../go/layout.txt")) {
		line, _, _ = strings.Cut(line, "#")
		if pkg, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && slices.Contains(linked[pkg], name) {
			first[pkg] = append(first[pkg], name)
		}
	}
	if len(first) < 8 {
		t.Errorf("only %d packages are listed and linked", len(first))
	}
	for pkg, want := range first {
		from, to := slices.Index(linked[pkg], want[0]), slices.Index(linked[pkg], want[len(want)-1])
		var lie []string
		for _, name := range linked[pkg][from : max(from, to)+1] {
			if len(lie) == 0 || !strings.HasPrefix(name, lie[len(lie)-1]+".") { // its literals follow a function
				lie = append(lie, name)
			}
		}
		if !slices.Equal(lie, want) {
			t.Errorf("%s: there lie\n%s\nlisted are\n%s", pkg, strings.Join(lie, "\n"), strings.Join(want, "\n"))
		}
	}
}

func mb(n int64) float64 { return float64(n) / (1 << 20) }

// TestSame: the same input gives the same bytes, in another folder and with
// other caches too.
func TestSame(t *testing.T) {
	t.Parallel()
	a, b := newApp(t, "hello"), newApp(t, "hello").private()
	one, two := a.woven("-trimpath"), b.woven("-trimpath")
	if hashFile(t, one) != hashFile(t, two) {
		t.Errorf("bytes differ; the programs say of themselves\n%s\n%s", a.must("go", "version", "-m", one).out, b.must("go", "version", "-m", two).out)
	}
}

// traced runs a woven hello and says whether a request to it gives a span.
func traced(t *testing.T, bin string, args ...string) {
	t.Helper()
	c := collect.Start(t)
	addr := freeAddr(t)
	p := start(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC}, bin, append(args, addr)...)
	p.listening(addr)
	if _, body, err := fetch(plainClient, "http://"+addr+"/greet"); err != nil || body != "hello\n" {
		t.Errorf("answer %q, %v", body, err)
	}
	p.stop()
	if got := collect.Tree(c.Spans()); got != "Server GET /greet\n" {
		t.Errorf("spans:\n%s", got)
	}
}

// TestCommands: go's other commands, in each of which a program is woven.
func TestCommands(t *testing.T) {
	t.Parallel()
	t.Run("run", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "hello")
		c := collect.Start(t)
		addr := freeAddr(t)
		cmd := exec.Command(otel, "go", "run", ".", addr)
		cmd.Dir, cmd.Env = a.dir, environ("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, "OTEL_BSP_SCHEDULE_DELAY=50")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Wait()
		defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		p := &proc{t: t, cmd: cmd, done: make(chan struct{})}
		p.until("an answer", func() bool {
			_, _, err := fetch(plainClient, "http://"+addr+"/greet")
			return err == nil
		})
		if got := collect.Tree(c.Wait(t, 1)); got != "Server GET /greet\n" {
			t.Errorf("spans:\n%s", got)
		}
	})
	t.Run("run exit status", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "exits")
		for _, tool := range [][]string{{"go", "run"}, {otel, "go", "run"}} {
			r := a.run(slices.Concat([]string{"OTEL_TRACES_EXPORTER=none"}, tool, []string{".", "exit3"})...)
			if r.code != 1 || r.out != "served\n" || r.err != "exit status 3\n" {
				t.Errorf("%s: %v", tool, r)
			}
		}
	})
	t.Run("install", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "hello")
		bin := tempDir(t)
		a.must("GOBIN="+bin, otel, "go", "install", ".")
		traced(t, filepath.Join(bin, "hello"))
	})
	t.Run("several mains", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, greet)
		bin := tempDir(t)
		a.must(otel, "go", "build", "-o", bin+"/", "./...")
		for _, name := range []string{"greet", "phrases"} {
			if !strings.Contains(strings.Join(deps(t, filepath.Join(bin, name)), "\n"), "otel.tool/runtime") {
				t.Errorf("%s is not woven", name)
			}
		}
	})
	t.Run("file arguments", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "hello")
		traced(t, a.woven("main.go"))
	})
	t.Run("-C", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "hello")
		bin := filepath.Join(tempDir(t), "hello")
		b := &app{t: t, dir: suite}
		b.must(otel, "go", "build", "-C", a.dir, "-o", bin)
		traced(t, bin)
	})
	t.Run("flags", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "hello")
		traced(t, a.woven("-trimpath", "-tags", "a,b", "-ldflags", "-s -w -X main.version=1", "-gcflags=-N -l"))
	})
	t.Run("vet and list", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "hello")
		a.write("bad.go", "package main\n\nimport \"fmt\"\n\nfunc bad() { fmt.Printf(\"%d\\n\", \"x\") }\n")
		for _, c := range [][]string{{"vet", "."}, {"list", "."}, {"list", "-deps", "-f", "{{.ImportPath}}", "."}, {"version"}, {"env", "GOMOD"}} {
			plain, woven := a.run(append([]string{"go"}, c...)...), a.run(append([]string{otel, "go"}, c...)...)
			if plain.code != woven.code || plain.out != woven.out || plain.err != woven.err {
				if d := diff(plain.String(), woven.String()); d != "" {
					t.Errorf("go %s, - plain, + woven:\n%s", strings.Join(c, " "), d)
				}
			}
		}
	})
	t.Run("test", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "tested")
		c := collect.Start(t)
		a.env = []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC}
		strip := func(r result) string { // times and "(cached)"
			return stableTest.ReplaceAllString(r.out, "") + fmt.Sprint(r.code)
		}
		plain := a.run("go", "test", "-v", "./...")
		woven := a.run(otel, "go", "test", "-v", "./...")
		if d := diff(strip(plain), strip(woven)); d != "" {
			t.Errorf("- plain, + woven:\n%s%s", d, woven.err)
		}
		if spans := c.Spans(); len(spans) != 0 {
			t.Errorf("%d spans from a test that did not ask for any", len(spans))
		}
		if r := a.must(otel, "go", "test", "./..."); !strings.Contains(r.out, "(cached)") {
			a.must(otel, "go", "test", "./...")
			if r = a.must(otel, "go", "test", "./..."); !strings.Contains(r.out, "(cached)") {
				t.Errorf("go's test cache does not work:\n%s", r.out)
			}
		}
		a.must("OTEL_GO_TEST=1", otel, "go", "test", "-count=1", "./...")
		if got := collect.Tree(c.Spans()); !strings.Contains(got, "Client GET\n  Server GET /x\n") {
			t.Errorf("with OTEL_GO_TEST=1, spans:\n%s", got)
		}
	})
	t.Run("test fails", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, "tested")
		a.write("fail_test.go", "package tested\n\nimport \"testing\"\n\nfunc TestFail(t *testing.T) { t.Error(\"no\") }\n")
		if plain, woven := a.run("go", "test", "."), a.run(otel, "go", "test", "."); plain.code != 1 || woven.code != 1 {
			t.Errorf("plain: %vwoven: %v", plain, woven)
		}
	})
}

// TestToolchains builds and runs the hello program with other Go releases.
func TestToolchains(t *testing.T) {
	t.Parallel()
	for _, version := range ends() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			haveToolchain(t, version)
			a := newApp(t, "hello")
			a.env = []string{"GOTOOLCHAIN=" + version}
			bin := a.woven()
			if info, err := buildinfo.ReadFile(bin); err != nil || info.GoVersion != version {
				t.Fatalf("built by %v, %v", info, err)
			}
			traced(t, bin)
		})
	}
}

// stableTest matches what changes from one run of go test to the next.
var stableTest = regexp.MustCompile(`\(\d+\.\d+s\)|\t\d+\.\d+s|\t\(cached\)`)
