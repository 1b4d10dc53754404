package main

import (
	"errors"
	"fmt"
	"math/rand"
	"regexp"
	"strings"
	"text/template"
)

type pair struct{ Key, Value string }

// data is what the templates are about; ours/main.c has the same.
type data struct{}

func (data) String() string  { return "f(x, y)" }
func (data) Count() int      { return 3 }
func (data) Empty() string   { return "" }
func (data) Name() string    { return "Serve" }
func (data) No() bool        { return false }
func (data) Nobody() []pair  { return []pair{} }
func (data) Nothing() any    { return nil }
func (data) Pairs() []pair   { return []pair{{"name", "a b"}, {"kind", ""}} }
func (data) Texts() []string { return []string{"x", "", "zé\""}[:3:3] }
func (data) Yes() bool       { return true }

func (d data) Nth(n int) (string, error) {
	if n < 0 || n >= len(d.Texts()) {
		return "", errors.New("out of range")
	}
	return d.Texts()[n], nil
}

func (d data) OfKey(key string) string {
	for _, p := range d.Pairs() {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

func goTemplate(text string) answer {
	t, err := template.New("t").Parse(text)
	if err != nil {
		return answer{false, err.Error()}
	}
	var out strings.Builder
	if err := t.Execute(&out, data{}); err != nil {
		return answer{false, err.Error()}
	}
	return answer{true, out.String()}
}

// bareName is what Go says of a name without its dot, which we take.
var bareName = regexp.MustCompile(`function "(Count|Empty|Name|No|Nobody|Nothing|Nth|OfKey|Pairs|Texts|Yes)" not defined`)

// generator writes templates that are right for the most part: it knows the variables
// in scope, and what kind of value it needs.
type generator struct {
	*rand.Rand
	vars  []string
	depth int
	loops int
	other int // with and range around here: `.` is not the data
}

func (g *generator) pick(of ...string) string { return of[g.Intn(len(of))] }

// dollar says where the data is.
func (g *generator) dollar() string {
	if g.other > 0 || g.Intn(5) == 0 {
		return "$"
	}
	return ""
}

func (g *generator) number() string {
	if g.depth > 3 || g.Intn(3) == 0 {
		return g.pick("0", "1", "2", "-3", "+7", "0x1F", "017", "0b11", "1_000", "'a'", `'\n'`, `'\''`, "'é'")
	}
	g.depth++
	defer func() { g.depth-- }()
	switch g.Intn(3) {
	case 0:
		return g.dollar() + ".Count"
	case 1:
		return "(len " + g.text() + ")"
	}
	return "(len " + g.list() + ")"
}

func (g *generator) text() string {
	if g.depth > 3 || g.Intn(3) == 0 {
		return g.pick(`"a"`, `""`, `"x\ty"`, "`raw\\`", `"é\u00e9\x41\101"`, `"say \"no\""`, `"%"`)
	}
	g.depth++
	defer func() { g.depth-- }()
	switch g.Intn(9) {
	case 0:
		return "(print " + g.value() + " " + g.value() + " " + g.value() + ")"
	case 1:
		return "(println " + g.value() + ")"
	case 2:
		return "(" + g.dollar() + ".Nth " + g.pick("0", "1", "2", "(len \"a\")", g.number()) + ")"
	case 3:
		return "(" + g.dollar() + `.OfKey "name")`
	case 4:
		return "(" + g.text() + " | slice | printf " + g.pick(`"%s"`, `"%5s|"`, `"%-6q|"`, `"%.1s"`, `"%3.2v"`) + ")"
	case 5:
		return "(printf " + g.pick(`"%d"`, `"%4d"`, `"%-4d|"`, `"%04d"`, `"%+d"`, `"%.3d"`, `"%6.2d"`, `"%q"`, `"%v%%"`) +
			" " + g.number() + ")"
	case 6:
		return "(slice " + g.text() + " 0 " + g.pick("0", "1", "") + ")"
	case 7:
		return "(printf " + g.pick(`"%v"`, `"%s"`, `"%q"`, `"%-4q"`) + " " + g.list() + ")"
	}
	return g.dollar() + g.pick(".Name", ".Empty")
}

func (g *generator) bool() string {
	if g.depth > 3 {
		return g.pick("true", "false")
	}
	g.depth++
	defer func() { g.depth-- }()
	switch g.Intn(6) {
	case 0:
		return g.dollar() + g.pick(".Yes", ".No")
	case 1:
		return "(" + g.pick("eq", "ne", "lt", "le", "gt", "ge") + " " + g.number() + " " + g.number() + ")"
	case 2:
		return "(" + g.pick("eq", "ne", "lt", "le", "gt", "ge") + " " + g.text() + " " + g.text() + ")"
	case 3:
		return "(not " + g.value() + ")"
	case 4:
		return "(eq " + g.pick(g.text()+" "+g.text()+" "+g.value(), g.number()+" nil "+g.number(), ". $ true") + ")"
	}
	return "(" + g.pick("and", "or") + " " + g.value() + " " + g.value() + ")"
}

func (g *generator) list() string {
	return g.dollar() + g.pick(".Texts", ".Texts", ".Pairs", ".Nobody")
}

func (g *generator) value() string {
	switch g.Intn(12) {
	case 0, 1, 2:
		return g.text()
	case 3, 4, 5:
		return g.number()
	case 6, 7:
		return g.bool()
	case 8:
		return g.list()
	case 9:
		return g.pick("nil", ".", "$", "$.Nothing", "(index $.Texts 0)", `(index "abc" 1)`, "(index $.Pairs 0).Value")
	}
	if len(g.vars) > 0 {
		return g.pick(g.vars...)
	}
	return g.text()
}

// pipeline is what stands in an action: no parentheses around it.
func (g *generator) pipeline() string {
	v := g.value()
	for v == "nil" {
		v = g.value()
	}
	if strings.HasPrefix(v, "(") && strings.HasSuffix(v, ")") && g.Intn(2) == 0 {
		v = v[1 : len(v)-1]
	}
	for g.Intn(4) == 0 {
		v += g.pick(" | ", "|", " |\n\t") + g.pick("print", "println", "not", "len", `printf "%v"`, "eq 1", "and 1", "or 0",
			"slice", "$.OfKey")
	}
	return v
}

// declare makes a variable, in scope to the end of the block.
func (g *generator) declare() string {
	g.vars = append(g.vars, fmt.Sprintf("$v%d", g.Intn(4)))
	return g.vars[len(g.vars)-1]
}

func (g *generator) open() string  { return g.pick("{{", "{{", "{{ ", "{{- ", "{{-\n") }
func (g *generator) close() string { return g.pick("}}", "}}", " }}", " -}}", "\n-}}") }

func (g *generator) action(s string) string { return g.open() + s + g.close() }

func (g *generator) block() string {
	vars := len(g.vars)
	defer func() { g.vars = g.vars[:vars] }()
	var s strings.Builder
	for n := g.Intn(4); n >= 0; n-- {
		s.WriteString(g.statement())
	}
	return s.String()
}

// over is a block with another dot, and jumps if it is that of a loop.
func (g *generator) over(loop bool) string {
	g.other++
	defer func() { g.other-- }()
	if !loop {
		return g.block()
	}
	g.loops++
	defer func() { g.loops-- }()
	s := g.block()
	if g.Intn(3) == 0 {
		s += g.action("if "+g.value()) + g.action(g.pick("break", "continue")) + g.action("end") + g.block()
	}
	return s
}

func (g *generator) control() string {
	vars := len(g.vars)
	defer func() { g.vars = g.vars[:vars] }()
	end := g.action("end")
	switch g.Intn(7) {
	case 6:
		return g.action("with "+g.pipeline()) + g.over(false) + g.action("else with "+g.pipeline()) + g.over(false) + end
	case 0:
		return g.action("with "+g.pipeline()) + g.over(false) + g.action("else") + g.block() + end
	case 1:
		p := g.pipeline()
		return g.action("if "+g.declare()+" := "+p) + g.block() + end
	case 2:
		p := g.pipeline()
		return g.action("range "+g.pick(p, g.list(), g.list(), "3", "$.Count")) + g.over(true) + g.action("else") + g.block() + end
	case 3:
		l := g.list()
		return g.action("range "+g.declare()+", "+g.declare()+" := "+l) + g.over(true) + end
	case 4:
		return g.action("if "+g.pipeline()) + g.block() + g.action("else if "+g.pipeline()) + g.block() +
			g.action("else") + g.block() + end
	}
	return g.action("if "+g.pipeline()) + g.block() + end
}

func (g *generator) statement() string {
	if g.depth < 3 && g.Intn(4) == 0 {
		g.depth++
		defer func() { g.depth-- }()
		return g.control()
	}
	switch g.Intn(8) {
	case 0, 1, 2:
		return g.pick("a", " b ", "\n", "\t c\n", "}}", "{ ", "é", "")
	case 3:
		return g.pick("{{/* x */}}", "{{- /* }} */ -}}")
	case 4:
		p := g.pipeline()
		return g.action(g.declare() + " := " + p)
	case 5:
		if len(g.vars) > 0 {
			return g.action(g.pick(g.vars...) + " = " + g.pipeline())
		}
	case 6:
		if g.other > 0 {
			return g.action(g.pick(".Key", ".Value", ".", "len ."))
		}
	}
	return g.action(g.pipeline())
}

// templates returns n templates. Of five, one is broken.
func templates(r *rand.Rand, n int) []string {
	texts := make([]string, n)
	for i := range texts {
		g := &generator{Rand: r}
		for texts[i] == "" || len(texts[i]) > 400 {
			texts[i] = g.block() + g.block()
		}
		if i%5 == 0 {
			texts[i] = mutate(r, texts[i], "{}()|.$\"'`-+ :=,0a\\%\nN")
		}
	}
	return texts
}
