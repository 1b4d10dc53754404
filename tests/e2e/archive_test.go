package e2e

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestArchiveDigest: a woven archive that is not what its compile has left, by one bit in the
// middle of it, is not linked, and neither is what a link has made of it: the package is compiled
// again.
func TestArchiveDigest(t *testing.T) {
	t.Parallel()
	main := func(n string) string {
		return "package main\n\nimport \"example.com/app/lib\"\n\nfunc main() { println(lib.Work(" + n + ")) }\n"
	}
	a := emptyApp(t, "go.mod", "module example.com/app\n\ngo 1.24\n", "main.go", main("1"),
		"lib/lib.go", "package lib\n\n//go:noinline\nfunc Work(n int) int { return n + 41 }\n",
		"hooks/hooks.go", "package hooks\n\nfunc Work(n int) { println(\"hook\") }\n",
		"otel.yaml", "work:\n  target: example.com/app/lib\n  where: {func: Work}\n  do: [inject_hooks: {before: Work, path: example.com/app/hooks}]\n").used()
	bin := filepath.Join(filepath.Dir(a.dir), "bin")
	a.must(otel, "go", "build", "-o", bin)
	if r := a.must(bin); r.err != "hook\n42\n" {
		t.Fatalf("%v", r)
	}
	n := 0
	gocache, _ := strings.CutPrefix(a.env[len(a.env)-2], "GOCACHE=") // of used
	err := filepath.WalkDir(gocache, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		// The archive that calls the hook; that of the hook names it, too.
		if err != nil || !bytes.HasPrefix(text, []byte("!<arch>")) || !bytes.Contains(text, []byte("lib.otel_Work_")) ||
			bytes.Contains(text, []byte("hooks.go")) {
			return err
		}
		n++
		text[len(text)/2] ^= 1
		return os.WriteFile(path, text, 0o600)
	})
	if err != nil || n != 2 {
		t.Fatalf("%d archives, %v", n, err)
	}
	a.write("main.go", main("2")) // so that it is linked anew
	r := a.run(otel, "go", "build", "-o", bin)
	if r.code != 0 || !strings.Contains(r.err, "no longer in the cache: building it again") {
		t.Fatalf("%v", r)
	}
	if r := a.must(bin); r.err != "hook\n43\n" {
		t.Fatalf("%v", r)
	}
}
