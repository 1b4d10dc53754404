package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
)

// apartApp is an app whose builds have their runs of go noted: the command, -overlay if it is there,
// and the workspace. With NOTED_ONLY=1 go builds nothing.
type apartApp struct {
	*cacheWatch
	goes string
}

func newApartApp(t *testing.T, a *app) *apartApp {
	t.Helper()
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	p := &apartApp{watch(a), filepath.Join(filepath.Dir(a.dir), "goes")}
	for _, path := range p.answers() { // of builds whose caches these are a copy of
		os.Remove(path)
	}
	a.write("../bin/go", "#!/bin/sh\ncase $1 in build|install|run|list)\n"+
		"\tl=$1; for w; do case $w in -overlay=*) l=\"$l -overlay\" ;; esac; done\n"+
		"\techo \"$l ${GOWORK##*/}\" >>'"+p.goes+"' ;;\nesac\n"+
		"[ \"$1$NOTED_ONLY\" != build1 ] || exit 0\nexec '"+real+"' \"$@\"\n")
	if err := os.Chmod(filepath.Join(a.dir, "../bin/go"), 0o755); err != nil {
		t.Fatal(err)
	}
	a.env = append(a.env, "PATH="+filepath.Join(filepath.Dir(a.dir), "bin")+":"+os.Getenv("PATH"))
	return p
}

