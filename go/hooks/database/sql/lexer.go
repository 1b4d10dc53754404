package sql

import "strings"

// certainty is whether a dialect has a rule. What can be read in two ways, as it
// depends on a setting of the server or on which server it is, is unclear: then
// nothing from there on is shown.
type certainty uint8

const (
	no certainty = iota
	yes
	unclear
)

// dialect is how a database system writes literals, names and comments.
type dialect struct {
	backslash certainty // '\'' is one string
	double    certainty // "x" is a name; unclear: a literal, but where a table must stand
	bracket   certainty // [x] is a name
	hash      certainty // # begins a comment
	nested    certainty // comments nest
	dashes    certainty // -- begins a comment without a space behind
	dollar    certainty // $tag$ quotes
	escape    bool      // E'\'' is a string with backslashes
	quote     certainty // q'[it's]' is a string
	colon     bool      // :1 is a parameter
	versioned bool      // /*! x */ is code
	triple    certainty // """ and ''' quote
	money     bool      // a name may hold a $
}

var (
	postgres   = dialect{backslash: unclear, double: yes, nested: yes, dashes: yes, dollar: yes, escape: true, money: true}
	mysql      = dialect{backslash: unclear, double: unclear, hash: yes, versioned: true, money: true}
	sqlite     = dialect{double: unclear, bracket: yes, dashes: yes, colon: true, money: true}
	sqlServer  = dialect{double: unclear, bracket: yes, nested: yes, dashes: yes, money: true}
	oracle     = dialect{double: yes, dashes: yes, quote: yes, colon: true, money: true}
	clickHouse = dialect{backslash: yes, double: yes, hash: unclear, nested: unclear, dashes: yes, dollar: yes}
	anySQL     = dialect{
		backslash: unclear, double: unclear, bracket: unclear, hash: unclear, nested: unclear, dashes: unclear,
		dollar: unclear, escape: true, quote: unclear, triple: unclear,
	}
)

type kind uint8

const (
	end     kind = iota
	space        // white space or a comment
	word         // a keyword or a name
	name         // a quoted name
	doubled      // "x" where that may be a name or a literal
	literal      // a string or a number
	param        // a placeholder
	mark         // one character
	unknown      // the rest of the text, which cannot be read for certain
)

// lexer splits a query. Every byte of it is in one token.
type lexer struct {
	in   string
	at   int
	from int // where the last token began
	*dialect
}

func (l *lexer) text() string { return l.in[l.from:l.at] }

// peek returns the byte i behind, 0 if there is none.
func (l *lexer) peek(i int) byte {
	if l.at+i < len(l.in) {
		return l.in[l.at+i]
	}
	return 0
}

func (l *lexer) next() kind {
	l.from = l.at
	if l.at == len(l.in) {
		return end
	}
	switch c := l.in[l.at]; {
	case isSpace(c):
		for l.at < len(l.in) && isSpace(l.in[l.at]) {
			l.at++
		}
		return space
	case c == '-' && l.peek(1) == '-':
		return l.dashComment()
	case c == '/' && l.peek(1) == '*':
		return l.comment()
	case c == '#' && l.hash != no:
		if l.hash == unclear {
			return l.rest()
		}
		return l.line()
	case c == '\'':
		return l.str(literal, l.backslash)
	case c == '"':
		return l.doubleQuote()
	case c == '`':
		return l.str(name, l.backslash)
	case c == '[' && l.bracket != no:
		return l.brackets()
	case c == '$':
		return l.dollarSign()
	case isDigit(c), c == '.' && isDigit(l.peek(1)):
		return l.number()
	case isLetter(c), c == '#', c == '@' && (isLetter(l.peek(1)) || l.peek(1) == '@'):
		return l.word()
	case c == '?':
		l.at++
		l.digits()
		return param
	case c == ':':
		return l.colonSign()
	}
	l.at++
	return mark
}

// rest is what cannot be read for certain.
func (l *lexer) rest() kind {
	l.at = len(l.in)
	return unknown
}

// line is a comment up to the end of the line.
func (l *lexer) line() kind {
	if n := strings.IndexByte(l.in[l.at:], '\n'); n >= 0 {
		l.at += n + 1
	} else {
		l.at = len(l.in)
	}
	return space
}

// dashComment is "-- text". MySQL wants a space, since 5--1 is 6 there.
func (l *lexer) dashComment() kind {
	after := l.peek(2)
	if after == 0 || isSpace(after) || l.dashes == yes {
		return l.line()
	}
	if l.dashes == unclear {
		return l.rest()
	}
	l.at++
	return mark
}

func (l *lexer) comment() kind {
	if l.versioned && (l.peek(2) == '!' || l.peek(2) == 'M' && l.peek(3) == '!') {
		// Code for some versions. Whether a string in it ends the comment is not
		// worth knowing.
		return l.rest()
	}
	l.at += 2
	for depth := 1; depth > 0; {
		n := strings.IndexAny(l.in[l.at:], "*/")
		if n < 0 {
			l.at = len(l.in)
			return space
		}
		l.at += n
		switch {
		case l.peek(0) == '*' && l.peek(1) == '/':
			depth--
			l.at++
		case l.peek(0) == '/' && l.peek(1) == '*' && l.nested != no:
			if l.nested == unclear {
				return l.rest()
			}
			depth++
			l.at++
		}
		l.at++
	}
	return space
}

