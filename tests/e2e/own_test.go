package e2e

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// named returns the spans of that name, in the order in which they began.
func named(spans []collect.Span, name string) (found []collect.Span) {
	for _, s := range spans {
		if s.Name == name {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b collect.Span) int { return a.Start.Compare(b.Start) })
	return found
}

// TestOwnSpans has spans of a program's own functions, by its otel.yaml and by comments.
func TestOwnSpans(t *testing.T) {
	t.Parallel()
	a := newApp(t, "own")
	plain, woven := a.must(a.plain()).out, a.woven("-race")
	c := collect.Start(t)
	r := a.must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, woven)
	if r.out != plain || r.err != "" {
		t.Errorf("it says\n%s%s\nplain\n%s", r.out, r.err, plain)
	}
	spans := c.Spans()
	var names []string
	for _, s := range spans {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	want := "Cart.String Cart.log Cart.log Cart.price Cart.price Cart.price cart.Handle cart.HandleRoute cart.Map cart.Map checkout checkout checkout ship goods ship goods"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("spans\n%s\nwant\n%s", got, want)
	}

	const code = "example.com/own/cart."
	checkouts := named(spans, "checkout")
	for i, want := range []struct {
		status, text string
		attrs        attrs
	}{
		{"Unset", "", attrs{"cart.id": int64(7), "owner": "ann", "items": []any{"ab", "cde"}, "total": 10.0}},
		{"Error", "checkout: the cart is empty", attrs{"cart.id": int64(8), "owner": none, "items": []any{}, "total": 0.0, "error.type": "cart.ErrEmpty"}},
		{"Error", "panic: no price for a bomb", attrs{"cart.id": int64(7), "owner": "ann", "items": []any{"bomb"}, "total": 0.0, "error.type": "string"}},
	} {
		maps.Copy(want.attrs, attrs{"shop": "main street", "code.function.name": code + "(*Cart).Checkout"})
		s := checkouts[i]
		if s.Status != want.status || s.StatusText != want.text || s.Kind != "Server" {
			t.Errorf("checkout %d: %s %s %q", i, s.Kind, s.Status, s.StatusText)
		}
		want.attrs.check(t, s)
	}
	prices := named(spans, "Cart.price")
	for i, item := range []string{"ab", "cde", "bomb"} {
		attrs{"item": item, "code.function.name": code + "(*Cart).price"}.check(t, prices[i])
		if parent := checkouts[i/2*2].SpanID; prices[i].ParentID != parent {
			t.Errorf("price %d is not part of its checkout", i)
		}
	}
	ships := named(spans, "ship goods")
	for i, parent := range []string{"cart.Handle", "cart.HandleRoute"} {
		if ships[i].ParentID != named(spans, parent)[0].SpanID || ships[i].Kind != "Producer" {
			t.Errorf("ship %d: %s, not part of %s", i, ships[i].Kind, parent)
		}
	}
	attrs{"to": "b", "boxes": int64(3), "code.function.name": code + "Ship"}.check(t, ships[1])
	attrs{"path": "/x", "third": "5ns", "ok": true, "code.function.name": code + "Handle"}.check(t, named(spans, "cart.Handle")[0])
	if s := named(spans, "cart.HandleRoute")[0]; s.Status != "Error" || s.StatusText != "no route" {
		t.Errorf("HandleRoute: %s %q", s.Status, s.StatusText)
	}
	if s := named(spans, "cart.Map")[1]; s.Status != "Unset" {
		t.Errorf("runtime.Goexit is no error: %s %q", s.Status, s.StatusText)
	}

	// A call out of a sampled trace, and one without telemetry, do the same.
	for _, env := range []string{"OTEL_TRACES_SAMPLER=always_off", "OTEL_SDK_DISABLED=true", "OTEL_INSTRUMENTATION_SPANS_ENABLED=false"} {
		if r := a.must(env, "OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, woven); r.out != plain {
			t.Errorf("%s: %v", env, r)
		}
	}
	if n := len(c.Spans()); n != len(spans) {
		t.Errorf("%d more spans", n-len(spans))
	}
}

// TestOwnMetrics has measurements of a program's own functions.
func TestOwnMetrics(t *testing.T) {
	t.Parallel()
	a := newApp(t, "own")
	a.env = append(a.env, "OTEL_GO_SIGNALS=metrics", "OTEL_METRICS_EXPORTER=console", "OTEL_TRACES_EXPORTER=none")
	r := a.must(a.woven())
	for _, want := range []string{
		"price.duration  1 × ", "item=ab", "error.type=string item=bomb",
		"price.calls     2  code.function.name=example.com/own/cart.(*Cart).price",
		"price.calls     1  code.function.name=example.com/own/cart.(*Cart).price error.type=string",
	} {
		if !strings.Contains(r.err, want) {
			t.Errorf("no %q in\n%s", want, r.err)
		}
	}
}

