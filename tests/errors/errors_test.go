// Package errors runs build/otel in wrong ways, and holds what it says against
// what is written down: the message names what is wrong, where, and what to do.
//
// A case is a file cases/NAME.txt: what is wrong, then parts that begin with a
// line "-- NAME --". The part `run` is the command, `want` the exit status and
// standard error, all others are files of the folder it runs in; with a part `needs`, which says
// root, it is for root alone. UPDATE=1 writes the part `want` anew; the diff is the review.
package errors

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// tool is the otel under test: ../../build/otel, or what OTEL_E2E_TOOL names.
func tool(t *testing.T) string {
	t.Helper()
	path := os.Getenv("OTEL_E2E_TOOL")
	if path == "" {
		path = filepath.Join("..", "..", "build", "otel")
	}
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("no tool to test: %v (run make first)", err)
	}
	return path
}

var partLine = regexp.MustCompile(`(?m)^-- (\S+) --\n`)

// part is one part of a case.
type part struct{ name, text string }

// parts returns what stands before the first part, and the parts.
func parts(text string) (head string, list []part) {
	at := partLine.FindAllStringSubmatchIndex(text, -1)
	if len(at) == 0 {
		return text, nil
	}
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		list = append(list, part{text[m[2]:m[3]], text[m[1]:end]})
	}
	return text[:at[0][0]], list
}

func TestErrors(t *testing.T) {
	otel := tool(t)
	files, err := filepath.Glob("cases/*.txt")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			check(t, otel, file)
		})
	}
}

func check(t *testing.T, otel, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, list := parts(string(text))
	dir := t.TempDir()
	command, want := "", ""
	for _, p := range list {
		switch p.name {
		case "run":
			command = p.text
		case "want":
			want = p.text
		case "needs":
			if os.Getuid() != 0 {
				t.Skip("takes root")
			}
		default:
			write(t, filepath.Join(dir, p.name), p.text)
		}
	}
	got := run(t, otel, dir, command)
	if got == want {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Errorf("%sgot:\n%s\nwant:\n%s", head, got, want)
		return
	}
	var b strings.Builder
	b.WriteString(head)
	for _, p := range append(list, part{"want", got}) {
		if p.name == "want" {
			p.text = got
		}
		if p.name != "want" || !strings.Contains(b.String(), "-- want --\n") {
			b.WriteString("-- " + p.name + " --\n" + p.text)
		}
	}
	write(t, file, b.String())
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run returns the exit status and standard error of a shell command, with what
// differs from machine to machine replaced. Its cache of ours is a folder DIR/cache; go's is
// the user's.
func run(t *testing.T, otel, dir, command string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(otel, filepath.Join(bin, "otel")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OTEL_") && !strings.HasPrefix(v, "GOWORK=") && !strings.HasPrefix(v, "PATH=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C", "OTEL_GO_CACHE="+filepath.Join(dir, "cache"), "PATH="+bin+":"+os.Getenv("PATH"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if stdout.Len() > 0 {
		t.Errorf("on standard output:\n%s", &stdout)
	}
	said := strings.ReplaceAll(stderr.String(), dir, "$DIR")
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		said = strings.ReplaceAll(said, real, "$DIR")
	}
	goroot, _ := exec.Command("go", "env", "GOROOT").Output()
	said = strings.ReplaceAll(said, strings.TrimSpace(string(goroot)), "$GOROOT")
	said = regexp.MustCompile(`(\$GOROOT/\S+?\.go):\d+:\d+:`).ReplaceAllString(said, "$1:L:C:")
	said = regexp.MustCompile(`(?m)^ +\d+ \| (.*)\n`).ReplaceAllString(said, "    N | $1\n")
	return "exit " + strconv.Itoa(cmd.ProcessState.ExitCode()) + "\n" + said
}
