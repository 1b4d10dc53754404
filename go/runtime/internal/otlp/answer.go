package otlp

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Of a receiver's answers in JSON we want two or three texts, and encoding/json's
// half for reading would be 180 KB in every program. What is not JSON yields some
// of it, or nothing, and never more than the answer is long.

// members gives each member of the object that text is to f: its name, and the
// text of its value.
func members(text []byte, f func(name string, value []byte)) {
	rest, ok := bytes.CutPrefix(space(text), []byte("{"))
	for ok {
		var name, value []byte
		name, rest = cutValue(space(rest))
		rest, ok = bytes.CutPrefix(space(rest), []byte(":"))
		if !ok {
			return
		}
		if value, rest = cutValue(space(rest)); len(value) == 0 {
			return
		}
		f(stringOf(name), value)
		rest, ok = bytes.CutPrefix(space(rest), []byte(","))
	}
}

// space returns text without the white space at its beginning.
func space(text []byte) []byte { return bytes.TrimLeft(text, " \t\r\n") }

// cutValue cuts the value off that text begins with: "" if there is none, or if it
// does not end.
func cutValue(text []byte) (value, rest []byte) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if i >= len(text) {
				return nil, nil
			}
			if depth == 0 {
				return text[:i+1], text[i+1:]
			}
		case '{', '[':
			depth++
		case '}', ']', ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return text[:i], text[i:]
			}
			if c := text[i]; c != '}' && c != ']' {
				break
			}
			if depth--; depth == 0 {
				return text[:i+1], text[i+1:]
			}
		}
	}
	if depth > 0 {
		return nil, nil
	}
	return text, nil
}

// stringOf returns the text of a string, "" for any other value.
func stringOf(value []byte) string {
	if len(value) < 2 || value[0] != '"' {
		return ""
	}
	value = value[1 : len(value)-1]
	var b strings.Builder
	for len(value) > 0 {
		if value[0] != '\\' || len(value) < 2 {
			b.WriteByte(value[0])
			value = value[1:]
			continue
		}
		c := value[1]
		value = value[2:]
		switch i := strings.IndexByte(`"\/bfnrt`, c); {
		case i >= 0:
			b.WriteByte("\"\\/\b\f\n\r\t"[i])
		case c == 'u':
			var r rune
			r, value = codeUnit(value)
			if utf16.IsSurrogate(r) && bytes.HasPrefix(value, []byte(`\u`)) {
				low, after := codeUnit(value[2:])
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					value = after
				}
			}
			b.WriteRune(r)
		}
	}
	return string([]rune(b.String())) // each wrong byte is U+FFFD
}

// codeUnit reads the four digits behind \u.
func codeUnit(text []byte) (rune, []byte) {
	n := min(4, len(text))
	u, err := strconv.ParseUint(string(text[:n]), 16, 16)
	if err != nil || n < 4 {
		u = utf8.RuneError
	}
	return rune(u), text[n:]
}

// integerOf returns a number, or one in a string, as protobuf's JSON has those of
// 64 bits; 0 for any other value.
func integerOf(value []byte) int64 {
	text := string(value)
	if s := stringOf(value); s != "" {
		text = s
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}
