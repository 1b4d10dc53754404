package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// libraryApp makes a program of a made-up library at a version, through replace or
// from a vendor folder, and, beside it, a hook module for v1.2.0 of it and later.
func libraryApp(t *testing.T, version, lib string, vendored bool) *app {
	t.Helper()
	a := emptyApp(t,
		"go.mod", "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib "+version+"\n",
		"main.go", "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/lib\"\n)\n\nfunc main() { fmt.Println(lib.Greet(\"you\")) }\n",
		"main_test.go", "package main\n\nimport \"testing\"\n\nfunc TestMain(m *testing.M) { main(); m.Run() }\n",
		"../hooks/go.mod", "module otel.tool/hooks/example.com/lib\n\ngo 1.24\n\nrequire example.com/lib v1.2.0\n",
		"../hooks/hooks.go", "package lib\n\nimport (\n\t\"example.com/lib\"\n)\n\nfunc Greet(name string) (after func(string) string) {\n\treturn func(s string) string { return s + lib.Mark }\n}\n",
		"../hooks/otel.yaml", "greet:\n  target: example.com/lib\n  where: {func: Greet}\n  do:\n    - inject_hooks: {before: Greet, path: otel.tool/hooks/example.com/lib}\n",
	)
	const modules = "# example.com/lib %\n## explicit; go 1.24\nexample.com/lib\n"
	if vendored {
		a.write("vendor/modules.txt", strings.ReplaceAll(modules, "%", version))
		a.write("vendor/example.com/lib/lib.go", lib)
	} else {
		a.write("go.mod", readFile(t, filepath.Join(a.dir, "go.mod"))+"\nreplace example.com/lib => ./lib\n")
		a.write("lib/go.mod", "module example.com/lib\n\ngo 1.24\n")
		a.write("lib/lib.go", lib)
	}
	a.env = append(a.env, "GOPROXY=off", "OTEL_TRACES_EXPORTER=none", "OTEL_GO_RULES="+filepath.Join(filepath.Dir(a.dir), "hooks"))
	return a
}

const (
	greets  = "package lib\n\n//go:noinline\nfunc Greet(name string) string { return \"hello \" + name }\n"
	marked  = greets + "\nconst Mark = \"!\"\n"
	changed = "package lib\n\n//go:noinline\nfunc Greet(name []byte) string { return \"hello \" + string(name) }\n\nconst Mark = \"!\"\n"
)

// TestHookModule: hooks of a library are linked into a build whose version of it they
// know. Else they are left out with a word, and it is as if there were none; --strict
// makes an error of that.
func TestHookModule(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, version, lib string
		vendored           bool
		out, word          string
	}{
		{"through replace", "v1.4.0", marked, false, "hello you!\n", ""},
		{"from vendor", "v1.4.0", marked, true, "hello you!\n", ""},
		{"older", "v1.1.0", marked, true, "hello you\n", "the hooks of 'otel.tool/hooks/example.com/lib' are left out: example.com/lib v1.1.0 is older than v1.2.0"},
		{"does not compile", "v1.4.0", greets, true, "hello you\n", "the hooks of 'otel.tool/hooks/example.com/lib' do not compile with the versions of this build"},
		{"another signature", "v1.5.0", changed, true, "", "rule 'greet': "},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := libraryApp(t, row.version, row.lib, row.vendored)
			if row.out == "" { // the program passes the new library what it wants
				row.out = "hello you\n"
				a.write("main.go", strings.Replace(readFile(t, filepath.Join(a.dir, "main.go")), `"you"`, `[]byte("you")`, 1))
			}
			before := snapshot(t, a.dir)
			bin := a.plain()
			if r := a.must(bin); r.out != "hello you\n" {
				t.Fatalf("plain: %v", r)
			}
			inPlain := deps(t, bin)
			for i, want := range []string{row.word, ""} { // said once
				r := a.must(otel, "go", "build", "-o", bin)
				if !strings.Contains(r.err, want) {
					t.Errorf("build %d says\n%s, want %q", i, r.err, want)
				}
				if want == "" && strings.Contains(r.err, "hooks of") {
					t.Errorf("build %d says\n%s", i, r.err)
				}
			}
			if r := a.must(bin); r.out != row.out {
				t.Errorf("woven: %v, want %s", r, row.out)
			}
			have := deps(t, bin)
			for _, m := range inPlain {
				if !slices.Contains(have, m) {
					t.Errorf("%s moved: %q", m, have)
				}
			}
			strict := a.run(otel, "--strict", "go", "build", "-o", bin)
			if ok := strict.code == 0; ok != (row.word == "") || !strings.Contains(strict.err, row.word) {
				t.Errorf("--strict: %v", strict)
			}
			if r := a.must(otel, "go", "test", "-count=1", "-v", "."); !strings.Contains(r.out, row.out) {
				t.Errorf("go test: %v", r)
			}
			if d := diff(before, snapshot(t, a.dir)); d != "" {
				t.Errorf("the tree changed:\n%s", d)
			}
		})
	}
}

