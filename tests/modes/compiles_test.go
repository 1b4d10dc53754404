package modes

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// sameCompiles asks go, plain and woven, which commands it would run for all packages (-a -n, which
// starts none of them): each package of the plain build is compiled from the same files and for the
// same language version, and programs have the same GODEBUG defaults.
func (r row) sameCompiles(tr *tree) {
	t := tr.t
	t.Helper()
	words := r.words(tr, tr.beside("out"))
	at := slices.IndexFunc(words, func(w string) bool {
		return slices.Contains([]string{"build", "install", "run", "test"}, w)
	})
	if at < 0 {
		return // nothing is compiled
	}
	if at++; at < len(words) && words[at] == "-C" {
		at += 2
	}
	words = slices.Insert(words, at, "-a", "-n")
	env := r.environ(tr, tr.beside("out"))
	plain, woven := tr.run(env, append([]string{"go"}, words...)...), tr.run(env, append([]string{otel, "go"}, words...)...)
	if plain.code != woven.code {
		t.Fatalf("go %s\nplain: %vwoven: %v", strings.Join(words, " "), plain, woven)
	}
	p, w := compilesOf(plain.out+plain.err), compilesOf(woven.out+woven.err)
	if plain.code == 0 && len(p) == 0 {
		t.Fatalf("go %s shows no compile: %v", strings.Join(words, " "), plain)
	}
	for _, what := range slices.Sorted(maps.Keys(p)) {
		if !w[what] && !(r.moves && strings.Contains(what, "go.opentelemetry.io/")) {
			t.Errorf("plain, but not woven: %s", what)
		}
	}
	for what := range w {
		if strings.HasPrefix(what, "GODEBUG ") && !p[what] {
			t.Errorf("woven, but not plain: %s", what)
		}
	}
}

var (
	compileLine  = regexp.MustCompile(`(?m)^.*/compile"? -o .*$`)
	packageFlag  = regexp.MustCompile(` -p ("[^"]*"|\S+)`)
	languageFlag = regexp.MustCompile(` -lang=\S+`)
	sourceFile   = regexp.MustCompile(`[^\s"'=]+\.go\b`)
	// A module cache that stands in for one that is read-only is elsewhere, and so is our copy of a
	// program named path@version.
	moduleCache = regexp.MustCompile(`^.*/(?:modcache|pkg/mod|modules/[0-9a-f]{16}|elsewhere/[0-9a-f]{64})/(.*@)`)
	godebugFlag = regexp.MustCompile(`(?m)^.*/link"? -o .* -X=runtime\.godebugDefault=(\S*) .*$`)
)

// compilesOf reads what go build -n prints: "PACKAGE LANGUAGE FILE" of each compile, and the
// programs' GODEBUG defaults.
func compilesOf(listing string) map[string]bool {
	found := map[string]bool{}
	for _, line := range compileLine.FindAllString(listing, -1) {
		pkg, lang := packageFlag.FindString(line), languageFlag.FindString(line)
		for _, file := range sourceFile.FindAllString(line[strings.Index(line, pkg):], -1) {
			if !strings.HasPrefix(file, "$WORK/") { // generated
				found[strings.TrimSpace(pkg+lang+" "+moduleCache.ReplaceAllString(file, "$1"))] = true
			}
		}
	}
	for _, m := range godebugFlag.FindAllStringSubmatch(listing, -1) {
		found["GODEBUG "+m[1]] = true
	}
	return found
}
