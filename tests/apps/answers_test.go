package apps

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkHelp tells how long otel help takes, the start of the process included.
func BenchmarkHelp(b *testing.B) {
	for b.Loop() {
		if out, err := exec.Command(otel, "help").CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
}

// explainAnswers tells how long otel explain takes with a warm plan: the shortest and the middle time
// of some runs, of which the others waited for what else the machine does.
func explainAnswers(tr *tree, pkg string) {
	tr.t.Helper()
	packages := strings.Count(tr.must("go", "list", "-deps", pkg).out, "\n")
	var took []time.Duration
	for range 11 {
		begin := time.Now()
		tr.must(otel, "explain", "--", pkg)
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	tr.t.Logf("otel explain of %d packages, warm plan: %v, the middle one of %d %v", packages, took[0], len(took), took[len(took)/2])
}
