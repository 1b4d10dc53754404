// Package yaml reads the YAML that configuration files are written in, JSON
// included: block and flow mappings and lists, plain and quoted scalars on one
// line, comments. What goes beyond that (anchors, tags, block scalars, several
// documents) is an error that says so, with its place. It is not a library,
// because of what one would add to somebody else's program.
//
// Variables in scalars are replaced, as OpenTelemetry's declarative configuration
// has it (https://opentelemetry.io/docs/specs/otel/configuration/data-model,
// "Environment variable substitution"): after the text has been taken apart, so
// that no value can add to its structure.
package yaml

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The bounds of what is read.
const (
	MaxSize  = 1 << 18 // bytes
	maxDepth = 40      // nodes in nodes
)

// Kind is what a node is.
type Kind int

// The kinds.
const (
	Scalar Kind = iota
	Map
	List
)

// Node is a value, with its place.
type Node struct {
	Kind      Kind
	Text      string  // of a scalar
	Quoted    bool    // so it is a text, whatever it looks like
	Entries   []Entry // of a map, in the order of the file; no key is there twice
	Items     []*Node // of a list
	Line, Col int     // from 1; columns are bytes
}

// Entry is a key with its value.
type Entry struct {
	Key       string
	Value     *Node
	Line, Col int // of the key
}

// Null says whether n is a scalar without a value; nil is one.
func (n *Node) Null() bool {
	if n == nil {
		return true
	}
	if n.Kind != Scalar || n.Quoted {
		return false
	}
	switch n.Text {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// Error is what is wrong with a text, and where.
type Error struct {
	Line, Col int
	Message   string
}

func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Message) }

// Parse reads text. Variables are those that getenv shows. The error is an [*Error].
func Parse(text string, getenv func(name string) string) (*Node, error) {
	p := &parser{text: "\n" + strings.Join(strings.Split(strings.TrimPrefix(text, "\ufeff"), "\r\n"), "\n"), getenv: getenv}
	switch {
	case len(text) > MaxSize:
		p.failAt(1, 1, "more than %d bytes", MaxSize)
	case !utf8.ValidString(text):
		p.failAt(1, 1, "not UTF-8")
	default:
		if n := p.document(); p.err == nil {
			return n, nil
		}
	}
	return nil, p.err
}

// parser stands at pos. The methods that return a node return nil after fail; those
// of block nodes leave pos at the next content, at the beginning of which its
// column is the indentation.
type parser struct {
	text    string
	pos     int
	line    int // of pos, from 1
	begin   int // of the line
	depth   int
	started bool // the first content, or a marker before it, has been
	getenv  func(string) string
	err     *Error
}

// fail notes the first error.
func (p *parser) fail(format string, args ...any) *Node {
	return p.failAt(p.line, p.col()+1, format, args...)
}

//go:noinline
func (p *parser) failAt(line, col int, format string, args ...any) *Node {
	if p.err == nil {
		p.err = &Error{line, col, fmt.Sprintf(format, args...)}
	}
	return nil
}

func (p *parser) col() int    { return p.pos - p.begin }
func (p *parser) end() bool   { return p.pos >= len(p.text) }
func (p *parser) node() *Node { return &Node{Line: p.line, Col: p.col() + 1} }

// peek returns the byte that is n further on, 0 behind the end.
//
//go:noinline
func (p *parser) peek(n int) byte {
	if p.pos+n < len(p.text) {
		return p.text[p.pos+n]
	}
	return 0
}

// space says whether c ends a word: white space, or the end.
//
//go:noinline
func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == 0 }

func (p *parser) newline() {
	p.pos++
	p.line++
	p.begin = p.pos
}

// blanks passes white space and a comment, up to the end of the line.
func (p *parser) blanks() {
	from := p.pos
	for p.peek(0) == ' ' || p.peek(0) == '\t' {
		p.pos++
	}
	if p.peek(0) == '#' && (p.pos > from || p.col() == 0 || space(p.text[p.pos-1])) {
		for !p.end() && p.peek(0) != '\n' {
			p.pos++
		}
	}
}

