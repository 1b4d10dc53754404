#include <string.h>

#include "golang/lexer.h"
#include "golang/run.h"
#include "golang/unicode.h"

// ---- numbers

static bool is_decimal(char c)
{
	return '0' <= c && c <= '9';
}

static bool is_hex(char c)
{
	return is_decimal(c) || ('a' <= (c | 0x20) && (c | 0x20) <= 'f');
}

typedef struct {
	int base;
	char prefix;      // 'x', 'o', 'b', '0' for octal without a letter, 0
	bool digit, line; // whether a digit was seen, and a "_"
	int32_t invalid;  // first digit that the base does not have, or -1
} Number;

static const char *number_name(char prefix)
{
	switch (prefix) {
	case 'x': return "hexadecimal literal";
	case 'o':
	case '0': return "octal literal";
	case 'b': return "binary literal";
	default: return "decimal literal";
	}
}

// decimal_digits = decimal_digit { [ "_" ] decimal_digit } ; and so on for the other bases.
static void lex_digits(Lexer *lx, Number *n, int base)
{
	for (;; lx->pos++) {
		char c = lx->text[lx->pos];
		if (c == '_') {
			n->line = true;
		} else if (base == 16 ? is_hex(c) : is_decimal(c)) {
			n->digit = true;
			if (base < 16 && c - '0' >= base && n->invalid < 0)
				n->invalid = lx->pos;
		} else {
			return;
		}
	}
}

static void lex_prefix(Lexer *lx, Number *n)
{
	if (lx->text[lx->pos] != '0')
		return;

	char c = (char)(lx->text[++lx->pos] | 0x20);
	n->prefix = c;
	n->base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
	if (c == 'x' || c == 'o' || c == 'b') {
		lx->pos++;
	} else {
		n->prefix = '0';
		n->digit = true;
	}
}

// misplaced_line returns the offset of the first "_" that is not between digits, or -1.
// A prefix counts as a digit.
static int32_t misplaced_line(const Lexer *lx, int32_t from, const Number *n)
{
	bool letter_prefix = n->prefix && n->prefix != '0';
	char before = letter_prefix ? '0' : '.'; // '0' for a digit, '_', or '.' for the rest

	for (int32_t i = letter_prefix ? from + 2 : from; i < lx->pos; i++) {
		char c = lx->text[i];
		if (c == '_') {
			if (before != '0')
				return i;
		} else if (is_decimal(c) || (n->prefix == 'x' && is_hex(c))) {
			c = '0';
		} else {
			if (before == '_')
				return i - 1;
			c = '.';
		}
		before = c;
	}
	return before == '_' ? lx->pos - 1 : -1;
}

// decimal_exponent = ( "e" | "E" ) [ "+" | "-" ] decimal_digits .
// hex_exponent     = ( "p" | "P" ) [ "+" | "-" ] decimal_digits .
static void lex_exponent(Lexer *lx, Number *n)
{
	char c = lx->text[lx->pos];

	if ((c | 0x20) == 'e' && n->prefix && n->prefix != '0')
		fault(lx, lx->pos, "'%c' exponent requires decimal mantissa", c);
	if ((c | 0x20) == 'p' && n->prefix != 'x')
		fault(lx, lx->pos, "'%c' exponent requires hexadecimal mantissa", c);
	lx->pos++;
	if (lx->text[lx->pos] == '+' || lx->text[lx->pos] == '-')
		lx->pos++;

	Number exponent = {.base = 10, .invalid = -1};
	lex_digits(lx, &exponent, 10);
	n->line |= exponent.line;
	if (!exponent.digit)
		fault(lx, lx->pos, "exponent has no digits");
}

