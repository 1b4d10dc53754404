#include <string.h>

#include "base/rune.h"
#include "text/quote.h"
#include "text/template_tree.h"

static Str rest_of(const Lexer *lx)
{
	return str_slice(lx->t->from.text, lx->pos, lx->t->from.text.len);
}

static bool lex_error(const Lexer *lx, int32_t from, int32_t to, const char *what)
{
	return template_error(lx->t, lx->diags, (Span){from, to}, "%s", what);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Of what is not ASCII all counts as a letter: no name has any.
static bool is_letter(char c)
{
	return ('a' <= (c | 0x20) && (c | 0x20) <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
	return '0' <= c && c <= '9';
}

static isize spaces(Str s)
{
	isize n = 0;

	while (n < s.len && is_space(s.p[n]))
		n++;
	return n;
}

static isize name_len(Str s)
{
	isize n = 0;

	while (n < s.len && (is_letter(s.p[n]) || is_digit(s.p[n])))
		n++;
	return n;
}

static Str trim_end(Str s)
{
	while (s.len > 0 && is_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

// close_len returns how long the "}}" or " -}}" is that s begins with, or 0.
static isize close_len(Str s)
{
	if (str_starts(s, S("}}")))
		return 2;
	return s.len >= 4 && is_space(s.p[0]) && str_starts(str_slice(s, 1, s.len), S("-}}")) ? 4
											      : 0;
}

// leave goes behind the end of an action.
static void leave(Lexer *lx, isize close)
{
	lx->pos += (int32_t)close;
	lx->trim = close == 4;
}

// Comment = "/*" { any } "*/" .
static bool lex_comment(Lexer *lx)
{
	Str rest = rest_of(lx);
	isize end = str_find(rest, S("*/"));
	int32_t from = lx->pos;

	if (end < 0)
		return lex_error(lx, from, from + 2, "a comment without its '*/'");
	lx->pos += (int32_t)end + 2;
	isize close = close_len(rest_of(lx));
	if (close == 0)
		return lex_error(lx, lx->pos - 2, lx->pos, "expected '}}' after a comment");
	leave(lx, close);
	return true;
}

// enter goes behind "{{" or "{{- ", and tells which.
static bool enter(Lexer *lx)
{
	Str rest = rest_of(lx);
	bool trims = rest.len >= 4 && rest.p[2] == '-' && is_space(rest.p[3]);

	lx->pos += trims ? 4 : 2;
	return trims;
}

// lex_piece adds what stands before the next "{{", and goes behind that. It returns
// false if there is none.
static bool lex_piece(Lexer *lx, StrBuf *text)
{
	Str rest = rest_of(lx);
	isize at = str_find(rest, S("{{"));
	Str piece = str_slice(rest, 0, at < 0 ? rest.len : at);

	lx->pos += (int32_t)piece.len;
	if (lx->trim)
		piece = str_slice(piece, spaces(piece), piece.len);
	lx->trim = false;
	buf_add(text, at >= 0 && enter(lx) ? trim_end(piece) : piece);
	return at >= 0;
}

bool template_text(Lexer *lx, Str *text)
{
	StrBuf all = {.arena = lx->arena};
	bool inside;

	while ((inside = lex_piece(lx, &all)) && str_starts(rest_of(lx), S("/*")))
		if (!lex_comment(lx))
			return false;
	*text = buf_str(&all);
	lx->tok = (Token){.at = {lx->pos, lx->pos}};
	return !inside || template_next(lx);
}

// ---- constants

// number_base takes the prefix off *digits, and a 0 that says octal.
static int number_base(Str *digits)
{
	static const struct {
		char letter;
		int base;
	} prefixes[] = {{'x', 16}, {'o', 8}, {'b', 2}};

	if (digits->len < 2 || digits->p[0] != '0')
		return 10;
	for (isize i = 0; i < countof(prefixes); i++) {
		if ((digits->p[1] | 0x20) == prefixes[i].letter) {
			*digits = str_slice(*digits, 2, digits->len);
			return prefixes[i].base;
		}
	}
	*digits = str_slice(*digits, 1, digits->len);
	return 8;
}

static int digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return 'a' <= c && c <= 'f' ? c - 'a' + 10 : 16;
}

// read_number reads [ "+" | "-" ] and a Go integer literal.
static bool read_number(Str s, int64_t *out)
{
	bool negative = s.p[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + negative, value = 0;

	if (negative || s.p[0] == '+')
		s = str_slice(s, 1, s.len);
	bool prefix = s.len > 1 && s.p[0] == '0';
	int base = number_base(&s);
	for (isize i = 0; i < s.len; i++) {
		if (s.p[i] == '_' && (i > 0 || prefix) && i + 1 < s.len && s.p[i + 1] != '_')
			continue;
		uint64_t digit = (uint64_t)digit_value(s.p[i]);
		if (digit >= (uint64_t)base || value > (limit - digit) / (uint64_t)base)
			return false;
		value = value * (uint64_t)base + digit;
	}
	*out = (int64_t)(negative ? 0 - value : value);
	return s.len > 0;
}

static bool lex_number(Lexer *lx, Token *tok)
{
	Str rest = rest_of(lx);
	isize n = 1; // a sign, a digit, or a period before one

	while (n < rest.len && (name_len(str_slice(rest, n, rest.len)) > 0 || rest.p[n] == '.'))
		n++;
	lx->pos += (int32_t)n;
	tok->kind = TOKEN_CONSTANT;
	tok->value.kind = TEMPLATE_NUMBER;
	if (read_number(str_slice(rest, 0, n), &tok->value.number))
		return true;
	return template_error(lx->t, lx->diags, (Span){tok->at.from, lx->pos},
		"expected a whole number of 64 bits, found '%.*s'", (int)n, rest.p);
}

// quoted_len returns how long the literal is that s begins with, or 0 if it has no end.
static isize quoted_len(Str s)
{
	char quote = s.p[0];

	for (isize i = 1; i < s.len; i++) {
		if (s.p[i] == quote)
			return i + 1;
		if (quote != '`' && s.p[i] == '\n')
			return 0;
		i += quote != '`' && s.p[i] == '\\';
	}
	return 0;
}

// rune_of returns the number of a character: of a byte that is none, that of the byte.
static int32_t rune_of(Str value)
{
	int width;
	int32_t rune = rune_decode(value.p, value.len, &width);

	return rune == RUNE_BAD && value.len == 1 ? (unsigned char)value.p[0] : rune;
}

static bool lex_quoted(Lexer *lx, Token *tok)
{
	Str rest = rest_of(lx), value;
	isize n = quoted_len(rest);
	int32_t from = lx->pos;

	if (n == 0)
		return lex_error(lx, from, from + 1, "a quoted text without its end");
	lx->pos += (int32_t)n;
	if (!unquote(lx->arena, str_slice(rest, 0, n), &value))
		return lex_error(lx, from, lx->pos,
			rest.p[0] == '\'' ? "expected one character between single quotes"
					  : "this text has an escape that Go does not know");
	tok->kind = TOKEN_CONSTANT;
	tok->value = (TemplateValue){.kind = TEMPLATE_TEXT, .text = value};
	if (rest.p[0] == '\'')
		tok->value = (TemplateValue){.kind = TEMPLATE_NUMBER, .number = rune_of(value)};
	return true;
}

// ---- tokens

// ends_name tells whether a name may end before s.
static bool ends_name(Str s)
{
	return s.len == 0 || is_space(s.p[0]) || (s.p[0] && strchr(".,|:()", s.p[0])) ||
	       str_starts(s, S("}}"));
}

// lex_name makes a token of a name, with the n bytes before it.
static bool lex_name(Lexer *lx, Token *tok, TokenKind kind, isize n)
{
	Str rest = rest_of(lx);

	n += name_len(str_slice(rest, n, rest.len));
	lx->pos += (int32_t)n;
	tok->kind = kind == TOKEN_FIELD && n == 1 ? TOKEN_DOT : kind;
	if (ends_name(rest_of(lx)))
		return true;
	return lex_error(lx, lx->pos, lx->pos + 1, "expected a space or '}}' behind a name");
}

static bool lex_mark(Lexer *lx, Token *tok)
{
	static const struct {
		Str mark;
		TokenKind kind;
	} marks[] = {
		{{":=", 2}, TOKEN_DECLARE},
		{{"=", 1}, TOKEN_ASSIGN},
		{{"|", 1}, TOKEN_PIPE},
		{{",", 1}, TOKEN_COMMA},
		{{"(", 1}, TOKEN_LPAREN},
		{{")", 1}, TOKEN_RPAREN},
	};

	for (isize i = 0; i < countof(marks); i++) {
		if (str_starts(rest_of(lx), marks[i].mark)) {
			tok->kind = marks[i].kind;
			lx->pos += (int32_t)marks[i].mark.len;
			return true;
		}
	}
	int width;
	Str rest = rest_of(lx);
	rune_decode(rest.p, rest.len, &width);
	return template_error(lx->t, lx->diags, (Span){lx->pos, lx->pos + width},
		"unexpected '%.*s' in an action", width, rest.p);
}

static bool lex_token(Lexer *lx, Token *tok)
{
	Str rest = rest_of(lx);
	isize close = close_len(rest);
	char c = rest.len > 0 ? rest.p[0] : 0;

	if (rest.len == 0)
		return lex_error(lx, lx->pos, lx->pos, "expected '}}', found the end of the text");
	if (close > 0) {
		tok->kind = TOKEN_CLOSE;
		leave(lx, close);
		return true;
	}
	if (c == '"' || c == '`' || c == '\'')
		return lex_quoted(lx, tok);
	if (is_digit(c) || c == '+' || c == '-' ||
		(c == '.' && rest.len > 1 && is_digit(rest.p[1])))
		return lex_number(lx, tok);
	if (c == '.' || c == '$')
		return lex_name(lx, tok, c == '.' ? TOKEN_FIELD : TOKEN_VARIABLE, 1);
	return is_letter(c) ? lex_name(lx, tok, TOKEN_WORD, 0) : lex_mark(lx, tok);
}

bool template_next(Lexer *lx)
{
	Str rest = rest_of(lx);
	isize n = 0;

	while (n < rest.len && is_space(rest.p[n]) && !close_len(str_slice(rest, n, rest.len)))
		n++;
	lx->pos += (int32_t)n;
	Token tok = {.spaced = n > 0, .at = {lx->pos, lx->pos}};
	if (!lex_token(lx, &tok))
		return false;
	tok.at.to = lx->pos;
	tok.text = str_slice(lx->t->from.text, tok.at.from, tok.at.to);
	lx->tok = tok;
	return true;
}
