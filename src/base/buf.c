#include "base/buf.h"

#include <string.h>

char *buf_space(StrBuf *b, isize n)
{
	if (b->cap - b->len < n) {
		isize cap = b->cap > 0 ? 2 * b->cap : 256;
		if (cap - b->len < n)
			cap = b->len + n; // just what was asked for, which may be a file
		char *p = arena_array(b->arena, char, cap);
		if (b->len > 0)
			memcpy(p, b->p, (size_t)b->len);
		b->p = p;
		b->cap = cap;
	}
	return b->p + b->len;
}

void buf_add(StrBuf *b, Str s)
{
	if (s.len == 0)
		return;
	memcpy(buf_space(b, s.len), s.p, (size_t)s.len);
	b->len += s.len;
}

void buf_addf(StrBuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_add(b, str_vformat(b->arena, fmt, ap));
	va_end(ap);
}

Str buf_str(const StrBuf *b)
{
	return (Str){b->p, b->len};
}
