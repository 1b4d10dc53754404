package modes

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var record = flag.Bool("record", false, "note in results/ which rows have passed with this release of Go")

// Results are the rows that have passed with a release of Go: a file of results/ for each, of which
// docs/modes.md is made.
type results struct {
	sync.Mutex
	passed, failed []string
}

// note is called at a row's end.
func (res *results) note(t *testing.T, r row) {
	if t.Skipped() {
		return
	}
	res.Lock()
	defer res.Unlock()
	if t.Failed() {
		res.failed = append(res.failed, r.title())
	} else {
		res.passed = append(res.passed, r.title())
	}
}

// keep adds what has passed to the file of the release, and takes out what has not.
func (res *results) keep(release string) error {
	before, err := readResults(release)
	if err != nil {
		return err
	}
	var lines []string
	for _, r := range rows {
		name := r.title()
		if slices.Contains(res.passed, name) || slices.Contains(before, name) && !slices.Contains(res.failed, name) {
			lines = append(lines, name)
		}
	}
	return os.WriteFile(resultsPath(release), []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

func (r row) title() string { return r.group + ": " + r.name }

func resultsPath(release string) string { return filepath.Join("results", release+".txt") }

func readResults(release string) ([]string, error) {
	text, err := os.ReadFile(resultsPath(release))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n"), err
}

// recorded returns the releases that have results, the oldest first.
func recorded() (releases []string) {
	files, _ := filepath.Glob(resultsPath("*"))
	for _, file := range files {
		releases = append(releases, strings.TrimSuffix(filepath.Base(file), ".txt"))
	}
	slices.SortFunc(releases, func(a, b string) int { return slices.Compare(release(a), release(b)) })
	return releases
}

// atHand returns the release of the go in PATH.
func atHand() (string, error) {
	out, err := exec.Command("go", "env", "GOVERSION").Output()
	name, _, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	return name, err
}