// next goes to the next content, from the rest of a line where there is none.
func (p *parser) next() bool {
	p.blanks()
	if !p.end() && p.peek(0) != '\n' {
		p.fail("unexpected text after a value")
		return false
	}
	for !p.end() {
		p.newline()
		for p.peek(0) == ' ' {
			p.pos++
		}
		indent := p.pos
		p.blanks()
		if p.end() || p.peek(0) == '\n' {
			continue
		}
		if p.pos > indent {
			p.fail("a tab in the indentation")
			return false
		}
		return p.marker()
	}
	return true
}

// marker looks for the end of the document.
func (p *parser) marker() bool {
	if p.col() != 0 || !space(p.peek(3)) {
		return true
	}
	switch p.text[p.pos:min(p.pos+3, len(p.text))] {
	case "---":
		if p.started {
			p.fail("one document only is supported")
			return false
		}
		p.started = true
		p.pos += 3
		if p.blanks(); p.end() || p.peek(0) == '\n' {
			return p.next()
		}
	case "...":
		p.pos = len(p.text)
	}
	return true
}

func (p *parser) document() *Node {
	if !p.next() { // from the end of the line before the first
		return nil
	}
	p.started = true
	if p.end() {
		return p.node()
	}
	n := p.block()
	if n != nil && !p.end() {
		return p.fail("unexpected text after the document")
	}
	return n
}

// deeper counts the nodes that this one is in.
func (p *parser) deeper() bool {
	if p.depth++; p.depth > maxDepth {
		p.fail("more than %d values in each other", maxDepth)
		return false
	}
	return true
}

// block reads a node that begins its line, or stands behind "- ".
func (p *parser) block() *Node {
	if !p.deeper() {
		return nil
	}
	defer func() { p.depth-- }()
	switch {
	case p.atItem():
		return p.blockList()
	case p.atKey():
		return p.blockMap()
	}
	return p.inline()
}

// inline reads a scalar or a flow node, after which the line is to end.
func (p *parser) inline() *Node {
	n := p.flow(false)
	if n == nil || !p.next() {
		return nil
	}
	return n
}

func (p *parser) atItem() bool { return p.peek(0) == '-' && space(p.peek(1)) }

// atKey says whether a key and a colon follow on this line.
func (p *parser) atKey() bool {
	rest, _, _ := strings.Cut(p.text[p.pos:], "\n")
	if rest == "" || strings.IndexByte("{[", rest[0]) >= 0 {
		return false
	}
	from := 0
	if quote := rest[0]; quote == '"' || quote == '\'' {
		for from = 1; from < len(rest) && rest[from] != quote; from++ {
			if quote == '"' && rest[from] == '\\' {
				from++
			}
		}
	}
	for i := from; i < len(rest); i++ {
		switch {
		case rest[i] == '#' && i > 0 && space(rest[i-1]):
			return false
		case rest[i] == ':' && (i+1 == len(rest) || space(rest[i+1])):
			return true
		}
	}
	return false
}

func (p *parser) blockList() *Node {
	n, col := p.node(), p.col()
	n.Kind = List
	for !p.end() && p.col() == col && p.atItem() {
		item := p.node()
		p.pos++
		p.blanks()
		if p.end() || p.peek(0) == '\n' {
			if !p.next() {
				return nil
			}
			if !p.end() && p.col() > col {
				item = p.block()
			}
		} else {
			item = p.block()
		}
		if item == nil {
			return nil
		}
		n.Items = append(n.Items, item)
	}
	if !p.end() && p.col() > col {
		return p.fail("unexpected indentation")
	}
	return n
}

