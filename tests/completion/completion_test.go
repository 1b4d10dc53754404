// Package completion holds the completions and the man page against what `otel help` tells of, with
// the very shells.
package completion

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var otel = func() string {
	path := os.Getenv("OTEL_E2E_TOOL")
	if path == "" {
		path = filepath.Join("..", "..", "build", "otel")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		panic(err)
	}
	return path
}()

// says returns what the tool prints, on whichever output.
func says(words ...string) string {
	out, _ := exec.Command(otel, words...).CombinedOutput() // it refuses what is asked to be refused
	return string(out)
}

var (
	listed   = regexp.MustCompile(`(?m)^  ([a-z]+)  `)
	flagged  = regexp.MustCompile(`(?m)^  (--[a-z-]+)(=\S+)?  `)
	expected = regexp.MustCompile(`expected one of: (.*)`)
)

func first(re *regexp.Regexp, text string) (list []string) {
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		list = append(list, m[1])
	}
	slices.Sort(list)
	return list
}

// words returns those that a refusal lists.
func words(text string) []string {
	m := expected.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	list := strings.Fields(m[1])
	slices.Sort(list)
	return list
}

// wanted is what completes each line, by help and by what is refused.
func wanted(t *testing.T) map[string][]string {
	help := says("help")
	commands, global := first(listed, help), first(flagged, help)
	if len(commands) < 10 || len(global) < 5 {
		t.Fatalf("commands %v, flags %v in\n%s", commands, global, help)
	}
	want := map[string][]string{"otel ": commands, "otel --": global, "otel help ": commands}
	for _, c := range commands {
		if c == "go" {
			continue // its words are go's
		}
		page := says("help", c)
		if flags := first(flagged, page); len(flags) > 0 {
			want["otel "+c+" --"] = flags
		}
		if list := words(says(c, "zzzzzz")); list != nil {
			want["otel "+c+" "] = list
		}
		for _, m := range flagged.FindAllStringSubmatch(page, -1) {
			if list := words(says(c, m[1]+"=zzzzzz")); list != nil {
				want["otel "+c+" "+m[1]+"="] = list
			}
		}
	}
	// That this test finds them at all.
	for line, word := range map[string]string{"otel cache ": "trim", "otel rules ": "schema", "otel completion ": "fish", "otel manifest --format=": "spdx", "otel explain --": "--json"} {
		if !slices.Contains(want[line], word) {
			t.Errorf("%q is not completed by %s: %v", line, word, want[line])
		}
	}
	return want
}

// A shell completes a line with the completions in a file.
var shells = map[string]func(t *testing.T, file, line string) string{
	"bash": func(t *testing.T, file, line string) string {
		// As bash splits it, with = a word of its own.
		return output(t, "bash", "-c", `compopt() { :; }; source "$1"
			read -ra COMP_WORDS <<<"${2//=/ = }"; [[ $2 == *[' =']  ]] && COMP_WORDS+=('')
			COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _otel; printf '%s\n' "${COMPREPLY[@]}"`, "bash", file, line)
	},
	"fish": func(t *testing.T, file, line string) string {
		return output(t, "fish", "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, file, line)
	},
	"zsh": func(t *testing.T, file, line string) string {
		return strings.NewReplacer("HIT:", "", ":", "").Replace(output(t, "zsh", "-f", "complete.zsh", file, line))
	},
}

func output(t *testing.T, words ...string) string {
	t.Helper()
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "TERM=dumb")
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%q: %v", words, err)
	}
	return string(out)
}

func TestShells(t *testing.T) {
	want := wanted(t)
	for shell, complete := range shells {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				t.Fatalf("%v: tools/setup shells", err)
			}
			file := filepath.Join(t.TempDir(), "otel")
			if err := os.WriteFile(file, []byte(says("completion", shell)), 0o644); err != nil {
				t.Fatal(err)
			}
			for line, list := range want {
				got := map[string]bool{}
				for reply := range strings.Lines(complete(t, file, line)) {
					word, _, _ := strings.Cut(strings.TrimSpace(reply), "\t")
					if name, value, ok := strings.Cut(word, "="); ok { // --format= of bash, --format=json of fish
						if word = name; value != "" {
							word = value
						}
					}
					got[word] = true
				}
				for _, word := range list {
					if !got[word] {
						t.Errorf("%q is not completed by %s, but by %v", line, word, got)
					}
				}
				if strings.HasSuffix(line, " ") && !strings.Contains(line[5:], " ") {
					delete(got, "")
					for word := range got {
						if !slices.Contains(list, word) && !strings.HasPrefix(word, "-") {
							t.Errorf("%q is completed by %s, of which help does not tell", line, word)
						}
					}
				}
			}
		})
	}
}

// TestManPage has each command with its flags.
func TestManPage(t *testing.T) {
	page := strings.ReplaceAll(says("man"), `\-`, "-")
	for line, list := range wanted(t) {
		command := strings.TrimSuffix(strings.TrimSuffix(line, "--"), " ")
		_, section, found := strings.Cut(page, "\n.SS "+command+" ")
		if line == "otel --" {
			_, section, found = strings.Cut(page, "\n.SH FLAGS\n")
		}
		section, _, _ = strings.Cut(section, "\n.SS ")
		for _, word := range list {
			switch {
			case line == "otel " && !strings.Contains(page, "\n.SS otel "+word+" "):
				t.Errorf("no section of %s", word)
			case strings.HasSuffix(line, " --") && (!found || !strings.Contains(section, "\\fB"+word+"\\fR")):
				t.Errorf("%s does not tell of %s:\n%s", command, word, section)
			}
		}
	}
}
