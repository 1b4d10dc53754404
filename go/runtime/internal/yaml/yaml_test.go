package yaml

import (
	"fmt"
	"strings"
	"testing"
)

// show writes n as JSON is written, but scalars that are not quoted as they are.
func show(n *Node) string {
	var parts []string
	switch n.Kind {
	case Map:
		for _, e := range n.Entries {
			parts = append(parts, e.Key+": "+show(e.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case List:
		for _, item := range n.Items {
			parts = append(parts, show(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	switch {
	case n.Quoted:
		return fmt.Sprintf("%q", n.Text)
	case n.Null():
		return "null"
	}
	return n.Text
}

var env = map[string]string{"A": "a", "N": "7", "EVIL": "x\nkey: value", "REF": "${A}", "EMPTY": ""}

func getenv(name string) string { return env[name] }

func TestParse(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"", "null"},
		{"# nothing\n\n", "null"},
		{"a: 1", "{a: 1}"},
		{"---\na: 1\n...\nwhatever: [", "{a: 1}"},
		{"# first\n---\n# second\na: 1\n", "{a: 1}"},
		{"--- {a: 1}", "{a: 1}"},
		{"---", "null"},
		{"\ufeffa: 1\r\nb: 2\r\n", "{a: 1, b: 2}"},
		{"a:\nb: ~\nc: null\nd: \"\"", "{a: null, b: null, c: null, d: \"\"}"},
		{"a:\n  b:\n    c: 1\n  d: 2\ne: 3", "{a: {b: {c: 1}, d: 2}, e: 3}"},
		{"a:\n- 1\n- 2\nb: 3", "{a: [1, 2], b: 3}"},
		{"a:\n  - 1\n  - 2\nb: 3", "{a: [1, 2], b: 3}"},
		{"- - 1\n  - 2\n- 3", "[[1, 2], 3]"},
		{"- a: 1\n  b: 2\n- c:\n    d: 3\n-\n  e: 4\n-\n- f:", "[{a: 1, b: 2}, {c: {d: 3}}, {e: 4}, null, {f: null}]"},
		{"- # here\n  a: 1", "[{a: 1}]"},
		{"a: # here\n  b: 1 # there\n  # and there\n  c: 2#3", "{a: {b: 1, c: 2#3}}"},
		{"a: http://localhost:4318/v1 # x", "{a: http://localhost:4318/v1}"},
		{"a: -1\nb: -x\nc: ?x\nd: :x", "{a: -1, b: -x, c: ?x, d: :x}"},
		{`a: "x # \"y\": \t\u00e9\x41\U0001F600\/"`, `{a: "x # \"y\": \té` + `A😀/"}`},
		{"a: 'it''s: #1'", `{a: "it's: #1"}`},
		{`"a b": 1` + "\n'c: d' : 2", "{a b: 1, c: d: 2}"},
		{"a: {b: 1, c: [x, 'y, z', {}], d: , e}", ""},
		{"a: {b: 1, c: [x, 'y, z', {}], d: }", `{a: {b: 1, c: [x, "y, z", {}], d: null}}`},
		{"a: [1, # one\n  2,\n]\nb: 3", "{a: [1, 2], b: 3}"},
		{`{"a": {"b":1, "c" : [true, null]}, "d":"e"}`, `{a: {b: 1, c: [true, null]}, d: "e"}`},
		{"{\n  \"a\": 1\n}\n", "{a: 1}"},
		{"1.0", "1.0"},

		{"a: ${A}\nb: '${env:A}'\nc: x${A}${N}y", `{a: a, b: "a", c: xa7y}`},
		{"a: ${NO}\nb: \"${NO}\"\nc: ${NO:-d e}\nd: ${EMPTY:-f}\ne: ${A:-g}", `{a: null, b: "", c: d e, d: f, e: a}`},
		{"a: ${NO:-http://x: y}/z", "{a: http://x: y/z}"},
		{"a: $$A $A $ $${A} $$${A} $$$${A} ${A", "{a: $A $A $ ${A} $a $${A} ${A}"},
		{"a: ${EVIL}", "{a: x\nkey: value}"},
		{"a: ${REF}", "{a: ${A}}"},
		{"${A}: ${A}", "{${A}: a}"},
		{"a: [${A}, '${N}']\nb: {c: ${A}}", `{a: [a, "7"], b: {c: a}}`},
	} {
		n, err := Parse(row.text, getenv)
		switch {
		case row.want == "" && err == nil:
			t.Errorf("%q: got %s, want an error", row.text, show(n))
		case row.want != "" && err != nil:
			t.Errorf("%q: %v", row.text, err)
		case row.want != "" && show(n) != row.want:
			t.Errorf("%q:\ngot  %s\nwant %s", row.text, show(n), row.want)
		}
	}
}

func TestWrong(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"a: 1\n\tb: 2", "2:2: a tab in the indentation"},
		{"a: 1\n  b: 2", "2:3: unexpected indentation"},
		{"a:\n    b: 1\n  c: 2", "3:3: unexpected indentation"},
		{"- 1\n  - 2", "2:3: unexpected indentation"},
		{"a: 1\nb", "2:1: expected 'key: value'"},
		{"a: 1\n- b", "2:1: expected 'key: value'"},
		{"- a\nb: 1", "2:1: unexpected text after the document"},
		{"a: b: c", "1:5: unexpected ': ' in a value, which is to be put in quotes"},
		{"a: 1\nb: 2\na: 3", "3:1: 'a' is there twice, first in line 1"},
		{"a: 'x", "1:4: no closing quote in this line"},
		{`a: "\q"`, "1:6: unknown escape in quotes"},
		{`a: "\uD800"`, "1:10: unknown escape in quotes"},
		{"a: 'x' y", "1:8: unexpected text after a value"},
		{"a: [1, 2", "1:9: expected ',' or ']'"},
		{"a: {b: 1\nc: 2}", "2:1: expected ',' or '}'"},
		{"a: {b}", "1:6: expected ':' after the key"},
		{"a: ]", "1:4: expected a value, which may be put in quotes"},
		{"a: &x 1", "1:4: anchors, aliases, tags and block scalars ('&') are not supported"},
		{"a: |\n  x", "1:4: anchors, aliases, tags and block scalars ('|') are not supported"},
		{"a: 1\n---\nb: 2", "2:1: one document only is supported"},
		{"a: ${1}", "1:4: expected ${NAME} or ${NAME:-DEFAULT}, found '${1}'; a dollar sign is '$$'"},
		{"a: ${A:?no}", "1:4: expected ${NAME} or ${NAME:-DEFAULT}, found '${A:?no}'; a dollar sign is '$$'"},
		{"a: \xff", "1:1: not UTF-8"},
		{strings.Repeat("[", 100), "1:40: more than 40 values in each other"},
		{strings.Repeat("- ", 100), "1:81: more than 40 values in each other"},
		{strings.Repeat(" ", MaxSize+1), "1:1: more than 262144 bytes"},
	} {
		n, err := Parse(row.text, getenv)
		if err == nil {
			t.Errorf("%.40q: got %s", row.text, show(n))
		} else if err.Error() != row.want {
			t.Errorf("%.40q:\ngot  %v\nwant %s", row.text, err, row.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	n, err := Parse("# x\na:\n  - b: 1\n    c: [2, 3]\n", getenv)
	if err != nil {
		t.Fatal(err)
	}
	item := n.Entries[0].Value.Items[0]
	c := item.Entries[1]
	got := fmt.Sprint(n.Entries[0].Line, n.Entries[0].Col, item.Line, item.Col, c.Line, c.Col, c.Value.Items[1].Line, c.Value.Items[1].Col)
	if want := "2 1 3 5 4 5 4 12"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Any text ends, and either has nodes whose places are in it or one error with its own.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a: 1\nb:\n  - c: 'x'\n    d: \"y\\n\"\n", "{a: [1, {b: c}], 'd': ${A:-x}}", "- - - 1\n  - 2\n", "---\n# c\n...\n", "a:\n- b\n-\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse(text, getenv)
		if err != nil {
			if e := err.(*Error); e.Line < 1 || e.Col < 1 || e.Message == "" || strings.Contains(e.Message, "\n") {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		var walk func(n *Node)
		walk = func(n *Node) {
			if n.Line < 1 || n.Col < 1 || n.Line > strings.Count(text, "\n")+1 {
				t.Errorf("%q: a node at %d:%d", text, n.Line, n.Col)
			}
			for _, e := range n.Entries {
				walk(e.Value)
			}
			for _, item := range n.Items {
				walk(item)
			}
		}
		walk(n)
	})
}