// TestHookModuleOnce: where hooks do not compile, go test and go run say so in one line and
// then do their work once, as if there had been no attempt before.
func TestHookModuleOnce(t *testing.T) {
	t.Parallel()
	for _, command := range [][]string{{"test", "-count=1", "-v", "./..."}, {"run", "-tags", "x", "."}} {
		t.Run(command[0], func(t *testing.T) {
			t.Parallel()
			a := libraryApp(t, "v1.4.0", greets, true)
			a.write("other/other_test.go", "package other\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestOther(t *testing.T) {\n\tf, err := os.OpenFile(os.Getenv(\"RAN\"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)\n\tif err != nil {\n\t\tt.Fatal(err)\n\t}\n\tf.WriteString(\"ran\\n\")\n\tf.Close()\n}\n")
			ran := filepath.Join(filepath.Dir(a.dir), "ran")
			a.env = append(a.env, "RAN="+ran)
			const word = "the hooks of 'otel.tool/hooks/example.com/lib' do not compile with the versions of this build"

			strict := a.run(append([]string{otel, "--strict", "go"}, command...)...)
			if strict.code == 0 || !strings.Contains(strict.err, word) || !strings.Contains(strict.err, "undefined: lib.Mark") || strict.out != "" {
				t.Errorf("--strict: %v", strict)
			}
			for i, want := range []string{word, ""} { // said once
				os.Remove(ran)
				r := a.must(append([]string{otel, "go"}, command...)...)
				if strings.Count(r.out, "hello you\n") != 1 || strings.Contains(r.out, "FAIL") {
					t.Errorf("%d: %v", i, r)
				}
				if !strings.Contains(r.err, want) || strings.Contains(r.err, "undefined") {
					t.Errorf("%d says\n%s, want %q", i, r.err, want)
				}
				if text, _ := os.ReadFile(ran); command[0] == "test" && string(text) != "ran\n" {
					t.Errorf("%d: the other package's test ran %q", i, text)
				}
			}
		})
	}
}

// TestChi: a real library, older than what the hooks' tests use elsewhere, as a module
// and vendored without a network. Its router tells the span the route.
func TestChi(t *testing.T) {
	t.Parallel()
	a := newApp(t, "chi")
	check := func(a *app) {
		t.Helper()
		plain, woven := a.plain(), a.woven()
		have := deps(t, woven)
		for _, m := range deps(t, plain) {
			if !slices.Contains(have, m) {
				t.Errorf("%s moved: %q", m, have)
			}
		}
		c := collect.Start(t)
		addr := freeAddr(t)
		p := start(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC}, woven, addr)
		p.listening(addr)
		if _, body, err := fetch(plainClient, "http://"+addr+"/api/users/7"); err != nil || body != "user 7\n" {
			t.Errorf("answer %q, %v", body, err)
		}
		p.stop()
		if got := collect.Tree(c.Spans()); got != "Server GET /api/users/{id}\n" {
			t.Errorf("spans:\n%s", got)
		}
	}
	check(a)
	a.must("go", "mod", "vendor")
	before := snapshot(t, a.dir)
	a.env = []string{"GOPROXY=off", "GOFLAGS=-mod=vendor"}
	if *allMatrix {
		a.env = append(offline(t), "GOFLAGS=-modcacherw -mod=vendor") // an empty module cache: compiles all again
	}
	check(a)
	if d := diff(before, snapshot(t, a.dir)); d != "" {
		t.Errorf("the tree changed:\n%s", d)
	}
}

// TestSignals: a choice of signals that there is not is an error; one that leaves traces
// out weaves nothing that serves traces alone.
func TestSignals(t *testing.T) {
	t.Parallel()
	a := libraryApp(t, "v1.4.0", marked, true)
	rules := readFile(t, filepath.Join(a.dir, "../hooks/otel.yaml"))
	a.write("../hooks/otel.yaml", strings.Replace(rules, "  target:", "  signal: logs\n  target:", 1))
	for _, row := range []struct{ signals, links, out, word string }{
		{"traces", "", "hello you\n", ""},
		{"", "logs", "hello you!\n", ""},
		{"traces,metrics", "metrics", "hello you\n", ""},
		{"logs", "logs", "hello you!\n", ""},
		{"sounds", "", "", "unknown signal 'sounds'"},
	} {
		if _, err := os.Stat("../../go/runtime/" + row.links); err != nil {
			continue // yet to come
		}
		r := a.run("OTEL_GO_SIGNALS="+row.signals, otel, "go", "run", ".")
		if r.out != row.out || !strings.Contains(r.err, row.word) || (r.code == 0) != (row.word == "") {
			t.Errorf("OTEL_GO_SIGNALS=%s: %v", row.signals, r)
		}
	}
}

// TestExplainAfterTest: what became of a library is not what became of its tests, which are
// compiled with the same mark.
func TestExplainAfterTest(t *testing.T) {
	t.Parallel()
	a := libraryApp(t, "v1.4.0", marked, false)
	a.write("lib/lib_test.go", "package lib_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/lib\"\n)\n\nfunc TestGreet(t *testing.T) { lib.Greet(\"you\") }\n")
	a.must(otel, "go", "build")
	want := a.must(otel, "explain").out
	a.must(otel, "go", "test", "example.com/lib")
	if got := a.must(otel, "explain").out; got != want || !strings.HasPrefix(got, "example.com/lib v1.4.0  compiled again") {
		t.Errorf("- after go build, + after go test:\n%s", diff(want, got))
	}
}
