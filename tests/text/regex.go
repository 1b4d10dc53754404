package main

import (
	"math/rand"
	"regexp"
	"strconv"
	"strings"
)

// A regular expression and a text are asked for together, with a NUL between.
func goRegex(both string) answer {
	pattern, text, _ := strings.Cut(both, "\x00")
	re, err := regexp.Compile(pattern)
	if err != nil {
		return answer{false, err.Error()}
	}
	return answer{true, strconv.FormatBool(re.MatchString(text))}
}

type patterns struct {
	*rand.Rand
	depth int
}

func (g *patterns) pick(of ...string) string { return of[g.Intn(len(of))] }

func (g *patterns) char() string {
	return g.pick("a", "b", "c", "a", "b", "A", "k", "s", "1", "_", " ", "-", "é", "\n", "世", "{", "}", "]", ",")
}

func (g *patterns) escape() string {
	return g.pick(`\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\n`, `\t`, `\.`, `\x61`, `\x{e9}`, `\141`, `\0`, `\-`, `\]`, `\\`)
}

func (g *patterns) class() string {
	var s strings.Builder
	s.WriteString(g.pick("[", "[", "[^", "[]", "[-", "[^]"))
	for n := g.Intn(4); n >= 0; n-- {
		switch g.Intn(6) {
		case 0:
			s.WriteString(g.pick("a-c", "A-Z", "0-9", "à-ÿ", " -~", "a-a", "\\x00-\\x7f"))
		case 1:
			s.WriteString(g.pick("[:alpha:]", "[:^digit:]", "[:word:]", "[:space:]", "[:punct:]", "[:upper:]",
				"[:ascii:]", "[:xdigit:]", "[:cntrl:]", "[:print:]", "[:blank:]", "[:graph:]", "[:^lower:]", "[:alnum:]"))
		case 2:
			s.WriteString(g.escape())
		default:
			s.WriteString(g.char())
		}
	}
	return s.String() + "]"
}

func (g *patterns) atom() string {
	switch n := g.Intn(16); {
	case n < 6:
		return g.char()
	case n == 6:
		return "."
	case n == 7:
		return g.escape()
	case n == 8:
		return g.class()
	case n == 9:
		return g.pick("^", "$", `\A`, `\z`, `\b`, `\B`)
	case n == 10:
		return g.pick(`\Qa.b\E`, `\Q*`, "(?i)", "(?s)", "(?m)", "(?U)", "(?-i)", "(?i-s)", "(?:)", "()", `\pL`, "(?im)")
	case g.depth > 3:
		return g.char()
	}
	g.depth++
	defer func() { g.depth-- }()
	return g.pick("(", "(", "(?:", "(?P<n>", "(?<m_1>", "(?i:", "(?s-i:", "(?m:") + g.pattern() + ")"
}

func (g *patterns) pattern() string {
	var s strings.Builder
	for n := g.Intn(4); n >= 0; n-- {
		s.WriteString(g.atom())
		switch g.Intn(6) {
		case 0:
			s.WriteString(g.pick("*", "+", "?", "*?", "+?", "??"))
		case 1:
			s.WriteString(g.pick("{2}", "{1,3}", "{2,}", "{0}", "{0,1}?", "{,2}", "{a", "{3,5}", "{12}"))
		}
		if g.Intn(8) == 0 {
			s.WriteString("|")
		}
	}
	return s.String()
}

func (g *patterns) text() string {
	var s strings.Builder
	for n := g.Intn(12); n > 0; n-- {
		s.WriteString(g.char())
	}
	if g.Intn(20) == 0 {
		s.WriteString(g.pick("ſ", "\u212a", "\xff", "\x00"[:0], "é\xc3"))
	}
	return s.String()
}

// regexes returns n pairs of a pattern and a text. Of five patterns, one is broken.
func regexes(r *rand.Rand, n int) []string {
	pairs := make([]string, n)
	for i := range pairs {
		g := &patterns{Rand: r}
		pattern := g.pattern()
		if i%5 == 0 {
			pattern = mutate(r, pattern, "()[]{}|*+?\\^$.:-<>P=1,aik")
		}
		pairs[i] = pattern + "\x00" + g.text()
	}
	return pairs
}
