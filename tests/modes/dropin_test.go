package modes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLink: a link named go, early in PATH, makes a script's builds woven ones, says nothing,
// and finds the real go behind it, whatever else has that name.
func TestLink(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	dir := tr.beside("bin")
	for _, name := range []string{dir, dir + "/again"} { // twice in PATH: never recursive
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(otel, filepath.Join(name, "go")); err != nil {
			t.Fatal(err)
		}
	}
	path := "PATH=" + dir + ":" + dir + "/again:" + os.Getenv("PATH")
	bin := filepath.Join(dir, "app")
	tr.write("Makefile", "app:\n\t@go build -o '$(OUT)' . && go vet . && go list -m >/dev/null\n")
	// Without the flags of a make that runs this test, of whose jobs the inner one would complain.
	r := tr.run([]string{path, "OUT=" + bin, "MAKEFLAGS="}, "make", "-s", "app")
	if r.code != 0 || r.out != "" || r.err != "" {
		t.Fatalf("make: %v", r)
	}
	if !hasSpans(tr, bin) {
		t.Error("no spans")
	}
	// A program that itself calls go, started by our go: its go is the one that it would find.
	tr.write("caller/main.go", "package main\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n\t\"os/exec\"\n)\n\nfunc main() {\n\t_ = http.DefaultClient\n\tout, err := exec.Command(\"go\", \"env\", \"GOWORK\", \"GOFLAGS\").CombinedOutput()\n\tfmt.Print(string(out), err)\n}\n")
	plain, woven := tr.run(nil, "go", "run", "./caller"), tr.run([]string{path}, "go", "run", "./caller")
	if plain.out != woven.out || woven.code != 0 {
		t.Errorf("plain: %vwoven: %v", plain, woven)
	}
}

// TestEnv: with what otel env prints, the plain go builds woven; in a folder whose name a
// shell has to be told with care.
func TestEnv(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	odd := filepath.Join(filepath.Dir(tr.dir), "it's $HOME")
	if err := os.Rename(tr.dir, odd); err != nil {
		t.Fatal(err)
	}
	tr.dir = odd
	before := tr.snapshot()
	bin := tr.beside("bin")
	r := tr.run([]string{"OTEL=" + otel, "BIN=" + bin, "GOFLAGS=-tags=extra"}, "sh", "-ec", `env=$("$OTEL" env) && eval "$env" && go build -o "$BIN"`)
	if r.code != 0 || r.out != "" || r.err != "" {
		t.Fatalf("%v", r)
	}
	if run := tr.run([]string{"OTEL_TRACES_EXPORTER=console"}, bin, "you"); !strings.HasPrefix(run.out, "hello you extra\n") || !strings.Contains(run.err, "GET /greet ") {
		t.Errorf("%v", run)
	}
	var vars map[string]string
	r = tr.run(nil, otel, "env", "--json")
	if err := json.Unmarshal([]byte(r.out), &vars); err != nil || vars["GOWORK"] == "" || !strings.Contains(vars["GOFLAGS"], "-toolexec=") {
		t.Errorf("%v %v", err, r)
	}
	if d := diff(before, tr.snapshot()); d != "" {
		t.Errorf("the tree changed:\n%s", d)
	}
}
