package modes

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const tablePath = "../../docs/modes.md"

// TestTable: docs/modes.md is the table. Written with -table=../../docs/modes.md.
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
	releases := recorded()
	b.WriteString("# Ways to build\n\n" +
		"Each line is built by plain go and by `otel go`, and compared, by `make test-modes` (the sample, with the Go at hand) and `make test-modes-all` (every line, with Go 1.24\n" +
		"to 1.27). A dot under a release of Go says that the line was seen to hold with it, an empty place that it was not run with it yet. Written from `tests/modes/rows_test.go` and\n" +
		"`tests/modes/results` by `make docs/modes.md`.\n\n" +
		"In every line the exit status, the program's output, all that it says of its modules and build settings (`go version -m`) are those of the plain build, and the tree is untouched;\n" +
		"each package of the plain build is compiled from the same files (those of the modules' versions) for the same language version, and programs have the same GODEBUG defaults.\n" +
		"What *runs* has shown the spans of a request; of *builds* only the file is looked at, or, for libraries and plugins, what a program does that has them; of *prints* what the\n" +
		"command writes; *refused* is what go refuses, too; *declined* is what otel refuses, with a word that says why.\n\n")
	for _, release := range releases {
		passed, _ := readResults(release)
		fmt.Fprintf(&b, "- %s: %d of %d lines.\n", release, len(passed), linesOf(release))
	}
	b.WriteString("\nThe link `go`, `otel env`, a cache behind GOCACHEPROG, builds that are killed, damaged caches and builds at once have tests of their own there (`make test-modes-crash`).\n")
	group := ""
	for _, r := range rows {
		if r.group != group {
			group = r.group
			fmt.Fprintf(&b, "\n| %s | | sample | %s |\n| --- | --- | --- |%s\n", group, strings.Join(releases, " | "), strings.Repeat(" --- |", len(releases)))
		}
		b.WriteString(tableLine(r, releases))
	}
	return b.String()
}

// linesOf counts the rows that a release of Go has.
func linesOf(name string) (n int) {
	for _, r := range rows {
		if r.since == "" || slices.Compare(release(name), release(r.since)) >= 0 {
			n++
		}
	}
	return n
}

func tableLine(r row, releases []string) string {
	words := map[kind]string{program: "runs", built: "builds", output: "prints", twice: "prints", refused: "refused", declined: "declined"}
	name, mark := r.name, ""
	if r.since != "" {
		name += " (" + r.since + ")"
	}
	if r.sample {
		mark = "yes"
	}
	line := fmt.Sprintf("| %s | %s | %s |", name, words[r.kind], mark)
	for _, release := range releases {
		dot := ""
		if passed, _ := readResults(release); slices.Contains(passed, r.title()) {
			dot = "·"
		}
		line += " " + dot + " |"
	}
	return line + "\n"
}
