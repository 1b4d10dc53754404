package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// leadFiles are a program, a library and hooks that functions of the library can be led to.
var leadFiles = []string{
	"go.mod", "module app\n\ngo 1.24\n",
	"main.go", `package main

import (
	"fmt"

	"app/lib"
	"app/user"
)

var value = lib.Sum // a function as a value

func main() {
	var w lib.Worker = lib.New(40)
	fmt.Println(lib.Sum(1, 2), value(3, 4), user.Use(), w.Work(2), lib.Late())
}
`,
	"user/user.go", "package user\n\nimport \"app/lib\"\n\nfunc Use() int { return lib.Sum(5, 6) }\n",
	"lib/lib.go", `package lib

type Worker interface{ Work(int) int }

type thing struct{ n int }

func New(n int) Worker { return &thing{n} }

//go:noinline
func (t *thing) Work(k int) int { return t.n + t.add(k) }

//go:noinline
func (t *thing) add(k int) int { return k }

//go:noinline
func Sum(a, b int) int { return a + b }

// Late has a method as a value, deferred and in another goroutine.
func Late() (n int) {
	t := &thing{1}
	f, done := t.add, make(chan int)
	defer func() { n += f(10) }()
	go func() { done <- t.add(100) }()
	return <-done
}
`,
	"user/user_test.go", "package user\n\nimport \"testing\"\n\nfunc TestUse(t *testing.T) {\n\tif n := Use(); n != 1011 {\n\t\tt.Error(n)\n\t}\n}\n",
	"hooks/hooks.go", `package hooks

import (
	"unsafe"

	"app/lib"
)

// In compiled code: what is led says 1000 more instead.
func SumEnter() (after func(int) int) { return func(n int) int { return n + 2000 } }

func AddEnter() (after func(int) int) { return func(n int) int { return n + 2000 } }

func WorkEnter() (after func(int) int) { return func(n int) int { return n + 2000 } }

func Sum(a, b int) int { return lib.Sum(a, b) + 1000 }

//go:linkname add app/lib.(*thing).add
func add(t unsafe.Pointer, k int) int

func Add(t unsafe.Pointer, k int) int { return add(t, k) + 1000 }

//go:linkname work app/lib.(*thing).Work
func work(t unsafe.Pointer, k int) int

func Work(t unsafe.Pointer, k int) int { return work(t, k) + 1000 }
`,
	"otel.yaml", `sum:
  target: app/lib
  where: {func: Sum}
  do: [inject_hooks: {before: SumEnter, lead: Sum, path: app/hooks, args: []}]
add:
  target: app/lib
  where: {func: add, recv: "*thing"}
  do: [inject_hooks: {before: AddEnter, lead: Add, path: app/hooks, args: []}]
work:
  target: app/lib
  where: {func: Work, recv: "*thing"}
  do: [inject_hooks: {before: WorkEnter, lead: Work, path: app/hooks, args: []}]
`,
}

const (
	plainLead = "3 7 11 42 110\n"
	ledLead   = "1003 1007 1011 2042 2110\n"
	wovenLead = "2003 2007 2011 4042 4110\n"
)

// TestLead: what refers to a function, of its own package and of others, is led to the one that a rule
// names, by calls, values and interfaces, in programs and in tests; the package is as plain go has
// compiled it. Where the compiler has put such a function into its callers, or a signature does not
// fit, the package is compiled again as others are.
func TestLead(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, file, from, to string
		outcome, out, says   string
	}{
		{"led", "", "", "", "lead", ledLead, ""},
		{"race", "", "", "", "lead", ledLead, ""},
		{"inlined", "lib/lib.go", "//go:noinline\nfunc Sum", "func Sum", "rebuild", wovenLead, "'app/lib.Sum' is inlined into its callers: building with 'app/lib' compiled again"},
		{"inlined by its own package", "lib/lib.go", "//go:noinline\nfunc (t *thing) add", "func (t *thing) add", "rebuild", wovenLead, "'app/lib.(*thing).add' is inlined into its callers"},
		{"misfit", "hooks/hooks.go", "func Sum(a, b int) int {", "func Sum(a int, b int, more ...int) int {", "replace", wovenLead,
			"rule 'sum': 'Sum' is func(int, int, ...int) (int), and 'Sum' with its receiver func(int, int) (int): app/lib is compiled again"},
		{"no such function", "otel.yaml", "lead: Sum", "lead: Sun", "replace", wovenLead, "rule 'sum': there is no function 'Sun' in app/hooks"},
		{"one of them without", "otel.yaml", "lead: Sum, ", "", "replace", wovenLead, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			files := slices.Clone(leadFiles)
			for i, file := range files {
				if file == row.file {
					files[i+1] = strings.Replace(files[i+1], row.from, row.to, 1)
				}
			}
			a := emptyApp(t, files...).used()
			a.env = append(a.env, "OTEL_TRACES_EXPORTER=none")
			bin := filepath.Join(filepath.Dir(a.dir), "bin")
			build := []string{"go", "build", "-v", "-o", bin}
			if row.name == "race" {
				build = append(build, "-race")
			}
			a.must(build...)
			if r := a.must(bin); r.out != plainLead {
				t.Fatalf("plain: %v", r)
			}
			r := a.must(append([]string{otel}, build...)...)
			if compiled := strings.Fields(r.err); row.outcome == "lead" && (slices.Contains(compiled, "app/lib") || slices.Contains(compiled, "app/user")) {
				t.Errorf("compiled again: %q", compiled)
			}
			if !strings.Contains(r.err, row.says) {
				t.Errorf("it says\n%s\nwant\n%s", r.err, row.says)
			}
			if r := a.must(bin); r.out != row.out {
				t.Errorf("woven: %v\nwant %s", r, row.out)
			}
			explain := append([]string{otel, "explain", "--json"}, build[5:]...)
			var e explained
			fromJSON(t, a.must(explain...).out, &e)
			for _, p := range e.Packages {
				if p.Package == "app/lib" && p.Outcome != row.outcome {
					t.Errorf("outcome %s: %s, want %s", p.Outcome, p.Why, row.outcome)
				}
			}
			if r := a.must(append([]string{otel}, build...)...); strings.Contains(r.err, "app/") {
				t.Errorf("a second woven build compiles:\n%s", r.err)
			}
			if row.name == "led" {
				a.must(otel, "go", "test", "./user")
				if told := a.must(otel, "diff", "app/lib").out; !strings.Contains(told, "(*thing).add") || !strings.Contains(told, "app/hooks.Add") {
					t.Errorf("otel diff: %s", told)
				}
			}
			if r := a.must("go", "build", "-v", "-o", bin); row.name != "race" && strings.Contains(r.err, "app/") {
				t.Errorf("a plain build after that compiles:\n%s", r.err)
			}
		})
	}
}
