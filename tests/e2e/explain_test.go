package e2e

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// explained is what otel explain --json prints.
type explained struct {
	Go       string   `json:"go"`
	Signals  []string `json:"signals"`
	Packages []struct {
		Package, Version, Digest, Outcome, Why string
	} `json:"packages"`
	Rules []struct {
		Verdict, Rule, Package, Func, Recv, Hook, Why, Place string
		HookPackage                                          string `json:"hook_package"`
	} `json:"rules"`
	Programs []struct {
		Path  string
		Hooks []string
	} `json:"programs"`
}

// manifest is what otel manifest --format=json prints.
type manifest struct {
	Otel, Go, Bundle string
	Signals          []string
	Woven            []struct {
		Package, Version, Mark string
		Rules                  []struct {
			Rule, Target, Hook string
			HookPackage        string `json:"hook_package"`
		}
	}
}

func fromJSON(t *testing.T, text string, to any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(to); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// target names a function as otel does.
func target(recv, function string) string {
	switch {
	case recv == "":
		return function
	case recv[0] == '*':
		return "(" + recv + ")." + function
	}
	return recv + "." + function
}

// TestExplain: explain, diff, manifest and the binary say the same of a program.
func TestExplain(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, app, rules, pkg string
		outcome               map[string]string
	}{
		{"hello", "hello", "", ".", map[string]string{"log": "replace", "net/http": "replace"}},
		{"greet", "../../examples/greet", "", "./phrases", map[string]string{"log": "replace", "net/http": "replace"}},
		{"rebuilt", "forms", "rebuild.yaml", ".", map[string]string{"example.com/forms/lib": "rebuild"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, row.app)
			tool := []string{otel}
			if row.rules != "" {
				tool = append(tool, "--rules="+row.rules)
			}
			bin := filepath.Join(filepath.Dir(a.dir), "bin")
			with := func(words ...string) []string { return slices.Concat(tool, words) }
			a.must(with("go", "build", "-o", bin, row.pkg)...)

			var e explained
			fromJSON(t, a.must(with("explain", "--json", row.pkg)...).out, &e)
			var m manifest
			fromJSON(t, a.must(otel, "manifest", "--format=json", bin).out, &m)
			diff := a.must(with("diff", row.pkg)...).out
			symbols := a.must("go", "tool", "nm", bin).out

			var woven, hooks []string
			for _, r := range e.Rules {
				if r.Verdict != "woven" {
					continue
				}
				woven = append(woven, strings.Join([]string{r.Package, target(r.Recv, r.Func), r.Rule, r.HookPackage, r.Hook}, " "))
				hooks = append(hooks, r.HookPackage)
				if !strings.Contains(diff, "otel_"+r.Hook+"_") {
					t.Errorf("the diff has no %s:\n%s", r.Hook, diff)
				}
				// The linker knows the hook by its name in the target.
				if !strings.Contains(symbols, " T "+r.Package+".otel_"+r.Hook+"_") {
					t.Errorf("the program does not hold %s.%s", r.HookPackage, r.Hook)
				}
			}
			var told []string
			marks := map[string]string{}
			for _, p := range m.Woven {
				marks[p.Package] = p.Mark
				for _, r := range p.Rules {
					told = append(told, strings.Join([]string{p.Package, r.Target, r.Rule, r.HookPackage, r.Hook}, " "))
				}
			}
			slices.Sort(woven)
			slices.Sort(told)
			if len(woven) == 0 || !slices.Equal(woven, told) {
				t.Errorf("explain:\n%s\nmanifest:\n%s", strings.Join(woven, "\n"), strings.Join(told, "\n"))
			}
			slices.Sort(hooks)
			if len(e.Programs) != 1 || !slices.Equal(slices.Compact(hooks), e.Programs[0].Hooks) {
				t.Errorf("programs %v, hooks %v", e.Programs, hooks)
			}
			if e.Go != m.Go || !slices.Equal(e.Signals, m.Signals) || m.Otel == "" || len(m.Signals) == 0 {
				t.Errorf("explain: %s %v, manifest: %s %v", e.Go, e.Signals, m.Go, m.Signals)
			}
			for _, p := range e.Packages {
				if mark := marks[p.Package]; mark != p.Digest && !strings.HasPrefix(mark, p.Digest+"-") {
					t.Errorf("%s: digest %s, mark %s", p.Package, p.Digest, mark)
				}
				if want := row.outcome[p.Package]; p.Outcome != want || (p.Why == "") != (want == "replace") {
					t.Errorf("%s: %s (%s), want %s", p.Package, p.Outcome, p.Why, want)
				}
			}
			if len(e.Packages) != len(row.outcome) {
				t.Errorf("packages %v", e.Packages)
			}
			if r := a.must("go", "version", "-m", bin); !strings.Contains(r.out, "\tpath\t") {
				t.Errorf("go version -m: %v", r)
			}
		})
	}
}

