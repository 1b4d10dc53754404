// Command text compares our templates and regular expressions with Go's, on texts that
// it makes up.
//
//	go run . -n 3000 -seed 1 OURS
//
// OURS is what ours/main.c is built to. A text that Go takes and expands, we must expand to
// the same; one that Go refuses, we must refuse. Where we refuse more than Go does, the
// reason must be one of those that our headers tell.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// answer is what became of one text, by Go or by us.
type answer struct {
	ok   bool
	text string
}

// ask gives all texts to ours, and returns its answers.
func ask(ours, kind string, texts []string) ([]answer, error) {
	cmd := exec.Command(ours, kind)
	cmd.Stdin = strings.NewReader(strings.Join(texts, "\x00") + "\x00")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", ours, kind, err)
	}
	fields := bytes.Split(out, []byte{0})
	if len(fields) != 2*len(texts)+1 {
		return nil, fmt.Errorf("%s %s: %d answers to %d texts", ours, kind, len(fields)/2, len(texts))
	}
	answers := make([]answer, len(texts))
	for i := range answers {
		answers[i] = answer{string(fields[2*i]) == "ok", string(fields[2*i+1])}
	}
	return answers, nil
}

// What we refuse although Go does not, as template.h and regex.h say.
var stricter = map[string][]string{
	"template": {
		"expected a whole number", // floats
		"is not supported in rules",
		"does not fit", "printf' knows", "printf' has no argument", "printf' uses", "nothing wider",
		"expected a value", // behind the last |
		"'$' cannot be set",
		// Where Go does not get to.
		"argument", "unknown name", "unknown function", "undefined variable", "'nil' is no command",
	},
	"regex": {"classes of Unicode", "(?i) is supported for ASCII only"},
}

func mayRefuse(kind, ours string) bool {
	return slices.ContainsFunc(stricter[kind], func(reason string) bool {
		return strings.Contains(ours, reason)
	})
}

func mayTake(kind, theirs string) bool {
	return kind == "template" && bareName.MatchString(theirs)
}

// differ tells how two answers differ, or "".
func differ(kind string, theirs, ours answer) string {
	switch {
	case theirs.ok && ours.ok && theirs.text != ours.text:
		return "another result"
	case !theirs.ok && ours.ok && !mayTake(kind, theirs.text):
		return "we take what Go refuses"
	case theirs.ok && !ours.ok && !mayRefuse(kind, ours.text):
		return "we refuse what Go takes"
	}
	return ""
}

// compare reports the first few texts whose answers differ, and returns how many do.
func compare(ours, kind string, texts []string, theirs func(string) answer) (int, error) {
	answers, err := ask(ours, kind, texts)
	if err != nil {
		return 0, err
	}
	differing, taken, refused := 0, 0, 0
	for i, text := range texts {
		want := theirs(text)
		if want.ok {
			taken++
		} else {
			refused++
		}
		how := differ(kind, want, answers[i])
		if how == "" {
			continue
		}
		differing++
		if differing <= 10 {
			fmt.Printf("%s: %s\n  text: %q\n  go:   %t %q\n  ours: %t %q\n", kind, how, text,
				want.ok, want.text, answers[i].ok, answers[i].text)
		}
	}
	fmt.Printf("%s: %d texts, of which Go takes %d and refuses %d: %d differ\n",
		kind, len(texts), taken, refused, differing)
	return differing, nil
}

// mutate changes a few characters of a text, for what is nearly right.
func mutate(r *rand.Rand, s, letters string) string {
	chars, other := []rune(s), []rune(letters)
	for n := 1 + r.Intn(2); n > 0 && len(chars) > 0; n-- {
		i := r.Intn(len(chars))
		c := other[r.Intn(len(other))]
		switch r.Intn(3) {
		case 0:
			chars[i] = c
		case 1:
			chars = slices.Delete(chars, i, i+1)
		default:
			chars = slices.Insert(chars, i, c)
		}
	}
	return string(chars)
}

func run(ours string, n int, seed int64) error {
	r := rand.New(rand.NewSource(seed))
	differing, err := compare(ours, "template", templates(r, n), goTemplate)
	if err != nil {
		return err
	}
	more, err := compare(ours, "regex", regexes(r, n), goRegex)
	if err != nil {
		return err
	}
	differing += more
	if differing > 0 {
		return fmt.Errorf("%d answers differ", differing)
	}
	return nil
}

func main() {
	n := flag.Int("n", 3000, "how many texts of each kind")
	seed := flag.Int64("seed", 1, "which texts")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: text [-n N] [-seed N] OURS")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *n, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "check-text:", err)
		os.Exit(1)
	}
}
