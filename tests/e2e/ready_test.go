package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A cacheWatch knows what was in an app's go cache, and counts what is compiled.
type cacheWatch struct {
	*app
	gocache, otelCache, log string
	before                  map[string]bool
}

// watch begins with the go cache as it is. Builds with -toolexec=tool (in the folder above the app)
// have their compiles counted.
func watch(a *app) *cacheWatch {
	a.t.Helper()
	w := &cacheWatch{app: a, log: filepath.Join(filepath.Dir(a.dir), "compiles")}
	for _, v := range a.env {
		if dir, ok := strings.CutPrefix(v, "GOCACHE="); ok {
			w.gocache = dir
		} else if dir, ok := strings.CutPrefix(v, "OTEL_GO_CACHE="); ok {
			w.otelCache = dir
		}
	}
	a.env = append(a.env, "LOG="+w.log)
	a.write("../tool", "#!/bin/sh\ncase $2 in -V*) exec \"$@\" ;; esac\ntool=${1##*/}\n"+
		"for word; do [ \"$last\" = -p ] && [ $tool = compile ] && echo \"$word\" >>\"$LOG\"; last=$word; done\nexec \"$@\"\n")
	if err := os.Chmod(filepath.Join(a.dir, "../tool"), 0o755); err != nil {
		a.t.Fatal(err)
	}
	for _, path := range w.lists() { // of builds whose caches these are a copy of
		os.Remove(path)
	}
	w.before = w.files()
	return w
}

