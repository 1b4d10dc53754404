// Package docs runs the commands of README.md, docs/*.md and the READMEs of the
// examples, and checks their links and the variables that they name.
//
// A block fenced as sh is run, in a folder with a small web service that serves
// one request and ends; the blocks of a page run one after the other, each in the folder
// where the one before has ended. What cannot be run here is not fenced as sh, or has a line
// <!-- not run: REASON --> before it, and is told.
package docs

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const root = "../.."

// service is what the pages call myapp.
const service = `package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	http.HandleFunc("GET /greet", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "hello") })
	s := httptest.NewServer(http.DefaultServeMux)
	http.Get(s.URL + "/greet")
	s.Close()
}
`

const serviceTest = `package main

import "testing"

func TestMain(t *testing.T) { main() }
`

func pages(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	examples, err := filepath.Glob(filepath.Join(root, "examples", "*", "README.md"))
	if err != nil || len(examples) == 0 {
		t.Fatal(examples, err)
	}
	return append(append(list, examples...), filepath.Join(root, "README.md"))
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// block is a fenced block of a page.
type block struct {
	line           int
	language, text string
	not            string // why it is not run
}

var notRun = regexp.MustCompile(`<!-- not run: (.+) -->`)

func blocks(page string) (list []block) {
	not := ""
	var in *block
	indent := ""
	for i, line := range strings.Split(page, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case in != nil && trimmed == "```":
			list, in = append(list, *in), nil
		case in != nil:
			in.text += strings.TrimPrefix(line, indent) + "\n"
		case strings.HasPrefix(trimmed, "```"):
			in = &block{line: i + 1, language: trimmed[3:], not: not}
			indent = line[:strings.Index(line, "`")]
			not = ""
		case notRun.MatchString(line):
			not = notRun.FindStringSubmatch(line)[1]
		case trimmed != "":
			not = ""
		}
	}
	return list
}

// command is a line that somebody would type.
var command = regexp.MustCompile(`(?m)^\s*(\$ )?([A-Z_]+=\S+ )*(otel|go|make) `)

func TestCommands(t *testing.T) {
	otel := os.Getenv("OTEL_E2E_TOOL")
	if otel == "" {
		otel = filepath.Join(root, "build", "otel")
	}
	otel, err := filepath.Abs(otel)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(otel); err != nil {
		t.Fatalf("no tool to test: %v (run make first)", err)
	}
	ran := 0
	for _, page := range pages(t) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			dir := sandbox(t)
			for _, b := range blocks(read(t, page)) {
				switch {
				case b.not != "":
					t.Logf("%s:%d: NOT RUN: %s", page, b.line, b.not)
				case b.language == "sh":
					ran++
					dir = run(t, otel, dir, page, b)
				case b.language == "" && command.MatchString(b.text) && filepath.Base(page) != "design.md":
					t.Errorf("%s:%d: commands in a block that is not fenced as sh:\n%s", page, b.line, b.text)
				}
			}
		})
	}
	if ran < 20 && flag.Lookup("test.run").Value.String() == "" {
		t.Errorf("only %d blocks were run", ran)
	}
}

// sandbox makes the folder of the service.
func sandbox(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/myapp\n\ngo 1.24\n", "main.go": service, "main_test.go": serviceTest} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// run returns the folder in which the block has ended.
func run(t *testing.T, otel, dir, page string, b block) string {
	t.Helper()
	bin := t.TempDir()
	if err := os.Symlink(otel, filepath.Join(bin, "otel")); err != nil {
		t.Fatal(err)
	}
	ended := filepath.Join(bin, "ended")
	cmd := exec.Command("sh", "-e", "-c", b.text+"\npwd >'"+ended+"'")
	cmd.Dir = dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OTEL_") && !strings.HasPrefix(v, "PATH=") && !strings.HasPrefix(v, "GOWORK=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	// Nobody listens at the endpoints of the pages: the last flush must not wait for them.
	cmd.Env = append(cmd.Env, "PATH="+bin+":"+os.Getenv("PATH"), "OTEL_GO_FLUSH_TIMEOUT=100ms")
	if cache := os.Getenv("OTEL_GO_CACHE"); cache != "" {
		cmd.Env = append(cmd.Env, "OTEL_GO_CACHE="+cache)
	}
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s:%d: %v\n%s\n%s", page, b.line, err, b.text, out)
	}
	t.Logf("%s:%d: %.1f s", page, b.line, time.Since(start).Seconds())
	if at, err := os.ReadFile(ended); err == nil {
		dir = strings.TrimSpace(string(at))
	}
	return dir
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks: a link into the project leads to a file that is there, and to a
// heading of it.
func TestLinks(t *testing.T) {
	for _, page := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, page), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(m[1], "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %v", page, err)
			} else if anchor != "" && !anchors(read(t, target))[anchor] {
				t.Errorf("%s: no heading #%s in %s", page, anchor, target)
			}
		}
	}
}

var heading = regexp.MustCompile(`(?m)^#+ (.+)$`)

// anchors returns the headings as links name them.
func anchors(page string) map[string]bool {
	found := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(page, -1) {
		name := regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		found[strings.ReplaceAll(name, " ", "-")] = true
	}
	return found
}

var variable = regexp.MustCompile("`(OTEL_[A-Z0-9_]+[A-Z0-9])(=[^`]*)?`")

// TestVariables: the doctor knows every variable that the pages explain.
func TestVariables(t *testing.T) {
	otel := os.Getenv("OTEL_E2E_TOOL")
	if otel == "" {
		otel = filepath.Join(root, "build", "otel")
	}
	home, err := os.MkdirTemp("", "home") // not t.TempDir: go's telemetry may still write into it
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(home)
	cmd := exec.Command(otel, "doctor")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "OTEL_TRACES_EXPORTER=none"}
	n := 0
	for _, page := range pages(t) {
		for _, m := range variable.FindAllStringSubmatch(read(t, page), -1) {
			n++
			if m[1] != "OTEL_TRACES_EXPORTER" && !strings.HasSuffix(m[1], "_ENDPOINT") {
				cmd.Env = append(cmd.Env, m[1]+"=x")
			}
		}
	}
	out, _ := cmd.Output() // it fails: the values are wrong
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "is not known") {
			t.Error(strings.TrimSpace(line))
		}
	}
	if n < 40 || !strings.Contains(string(out), "OTEL_BSP_MAX_QUEUE_SIZE=x is not a number") {
		t.Errorf("%d variables:\n%s", n, out)
	}
}