func (p *parser) blockMap() *Node {
	n, col := p.node(), p.col()
	n.Kind = Map
	for !p.end() && p.col() == col {
		if !p.atKey() || p.atItem() {
			return p.fail("expected 'key: value'")
		}
		e, ok := p.key(n, false)
		if !ok {
			return nil
		}
		e.Value = &Node{Line: e.Line, Col: e.Col}
		p.blanks()
		if p.end() || p.peek(0) == '\n' {
			if !p.next() {
				return nil
			}
			if !p.end() && (p.col() > col || p.col() == col && p.atItem()) {
				e.Value = p.block()
			}
		} else {
			e.Value = p.inline()
		}
		if e.Value == nil {
			return nil
		}
		n.Entries = append(n.Entries, e)
	}
	if !p.end() && p.col() > col {
		return p.fail("unexpected indentation")
	}
	return n
}

// key reads a key of n with its colon.
func (p *parser) key(n *Node, flow bool) (e Entry, ok bool) {
	e.Line, e.Col = p.line, p.col()+1
	switch c := p.peek(0); c {
	case '"', '\'':
		e.Key, ok = p.quoted(c)
	default:
		e.Key, ok = p.plain(flow, true)
	}
	if !ok {
		return e, false
	}
	for p.peek(0) == ' ' {
		p.pos++
	}
	if p.peek(0) != ':' {
		p.fail("expected ':' after the key")
		return e, false
	}
	p.pos++
	for _, other := range n.Entries {
		if other.Key == e.Key {
			p.failAt(e.Line, e.Col, "'%s' is there twice, first in line %d", e.Key, other.Line)
			return e, false
		}
	}
	if len(n.Entries) >= 1000 {
		p.failAt(e.Line, e.Col, "more than 1000 keys in one mapping")
		return e, false
	}
	return e, true
}

// flow reads a value that may be a flow mapping or list. Within one, inside, other
// bytes end a plain scalar.
func (p *parser) flow(inside bool) *Node {
	if !p.deeper() {
		return nil
	}
	defer func() { p.depth-- }()
	n := p.node()
	ok := false
	switch c := p.peek(0); c {
	case '{':
		return p.flowMap(n)
	case '[':
		return p.flowList(n)
	case '"', '\'':
		n.Quoted = true
		n.Text, ok = p.quoted(c)
	default:
		n.Text, ok = p.plain(inside, false)
	}
	if !ok {
		return nil
	}
	text, fault := substitute(n.Text, p.getenv)
	if fault != "" {
		return p.failAt(n.Line, n.Col, "%s", fault)
	}
	n.Text = text
	return n
}

// flowBlanks passes white space, comments and ends of lines.
func (p *parser) flowBlanks() {
	for {
		p.blanks()
		if p.peek(0) != '\n' {
			return
		}
		p.newline()
	}
}

func (p *parser) flowList(n *Node) *Node {
	n.Kind = List
	p.pos++
	for {
		p.flowBlanks()
		if p.peek(0) == ']' {
			p.pos++
			return n
		}
		item := p.flow(true)
		if item == nil {
			return nil
		}
		n.Items = append(n.Items, item)
		if !p.comma(']') {
			return nil
		}
	}
}

func (p *parser) flowMap(n *Node) *Node {
	n.Kind = Map
	p.pos++
	for {
		p.flowBlanks()
		if p.peek(0) == '}' {
			p.pos++
			return n
		}
		e, ok := p.key(n, true)
		if !ok {
			return nil
		}
		p.flowBlanks()
		e.Value = &Node{Line: e.Line, Col: e.Col}
		if c := p.peek(0); c != ',' && c != '}' {
			if e.Value = p.flow(true); e.Value == nil {
				return nil
			}
		}
		n.Entries = append(n.Entries, e)
		if !p.comma('}') {
			return nil
		}
	}
}

// comma passes what stands between two items; before the last byte there need be none.
func (p *parser) comma(last byte) bool {
	p.flowBlanks()
	switch p.peek(0) {
	case ',':
		p.pos++
	case last:
	default:
		p.fail("expected ',' or '%c'", last)
		return false
	}
	return true
}

