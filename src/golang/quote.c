#include "golang/quote.h"

#include <string.h>

#include "base/buf.h"
#include "golang/unicode.h"

// What the letters of short escapes stand for: pairs.
static const char short_escapes[] = "a\ab\bf\fn\nr\rt\tv\v\\\\\"\"";

static int digit_value(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

// take_number reads n digits off *s.
static uint32_t take_number(Str *s, isize n, unsigned base)
{
	uint32_t value = 0;

	for (isize i = 0; i < n && i < s->len; i++)
		value = value * base + (uint32_t)digit_value(s->p[i]);
	*s = str_slice(*s, n < s->len ? n : s->len, s->len);
	return value;
}

static void add_rune(StrBuf *b, uint32_t rune)
{
	char utf8[4];

	buf_add(b, (Str){utf8, rune_encode((int32_t)rune, utf8)});
}

static void add_byte(StrBuf *b, uint32_t value)
{
	char byte = (char)value;

	buf_add(b, (Str){&byte, 1});
}

// add_escape adds what the escape at the beginning of *s stands for, from behind the
// backslash on.
static void add_escape(StrBuf *b, Str *s)
{
	char c = s->p[0];

	if ('0' <= c && c <= '7') {
		add_byte(b, take_number(s, 3, 8));
		return;
	}
	*s = str_slice(*s, 1, s->len);
	switch (c) {
	case 'x': add_byte(b, take_number(s, 2, 16)); return;
	case 'u': add_rune(b, take_number(s, 4, 16)); return;
	case 'U': add_rune(b, take_number(s, 8, 16)); return;
	default: break;
	}
	for (const char *e = short_escapes; *e; e += 2)
		if (*e == c)
			buf_add(b, (Str){e + 1, 1});
}

// add_lines adds a raw string, which has no carriage returns.
static void add_raw(StrBuf *b, Str s)
{
	while (s.len > 0)
		buf_add(b, str_cut(&s, '\r'));
}

Str string_value(Arena *a, Str literal)
{
	StrBuf b = {.arena = a};

	if (literal.len < 2)
		return S("");
	Str s = str_slice(literal, 1, literal.len - 1);
	bool raw = literal.p[0] == '`';
	if (!memchr(s.p, raw ? '\r' : '\\', (size_t)s.len))
		return s;
	if (raw)
		add_raw(&b, s);
	while (!raw && s.len > 0) {
		const char *escape = memchr(s.p, '\\', (size_t)s.len);
		isize plain = escape ? escape - s.p : s.len;
		buf_add(&b, str_slice(s, 0, plain));
		s = str_slice(s, plain + (plain < s.len), s.len);
		if (s.len > 0 && escape)
			add_escape(&b, &s);
	}
	return buf_str(&b);
}
