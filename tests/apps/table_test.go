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
A program that is a package of a dependency (` + "`go build example.com/x/cmd/x`" + ` in a module that requires it) is built as plain go builds it: go takes no overlay of
files in the module cache, so nothing can be added to that package main. A module of its own with the same package main, a checkout, or a workspace do.
`
