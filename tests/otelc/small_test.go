package otelc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small is a program of one library, whose Run writes, and a package of hooks for it.
type small struct {
	name  string
	lib   string // the library, without its package clause
	hooks string // the hooks, without package clause and import of HookContext
	rules string // a line for each rule: func [recv] before=B after=A
	out   string // what the program writes
	says  string // what the build says has this in it; nothing if it is empty
}

// build builds and runs it.
func (s small) build(t *testing.T, flags ...string) (out, says string, err error) {
	t.Helper()
	return s.buildIn(work{t, t.TempDir()}, flags...)
}

// buildIn is build in a folder in which another may have been built before.
func (s small) buildIn(w work, flags ...string) (out, says string, err error) {
	w.t.Helper()
	w.write("app/go.mod", "module example.com/app\n\ngo 1.24\n")
	w.write("app/main.go", "package main\n\nimport \"example.com/app/lib\"\n\nfunc main() { lib.Run() }\n")
	w.write("app/lib/lib.go", "package lib\n\nimport \"fmt\"\n"+s.lib)
	w.write("hooks/go.mod", "module example.com/hooks\n\ngo 1.24\n\nrequire (\n\texample.com/app v1.0.0\n\tgo.opentelemetry.io/otelc/pkg v1.0.0\n)\n")
	w.write("hooks/hooks.go", "package hooks\n\nimport \"go.opentelemetry.io/otelc/pkg/hook\"\n"+s.hooks)
	var rules strings.Builder
	for i, line := range strings.Split(s.rules, "\n") {
		rules.WriteString("rule" + string(rune('a'+i)) + ":\n  target: example.com/app/lib\n  path: example.com/hooks\n")
		for word := range strings.FieldsSeq(line) {
			key, value, _ := strings.Cut(word, "=")
			rules.WriteString("  " + key + ": \"" + value + "\"\n")
		}
	}
	w.write("hooks/otelc.yaml", rules.String())
	bin := filepath.Join(w.dir, "woven")
	words := append(append([]string{otel(w.t)}, flags...), "go", "build", "-o", bin)
	if _, says, err = w.try("app", w.rules("hooks"), words...); err != nil {
		return "", says, err
	}
	out, stderr := w.run("app", nil, bin)
	return out + stderr, says, nil
}

// write writes a file of w.
func (w work) write(path, text string) {
	w.t.Helper()
	path = filepath.Join(w.dir, path)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestWrongHooks has hooks that do not fit their function, or are none: they are not woven,
// the build says why, and with --strict fails.
func TestWrongHooks(t *testing.T) {
	t.Parallel()
	const (
		lib    = "func F(n int) (string, error) { return fmt.Sprint(n), nil }\nfunc Run() { fmt.Println(F(1)) }\n"
		before = "func=F before=BeforeF"
		after  = "func=F after=AfterF"
		plain  = "1 <nil>\n"
	)
	for _, s := range []small{
		{"wrong parameter", lib, "func BeforeF(ictx hook.HookContext, s string) {}", before, plain, "rule 'rulea': the hook takes string here, 'F' has int"},
		{"too few parameters", lib, "func BeforeF(ictx hook.HookContext) {}", before, plain, "rule 'rulea': "},
		{"too many parameters", lib, "func BeforeF(ictx hook.HookContext, n, m int) {}", before, plain, "rule 'rulea': "},
		{"wrong result", lib, "func AfterF(ictx hook.HookContext, s string, err string) {}", after, plain, "rule 'rulea': the hook takes string here, 'F' has error"},
		{"too few results", lib, "func AfterF(ictx hook.HookContext, s string) {}", after, plain, "rule 'rulea': "},
		{"no such hook", lib, "func Other(ictx hook.HookContext) {}", before, plain, "warning: rule 'rulea': there is no function 'BeforeF'"},
		{"hook with results", lib, "func BeforeF(ictx hook.HookContext, n int) error { return nil }", before, plain, "hooks.go:4:44: warning: "},
		{"generic hook", lib, "func BeforeF[T any](ictx hook.HookContext, n T) {}", before, plain, "hooks.go:4:6: warning: "},
		{"method as hook", lib, "type H struct{}\n\nfunc (H) BeforeF(ictx hook.HookContext, n int) {}", before, plain, "warning: rule 'rulea': there is no function 'BeforeF'"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			out, says, err := s.build(t)
			if err != nil || out != s.out || !strings.Contains(says, s.says) {
				t.Errorf("%v, wrote %q, want %q, and %q in what the build says:\n%s", err, out, s.out, s.says, says)
			}
			strict := strings.Replace(s.says, "warning: ", "error: ", 1)
			if _, says, err := s.build(t, "--strict"); err == nil || !strings.Contains(says, strict) {
				t.Errorf("%v with --strict, which says:\n%s", err, says)
			}
		})
	}
}