// int_lit       = decimal_lit | binary_lit | octal_lit | hex_lit .
// float_lit     = decimal_float_lit | hex_float_lit .
// imaginary_lit = ( decimal_digits | int_lit | float_lit ) "i" .
TokenKind lex_number(Lexer *lx, int32_t from)
{
	Number n = {.base = 10, .invalid = -1};
	TokenKind kind = T_INT;

	if (lx->text[lx->pos] != '.') {
		lex_prefix(lx, &n);
		lex_digits(lx, &n, n.base);
	}
	if (lx->text[lx->pos] == '.') {
		kind = T_FLOAT;
		if (n.prefix == 'o' || n.prefix == 'b')
			fault(lx, lx->pos, "invalid radix point in %s", number_name(n.prefix));
		lx->pos++;
		lex_digits(lx, &n, n.base);
	}
	if (!n.digit)
		fault(lx, lx->pos, "%s has no digits", number_name(n.prefix));

	char c = (char)(lx->text[lx->pos] | 0x20);
	if (c == 'e' || c == 'p') {
		kind = T_FLOAT;
		lex_exponent(lx, &n);
	} else if (n.prefix == 'x' && kind == T_FLOAT) {
		fault(lx, lx->pos, "hexadecimal mantissa requires a 'p' exponent");
	}
	if (lx->text[lx->pos] == 'i') {
		kind = T_IMAG;
		lx->pos++;
	}
	if (kind == T_INT && n.invalid >= 0)
		fault(lx, n.invalid, "invalid digit '%c' in %s", lx->text[n.invalid],
			number_name(n.prefix));
	if (n.line) {
		int32_t at = misplaced_line(lx, from, &n);
		if (at >= 0)
			fault(lx, at, "'_' must separate successive digits");
	}
	return kind;
}

// ---- strings and characters

static bool bad_escape(Lexer *lx, int32_t at, const char *what)
{
	fault(lx, at, "%s", lx->pos >= lx->len ? "escape sequence not terminated" : what);
	return false;
}

// escaped_char = `\` ( "a" | "b" | "f" | "n" | "r" | "t" | "v" | `\` | quote |
//                "x" 2 hex | "u" 4 hex | "U" 8 hex | 3 octal ) .
static bool lex_escape(Lexer *lx, char quote)
{
	int32_t from = lx->pos;
	char c = lx->text[from];
	int n, base = 16;
	uint32_t value = 0, max = 0x10FFFF;

	lx->pos++;
	if (c == quote)
		return true;
	switch (c) {
	case 'a':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
	case 'v':
	case '\\': return true;
	case 'x': n = 2, max = 255; break;
	case 'u': n = 4; break;
	case 'U': n = 8; break;
	default:
		lx->pos = from;
		if (c < '0' || c > '7')
			return bad_escape(lx, from, "unknown escape sequence");
		n = 3, base = 8, max = 255;
	}
	for (; n > 0; n--, lx->pos++) {
		c = lx->text[lx->pos];
		if (base == 8 ? c < '0' || c > '7' : !is_hex(c))
			return bad_escape(lx, lx->pos, "illegal character in escape sequence");
		value = value * (uint32_t)base +
			(uint32_t)(is_decimal(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	if (value > max || (0xD800 <= value && value < 0xE000)) {
		fault(lx, from, "escape sequence is invalid Unicode code point");
		return false;
	}
	return true;
}

// rune_lit = "'" ( unicode_value | byte_value ) "'" .
TokenKind lex_char(Lexer *lx, int32_t from)
{
	bool valid = true;

	for (int n = 0;; n++) {
		int width;
		char c = lx->text[lx->pos];

		if (c == '\n') {
			if (valid)
				fault(lx, from, "rune literal not terminated");
			return T_CHAR;
		}
		rune_decode(lx->text + lx->pos, lx->len - lx->pos, &width);
		lx->pos += width;
		if (c == '\'') {
			if (valid && n != 1)
				fault(lx, from, "illegal rune literal");
			return T_CHAR;
		}
		if (c == '\\' && !lex_escape(lx, '\''))
			valid = false;
	}
}

// interpreted_string_lit = `"` { unicode_value | byte_value } `"` .
TokenKind lex_string(Lexer *lx, int32_t from)
{
	for (;;) {
		const char *p = string_end(lx->text + lx->pos, lx->text + lx->last);

		lx->pos = (int32_t)(p - lx->text);
		if (*p == '\n') {
			fault(lx, from, "string literal not terminated");
			return T_STRING;
		}
		lx->pos++;
		if (*p == '"')
			return T_STRING;
		lex_escape(lx, '"');
	}
}

// raw_string_lit = "`" { unicode_char | newline } "`" .
TokenKind lex_raw_string(Lexer *lx, int32_t from)
{
	const char *p = lx->text + lx->pos;
	const char *end = memchr(p, '`', (size_t)(lx->len - lx->pos));

	lx->pos = end ? (int32_t)(end - lx->text) + 1 : lx->len;
	if (!end)
		fault(lx, from, "raw string literal not terminated");
	return T_STRING;
}
