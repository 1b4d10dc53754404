package e2e

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// proxy is a folder that go takes as a module proxy (file://).
type proxy struct {
	t   testing.TB
	dir string
}

// publish adds a version of a module: path, text, path, text ...
func (p proxy) publish(module, version string, files ...string) {
	p.t.Helper()
	dir := filepath.Join(p.dir, module, "@v")
	write := func(name, text string) {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err == nil {
			_, err = f.WriteString(text)
			f.Close()
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	write("list", version+"\n")
	write(version+".info", `{"Version":"`+version+`","Time":"2026-01-01T00:00:00Z"}`)
	var text strings.Builder
	z := zip.NewWriter(&text)
	for i := 0; i < len(files); i += 2 {
		if files[i] == "go.mod" {
			write(version+".mod", files[i+1])
		}
		f, err := z.Create(module + "@" + version + "/" + files[i])
		if err == nil {
			_, err = f.Write([]byte(files[i+1]))
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		p.t.Fatal(err)
	}
	write(version+".zip", text.String())
}

const (
	greetLib = "package lib\n\nimport \"context\"\n\n//go:noinline\nfunc Greet(ctx context.Context, name string) string { return \"hello \" + name }\n"

	greetRule = `greet:
  target: example.com/lib
  version: v1.2.0
  where: {func: Greet}
  do:
    - inject_hooks: {before: Greet, path: PATH/hooks}
`
	greetHooks = `// Package hooks instruments example.com/lib.
package hooks

import (
	"context"

	"go.opentelemetry.io/otel"
)

func Greet(ctx context.Context, name string) (newCtx context.Context, leave func()) {
	newCtx, span := otel.Tracer("example.com/rules").Start(ctx, "VERSION "+name)
	return newCtx, func() { span.End() }
}
`
	greetMod = "module example.com/rules\n\ngo 1.24\n\nrequire (\n\texample.com/lib v1.2.0\n\tgo.opentelemetry.io/otel v1.41.0\n)\n"
)

// ruleApp makes a program of example.com/lib at v1.3.0, which a proxy has; and, beside it, a module of
// rules for it in two versions. The module cache is its own.
func ruleApp(t *testing.T) (*app, proxy) {
	t.Helper()
	p := proxy{t, filepath.Join(tempDir(t), "proxy")}
	libMod := "module example.com/lib\n\ngo 1.24\n"
	p.publish("example.com/lib", "v1.3.0", "go.mod", libMod, "lib.go", greetLib)
	p.publish("example.com/lib", "v1.4.0", "lib.go", greetLib,
		"go.mod", libMod+"\nrequire go.opentelemetry.io/otel v1.41.0\n",
		"otel.yaml", strings.ReplaceAll(greetRule, "PATH", "example.com/lib")+"trust: ['**']\nexclude: [example.com/lib]\n",
		"hooks/hooks.go", strings.ReplaceAll(greetHooks, "VERSION", "shipped"))
	for _, version := range []string{"v1.0.0", "v1.1.0"} {
		mod := greetMod
		if version == "v1.1.0" { // of OpenTelemetry it gets what the build has
			mod = strings.Replace(mod, "v1.41.0", "v1.60.0", 1)
		}
		p.publish("example.com/rules", version, "go.mod", mod, "rules.go", "// Package rules is for tool files.\npackage rules\n",
			"otel.yaml", strings.ReplaceAll(greetRule, "PATH", "example.com/rules"),
			"hooks/hooks.go", strings.ReplaceAll(greetHooks, "VERSION", version))
	}
	p.publish("example.com/norules", "v1.0.0", "go.mod", "module example.com/norules\n", "x.go", "package norules\n")
	a := emptyApp(t,
		"go.mod", "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v1.3.0\n",
		"main.go", "package main\n\nimport (\n\t\"context\"\n\t\"fmt\"\n\n\t\"example.com/lib\"\n)\n\nfunc main() { fmt.Println(lib.Greet(context.Background(), \"you\")) }\n")
	a.env = append(a.env, "GOPROXY=file://"+strings.ReplaceAll(p.dir, " ", "%20"), "GONOSUMDB=example.com", "GOFLAGS=-modcacherw",
		"GOMODCACHE="+filepath.Join(tempDir(t), "mod"), "OTEL_GO_CACHE="+filepath.Join(tempDir(t), "otel"))
	a.must("GOFLAGS=-modcacherw -mod=mod", "go", "mod", "download", "all")
	a.must("GOFLAGS=-modcacherw -mod=mod", "go", "build", "-o", os.DevNull)
	return a, p
}

// spans builds and runs the program; it returns the names of its spans, and what the build said.
func (a *app) spans() (names, said string) {
	a.t.Helper()
	bin := filepath.Join(tempDir(a.t), "bin")
	for line := range strings.Lines(a.must(otel, "go", "build", "-o", bin).err) {
		if !strings.HasPrefix(line, "go: downloading ") {
			said += line
		}
	}
	c := collect.Start(a.t)
	if r := a.must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, bin); r.out != "hello you\n" {
		a.t.Errorf("%v", r)
	}
	return strings.TrimPrefix(strings.TrimSpace(collect.Tree(c.Spans())), "Internal "), said
}

// TestRuleModule: a module of rules instruments a library that we know nothing of. The user's go.mod
// and go.sum don't change, and a version that is recorded stays.
func TestRuleModule(t *testing.T) {
	t.Parallel()
	a, _ := ruleApp(t)
	a.write("otel.yaml", "# rules of ours\nuse:   # modules\n")
	mod, sum := readFile(t, filepath.Join(a.dir, "go.mod")), readFile(t, filepath.Join(a.dir, "go.sum"))
	if r := a.must(otel, "add", "example.com/rules@v1.0.0"); !strings.Contains(r.out, "added example.com/rules@v1.0.0 to otel.yaml: 1 rule") {
		t.Errorf("%v", r)
	}
	if got := readFile(t, filepath.Join(a.dir, "otel.yaml")); got != "# rules of ours\nuse:   # modules\n  - example.com/rules@v1.0.0\n" {
		t.Errorf("otel.yaml:\n%s", got)
	}
	if names, said := a.spans(); names != "v1.0.0 you" || said != "" {
		t.Errorf("spans %q, the build says %q", names, said)
	}
	a.must(otel, "add", "example.com/rules")
	if names, said := a.spans(); names != "v1.1.0 you" || said != "" {
		t.Errorf("newest: spans %q, the build says %q", names, said)
	}
	if r := a.must(otel, "explain", "Greet"); !strings.Contains(r.out, "example.com/rules/hooks.Greet") {
		t.Errorf("explain: %v", r)
	}
	if r := a.must(otel, "rules", "check"); !strings.Contains(r.out, "greet  example.com/rules@v1.1.0/otel.yaml:1\n  weaves  example.com/lib  Greet\n") {
		t.Errorf("check: %v", r)
	}
	// Built again without a network, and without our cache: from go's module cache.
	a.env = append(a.env, "GOPROXY=off", "OTEL_GO_CACHE="+filepath.Join(tempDir(t), "otel"))
	if names, said := a.spans(); names != "v1.1.0 you" || said != "" {
		t.Errorf("offline: spans %q, the build says %q", names, said)
	}
	if r := a.run(otel, "add", "example.com/norules@v1.0.0"); r.code != 3 || !strings.Contains(r.err, "cannot fetch 'example.com/norules@v1.0.0'") {
		t.Errorf("offline: %v", r)
	}
	a.must(otel, "remove", "example.com/rules")
	if names, _ := a.spans(); names != "" {
		t.Errorf("removed: spans %q", names)
	}
	if mod != readFile(t, filepath.Join(a.dir, "go.mod")) || sum != readFile(t, filepath.Join(a.dir, "go.sum")) {
		t.Error("go.mod or go.sum changed")
	}
}

// TestRuleModuleMissing: a build fetches a module that is recorded, unless it may fetch nothing. Then
// it says so each time, and goes on without.
func TestRuleModuleMissing(t *testing.T) {
	t.Parallel()
	a, _ := ruleApp(t)
	a.write("otel.yaml", "use: [example.com/rules@v1.0.0]\n")
	env := a.env
	a.env = append(a.env, "GOPROXY=off")
	for range 2 {
		names, said := a.spans()
		if names != "" || !strings.Contains(said, "the rules of 'example.com/rules@v1.0.0' are not here") ||
			!strings.Contains(said, "help: 'otel add example.com/rules@v1.0.0' fetches them") {
			t.Errorf("spans %q, the build says %q", names, said)
		}
	}
	if r := a.run(otel, "--strict", "go", "build", "-o", os.DevNull); r.code != 1 {
		t.Errorf("--strict: %v", r)
	}
	a.env = env
	if names, said := a.spans(); names != "v1.0.0 you" || said != "" {
		t.Errorf("spans %q, the build says %q", names, said)
	}
}

// TestRuleFolder: a folder as a module of rules; its hooks that don't compile are left out.
func TestRuleFolder(t *testing.T) {
	t.Parallel()
	a, _ := ruleApp(t)
	a.write("../rules/go.mod", greetMod)
	a.write("../rules/otel.yaml", strings.ReplaceAll(greetRule, "PATH", "example.com/rules"))
	a.write("../rules/hooks/hooks.go", strings.ReplaceAll(greetHooks, "VERSION", "folder"))
	a.must(otel, "add", "../rules")
	if names, said := a.spans(); names != "folder you" || said != "" {
		t.Errorf("spans %q, the build says %q", names, said)
	}
	a.write("../rules/hooks/wrong.go", "package hooks\n\nvar _ int = \"\"\n")
	if names, said := a.spans(); names != "" || !strings.Contains(said, "the hooks of 'example.com/rules/hooks' do not compile") {
		t.Errorf("spans %q, the build says %q", names, said)
	}
	if r := a.run(otel, "--strict", "go", "build", "-o", os.DevNull); r.code == 0 {
		t.Errorf("--strict: %v", r)
	}
}

// TestToolFile: rules come from the packages that a tool file imports, and from those that the tool
// file of their module does.
func TestToolFile(t *testing.T) {
	t.Parallel()
	a, p := ruleApp(t)
	p.publish("example.com/all", "v1.0.0", "go.mod", "module example.com/all\n\ngo 1.24\n\nrequire example.com/rules v1.0.0\n",
		"all.go", "// Package all stands for many.\npackage all\n",
		"otelc.tool.go", "//go:build tools\n\npackage all\n\nimport _ \"example.com/rules\"\n")
	a.write("otel.instrumentation.go", "//go:build tools\n\npackage main\n\nimport _ \"example.com/all\"\n")
	a.must("GOFLAGS=-modcacherw -mod=mod", "go", "get", "example.com/all@v1.0.0", "example.com/rules@v1.0.0")
	if names, said := a.spans(); names != "v1.0.0 you" || said != "" {
		t.Errorf("spans %q, the build says %q", names, said)
	}
}

// TestTrust: the rules that a library ships are used if its module is trusted, and told of if not.
// What the library says of trust and exclusion counts for nothing.
func TestTrust(t *testing.T) {
	t.Parallel()
	a, _ := ruleApp(t)
	a.must("GOFLAGS=-modcacherw -mod=mod", "go", "get", "example.com/lib@v1.4.0")
	a.must("GOFLAGS=-modcacherw -mod=mod", "go", "mod", "tidy")
	plain := deps(t, a.plain())
	if names, said := a.spans(); names != "" || said != "" {
		t.Errorf("spans %q, the build says %q", names, said)
	}
	if r := a.must(otel, "explain"); !strings.Contains(r.out, "ships rules; add it to trust: in otel.yaml to use them") {
		t.Errorf("explain: %v", r)
	}
	a.write("otel.yaml", "trust: [example.com/*]\n")
	if names, said := a.spans(); names != "shipped you" || said != "" {
		t.Errorf("spans %q, the build says %q", names, said)
	}
	have := strings.Join(deps(t, a.woven()), "\n")
	for _, m := range plain {
		if !strings.Contains(have, m) {
			t.Errorf("%s moved:\n%s", m, have)
		}
	}
}

// TestRuleModuleBuilt: a module of rules that the program is made of as well stays at its version.
func TestRuleModuleBuilt(t *testing.T) {
	t.Parallel()
	a, _ := ruleApp(t)
	a.write("rules.go", "package main\n\nimport _ \"example.com/rules\"\n")
	a.must("GOFLAGS=-modcacherw -mod=mod", "go", "get", "example.com/rules@v1.0.0")
	a.must("GOFLAGS=-modcacherw -mod=mod", "go", "build", "-o", os.DevNull)
	a.must(otel, "add", "example.com/rules@v1.1.0")
	if names, said := a.spans(); names != "v1.0.0 you" || !strings.Contains(said, "this build has 'example.com/rules' at v1.0.0") {
		t.Errorf("spans %q, the build says %q", names, said)
	}
	a.must(otel, "add", "example.com/rules@v1.0.0")
	if names, said := a.spans(); names != "v1.0.0 you" || said != "" {
		t.Errorf("spans %q, the build says %q", names, said)
	}
	have := strings.Join(deps(t, a.woven()), "\n")
	for _, m := range deps(t, a.plain()) {
		if !strings.Contains(have, m) {
			t.Errorf("%s moved:\n%s", m, have)
		}
	}
}

// TestRulesForAuthors: a new module of rules passes its own test, which fails when what is woven
// changes; check says what does not fit a program.
func TestRulesForAuthors(t *testing.T) {
	t.Parallel()
	a := emptyApp(t, "go.mod", "module example.com/app\n\ngo 1.24\n", "main.go", "package main\n\nimport \"example.com/app/lib\"\n\nfunc main() { lib.Work(1) }\n",
		"lib/lib.go", "package lib\n\nfunc Work(n int) {}\n", "hooks/hooks.go", "package hooks\n\nfunc Work(s string) {}\n")
	a.must(otel, "rules", "init", "example.com/go-rules2")
	r := a.must(otel, "rules", "test", "go-rules2")
	if r.out != "ok    go-rules2/testdata/greet\n" {
		t.Errorf("%v", r)
	}
	in := readFile(t, filepath.Join(a.dir, "go-rules2/testdata/greet/in.go"))
	a.write("go-rules2/testdata/greet/in.go", strings.Replace(in, "hello", "good day", 1))
	if r := a.run(otel, "rules", "test", "go-rules2"); r.code != 1 || !strings.Contains(r.out, "FAIL  go-rules2/testdata/greet/want.go\n    line 6\n    want  \treturn otel_a0(\"hello") {
		t.Errorf("%v", r)
	}
	a.write("go-rules2/testdata/greet/in.go", strings.Replace(in, "name string", "name []byte", 1))
	if r := a.run(otel, "rules", "test", "go-rules2"); r.code != 1 || !strings.Contains(r.out, "FAIL  go-rules2/testdata/greet/want.err") {
		t.Errorf("%v", r)
	}
	a.must(otel, "rules", "test", "--update", "go-rules2")
	if got := readFile(t, filepath.Join(a.dir, "go-rules2/testdata/greet/want.err")); !strings.HasPrefix(got, "in.go:5:38: warning: rule 'greet': the hook takes string here, 'Greet' has []byte\n") {
		t.Errorf("want.err:\n%s", got)
	}
	a.must(otel, "rules", "test", "go-rules2")
	if r := a.run(otel, "rules", "init", "example.com/go-rules2"); r.code != 3 || !strings.Contains(r.err, "'go-rules2' is there already") {
		t.Errorf("%v", r)
	}

	rule := "r:\n  target: example.com/app/lib\n  where: {func: FUNC}\n  do: [inject_hooks: {before: Work, path: example.com/app/hooks}]\n"
	for _, row := range []struct {
		text, out, err string
		code           int
	}{
		{strings.Replace(rule, "FUNC", "Wrok", 1), "r  $DIR/x.yaml:1\n  not     example.com/app/lib does not declare Wrok; did you mean 'Work'?\n", "", 1},
		{strings.Replace(rule, "FUNC", "Work", 1), "r  $DIR/x.yaml:1\n  not     the hook takes string here, 'Work' has int\n", "the hook is func Work(string), the function func Work(int)", 1},
		{strings.Replace(rule, "FUNC", "Work, recv: '*T'", 1), "r  $DIR/x.yaml:1\n  not     example.com/app/lib does not declare (*T).Work; did you mean 'Work'?\n", "", 1},
		{strings.Replace(rule, "FUNC", "Work, param: string", 1), "r  $DIR/x.yaml:1\n  not     'Work' is there, but 'where' asks for more\n", "", 1},
		{strings.Replace(rule, "example.com/app/lib", "net/http", 1), "r  $DIR/x.yaml:1\n  not     net/http is not in this build\n", "", 0},
		{strings.Replace(rule, "target", "tagret", 1), "", "unknown key 'tagret'", 1},
		{"spans: [{match: './lib:Work'}]\n", "./lib:Work  $DIR/x.yaml:1\n  weaves  example.com/app/lib  Work\n", "", 0},
		{"{}\n", "", "no rules here", 0},
	} {
		a.write("x.yaml", row.text)
		r := a.run(otel, "rules", "check", "x.yaml")
		out := strings.ReplaceAll(r.out, a.dir, "$DIR")
		if out != row.out || !strings.Contains(r.err, row.err) || r.code != row.code {
			t.Errorf("%s: %v", row.text, r)
		}
	}
}