// TestOwnMistakes: what a comment or an otel.yaml asks for and the code has not is told, and
// left out.
func TestOwnMistakes(t *testing.T) {
	t.Parallel()
	a := emptyApp(t,
		"go.mod", "module example.com/app\n\ngo 1.24\n",
		"main.go", "package main\n\n//otel:span kind=serv attr=n\nfunc f(n int) {}\n\n//otel:span attr=m\nfunc g(n int) {}\n\nfunc main() { f(1); g(2) }\n",
		"otel.yaml", "spans:\n  - match: ./...:main.T\n  - match: ./...\n  - mach: x\n")
	r := a.run(otel, "go", "build", "-o", "app")
	for _, want := range []string{
		"main.go:4:6: warning: //otel:span: unknown kind 'kind=serv'",
		"main.go:7:6: warning: rule '//otel:span': 'g' has no '$m'",
		"otel.yaml:3:12: warning: expected PACKAGE:FUNCTION, as in example.com/shop/...:(*Cart).Checkout, found './...'",
		"otel.yaml:4:5: warning: unknown key 'mach'",
	} {
		if !strings.Contains(r.err, want) {
			t.Errorf("no %q in %v", want, r)
		}
	}
	if r.code != 0 {
		t.Error(r)
	}
	c := collect.Start(t)
	a.must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, "./app")
	if tree := collect.Tree(c.Spans()); tree != "Internal main.f\n" {
		t.Errorf("spans\n%s", tree)
	}
	if r := a.run(otel, "--strict", "go", "build"); r.code == 0 {
		t.Errorf("with --strict: %v", r)
	}
}

// TestChanged has every kind of rule without hooks, in the program, a package of its own and
// the standard library. Lines are where they were.
func TestChanged(t *testing.T) {
	t.Parallel()
	a := newApp(t, "changed")
	a.env = append(a.env, "OTEL_TRACES_EXPORTER=none")
	plain, r := a.must(a.plain()), a.must(a.woven())
	const want = `[a:more,] [b:c,more,] [[in:more,]:x,y,more,]
skip:
{<n> [h]} { [h]} {706c61696e []} 42
serve z Z 2 Serve
n 13
raw
text <nil>
<nil>
op read
table users
q read
rows of q at lib.go:43 <nil>
"a,b",c
listening
woven <nil>
[lines:of a call,more,] 24
29
`
	if r.out != want || r.err != "" {
		t.Errorf("it says\n%s%s\nwant\n%s", r.out, r.err, want)
	}
	for _, line := range []string{" at lib.go:43 ", "call, 24\n29\n"} {
		if !strings.Contains(plain.out, line) {
			t.Errorf("no %q in\n%s", line, plain.out)
		}
	}
	// A second program that shares the package, and its tests, build as well.
	a.write("cmd/main.go", "package main\n\nimport \"example.com/app/lib\"\n\nfunc main() { print(lib.Listen()) }\n")
	a.write("lib/lib_test.go", "package lib\n\nimport \"testing\"\n\nfunc TestListen(t *testing.T) { Listen() }\n")
	if r := a.must(otel, "go", "run", "./cmd"); !strings.Contains(r.out, "a,b") || r.err != "listening" {
		t.Error(r)
	}
	a.must(otel, "go", "test", "./...")
}