func (w *cacheWatch) files() map[string]bool {
	w.t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(w.gocache, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			found[path] = true
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// added returns what the go cache has that it did not have.
func (w *cacheWatch) added() (paths []string) {
	for path := range w.files() {
		if !w.before[path] {
			paths = append(paths, path)
		}
	}
	return paths
}

// restore gives the go cache back what it had.
func (w *cacheWatch) restore() {
	for _, path := range w.added() {
		os.Remove(path)
	}
}

// build builds woven, and returns how often each package is compiled.
func (w *cacheWatch) build(bin string, flags ...string) map[string]int {
	w.t.Helper()
	os.Remove(bin)
	os.Remove(w.log)
	w.must(slices.Concat([]string{otel, "go", "build", "-toolexec='" + filepath.Dir(w.dir) + "/tool'", "-o", bin}, flags)...)
	count := map[string]int{}
	text, _ := os.ReadFile(w.log)
	for pkg := range strings.FieldsSeq(string(text)) {
		count[pkg]++
	}
	return count
}

// lists returns the files in which plans have noted what archives are ready.
func (w *cacheWatch) lists() []string { return w.beside("ready") }

// beside returns the files with this ending that stand beside plans.
func (w *cacheWatch) beside(ending string) []string {
	w.t.Helper()
	found, err := filepath.Glob(filepath.Join(w.otelCache, "memo", "*."+ending))
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

var buildID = regexp.MustCompile(`\nbuild id "[^"/]+/([^"/]+)"`)

// contents returns the content ids of archives that have been added.
func (w *cacheWatch) contents() (ids []string) {
	w.t.Helper()
	for _, path := range w.added() {
		text, err := os.ReadFile(path)
		if err != nil {
			w.t.Fatal(err)
		}
		if m := buildID.FindSubmatch(text[:min(len(text), 1024)]); m != nil && bytes.HasPrefix(text, []byte("!<arch>")) {
			ids = append(ids, string(m[1]))
		}
	}
	return ids
}

// TestReady: a first woven build after a plain one compiles woven packages of others once, woven;
// go gets the very archives of the plain build, and nothing that depends on them is compiled.
func TestReady(t *testing.T) {
	t.Parallel()
	for _, flags := range [][]string{nil, {"-trimpath"}, {"-race"}} {
		t.Run(strings.Join(append(flags, ""), " "), func(t *testing.T) {
			if len(flags) > 0 && !*allMatrix {
				t.Skip("the standard library is compiled anew: only with -all")
			}
			t.Parallel()
			a := newApp(t, "hello").private()
			bin := a.plain(flags...)
			w := watch(a)
			of := strings.Fields(a.must(slices.Concat([]string{"go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.BuildID}}"}, flags)...).out)
			ids := map[string]string{}
			for _, line := range of {
				pkg, id, _ := strings.Cut(line, "=")
				ids[pkg] = id[strings.LastIndex(id, "/")+1:]
			}
			w.before = w.files() // with what go list leaves
			again := w.build(bin, flags...)
			maps.DeleteFunc(again, func(pkg string, _ int) bool { return ids[pkg] == "" && pkg != "main" })
			if want := map[string]int{"log": 1, "main": 1, "net/http": 1}; !maps.Equal(again, want) {
				t.Errorf("of the plain build's packages, compiled again %v, want %v", again, want)
			}
			contents := w.contents()
			for _, pkg := range []string{"log", "net/http"} {
				if !slices.Contains(contents, ids[pkg]) {
					t.Errorf("go has another archive of %s than of the plain build", pkg)
				}
			}
			traced(t, bin)
			if r := a.must(slices.Concat([]string{"go", "build", "-v", "-o", bin}, flags)...); r.err != "" {
				t.Errorf("a plain build after that compiles:\n%s", r.err)
			}
		})
	}
}

// TestReadyWrong: whatever is wrong with the list of ready archives or with one of those, the
// program is the same, to the byte.
func TestReadyWrong(t *testing.T) {
	t.Parallel()
	a := emptyApp(t, "go.mod", "module example.com/app\n\ngo 1.24\n",
		"main.go", "package main\n\nimport \"unicode\"\n\nfunc main() { println(unicode.SimpleFold('A')) }\n",
		"main_test.go", "package main\n\nimport (\n\t\"testing\"\n\t\"unicode\"\n)\n\nfunc TestFold(t *testing.T) {\n\tif unicode.SimpleFold('A') != 'a' {\n\t\tt.Fail()\n\t}\n}\n",
		"hooks/hooks.go", "package hooks\n\nfunc Fold(r rune) { println(\"hook\") }\n",
		"otel.yaml", "fold:\n  target: unicode\n  where: {func: SimpleFold}\n  do: [inject_hooks: {before: Fold, path: example.com/app/hooks}]\n").used()
	a.plain()
	w := watch(a)
	bin := filepath.Join(filepath.Dir(a.dir), "bin")
	if n := w.build(bin)["unicode"]; n != 1 {
		t.Errorf("unicode is compiled %d times, want once", n)
	}
	if r := a.must(bin); !strings.HasSuffix(r.err, "hook\n97\n") {
		t.Fatalf("%v", r)
	}
	want := hashFile(t, bin)
	lists := w.lists()
	if len(lists) != 1 {
		t.Fatalf("lists of archives: %q", lists)
	}
	list := lists[0]
	good := readFile(t, list)
	archive := regexp.MustCompile(`(?m)^unicode=(.*)$`).FindStringSubmatch(good)
	if archive == nil {
		t.Fatalf("unicode is not in the list:\n%s", good)
	}
	whole := readFile(t, archive[1])
	other := strings.TrimSpace(a.must("go", "list", "-export", "-f", "{{.Export}}", "errors").out)
	body := good[strings.Index(good, "\n")+1:]

	for i, row := range []struct {
		what    string
		list    string
		archive string
		n       int // how often it is compiled
	}{
		{"as it was", good, whole, 1},
		{"a list with another archive", keptText(strings.ReplaceAll(body, archive[1], other)), whole, 2},
		{"an archive with another byte", good, whole[:len(whole)/2] + string(whole[len(whole)/2]^1) + whole[len(whole)/2+1:], 2},
		{"no list", "", whole, 2},
		{"half a list", good[:len(good)/2], whole, 2},
		{"a list of before", keptText("1" + body[strings.Index(body, "\n"):]), whole, 2},
		{"no archive", good, "", 2},
		{"half an archive", good, whole[:len(whole)/2], 2},
	} {
		t.Run(row.what, func(t *testing.T) {
			if i > 2 && !*allMatrix {
				t.Skip("without -all")
			}
			w.restore()
			put(t, list, row.list)
			put(t, archive[1], row.archive)
			if n := w.build(bin)["unicode"]; n != row.n {
				t.Errorf("unicode is compiled %d times, want %d", n, row.n)
			}
			if hashFile(t, bin) != want {
				t.Error("it is another program")
			}
			put(t, list, good)
			put(t, archive[1], whole)
		})
	}
	w.restore()
	if r := a.must(otel, "go", "test", "-v", "."); !strings.Contains(r.out+r.err, "hook\n") || !strings.Contains(r.out, "--- PASS: TestFold") {
		t.Errorf("go test: %v", r)
	}
}

// keptText is a text as our cache keeps it: behind a line with its digest.
func keptText(text string) string {
	h := sha256.New()
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))
	h.Write([]byte(text))
	return fmt.Sprintf("%x\n%s", h.Sum(nil), text)
}

// put writes a file with the text given, or removes it where there is none.
func put(t testing.TB, path, text string) {
	t.Helper()
	err := os.Remove(path)
	if text != "" {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}
