package apps

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// answered returns the shortest and the middle time of n runs, of which the others waited for
// what else the machine does.
func answered(tr *tree, n int, words ...string) (least, middle time.Duration) {
	tr.t.Helper()
	var took []time.Duration
	for range n {
		cmd := exec.Command(words[0], words[1:]...)
		cmd.Dir, cmd.Env = tr.dir, environ(tr.dir, tr.env...)
		begin := time.Now()
		if err := cmd.Run(); err != nil {
			tr.t.Fatalf("%q: %v", words, err)
		}
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	return took[0], took[n/2]
}

// TestHelpAnswers in two milliseconds, the start of the process included.
func TestHelpAnswers(t *testing.T) {
	least, middle := answered(newTree(t), 200, otel, "help")
	t.Logf("otel help: %v, the middle one of 200 %v", least, middle)
	if least > 2*time.Millisecond {
		t.Errorf("%v", least)
	}
}

// explainAnswers: with a warm plan in less than a second, whatever the program's size.
func explainAnswers(tr *tree, pkg string) {
	tr.t.Helper()
	packages := strings.Count(tr.must("go", "list", "-deps", pkg).out, "\n")
	least, middle := answered(tr, 11, otel, "explain", "--", pkg)
	tr.t.Logf("otel explain of %d packages, warm plan: %v, the middle one of 11 %v", packages, least, middle)
	if middle > time.Second {
		tr.t.Errorf("%v", middle)
	}
}
