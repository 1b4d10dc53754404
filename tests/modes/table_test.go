package modes

import (
	"fmt"
	"os"
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
	b.WriteString("# Ways to build\n\n" +
		"Each line is built by plain go and by `otel go`, and compared, by `make test-modes` (the sample, with the Go at hand) and `make test-modes-all` (every line, with Go 1.24\n" +
		"to 1.27: half an hour each; seen to its end with 1.25 so far). Written from\n" +
		"`tests/modes/rows_test.go` by `make docs/modes.md`.\n\n" +
		"In every line the exit status, the program's output, all that it says of its modules and build settings (`go version -m`) are those of the plain build, and the tree is untouched.\n" +
		"What *runs* has shown the spans of a request; of *builds* only the file is looked at; of *prints* what the command writes; *refused* is what go refuses, too.\n")
	group := ""
	words := map[kind]string{program: "runs", built: "builds", output: "prints", refused: "refused"}
	for _, r := range rows {
		if r.group != group {
			group = r.group
			fmt.Fprintf(&b, "\n| %s | | in the sample |\n| --- | --- | --- |\n", group)
		}
		name := r.name
		if r.since != "" {
			name += " (" + r.since + ")"
		}
		mark := ""
		if r.sample {
			mark = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, words[r.kind], mark)
	}
	return b.String()
}
