// Package otelc builds programs with hooks written for OpenTelemetry's own compile-time
// instrumentation, as an author of such hooks writes them: in a module of their own
// that requires go.opentelemetry.io/otelc/pkg, with a rule file otelc.yaml.
//
// testdata/shop is a program with one small function for each thing that a hook may do, and
// testdata/hooks and testdata/audit are the hooks. It is woven once, and once with the race
// detector; the table says what is to come out.
package otelc

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// work is a folder with a copy of testdata and the programs that are built there.
type work struct {
	t   *testing.T
	dir string
}

func newWork(t *testing.T) work {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	return work{t, dir}
}

// otel returns the path of the tool under test.
func otel(t *testing.T) string {
	t.Helper()
	path := os.Getenv("OTEL_E2E_TOOL")
	if path == "" {
		path = filepath.Join("..", "..", "build", "otel")
	}
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("no tool to test: %v (run make first)", err)
	}
	return path
}

// run runs a command in a folder of w, with more of the environment: NAME=value. It
// returns what the command writes, and fails the test if the command fails.
func (w work) run(dir string, env []string, words ...string) (stdout, stderr string) {
	w.t.Helper()
	stdout, stderr, err := w.try(dir, env, words...)
	if err != nil {
		w.t.Fatalf("%s: %v\n%s%s", strings.Join(words, " "), err, stdout, stderr)
	}
	return stdout, stderr
}

func (w work) try(dir string, env []string, words ...string) (stdout, stderr string, err error) {
	w.t.Helper()
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = filepath.Join(w.dir, dir)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OTEL") && !strings.HasPrefix(v, "GOWORK=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(cmd.Env, "OTEL_TRACES_EXPORTER=none"), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return out.String(), errs.String(), err
}

// rules names folders of w as those whose rules are to be woven.
func (w work) rules(folders ...string) []string {
	for i, f := range folders {
		folders[i] = filepath.Join(w.dir, f)
	}
	return []string{"OTEL_GO_RULES=" + strings.Join(folders, ",")}
}

// woven builds the program in a folder with the hooks in others, and returns its path. What
// the build says is to be nothing.
func (w work) woven(dir string, hooks []string, flags ...string) (bin string) {
	w.t.Helper()
	bin = filepath.Join(w.dir, "woven")
	words := append([]string{otel(w.t), "go", "build", "-o", bin}, flags...)
	if _, stderr := w.run(dir, w.rules(hooks...), words...); stderr != "" {
		w.t.Errorf("the build says:\n%s", stderr)
	}
	return bin
}

func TestHooks(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	bin := w.woven("shop", []string{"hooks", "audit"})
	stdout, stderr := w.run("shop", nil, bin, "allocations")
	compare(t, stdout, "")
	reports(t, stderr)
}

// The race detector allocates on its own, so that allocations are not counted.
func TestHooksRace(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	bin := w.woven("shop", []string{"hooks", "audit"}, "-race")
	stdout, stderr := w.run("shop", nil, bin)
	compare(t, stdout, "allocations ")
	reports(t, stderr)
}

// TestVendored builds two programs at once, from a vendor folder.
func TestVendored(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.run("shop", nil, "go", "mod", "vendor")
	bin := filepath.Join(w.dir, "bin") + string(filepath.Separator)
	if _, says := w.run("shop", w.rules("hooks", "audit"), otel(t), "go", "build", "-o", bin, ".", "./cmd/two"); says != "" {
		t.Errorf("the build says:\n%s", says)
	}
	stdout, _ := w.run("shop", nil, filepath.Join(bin, "shop"), "allocations")
	compare(t, stdout, "")
	stdout, _ = w.run("shop", nil, filepath.Join(bin, "two"))
	if want := "== main\nbefore main\n== two\nbefore 1\n2\nafter semver v1.2.0\nv1.2.0\nafter\n"; stdout != want {
		t.Errorf("the other program wrote\n%swant\n%s", stdout, want)
	}
}

// compare holds what the program has written against the table, each case for itself, but
// those whose names begin with leave.
func compare(t *testing.T, stdout, leave string) {
	written := map[string]string{}
	for _, part := range strings.Split(stdout, "== ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		written[name] = strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", " | ")
	}
	for _, row := range table {
		if leave != "" && strings.HasPrefix(row.name, leave) {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			if got, ok := written[row.name]; !ok {
				t.Error("the program does not come to it")
			} else if got != row.want {
				t.Errorf("wrote\n\t%s\nwant\n\t%s", got, row.want)
			}
		})
		delete(written, row.name)
	}
	for name := range written {
		t.Errorf("case %q is not in the table", name)
	}
}

// reports checks what is written to standard error: a line for each hook that panics.
func reports(t *testing.T, stderr string) {
	for name, want := range map[string]string{
		"BeforeHookPanics": `lib\.HookPanics panicked at .*results\.go:\d+: before 1`,
		"AfterAfterPanics": `lib\.AfterPanics panicked at .*results\.go:\d+: of the hook`,
		"BeforePanicsAll":  `lib\.PanicsAll panicked at .*results\.go:\d+: before`,
		"AfterPanicsAll":   `lib\.PanicsAll panicked at .*results\.go:\d+: after`,
		"BeforeWrongType":  `lib\.WrongType panicked at .*results\.go:\d+: SetParam\(0\) of lib\.WrongType, whose parameter is of type int, with a value of type string`,
		"BeforeWrongIndex": `lib\.WrongIndex panicked at .*results\.go:\d+: SetParam\(1\) of lib\.WrongIndex, which has 1 parameter`,
		"AfterWrongResult": `lib\.WrongResult panicked at .*results\.go:\d+: SetReturnVal\(0\) of lib\.WrongResult, whose result is of type int, with a value of type \*errors\.errorString`,
		"BeforeNilHook":    `lib\.NilHook panicked at .*results\.go:\d+: runtime error: invalid memory address or nil pointer dereference`,
	} {
		t.Run("report of "+name, func(t *testing.T) {
			line := regexp.MustCompile(fmt.Sprintf(`(?m)^otel: hook %s of %s$`, name, want))
			if n := len(line.FindAllString(stderr, -1)); n != 1 {
				t.Errorf("%d lines %s in\n%s", n, line, stderr)
			}
		})
	}
	if n := strings.Count(stderr, "\n"); n != 8 {
		t.Errorf("%d lines on standard error:\n%s", n, stderr)
	}
}