// TestOwnModule has the hooks in the module of the program, whose rule file is found in its
// root. The program builds without us too, if it does not import them.
func TestOwnModule(t *testing.T) {
	t.Parallel()
	w := work{t, t.TempDir()}
	w.write("app/go.mod", "module example.com/app\n\ngo 1.24\n\nrequire go.opentelemetry.io/otelc/pkg v1.0.0\n")
	w.write("app/main.go", "package main\n\nimport \"fmt\"\n\nfunc hello(s string) string { return \"hello \" + s }\n\nfunc main() { fmt.Println(hello(\"own\")) }\n")
	w.write("app/instrumentation/hooks.go", "package instrumentation\n\nimport \"go.opentelemetry.io/otelc/pkg/hook\"\n\nfunc BeforeHello(ictx hook.HookContext, s string) { ictx.SetParam(0, s+\" hook\") }\n")
	w.write("app/otelc.yaml", "hello:\n  target: main\n  where: {func: hello}\n  do:\n    - inject_hooks: {before: BeforeHello, path: example.com/app/instrumentation}\n")
	bin := filepath.Join(w.dir, "woven")
	if _, says := w.run("app", nil, otel(t), "go", "build", "-o", bin); says != "" {
		t.Errorf("the build says:\n%s", says)
	}
	if out, _ := w.run("app", nil, bin); out != "hello own hook\n" {
		t.Errorf("wrote %q", out)
	}
}

// TestChanged builds again what has changed: the body of a hook, its signature, the rules,
// the library. What is not changed is not compiled, and that must not be too much.
func TestChanged(t *testing.T) {
	t.Parallel()
	w := work{t, t.TempDir()}
	s := small{lib: "func F(n int) int { return n }\nfunc Run() { fmt.Println(F(1)) }\n", rules: "func=F before=OnF"}
	for _, step := range []struct{ name, lib, hooks, rules, out string }{
		{"first", "", "func OnF(ictx hook.HookContext, n int) { ictx.SetParam(0, 2) }", "", "2\n"},
		{"body", "", "func OnF(ictx hook.HookContext, n int) { ictx.SetParam(0, 3) }", "", "3\n"},
		{"signature", "", "func OnF(ictx hook.HookContext, n any) { ictx.SetParam(0, n.(int)+3) }", "", "4\n"},
		{"other rule", "", "", "func=F after=OnF", "1\n"},
		{"other hook", "", "func OnF(ictx hook.HookContext, n any) { ictx.SetReturnVal(0, n.(int)+4) }", "", "5\n"},
		{"result", "func F(n int) string { return fmt.Sprint(n, \"s\") }\nfunc Run() { fmt.Println(F(1)) }\n", "func OnF(ictx hook.HookContext, n any) { ictx.SetReturnVal(0, n.(string)+\"6\") }", "", "1s6\n"},
		{"two rules", "", "func OnF(ictx hook.HookContext, n any) { println(1) }\nfunc Other(ictx hook.HookContext, s string) { println(2) }", "func=F before=OnF after=Other\nfunc=F after=OnF", "1s\n1\n1\n2\n"},
		{"one rule", "", "", "func=F before=OnF", "1s\n1\n"},
		{"another function", "", "", "func=Run before=Run", "1s\n"},
		{"its hook", "", "func Run(ictx hook.HookContext) { println(3) }", "", "1s\n3\n"},
	} {
		for _, set := range []struct {
			to   *string
			from string
		}{{&s.lib, step.lib}, {&s.hooks, step.hooks}, {&s.rules, step.rules}} {
			if set.from != "" {
				*set.to = set.from
			}
		}
		out, says, err := s.buildIn(w)
		if err != nil || out != step.out {
			t.Errorf("%s: %v, wrote %q, want %q; the build says:\n%s", step.name, err, out, step.out, says)
		}
	}
}
