#include "base/str.h"

#include <stdio.h>
#include <string.h>

Str str_from(const char *cstr)
{
	return (Str){cstr, (isize)strlen(cstr)};
}

bool str_eq(Str a, Str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, (size_t)a.len) == 0);
}

int str_cmp(Str a, Str b)
{
	isize shorter = a.len < b.len ? a.len : b.len;
	int order = shorter > 0 ? memcmp(a.p, b.p, (size_t)shorter) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(Str s, Str prefix)
{
	return s.len >= prefix.len && str_eq((Str){s.p, prefix.len}, prefix);
}

bool str_ends(Str s, Str suffix)
{
	return s.len >= suffix.len && str_eq(str_slice(s, s.len - suffix.len, s.len), suffix);
}

isize str_find(Str s, Str sub)
{
	if (sub.len == 0 || s.len < sub.len)
		return sub.len == 0 ? 0 : -1;
	const char *at = sub.len == 1 ? memchr(s.p, sub.p[0], (size_t)s.len)
				      : memmem(s.p, (size_t)s.len, sub.p, (size_t)sub.len);
	return at ? at - s.p : -1;
}

Str str_slice(Str s, isize from, isize to)
{
	ensure(0 <= from && from <= to && to <= s.len);
	return s.p ? (Str){s.p + from, to - from} : s;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

Str str_trim(Str s)
{
	while (s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	while (s.len > 0 && is_blank(s.p[0]))
		s = str_slice(s, 1, s.len);
	return s;
}

Str str_cut(Str *rest, char sep)
{
	isize at = str_find(*rest, (Str){&sep, 1});
	Str head = str_slice(*rest, 0, at < 0 ? rest->len : at);

	*rest = str_slice(*rest, at < 0 ? rest->len : at + 1, rest->len);
	return head;
}

// A NUL follows the copy.
static char *copy(Arena *a, Str s)
{
	char *p = arena_array(a, char, s.len + 1);

	if (s.len > 0)
		memcpy(p, s.p, (size_t)s.len);
	return p;
}

Str str_dup(Arena *a, Str s)
{
	return (Str){copy(a, s), s.len};
}

const char *str_cstr(Arena *a, Str s)
{
	return copy(a, s);
}

Str str_vformat(Arena *a, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	ensure(len >= 0);

	char *p = arena_array(a, char, len + 1);
	vsnprintf(p, (size_t)len + 1, fmt, ap);
	return (Str){p, len};
}

Str str_format(Arena *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	Str s = str_vformat(a, fmt, ap);
	va_end(ap);
	return s;
}