// TestExplainNot: what is not woven has a reason, and a build of nothing says so in a line.
func TestExplainNot(t *testing.T) {
	t.Parallel()
	const rules = "old:\n  target: example.com/app/lib\n  go: go1.2,go1.3\n  where: {func: F}\n  do:\n    - inject_hooks: {before: F, path: example.com/app/hooks}\n" +
		"missing:\n  target: example.com/app/lib\n  where: {func: G}\n  do:\n    - inject_hooks: {before: F, path: example.com/app/hooks}\n" +
		"unfit:\n  target: example.com/app/lib\n  where: {func: F}\n  do:\n    - inject_hooks: {before: H, path: example.com/app/hooks}\n" +
		"absent:\n  target: example.com/app/other\n  where: {func: F}\n  do:\n    - inject_hooks: {before: F, path: example.com/app/hooks}\n"
	a := emptyApp(t, "go.mod", "module example.com/app\n\ngo 1.24\n",
		"main.go", "package main\n\nimport \"example.com/app/lib\"\n\nfunc main() { lib.F(1) }\n",
		"lib/lib.go", "package lib\n\nfunc F(n int) {}\n",
		"hooks/hooks.go", "package hooks\n\nfunc F(n int) {}\n\nfunc H(s string) {}\n",
		"otel.yaml", rules)
	r := a.must(otel, "--only-rules", "--rules=otel.yaml", "explain")
	if first, _, _ := strings.Cut(r.out, "\n"); !strings.HasPrefix(first, "this build instruments nothing") {
		t.Errorf("begins with %q", first)
	}
	var e explained
	fromJSON(t, a.must(otel, "--only-rules", "--rules=otel.yaml", "explain", "--json").out, &e)
	got := map[string]string{}
	for _, r := range e.Rules {
		got[r.Rule] = r.Verdict
	}
	want := map[string]string{"old": "go-version", "missing": "no-function", "unfit": "unfit", "absent": "not-in-build"}
	for rule, verdict := range want {
		if got[rule] != verdict {
			t.Errorf("rule %s: %q, want %q", rule, got[rule], verdict)
		}
		if !strings.Contains(r.out, rule) {
			t.Errorf("no %q in\n%s", rule, r.out)
		}
	}
	for _, says := range []string{"the rule is for go1.2 up to, not including, go1.3", "does not declare G", "the hook takes string here, 'F' has int", "example.com/app/other"} {
		if !strings.Contains(r.out, says) {
			t.Errorf("no %q in\n%s", says, r.out)
		}
	}
}

// TestDiffApplies: the diff is one that patch takes, and gives the file that was woven.
func TestDiffApplies(t *testing.T) {
	t.Parallel()
	a := newApp(t, "forms")
	for _, form := range []string{"replace", "rebuild"} {
		d := a.must(otel, "--rules="+form+".yaml", "diff", "--form="+form).out
		a.write("woven.diff", strings.NewReplacer("a/example.com/forms/", "a/", "b/example.com/forms/", "b/").Replace(d))
		if r := a.must("git", "apply", "--check", "woven.diff"); d == "" {
			t.Errorf("%s: %v", form, r)
		}
		if strings.Contains(d, "\033") {
			t.Errorf("colours in a pipe:\n%q", d)
		}
	}
	if r := a.must(otel, "--rules=replace.yaml", "diff", "--color=always"); !strings.Contains(r.out, "\033[32m+") {
		t.Errorf("no colours: %q", r.out)
	}
	if r := a.must("NO_COLOR=1", otel, "--rules=replace.yaml", "diff"); strings.Contains(r.out, "\033") {
		t.Errorf("colours with NO_COLOR: %q", r.out)
	}
}
