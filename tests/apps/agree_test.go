package apps

import (
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What otel explain --json prints, as far as it is compared.
type explained struct {
	Go       string
	Signals  []string
	Packages []struct{ Package, Version, Digest string }
	Rules    []struct {
		Verdict, Rule, Package, Func, Recv, Hook string
		HookPackage                              string `json:"hook_package"`
	}
	Programs []struct {
		Path              string
		Hooks, Extensions []string
	}
}

// What otel manifest --format=json prints.
type manifest struct {
	Otel, Go            string
	Signals, Extensions []string
	Woven               []struct {
		Package, Version, Mark string
		Rules                  []struct {
			Rule, Target, Hook, Modifier string
			HookPackage                  string `json:"hook_package"`
		}
	}
}

// set is what is compared: lines, each once.
type set map[string]bool

func (s set) String() string { return strings.Join(slices.Sorted(maps.Keys(s)), "\n") }

func sameSets(t *testing.T, what string, a, b set) {
	t.Helper()
	if a.String() != b.String() {
		t.Errorf("%s:\n%s", what, diff(a.String()+"\n", b.String()+"\n"))
	}
}

func (tr *tree) decode(to any, words ...string) {
	tr.t.Helper()
	if err := json.Unmarshal([]byte(tr.must(words...).out), to); err != nil {
		tr.t.Fatalf("%q: %v", words, err)
	}
}

// agree holds what explain, diff and manifest say of a program against each other, and against the
// program: its symbols and what go version -m reads from it.
func agree(tr *tree, pkg, bin string) {
	t := tr.t
	t.Helper()
	var e explained
	var m manifest
	tr.decode(&e, otel, "explain", "--json", "--", pkg)
	tr.decode(&m, otel, "manifest", "--format=json", bin)
	if len(e.Programs) != 1 {
		t.Fatalf("programs %v", e.Programs)
	}

	// explain and manifest: each function with its rule and hook, the packages with version and mark.
	told, woven, hooks := set{}, set{}, set{}
	names := map[string]set{} // package -> hooks
	targets := map[string][]string{}
	for _, r := range e.Rules {
		if r.Verdict != "woven" {
			continue
		}
		target := r.Func
		if strings.HasPrefix(r.Recv, "*") {
			target = "(" + r.Recv + ")." + r.Func
		} else if r.Recv != "" {
			target = r.Recv + "." + r.Func
		}
		told[strings.Join([]string{r.Package, target, r.Rule, r.HookPackage, r.Hook}, " ")] = true
		if r.HookPackage == "" {
			continue
		}
		hooks[r.HookPackage] = true
		if names[r.Package] == nil {
			names[r.Package] = set{}
		}
		called := []string{r.Hook}
		if r.HookPackage == "otel.tool/runtime/spans" {
			called = []string{"start", "end"} // by which a span without attributes is made
		}
		for _, h := range called {
			names[r.Package][h] = true
			targets[r.Package+" "+h] = append(targets[r.Package+" "+h], target)
		}
	}
	in := set{}
	versions := map[string]string{}
	for _, p := range m.Woven {
		in[fmt.Sprint(p.Package, " ", p.Version, " ", p.Mark)] = true
		versions[p.Package] = p.Version
		for _, r := range p.Rules {
			woven[strings.Join([]string{p.Package, r.Target, r.Rule, r.HookPackage, cmp.Or(r.Hook, r.Modifier)}, " ")] = true
		}
	}
	if len(told) == 0 {
		t.Error("nothing is woven: this proves nothing")
	}
	sameSets(t, "functions, - explain, + manifest", told, woven)
	packages := set{}
	for _, p := range e.Packages {
		packages[fmt.Sprint(p.Package, " ", p.Version, " ", p.Digest)] = true
	}
	sameSets(t, "packages, - explain, + manifest", packages, in)
	linked, extensions := set{}, set{}
	for _, h := range e.Programs[0].Hooks {
		linked[h] = true
	}
	for _, x := range e.Programs[0].Extensions {
		extensions[x] = true
	}
	sameSets(t, "hook packages, - of the rules, + linked in", hooks, linked)
	extended := set{}
	for _, x := range m.Extensions {
		extended[x] = true
	}
	sameSets(t, "extensions, - explain, + manifest", extensions, extended)
	if e.Go != m.Go || !slices.Equal(e.Signals, m.Signals) || m.Otel == "" {
		t.Errorf("explain: %s %v, manifest: %s %v", e.Go, e.Signals, m.Go, m.Signals)
	}

	// diff: the packages that it changes, and the hooks that it declares in each.
	changed, want := map[string]set{}, map[string]set{}
	for p := range versions {
		want[p] = names[p]
	}
	at := ""
	for line := range strings.Lines(tr.must(otel, "diff", "--", pkg).out) {
		if name, ok := strings.CutPrefix(line, "+++ b/"); ok {
			if at = path.Dir(strings.TrimSpace(name)); changed[at] == nil {
				changed[at] = set{}
			}
		} else if strings.HasPrefix(line, "+") {
			for _, d := range called.FindAllStringSubmatch(line, -1) {
				changed[at][d[1]] = true
			}
		}
	}
	for _, p := range slices.Sorted(maps.Keys(want)) {
		if changed[p] == nil {
			t.Errorf("the diff does not change %s", p)
			continue
		}
		sameSets(t, "hooks in "+p+", - explain, + diff", want[p], changed[p])
		delete(changed, p)
	}
	if len(changed) > 0 {
		t.Errorf("the diff changes %v, too", slices.Collect(maps.Keys(changed)))
	}

	// The program: a hook that is not in it has lost the functions that call it, too.
	symbols, have := set{}, set{}
	for line := range strings.Lines(tr.must("go", "tool", "nm", bin).out) {
		name := strings.TrimSpace(line)
		if i := strings.LastIndex(name, " "); i >= 0 {
			name = name[i+1:]
		}
		symbols[name] = true
		if d := calls.FindStringSubmatch(name); d != nil {
			have[unescape(d[1])+" "+d[2]] = true
		}
	}
	info, err := buildinfo.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for p, hooks := range names {
		for h := range hooks {
			symbol := p
			if p == info.Path {
				symbol = "main"
			}
			if have[symbol+" "+h] {
				n++
				delete(have, symbol+" "+h)
				continue
			}
			for _, target := range targets[p+" "+h] {
				if symbols[symbol+"."+target] {
					t.Errorf("%s.%s is in the program, and does not call %s", p, target, h)
				}
			}
		}
	}
	for h := range have {
		t.Errorf("the program has %s, of which explain does not tell", h)
	}

	// go version -m: our modules, and the versions of what was woven.
	modules := map[string]string{info.Main.Path: info.Main.Version}
	ours := set{}
	for _, d := range info.Deps {
		modules[d.Path] = d.Version
		if strings.HasPrefix(d.Path, "otel.tool/") && d.Path != "otel.tool/runtime" {
			ours[d.Path] = true
		}
	}
	if modules["otel.tool/runtime"] == "" {
		t.Error("go version -m does not name otel.tool/runtime")
	}
	serve := set{}
	for h := range hooks {
		if module := moduleOf(h, modules); strings.HasPrefix(module, "otel.tool/") {
			if module != "otel.tool/runtime" {
				serve[module] = true
			}
		} else if module == "" {
			t.Errorf("go version -m names no module of %s", h)
		}
	}
	sameSets(t, "modules of hooks, - of explain, + go version -m", serve, ours)
	for p, version := range versions {
		if module := moduleOf(p, modules); version != "" && modules[module] != version {
			t.Errorf("%s: manifest %s, go version -m %s %s", p, version, module, modules[module])
		}
	}
	t.Logf("%d functions of %d packages; %d hooks are in the program", len(told), len(versions), n)
}

var (
	called  = regexp.MustCompile(`\botel_(\w+?)_[0-9a-f]{12}`)
	calls   = regexp.MustCompile(`^(.+)\.otel_(\w+?)_[0-9a-f]{12}$`)
	escaped = regexp.MustCompile(`%[0-9a-f]{2}`)
)

// unescape gives an import path back the characters that a linker's symbol has as %xx.
func unescape(s string) string {
	return escaped.ReplaceAllStringFunc(s, func(x string) string {
		var c rune
		fmt.Sscanf(x, "%%%02x", &c)
		return string(c)
	})
}

// moduleOf returns the longest path of a module that holds the package.
func moduleOf(p string, modules map[string]string) (best string) {
	for m := range modules {
		if len(m) > len(best) && (p == m || strings.HasPrefix(p, m+"/")) {
			best = m
		}
	}
	return best
}

// ownRules are laid into the program of others: spans of its own functions, a rule with a hook, and an
// extension.
var ownRules = map[string]string{
	"otel.yaml": `spans:
  - match: ".:probe*"
  - match: ./own:(*T).*
    name: work
own:
  target: github.com/grpc-ecosystem/grpc-health-probe/own
  where: {func: "(*T).Work"}
  do:
    - inject_hooks: {before: Work, path: github.com/grpc-ecosystem/grpc-health-probe/own/hooks}
extensions: [./own/telemetry]
`,
	"own/own.go":         "package own\n\ntype T struct{}\n\n//go:noinline\nfunc (t *T) Work(n int) int { return n + 1 }\n",
	"own/hooks/hooks.go": "package hooks\n\nfunc Work(n int) {}\n",
	"own.go":             "package main\n\nimport \"github.com/grpc-ecosystem/grpc-health-probe/own\"\n\nfunc probe(n int) int { return new(own.T).Work(n) }\n\nvar probed = probe(1)\n",
	"own/telemetry/telemetry.go": "package telemetry\n\nimport \"go.opentelemetry.io/otel/propagation\"\n\n" +
		"func Propagator(configured propagation.TextMapPropagator) propagation.TextMapPropagator { return configured }\n",
}

// TestAgree: also with rules and an extension of the program's own. (Of all others see check.)
func TestAgree(t *testing.T) {
	p := programs[0]
	tr := newTree(t)
	pkg := p.lay(tr)
	for name, text := range ownRules {
		tr.write(tr.dir+"/"+name, text)
	}
	tr.must("go", "get", "go.opentelemetry.io/otel@v1.41.0")
	bin := path.Join(path.Dir(tr.dir), p.name)
	tr.must(otel, "--strict", "go", "build", "-o", bin, pkg)
	agree(tr, pkg, bin)
}