// ran returns how go has been run since it was asked for last.
func (p *apartApp) ran() []string {
	p.t.Helper()
	text, err := os.ReadFile(p.goes)
	if err != nil && !os.IsNotExist(err) {
		p.t.Fatal(err)
	}
	os.Remove(p.goes)
	var lines []string
	for line := range strings.Lines(string(text)) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

// answers returns the files with what go has said of the packages that we add, answer the only one.
func (p *apartApp) answers() []string { return p.beside("added") }

func (p *apartApp) answer() string {
	p.t.Helper()
	found := p.answers()
	if len(found) != 1 {
		p.t.Fatalf("answers of go's: %q", found)
	}
	return found[0]
}

// rewrite changes that text, which is kept behind a digest.
func (p *apartApp) rewrite(change func(text string) string) {
	p.t.Helper()
	_, text, _ := strings.Cut(readFile(p.t, p.answer()), "\n")
	after := change(text)
	if after == text {
		p.t.Fatalf("nothing to change in\n%s", text)
	}
	put(p.t, p.answer(), keptText(after))
}

// apartHello is a program that a hook of net/http is linked into.
func apartHello(t *testing.T) *apartApp { return newApartApp(t, newApp(t, "hello").used()) }

const adding = "list -overlay go.work"

// TestApart: go builds what we add by itself, once; the user's build is the plain one for it.
func TestApart(t *testing.T) {
	t.Parallel()
	p := apartHello(t)
	plain, bin := p.plain(), filepath.Join(filepath.Dir(p.dir), "bin-woven")
	p.ran()
	p.build(bin)
	if ran := p.ran(); !slices.Contains(ran, adding) || ran[len(ran)-1] != "build" {
		t.Errorf("go was run as %q, want %q, then a build without a workspace", ran, adding)
	}
	traced(t, bin)
	p.sameModules(plain, bin)
	want := hashFile(t, bin)

	count := p.build(bin)
	if len(count) != 0 {
		t.Errorf("where there is nothing to do, it compiles %v", count)
	}
	if ran := p.ran(); !slices.Equal(ran, []string{"build"}) {
		t.Errorf("where there is nothing to do, go was run as %q", ran)
	}
	p.write("extra.go", "package main\n\nvar extra = 1\n\nfunc init() { println(extra) }\n")
	if count := p.build(bin); len(count) != 1 || count["main"] != 1 {
		t.Errorf("after a change in main it compiles %v", count)
	}
	os.Remove(filepath.Join(p.dir, "extra.go"))
	p.build(bin)
	if hashFile(t, bin) != want {
		t.Error("the same sources make another program")
	}
	p.must("go", "build", "-o", plain)
	if r := p.must("go", "build", "-v", "-o", plain); r.err != "" {
		t.Errorf("a plain build after that compiles:\n%s", r.err)
	}
}

// sameModules holds what the woven program says of itself against the plain one: it has all lines of
// that, in order, and those of our modules.
func (p *apartApp) sameModules(plain, woven string) {
	p.t.Helper()
	ours := regexp.MustCompile(`^\tdep\t(otel\.tool/|go\.opentelemetry\.io/|github\.com/(go-logr|google/uuid|cespare)|golang\.org/x/sys)`)
	var got, added []string
	want := strings.Split(p.must("go", "version", "-m", plain).out, "\n")[1:]
	for _, line := range strings.Split(p.must("go", "version", "-m", woven).out, "\n")[1:] {
		if ours.MatchString(line) && !slices.Contains(want, line) {
			added = append(added, line)
			continue
		}
		got = append(got, line)
	}
	if !slices.Equal(got, want) {
		p.t.Errorf("go version -m says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !slices.IsSorted(added) || !slices.ContainsFunc(added, func(s string) bool { return strings.Contains(s, "otel.tool/runtime") }) {
		p.t.Errorf("modules of ours:\n%s", strings.Join(added, "\n"))
	}
}

// TestApartWrong: whatever becomes of the archives, the program is right, and the next build is.
func TestApartWrong(t *testing.T) {
	t.Parallel()
	p := apartHello(t)
	bin := filepath.Join(filepath.Dir(p.dir), "bin-woven")
	p.build(bin)
	want := hashFile(t, bin)
	good := readFile(t, p.answer())
	archive := regexp.MustCompile(`(?m)^otel\.tool/runtime\t[^\t]*\t([^\t]*)\t`).FindStringSubmatch(good)
	if archive == nil {
		t.Fatalf("our runtime is not in the answer:\n%s", good)
	}
	whole := readFile(t, archive[1])
	// The tool removes the archive before the compile or the link of main.
	p.write("../thief", "#!/bin/sh\ncase $2 in -V*) exec \"$@\" ;; esac\n"+
		"if [ ! -e '"+p.dir+"/../stolen' ]; then\n\tfor word; do [ \"$last\" = -p ] && [ $word = main ] && rm -f '"+archive[1]+"' && : >'"+p.dir+"/../stolen'; last=$word; done\nfi\nexec \"$@\"\n")
	if err := os.Chmod(filepath.Join(p.dir, "../thief"), 0o755); err != nil {
		t.Fatal(err)
	}

	for _, row := range []struct {
		what   string
		before func()
		same   bool
	}{
		{"no answer", func() { os.Remove(p.answer()) }, true},
		{"half an answer", func() { put(t, p.answer(), good[:len(good)/2]) }, true},
		{"no archive", func() { os.Remove(archive[1]) }, true},
		{"another archive of the program's own", func() {
			p.rewrite(func(s string) string {
				return regexp.MustCompile(`(?m)^(net/http\t[^/]*/)[^\t]*\t[^\n]*`).ReplaceAllString(s, "${1}other\t"+archive[1])
			})
		}, false},
	} {
		put(t, p.answer(), good)
		put(t, archive[1], whole)
		row.before()
		p.build(bin)
		if row.same && hashFile(t, bin) != want {
			t.Errorf("%s: it is another program", row.what)
		}
		traced(t, bin)
		count := p.build(bin)
		if len(count) > 0 {
			t.Errorf("%s: the next build compiles %v", row.what, count)
		}
	}
	p.ran()
	p.build(bin)
	if ran := p.ran(); !slices.Equal(ran, []string{"build -overlay go.work"}) {
		t.Errorf("with packages of its own that are others, go was run as %q, want one go to do it all", ran)
	}
	p.must("rm", "-rf", filepath.Join(p.otelCache, "memo"))
	p.must("touch", filepath.Join(p.dir, "../stolen"))
	p.build(bin)
	p.must("rm", filepath.Join(p.dir, "../stolen"))
	p.write("main_extra.go", "package main\n")
	r := p.must(otel, "go", "build", "-toolexec='"+filepath.Dir(p.dir)+"/thief'", "-o", bin)
	if !strings.Contains(r.err, "building it again") {
		t.Errorf("with an archive that goes while it builds, it says\n%s", r.err)
	}
	traced(t, bin)
}

// TestApartFollows: go builds a program anew where what we add to it has become another.
func TestApartFollows(t *testing.T) {
	t.Parallel()
	p := apartHello(t)
	bin := filepath.Join(filepath.Dir(p.dir), "bin-woven")
	p.build(bin)
	module := regexp.MustCompile(`go\.opentelemetry\.io/otel/sdk\tv[0-9.]+`)
	p.rewrite(func(s string) string { return module.ReplaceAllString(s, "go.opentelemetry.io/otel/sdk\tv1.99.0") })
	if count := p.build(bin); len(count) != 1 || count["main"] != 1 {
		t.Errorf("with another SDK it compiles %v, want main", count)
	}
	if out := p.must("go", "version", "-m", bin).out; !strings.Contains(out, "go.opentelemetry.io/otel/sdk\tv1.99.0") {
		t.Errorf("the program has the SDK of before:\n%s", out)
	}
}

// TestTogether: where what we add may be told from a build by one go, one go builds it.
func TestTogether(t *testing.T) {
	t.Parallel()
	one := "build -overlay go.work"
	p := apartHello(t)
	bin := filepath.Join(filepath.Dir(p.dir), "bin-woven")
	build := []string{"NOTED_ONLY=1", otel, "go", "build", "-o", bin} // tests/modes builds with these flags
	if *allMatrix {
		build = build[1:]
	}
	for _, row := range []struct {
		flags []string
		want  string
	}{
		{nil, "build"},
		{[]string{"-trimpath"}, "build"},
		{[]string{"-ldflags=-s -w", "-tags=x", "-v"}, "build"},
		{[]string{"-pgo=off"}, "build"},
		{[]string{"-cover"}, one},
		{[]string{"-gcflags=-l"}, one},
		{[]string{"-gcflags=all=-l", "-n"}, one},
		{[]string{"-overlay=o.json"}, one},
		{[]string{"-n"}, one},
	} {
		p.write("o.json", "{}")
		p.ran()
		p.must(slices.Concat(build, row.flags)...)
		if ran := p.ran(); ran[len(ran)-1] != row.want {
			t.Errorf("%q: go was run as %q, want %q at the end", row.flags, ran, row.want)
		}
	}
	profile, err := os.Create(filepath.Join(p.dir, "default.pgo"))
	if err == nil {
		err = pprof.StartCPUProfile(profile)
	}
	if err != nil {
		t.Fatal(err)
	}
	pprof.StopCPUProfile()
	profile.Close()
	p.ran()
	p.must(build...)
	if ran := p.ran(); !slices.Contains(ran, one) {
		t.Errorf("with a profile go was run as %q, want %q", ran, one)
	}
	r := p.must(otel, "env", "-pgo=off")
	if !strings.Contains(r.out, "-overlay=") || !strings.Contains(r.out, "GOWORK=") {
		t.Errorf("otel env, which is for one go, says\n%s", r.out)
	}
}
