package modes

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// compiled is a line of go build -x: the compiler, for a package.
var compiled = regexp.MustCompile(`(?m)/compile .* -p ([^ ]+) `)

// TestShared: a cache behind GOCACHEPROG that one machine's woven build has filled serves
// another's, with an empty cache folder of go's and an empty one of ours: that compiles nothing,
// and makes the same program, its build id aside. Our folder has the same path on both, or go is
// told to leave paths out.
func TestShared(t *testing.T) {
	t.Parallel()
	sharedBuilds(t, "otel", "otel")
	if *wholeTable {
		sharedBuilds(t, "otel one", "otel two", "-trimpath")
	}
}

func sharedBuilds(t *testing.T, folder1, folder2 string, flags ...string) {
	tr := newTree(t)
	dir := tr.beside("")
	prog, shared := filepath.Join(dir, "cacheprog"), filepath.Join(dir, "shared")
	if err := os.Mkdir(shared, 0o755); err != nil {
		t.Fatal(err)
	}
	from, err := filepath.Abs("testdata/cacheprog/main.go")
	if err != nil {
		t.Fatal(err)
	}
	tr.goes("build", "-o", prog, from)

	var programs []string
	for i, folder := range []string{folder1, folder2} {
		machine := []string{"one", "two"}[i]
		bin := filepath.Join(dir, machine+".bin")
		removeAll(filepath.Join(dir, folder))
		env := []string{"GOCACHE=" + filepath.Join(dir, machine), "OTEL_GO_CACHE=" + filepath.Join(dir, folder),
			"GOCACHEPROG='" + prog + "' '" + shared + "'"}
		r := tr.run(env, append([]string{otel, "go", "build", "-x", "-ldflags=-buildid=", "-o", bin}, flags...)...)
		if r.code != 0 || !hasSpans(tr, bin) {
			t.Fatalf("machine %s: no spans, or %v", machine, r)
		}
		var packages []string
		for _, m := range compiled.FindAllStringSubmatch(r.err, -1) {
			if !slices.Contains(packages, m[1]) {
				packages = append(packages, m[1])
			}
		}
		t.Logf("machine %s compiles %d packages", machine, len(packages))
		slices.Sort(packages)
		if got := strings.Join(packages, " "); i == 1 && got != "" {
			t.Errorf("machine two compiles %s", got)
		}
		text, err := os.ReadFile(bin)
		if err != nil {
			t.Fatal(err)
		}
		programs = append(programs, string(text))
	}
	if programs[0] != programs[1] {
		t.Error("the programs differ")
	}
}
