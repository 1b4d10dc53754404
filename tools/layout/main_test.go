package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program is what the package of the tests does, file by file: it prints the places that it runs at, and
// the order in which its variables and init functions come.
var program = map[string]string{
	"a.go": `// Package main is a program.
package main

import (
	"fmt"
	str "strings"
)

var first = note("first")

func init() { note("init of a") }

// main prints.
func main() {
	fmt.Println(place(), str.ToUpper("cold"))
	hot()
	T{}.hot()
	(&G[int]{}).hot()
	fmt.Println(elsewhere, literal())
} // behind it

// A comment of its own.

/* And
one. */
func cold() string { return place() }

var second = note("second")
`,
	"b.go": `package main

import fmt "fmt" // as a.go has it without
import "runtime"
import "strings"
import _ "embed"

func init() { note("init of b") }

type T struct{}

// hot runs, and says where.
func (T) hot() { fmt.Println("T", place()) }

var third, literal = note("third"), func() string { return place() }

//go:noinline
func hot() {
	defer func() {
		fmt.Println("deferred", place(), cold())
	}()
	fmt.Println("hot", place())
}

type G[E any] struct{ e E }

func (g *G[E]) hot() { fmt.Println("G", place(), strings.Repeat("g", 2)) }

func place() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprint(file, ":", line)
}

func note(s string) string {
	fmt.Println("var", s)
	return s
}`,
	"c_linux.go":   "package main\n\nfunc here() string { return place() }\n",
	"c_windows.go": "package main\n\nfunc here() string { return place() }\n",
	"d.go":         "//go:build !windows\n\npackage main\n\nvar elsewhere = here()\n",
	"e.go":         "package main\n\nimport _ \"embed\"\n\n//go:embed a.txt\nvar text string\n",
	"a_test.go":    "package main\n\nfunc hot() {} // is in no build\n",
	"a.txt":        "embedded",
	"go.mod":       "module otel.tool/program\n\ngo 1.24.0\n",
}

// write writes a program into a folder, and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func goRun(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.Command("go", "run", "-trimpath", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// A program does the same, at the same places, and the functions come in the list's order.
func TestSameProgram(t *testing.T) {
	dir := write(t, program)
	want := goRun(t, dir)
	list, err := readList("list", "otel.tool/program hot # first\n\n# T\notel.tool/program T.hot\notel.tool/program (*G).hot\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := list[0].layOut(dir); err != nil {
		t.Fatal(err)
	}
	if got := goRun(t, dir); got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
	text, err := os.ReadFile(filepath.Join(dir, laid))
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, part := range []string{"func hot()", "func (T) hot()", "func (g *G[E]) hot()", "var first", "func main()", "} // behind it", "And\none. */\nfunc cold", "var second", "type T struct", "var third", "func place()", "//go:embed a.txt"} {
		i := strings.Index(string(text)[at:], part)
		if i < 0 {
			t.Fatalf("%q does not come where it should in\n%s", part, text)
		}
		at += i
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range left {
		names = append(names, filepath.Base(name))
	}
	if got, want := strings.Join(names, " "), "a_test.go c_linux.go c_windows.go d.go layout.go"; got != want {
		t.Errorf("files: %s, want %s", got, want)
	}
}

// What cannot be done is told at its place, and nothing is changed.
func TestRefused(t *testing.T) {
	with := func(name, text string) map[string]string {
		files := map[string]string{name: text}
		for name, text := range program {
			files[name] = text
		}
		return files
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		list  string
		want  string
	}{
		{"no such function", program, "otel.tool/program hot\notel.tool/program gone\n", "list:2: otel.tool/program has no function gone"},
		{"a method by another receiver", program, "otel.tool/program (*T).hot\n", "list:1: otel.tool/program has no function (*T).hot"},
		{"not built everywhere", program, "otel.tool/program here\n", "list:1: otel.tool/program has no function here that is built everywhere"},
		{"init", program, "otel.tool/program init\n", "list:1: otel.tool/program has no function init"},
		{"no package", map[string]string{"a.txt": ""}, "otel.tool/program hot\n", "list:1: no package otel.tool/program in "},
		{"two packages by one name", with("z.go", "package main\n\nimport runtime \"strings\"\n\nvar _ = runtime.ToUpper\n"), "otel.tool/program hot\n",
			`b.go imports "runtime", and z.go runtime "strings": give one another name`},
		{"no Go", with("z.go", "package main\n\nfunc f() { f( }\n"), "otel.tool/program hot\n", "z.go:3:"},
		{"its own file of that name", with("layout.go", "//go:build linux\n\npackage main\n"), "otel.tool/program hot\n", "has a layout.go of its own"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := write(t, c.files)
			list, err := readList("list", c.list)
			if err != nil {
				t.Fatal(err)
			}
			if err = list[0].layOut(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			for name := range c.files {
				if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestReadList(t *testing.T) {
	_, err := readList("list", "otel.tool/p F\nexample.com/p F\notel.tool/p\n  otel.tool/p F # again\n")
	want := `list:2: want a package of otel.tool/ and a function, not "example.com/p F"
list:3: want a package of otel.tool/ and a function, not "otel.tool/p"
list:4: otel.tool/p F is listed twice`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	list, err := readList("list", "otel.tool/p F\notel.tool/q (*T).M\notel.tool/p G\n")
	if err != nil || len(list) != 2 || len(list[0].funcs) != 2 || list[1].funcs[0].name != "(*T).M" {
		t.Errorf("got %v, %v", list, err)
	}
}
