#include "text/quote.h"

#include <string.h>

#include "base/rune.h"

// What the letters of short escapes stand for: pairs.
static const char short_escapes[] = "a\ab\bf\fn\nr\rt\tv\v\\\\";

static int digit_value(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static bool is_digit(char c, unsigned base)
{
	bool hex = ('a' <= c && c <= 'f') || ('A' <= c && c <= 'F');

	return base == 8 ? '0' <= c && c <= '7' : ('0' <= c && c <= '9') || hex;
}

// take_number reads n digits off *s, and tells whether they are digits.
static bool take_number(Str *s, isize n, unsigned base, uint32_t *value)
{
	bool ok = s->len >= n;

	*value = 0;
	for (isize i = 0; i < n && i < s->len; i++) {
		ok &= is_digit(s->p[i], base);
		*value = *value * base + (uint32_t)digit_value(s->p[i]);
	}
	*s = str_slice(*s, n < s->len ? n : s->len, s->len);
	return ok;
}

static bool add_rune(StrBuf *b, Str *s, isize digits)
{
	char utf8[4];
	uint32_t rune;
	bool ok = take_number(s, digits, 16, &rune);

	buf_add(b, (Str){utf8, rune_encode((int32_t)rune, utf8)});
	return ok && rune <= RUNE_MAX && (rune < 0xD800 || rune > 0xDFFF);
}

static bool add_byte(StrBuf *b, Str *s, isize digits, unsigned base)
{
	uint32_t value;
	bool ok = take_number(s, digits, base, &value);
	char byte = (char)value;

	buf_add(b, (Str){&byte, 1});
	return ok && value <= 0xFF;
}

// add_escape adds what the escape at the beginning of *s stands for, from behind the
// backslash on. It returns false if Go has no such escape.
static bool add_escape(StrBuf *b, Str *s, char quote)
{
	char c = s->p[0];

	if ('0' <= c && c <= '7')
		return add_byte(b, s, 3, 8);
	*s = str_slice(*s, 1, s->len);
	switch (c) {
	case 'x': return add_byte(b, s, 2, 16);
	case 'u': return add_rune(b, s, 4);
	case 'U': return add_rune(b, s, 8);
	default: break;
	}
	for (const char *e = short_escapes; *e; e += 2)
		if (*e == c)
			buf_add(b, (Str){e + 1, 1});
	if (c == quote)
		buf_add(b, (Str){&c, 1});
	return c == quote || (c && strchr("abfnrtv\\", c));
}

// add_raw adds a raw string, which has no carriage returns.
static void add_raw(StrBuf *b, Str s)
{
	while (s.len > 0)
		buf_add(b, str_cut(&s, '\r'));
}

// add_text adds what stands between quotes, and tells whether its escapes are Go's.
static bool add_text(StrBuf *b, Str s, char quote)
{
	bool ok = true;

	while (s.len > 0) {
		const char *escape = memchr(s.p, '\\', (size_t)s.len);
		isize plain = escape ? escape - s.p : s.len;
		buf_add(b, str_slice(s, 0, plain));
		s = str_slice(s, plain + (plain < s.len), s.len);
		if (escape)
			ok &= s.len > 0 && add_escape(b, &s, quote);
	}
	return ok;
}

static bool value_of(Arena *a, Str literal, Str *out)
{
	StrBuf b = {.arena = a};
	char quote = literal.p[0];
	bool ok = true;

	*out = str_slice(literal, 1, literal.len - 1);
	if (out->len == 0 || !memchr(out->p, quote == '`' ? '\r' : '\\', (size_t)out->len))
		return true;
	if (quote == '`')
		add_raw(&b, *out);
	else
		ok = add_text(&b, *out, quote);
	*out = buf_str(&b);
	return ok;
}

Str string_value(Arena *a, Str literal)
{
	Str value = S("");

	if (literal.len >= 2)
		value_of(a, literal, &value);
	return value;
}

// is_one tells whether a text between single quotes is one character or one escape.
static bool is_one(Arena *a, Str inside)
{
	StrBuf unused = {.arena = a};
	int width = 0;

	if (inside.len > 1 && inside.p[0] == '\\') {
		inside = str_slice(inside, 1, inside.len);
		return add_escape(&unused, &inside, '\'') && inside.len == 0;
	}
	int32_t rune = inside.len > 0 ? rune_decode(inside.p, inside.len, &width) : 0;
	return width > 0 && width == inside.len && (rune != RUNE_BAD || width > 1);
}

bool unquote(Arena *a, Str literal, Str *out)
{
	char quote = literal.len >= 2 ? literal.p[0] : 0;

	*out = S("");
	if (!quote || !strchr("\"'`", quote) || literal.p[literal.len - 1] != quote)
		return false;
	Str inside = str_slice(literal, 1, literal.len - 1);
	for (isize i = 0; i < inside.len; i++) {
		if (inside.p[i] == quote || (quote != '`' && inside.p[i] == '\n'))
			return false;
		i += quote != '`' && inside.p[i] == '\\';
	}
	return value_of(a, literal, out) && (quote != '\'' || is_one(a, inside));
}

// What Go does not print of what is beyond ASCII; to included.
static const struct {
	int32_t from, to;
} unseen[] = {
	{0x80, 0xA0},
	{0xAD, 0xAD},
	{0x2000, 0x200F},
	{0x2028, 0x202F},
	{0x205F, 0x206F},
	{0x3000, 0x3000},
	{0xE000, 0xF8FF},
	{0xFEFF, 0xFEFF},
	{0xFFF0, 0xFFFB},
	{0xFFFE, 0xFFFF},
	{0xE0000, 0xE00FF},
	{0xF0000, RUNE_MAX},
};

static bool is_seen(int32_t rune)
{
	for (isize i = 0; i < countof(unseen); i++)
		if (unseen[i].from <= rune && rune <= unseen[i].to)
			return false;
	return rune >= ' ' && rune != 0x7F;
}

// add_short adds the escape of one letter that there is for a character.
static bool add_short(StrBuf *b, int32_t rune)
{
	for (const char *e = short_escapes; *e; e += 2) {
		if (e[1] == rune) {
			buf_addf(b, "\\%c", *e);
			return true;
		}
	}
	return false;
}

static void add_quoted_rune(StrBuf *b, Str utf8, int32_t rune, char quote)
{
	if (rune == RUNE_BAD && utf8.len == 1)
		buf_addf(b, "\\x%02x", (unsigned char)utf8.p[0]);
	else if (rune == quote)
		buf_addf(b, "\\%c", quote);
	else if (add_short(b, rune))
		return;
	else if (is_seen(rune))
		buf_add(b, utf8);
	else
		buf_addf(b,
			rune < 0x80      ? "\\x%02x"
			: rune <= 0xFFFF ? "\\u%04x"
					 : "\\U%08x",
			(unsigned)rune);
}

void quote_add(StrBuf *b, Str s, char quote)
{
	int width;

	buf_add(b, (Str){&quote, 1});
	for (isize i = 0; i < s.len; i += width) {
		int32_t rune = rune_decode(s.p + i, s.len - i, &width);
		add_quoted_rune(b, str_slice(s, i, i + width), rune, quote);
	}
	buf_add(b, (Str){&quote, 1});
}