// plain reads a scalar without quotes, or a key of that kind up to its colon.
func (p *parser) plain(flow, key bool) (string, bool) {
	switch c := p.peek(0); {
	case c == '&' || c == '*' || c == '!' || c == '|' || c == '>':
		p.fail("anchors, aliases, tags and block scalars ('%c') are not supported", c)
		return "", false
	case c == '%' || c == '@' || c == '`' || c == 0 || c == '#' || strings.IndexByte(",[]{}", c) >= 0,
		(c == '-' || c == '?' || c == ':') && space(p.peek(1)):
		p.fail("expected a value, which may be put in quotes")
		return "", false
	}
	from := p.pos
	for !p.end() && p.peek(0) != '\n' {
		c := p.peek(0)
		if c == '$' && p.peek(1) == '{' { // one piece, whatever is in it
			if n := strings.IndexAny(p.text[p.pos:], "}\n"); n > 0 && p.text[p.pos+n] == '}' {
				p.pos += n + 1
				continue
			}
		}
		if c == ':' && (space(p.peek(1)) || flow && strings.IndexByte(",[]{}", p.peek(1)) >= 0) {
			if key || flow {
				break
			}
			p.fail("unexpected ': ' in a value, which is to be put in quotes")
			return "", false
		}
		if flow && strings.IndexByte(",[]{}", c) >= 0 || c == '#' && space(p.text[p.pos-1]) {
			break
		}
		if c < ' ' && c != '\t' {
			p.fail("a control character")
			return "", false
		}
		p.pos++
	}
	return strings.TrimRight(p.text[from:p.pos], " \t"), true
}

// escapes are those of double quotes that stand for one character.
var escapes = map[byte]rune{
	'0': 0, 'a': '\a', 'b': '\b', 't': '\t', '\t': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r', 'e': 0x1b,
	' ': ' ', '"': '"', '/': '/', '\\': '\\', 'N': 0x85, '_': 0xa0, 'L': 0x2028, 'P': 0x2029,
}

// quoted reads a scalar in quotes.
func (p *parser) quoted(quote byte) (string, bool) {
	line, col := p.line, p.col()+1
	var b strings.Builder
	for p.pos++; !p.end() && p.peek(0) != '\n'; p.pos++ {
		switch c := p.peek(0); {
		case c == quote && quote == '\'' && p.peek(1) == quote:
			b.WriteByte(quote)
			p.pos++
		case c == quote:
			p.pos++
			return b.String(), true
		case c == '\\' && quote == '"':
			p.pos++
			r, ok := p.escape()
			if !ok {
				p.fail("unknown escape in quotes")
				return "", false
			}
			b.WriteRune(r)
		default:
			b.WriteByte(c)
		}
	}
	p.failAt(line, col, "no closing quote in this line")
	return "", false
}

// escape reads what follows a backslash, and stays at its last byte.
func (p *parser) escape() (rune, bool) {
	c := p.peek(0)
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if digits == 0 {
		r, ok := escapes[c]
		return r, ok
	}
	var r rune
	for range digits {
		p.pos++
		digit := strings.IndexByte("0123456789abcdef", p.peek(0)|0x20)
		if digit < 0 || r > utf8.MaxRune {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, utf8.ValidRune(r)
}

// substitute replaces ${NAME}, ${env:NAME} and ${NAME:-DEFAULT} in a scalar; $$ is a
// dollar sign. A variable that is empty is one that is not set.
func substitute(text string, getenv func(string) string) (result, fault string) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$")
		b.WriteString(before)
		if !found {
			return b.String(), ""
		}
		text = rest
		end := strings.IndexByte(rest, '}')
		switch {
		case strings.HasPrefix(rest, "$"):
			b.WriteByte('$')
			text = rest[1:]
		case !strings.HasPrefix(rest, "{") || end < 0:
			b.WriteByte('$')
		default:
			name, otherwise, _ := strings.Cut(strings.TrimPrefix(rest[1:end], "env:"), ":-")
			if !variable(name) {
				return "", "expected ${NAME} or ${NAME:-DEFAULT}, found '$" + rest[:end+1] + "'; a dollar sign is '$$'"
			}
			if v := getenv(name); v != "" {
				otherwise = v
			}
			b.WriteString(otherwise)
			text = rest[end+1:]
		}
	}
}

// variable says whether name can be that of one.
func variable(name string) bool {
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
