// Package docs runs the commands of README.md, docs/*.md and the READMEs of the
// examples, and checks their links and the variables that they name.
//
// A block fenced as sh is run, in a folder with a small web service that serves
// one request and ends (of an example: in a copy of its folder); the blocks of a page run one after
// the other, each in the folder where the one before has ended. A line <!-- run in the source tree -->
// before it has a block run there. What cannot be run here has a line <!-- not run: REASON --> that
// names the test which does, and is one of those in the list notHere. A block fenced as make is a
// Makefile, and is made.
package docs

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
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
	here           bool   // in the source tree
}

var notRun = regexp.MustCompile(`<!-- not run: (.+) -->`)

const runHere = "<!-- run in the source tree -->"

// notHere are the blocks that are not run here, by page and first line, with the test that does.
var notHere = map[string]string{
	"README.md make install":                              "tests/newcomer",
	"README.md tar -xzf":                                  "tests/newcomer",
	"README.md make test":                                 "tests/docs", // it is part of that
	"examples/shop/README.md docker compose up":           "tests/e2e",  // which builds what the files name
	"examples/shop/README.md OTEL_SERVICE_NAME=stock bin": "tests/e2e",  // with real databases
}

func blocks(page string) (list []block) {
	not, here := "", false
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
			in = &block{line: i + 1, language: trimmed[3:], not: not, here: here}
			indent = line[:strings.Index(line, "`")]
			not, here = "", false
		case notRun.MatchString(line):
			not = notRun.FindStringSubmatch(line)[1]
		case trimmed == runHere:
			here = true
		case trimmed != "":
			not, here = "", false
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
		t.Run(strings.ReplaceAll(strings.TrimPrefix(page, root+"/"), "/", " "), func(t *testing.T) {
			dir := sandbox(t, page, otel)
			for _, b := range blocks(read(t, page)) {
				switch {
				case b.not != "":
					elsewhere(t, page, b)
				case b.here:
					ran++
					run(t, otel, root, page, b)
				case b.language == "make":
					ran++
					makes(t, otel, dir, page, b)
				case b.language == "sh":
					ran++
					dir = run(t, otel, dir, page, b)
				case b.language == "" && command.MatchString(b.text) && filepath.Base(page) != "design.md":
					t.Errorf("%s:%d: commands in a block that is not fenced as sh:\n%s", page, b.line, b.text)
				}
			}
		})
	}
	if ran < 45 && flag.Lookup("test.run").Value.String() == "" {
		t.Errorf("only %d blocks were run", ran)
	}
}

// elsewhere holds a block that is not run here against the list.
func elsewhere(t *testing.T, page string, b block) {
	t.Helper()
	name, err := filepath.Rel(root, page)
	if err != nil {
		t.Fatal(err)
	}
	for known, test := range notHere {
		if strings.HasPrefix(name+" "+b.text, known) && strings.Contains(b.not, test) {
			t.Logf("%s:%d: not run here: %s", page, b.line, b.not)
			if _, err := os.Stat(filepath.Join(root, test)); err != nil {
				t.Error(err)
			}
			return
		}
	}
	t.Errorf("%s:%d: not run, and not in the list of those: %s", page, b.line, b.not)
}

// makes writes a Makefile for a program in cmd, and has it made.
func makes(t *testing.T, otel, dir, page string, b block) {
	t.Helper()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(copied, "Makefile"), b.text)
	write(t, filepath.Join(copied, "cmd", "server", "main.go"), service)
	b.text = "make\notel manifest bin/server\n"
	run(t, otel, copied, page, b)
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

// sandbox makes the folder of the service, with a folder of rules in it; of an example a copy, beside
// a copy of what it names above it.
func sandbox(t *testing.T, page, otel string) string {
	t.Helper()
	dir := t.TempDir()
	if example := filepath.Dir(page); filepath.Base(filepath.Dir(example)) == "examples" {
		dir = filepath.Join(dir, "examples", filepath.Base(example))
		write(t, filepath.Join(dir, "..", "..", "build", "here"), "")
		if err := os.Symlink(otel, filepath.Join(dir, "..", "..", "build", "otel")); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for name, text := range ruleModule {
		write(t, filepath.Join(dir, "more", name), text)
	}
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
	cmd.Env = append(cmd.Env, "PATH="+bin+":"+os.Getenv("PATH"), "OTEL_GO_FLUSH_TIMEOUT=100ms",
		"GOPROXY=file://"+proxy(t)+","+goproxy(t), "GONOSUMDB=example.com")
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

// ruleModule is what the pages call example.com/rules, and ./more.
var ruleModule = map[string]string{
	"go.mod":    "module example.com/rules\n\ngo 1.24\n",
	"otel.yaml": "nothing:\n  target: example.com/nothing\n  where: {func: F}\n  do: [inject_hooks: {before: F, path: example.com/rules}]\n",
	"hooks.go":  "package rules\n\nfunc F() {}\n",
}

// proxy is one for modules that has example.com/rules.
func proxy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	at := filepath.Join(dir, "example.com", "rules", "@v")
	versions := []string{"v1.2.0", "v1.3.0"}
	write(t, filepath.Join(at, "list"), strings.Join(versions, "\n")+"\n")
	for _, v := range versions {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, text := range ruleModule {
			w, err := z.Create("example.com/rules@" + v + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(w, text)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(at, v+".zip"), b.String())
		write(t, filepath.Join(at, v+".mod"), ruleModule["go.mod"])
		write(t, filepath.Join(at, v+".info"), `{"Version": "`+v+`", "Time": "2025-01-01T00:00:00Z"}`)
	}
	return dir
}

func goproxy(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

var (
	inline   = regexp.MustCompile("`otel ([^`]+)`")
	flagWord = regexp.MustCompile(`^--[a-z-]+`)
)

// TestInline: a command that a page names in its text is one, and takes the flags that stand there.
func TestInline(t *testing.T) {
	help := says("help")
	n := 0
	for _, page := range pages(t) {
		for _, m := range inline.FindAllStringSubmatch(read(t, page), -1) {
			command, known := "", help
			for _, word := range strings.Fields(m[1]) {
				flag := flagWord.FindString(word)
				switch {
				case command == "go":
				case flag != "" && !strings.Contains(known, "  "+flag):
					t.Errorf("%s: `otel %s`: no flag %s", page, m[1], flag)
				case flag == "" && command == "":
					command = word
					if known = says("help", word); !strings.HasPrefix(known, "usage: otel "+word) && word != "COMMAND" {
						t.Errorf("%s: `otel %s`: no command %s", page, m[1], word)
					}
					n++
				}
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d commands", n)
	}
}

// says returns what the tool prints.
func says(words ...string) string {
	otel := os.Getenv("OTEL_E2E_TOOL")
	if otel == "" {
		otel = filepath.Join(root, "build", "otel")
	}
	out, _ := exec.Command(otel, words...).Output() // none for what is no command
	return string(out)
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