// fromCache copies a module from the module cache, as if somebody worked on it.
func fromCache(t *testing.T, module string) *app {
	t.Helper()
	a := emptyApp(t, "go.mod", "module none\n\ngo 1.24\n")
	var m struct{ Dir string }
	if err := json.Unmarshal([]byte(a.must("go", "mod", "download", "-json", module).out), &m); err != nil {
		t.Fatal(err)
	}
	a.dir = filepath.Join(tempDir(t), "app")
	err := filepath.WalkDir(m.Dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			rel, _ := filepath.Rel(m.Dir, path)
			a.write(rel, readFile(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestOwnOfOthers: the lines of otel.yaml that docs/rules.md gives a real application make spans of its
// own functions.
func TestOwnOfOthers(t *testing.T) {
	t.Parallel()
	_, yaml, found := strings.Cut(readFile(t, "../../docs/rules.md"), "```yaml\nspans:\n  - match: ./requester")
	yaml, _, _ = strings.Cut(yaml, "```")
	if !found {
		t.Fatal("docs/rules.md has no such example")
	}
	a := fromCache(t, "github.com/rakyll/hey@v0.1.4")
	a.write("otel.yaml", "spans:\n  - match: ./requester"+yaml)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	spans := traces(t, a.woven(), "-n", "4", "-c", "2", server.URL)
	const want = "Internal load test|  Internal Work.runWorker|    Internal one request|      Client GET Error|    Internal one request|      Client GET Error|" +
		"  Internal Work.runWorker|    Internal one request|      Client GET Error|    Internal one request|      Client GET Error|" +
		"  Internal report.finalize|    Internal report.print|      Internal report.snapshot|        Internal report.histogram|        Internal report.latencies"
	slices.SortStableFunc(spans, func(a, b collect.Span) int { return a.Start.Compare(b.Start) })
	if tree := collect.Tree(spans); sortedLines(tree) != sortedLines(lines(want)) {
		t.Errorf("spans\n%s\nwant\n%s", tree, lines(want))
	}
	attrs{"requests": int64(4), "workers": int64(2), "host": strings.TrimPrefix(server.URL, "http://")}.check(t, named(spans, "load test")[0])
	attrs{"requests": int64(2), "timeout": "20s"}.check(t, named(spans, "Work.runWorker")[0])
}

// sortedLines is for trees whose branches come in any order.
func sortedLines(s string) string {
	l := strings.Split(strings.TrimSpace(s), "\n")
	slices.Sort(l)
	return strings.Join(l, "\n")
}

// TestOwnTests: functions of test files are selected as others are.
func TestOwnTests(t *testing.T) {
	t.Parallel()
	a := emptyApp(t,
		"go.mod", "module example.com/app\n\ngo 1.24\n",
		"lib.go", "package lib\n",
		"lib_test.go", "package lib\n\nimport \"testing\"\n\n//otel:span name=\"in a test\"\nfunc helper() {}\n\nfunc TestHelper(t *testing.T) { helper() }\n")
	c := collect.Start(t)
	a.must("OTEL_GO_TEST=1", "OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, otel, "go", "test", ".")
	if tree := collect.Tree(c.Spans()); tree != "Internal in a test\n" {
		t.Errorf("spans\n%s", tree)
	}
	a.must(otel, "go", "vet", "./...")
	a.must(otel, "go", "build", "./...")

	// So are those of a program, which is compiled under its own path when it is tested.
	c.Reset()
	a.write("main.go", "package main\n\nfunc work() { help() }\n\nfunc help() {}\n\nfunc main() { work() }\n")
	a.write("main_test.go", "package main\n\nimport \"testing\"\n\nfunc TestWork(t *testing.T) { work() }\n")
	a.write("otel.yaml", "spans:\n  - match: ./...:*\n")
	for _, name := range []string{"lib.go", "lib_test.go"} {
		os.Remove(filepath.Join(a.dir, name))
	}
	a.must("OTEL_GO_TEST=1", "OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, otel, "go", "test", ".")
	if tree := collect.Tree(c.Spans()); tree != "Internal main.work\n  Internal main.help\n" {
		t.Errorf("spans\n%s", tree)
	}
}

// TestOwnFollows: a change in the code is seen by the next build where it matters to a rule: a new
// function, a comment, a call in the body of one.
func TestOwnFollows(t *testing.T) {
	t.Parallel()
	const code = "package main\n\nimport \"os\"\n\nfunc f() {}\n\nfunc main() { f(); _ = os.Args }\n"
	a := emptyApp(t,
		"go.mod", "module example.com/app\n\ngo 1.24\n",
		"main.go", code,
		"otel.yaml", "spans:\n  - match: ./...:f*\nenv:\n  target: main\n  where: {function_call: os.Getenv}\n  do: [wrap_call: {replace: 'note({{ . }})'}]\n",
		"note.go", "package main\n\nfunc note(s string) string { println(\"noted\"); return s }\n")
	for _, step := range []struct{ name, from, to, tree, err string }{
		{"nothing", "", "", "Internal main.f\n", ""},
		{"a body", "func f() {}", "func f() { println(1) }", "Internal main.f\n", "1\n"},
		{"a function", "f(); _", "f(); f2(); _", "Internal main.f\nInternal main.f2\n", "1\n"},
		{"a call", "os.Args", "os.Getenv(\"X\")", "Internal main.f\nInternal main.f2\n", "1\nnoted\n"},
		{"a comment", "func f() {", "//otel:span name=other\nfunc f() {", "Internal other\nInternal main.f2\n", "1\nnoted\n"},
	} {
		text := strings.Replace(readFile(t, filepath.Join(a.dir, "main.go")), step.from, step.to, 1)
		if step.name == "a function" {
			text += "\nfunc f2() {}\n"
		}
		a.write("main.go", text)
		c := collect.Start(t)
		r := a.must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, a.woven())
		if tree := collect.Tree(c.Spans()); tree != step.tree || r.err != step.err {
			t.Errorf("after %s: spans\n%sand %q", step.name, tree, r.err)
		}
	}
}
