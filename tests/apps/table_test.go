package apps

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const tablePath = "../../docs/applications.md"

// TestTable: docs/applications.md is the tables. Written with -table=../../docs/applications.md.
func TestTable(t *testing.T) {
	text := tableText()
	if *table != "" {
		if err := os.WriteFile(*table, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(tablePath)
	if err != nil || string(have) != text {
		t.Errorf("%s is not what the rows say (%v): go test -run TestTable -table=%s", tablePath, err, tablePath)
	}
}

func tableText() string {
	var b strings.Builder
	b.WriteString("# Applications and libraries of others\n\n" +
		"Built from the Go module proxy by plain go and by `otel go`, and compared, by `make test-apps` (all, an hour) and\n" +
		"`make test-apps-sample` (those marked, in every test run). Written from `tests/apps` by `make docs/applications.md`.\n\n" +
		"Both programs do the same things one after another: what they write, answer and say of their modules and build settings\n" +
		"(`go version -m`), how they end, by themselves or by SIGTERM, are those of the plain one; the tree is untouched; and the woven program has\n" +
		"shown the spans.\n\n" +
		"| program | built as | asked | spans | in the sample |\n| --- | --- | --- | --- | --- |\n")
	for _, p := range programs {
		fmt.Fprintf(&b, "| %s `%s` | %s | %s | %s | %s |\n", p.name, version(p.module), p.shape, p.askedFor(), p.shown(), yes(p.sample))
	}
	b.WriteString("\nThe libraries' own tests, by `go test -json -short` and `otel go test -json -short`: each test passes, fails or is skipped as it does with plain go.\n\n" +
		"| library | packages | tests, at least | in the sample |\n| --- | --- | --- | --- |\n")
	for _, s := range suites {
		fmt.Fprintf(&b, "| %s `%s` | `%s` | %d | %s |\n", s.module[:strings.Index(s.module, "@")], version(s.module), strings.Join(s.packages, " "), s.tests, yes(s.sample))
	}
	b.WriteString(notes)
	return b.String()
}

func version(module string) string { return module[strings.Index(module, "@")+1:] }

func yes(sample bool) string {
	if sample {
		return "yes"
	}
	return ""
}

func (p program) askedFor() string {
	var parts []string
	if n := len(p.runs); n > 0 {
		parts = append(parts, fmt.Sprintf("%d commands", n))
	}
	if n := len(p.asked); n > 0 {
		parts = append(parts, fmt.Sprintf("%d requests", n))
	}
	return strings.Join(parts, ", ")
}

func (p program) shown() string {
	var names []string
	for _, s := range p.spans {
		names = append(names, "`"+strings.Join(strings.Fields(s), " ")+"`")
	}
	return strings.Join(names, ", ")
}

// What else there is to say.
const notes = `
The programs of a module that is not being worked on (` + "`go build example.com/x/cmd/x`" + ` where that is a dependency, or a ` + "`tool`" + ` of go.mod) are woven where what we add is built apart (docs/design.md, "Two runs of go").
Where one go builds all, with ` + "`-cover`" + ` for instance, they are as plain go builds them: go takes no overlay of files in the module cache, so nothing can be added to that package main.

What was found, and mended: a module whose go.mod leaves out a part of the graph that a workspace looks into did not build (etcd: google.golang.org/genproto of before its split); the tests of a library
that we have hooks for did not build in its own module (gorilla/mux, chi, gin); fasthttp's ServeConn made an allocation for us, which its tests count.

Nothing that these programs have of what we weave is compiled again with all that imports it; the test holds it.

## Builds of caddy v2.10.2, 878 packages

By ` + "`make bench-apps`" + `, in one run, with Go 1.26 on two cores; processor time, medians of six pairs (the ratios those of the pairs), of one build where it says once.

| | plain go | otel go | ratio | aim | peak memory of go and its tools |
| --- | --- | --- | --- | --- | --- |
| nothing to do | 431 ms | 436 ms | 1.02 | 1.10 | 63 and 65 MB, 1.03 |
| link again | 3.18 s | 3.23 s | 1.02 | | 927 and 951 MB, 1.03 |
| one line changed in main | 3.22 s | 3.35 s | 1.04 | 1.10 | 921 and 950 MB, 1.03 |
| cold, once | 128.8 s | 136.6 s | 1.06; 1.04 without our own packages | 1.20 | 925 and 971 MB, 1.05 |
| first woven build, all of plain's in the cache, once | | 13.2 s, 2.7 of them our own packages | 0.10 of the 128.8 s; 0.08 without our own packages | 0.20 | 981 MB |
| a line changed in the package caddy, then plain, then woven, once | 16.2 s | 3.3 s | main only | main only | |

The first woven build compiles the packages that are woven, and main: 8 of the plain build's 878. After the change in a library it compiles main alone. Planning anew takes us, without go: 45 ms to read what go lists, 2 ms to read all rules,
10 ms to hold them against the packages and to weave once for trial, 5 ms for the rest. ` + "`otel explain`" + ` with a warm plan: 2 ms.
`