// str is a string or a name in quotes, within which the quote is doubled.
func (l *lexer) str(k kind, backslash certainty) kind {
	quote := l.in[l.at]
	if l.triple != no && l.peek(1) == quote && l.peek(2) == quote {
		return l.rest()
	}
	l.at++
	for l.at < len(l.in) {
		switch c := l.in[l.at]; {
		case c == quote && l.peek(1) == quote:
			l.at++
		case c == quote:
			l.at++
			return k
		case c == '\\' && backslash != no:
			if backslash == unclear && l.peek(1) == quote {
				return l.rest()
			}
			l.at++
		}
		l.at++
	}
	l.at = len(l.in) // a backslash may have been the last byte
	return unknown
}

func (l *lexer) doubleQuote() kind {
	switch l.double {
	case yes:
		backslash := no
		if l.backslash == yes {
			backslash = yes
		}
		return l.str(name, backslash)
	case unclear:
		return l.str(doubled, l.backslash)
	}
	return l.str(literal, l.backslash)
}

// brackets is [name], ]] being a ] in it.
func (l *lexer) brackets() kind {
	if l.bracket == unclear {
		inner, _, ended := strings.Cut(l.in[l.at:], "]")
		if !ended || strings.ContainsAny(inner, "'\"`#$") || strings.Contains(inner, "--") || strings.Contains(inner, "/*") {
			return l.rest()
		}
		l.at++
		return mark
	}
	for l.at++; l.at < len(l.in); l.at++ {
		if l.in[l.at] != ']' {
			continue
		}
		if l.peek(1) != ']' {
			l.at++
			return name
		}
		l.at++
	}
	l.at = len(l.in)
	return unknown
}

// dollarSign is $1, $name or $tag$ text $tag$.
func (l *lexer) dollarSign() kind {
	l.at++
	if isDigit(l.peek(0)) {
		l.digits()
		return param
	}
	tag := l.at
	for tag < len(l.in) && (isLetter(l.in[tag]) || isDigit(l.in[tag])) {
		tag++
	}
	if tag < len(l.in) && l.in[tag] == '$' && l.dollar != no {
		if l.dollar == unclear {
			return l.rest()
		}
		tag++
		delimiter := l.in[l.from:tag]
		n := strings.Index(l.in[tag:], delimiter)
		if n < 0 {
			l.at = len(l.in)
		} else {
			l.at = tag + n + len(delimiter)
		}
		return literal
	}
	if tag == l.at {
		return mark
	}
	l.at = tag
	return param
}

// colonSign is :name, or : by itself, as in x::text and a[1:2].
func (l *lexer) colonSign() kind {
	l.at++
	switch c := l.peek(0); {
	case c == ':':
		l.at++
		return mark
	case isLetter(c), isDigit(c) && l.colon:
		l.wordBytes()
		return param
	}
	return mark
}

func (l *lexer) digits() {
	for isDigit(l.peek(0)) {
		l.at++
	}
}

// number takes whatever may belong to a number, so that no part of one is left.
func (l *lexer) number() kind {
	hex := l.peek(1)|0x20 == 'x'
	for {
		l.wordBytes()
		sign := (l.peek(0) == '+' || l.peek(0) == '-') && l.in[l.at-1]|0x20 == 'e' && !hex
		if l.peek(0) != '.' && !sign {
			return literal
		}
		l.at++
	}
}

// word is a keyword or a name, or a string that has a prefix.
func (l *lexer) word() kind {
	l.at++
	l.wordBytes()
	if l.peek(0) != '\'' && l.peek(0) != '"' {
		return word
	}
	prefix := l.text()
	single := l.peek(0) == '\''
	switch {
	case single && (strings.EqualFold(prefix, "q") || strings.EqualFold(prefix, "nq")) && l.quote != no:
		if l.quote == unclear {
			return l.rest()
		}
		return l.alternativeQuote()
	case single && strings.EqualFold(prefix, "e") && l.escape:
		return l.str(literal, yes)
	case single && len(prefix) == 1 && strings.ContainsAny(prefix, "nNbBxX"):
		return l.str(literal, l.backslash)
	case l.triple == unclear && len(prefix) <= 2:
		return l.rest() // r'\', rb"..."
	}
	return word
}

// alternativeQuote is Oracle's q'[it's]'.
func (l *lexer) alternativeQuote() kind {
	l.at++
	closing := string(l.peek(0)) + "'"
	if i := strings.IndexByte("[{(<", closing[0]); i >= 0 {
		closing = "]})>"[i:i+1] + "'"
	}
	if l.at+1 >= len(l.in) || closing[0] >= 0x80 {
		return l.rest()
	}
	n := strings.Index(l.in[l.at+1:], closing)
	if n < 0 {
		l.at = len(l.in)
	} else {
		l.at += 1 + n + len(closing)
	}
	return literal
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

// wordBytes passes what may follow in a name.
func (l *lexer) wordBytes() {
	for l.at < len(l.in) {
		c := l.in[l.at]
		if !isLetter(c) && !isDigit(c) && (c != '$' || !l.money) && (c != '#' || l.hash != no) && c != '@' {
			return
		}
		l.at++
	}
}
