package apps

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A suite is a library and its own tests, as they come with the module.
type suiteOf struct {
	module   string   // path@version
	packages []string // whose tests run
	sample   bool
	tests    int // the plain run has at least as many
}

var suites = []suiteOf{
	{module: "github.com/gorilla/mux@v1.8.1", packages: []string{"./..."}, sample: true, tests: 300},
	{module: "github.com/go-chi/chi/v5@v5.2.3", packages: []string{"./..."}, tests: 140},
	{module: "github.com/gin-gonic/gin@v1.11.0", packages: []string{"./..."}, tests: 590},
	{module: "github.com/labstack/echo/v4@v4.13.4", packages: []string{"./..."}, tests: 1500},
	{module: "github.com/julienschmidt/httprouter@v1.3.0", packages: []string{"./..."}, tests: 30},
	{module: "github.com/sirupsen/logrus@v1.9.3", packages: []string{"./..."}, tests: 150},
	{module: "go.uber.org/zap@v1.27.0", packages: []string{"./..."}, tests: 800},
	{module: "github.com/jmoiron/sqlx@v1.4.0", packages: []string{"./..."}, tests: 40},
	{module: "github.com/valyala/fasthttp@v1.69.0", packages: []string{"."}, tests: 640},
	{module: "github.com/redis/go-redis/v9@v9.17.3", packages: []string{"./internal/..."}, tests: 220},
}

// TestSuites runs each library's tests plain and woven: each test ends the same way.
func TestSuites(t *testing.T) {
	for _, s := range suites {
		t.Run(strings.ReplaceAll(s.module, "/", "_"), func(t *testing.T) {
			if !s.sample && !*all {
				t.Skip("not in the sample: -all")
			}
			s.check(t)
		})
	}
}

func (s suiteOf) check(t *testing.T) {
	tr := newTree(t)
	tr.copyModule(s.module, tr.dir)
	before := tr.snapshot()
	plain, failed := s.outcomes(tr, "go")
	woven, _ := s.outcomes(tr, otel, "go")
	if len(plain) < s.tests {
		t.Errorf("only %d tests: this proves little\n%s", len(plain), failed)
	}
	differ := differing(plain, woven)
	if len(differ) > 0 { // a test that fails now and then fails so without us, too
		again, _ := s.outcomes(tr, "go")
		for _, name := range differing(plain, again) {
			t.Logf("%s: now %q and now %q with plain go", name, plain[name], again[name])
			differ = slices.DeleteFunc(differ, func(d string) bool { return d == name })
		}
	}
	for _, name := range differ {
		t.Errorf("%s: plain %q, woven %q", name, plain[name], woven[name])
	}
	after := tr.snapshot()
	for line := range strings.Lines(before) { // tests may add files
		if !strings.Contains(line, " d") && !strings.Contains(after, line) {
			t.Errorf("changed: %s", line)
		}
	}
	count := map[string]int{}
	for _, o := range plain {
		count[o]++
	}
	t.Logf("%d tests and packages, plain: %v", len(plain), count)
}

// outcomes runs the tests, and returns how each test and package ended, and what those that
// failed had to say.
func (s suiteOf) outcomes(tr *tree, tool ...string) (ends map[string]string, failed string) {
	tr.t.Helper()
	r := tr.run(slices.Concat(tool, []string{"test", "-json", "-count=1", "-short"}, s.packages)...)
	ends = map[string]string{}
	for line := range strings.Lines(r.out) {
		var e struct{ Action, Package, Test, Output string }
		if json.Unmarshal([]byte(line), &e) != nil {
			continue
		}
		switch e.Action {
		case "pass", "fail", "skip":
			ends[strings.TrimSpace(e.Package+" "+e.Test)] = e.Action
		case "output", "build-output":
			failed += e.Output
		}
	}
	if r.code > 1 {
		tr.t.Errorf("%s test: exit status %d\n%s", strings.Join(tool, " "), r.code, r.err)
	}
	return ends, failed + fmt.Sprint(r.err)
}

// differing names the tests that did not end the same way.
func differing(plain, woven map[string]string) (names []string) {
	for name, end := range plain {
		if woven[name] != end {
			names = append(names, name)
		}
	}
	for name := range woven {
		if plain[name] == "" {
			names = append(names, name)
		}
	}
	return slices.Sorted(slices.Values(names))
}
