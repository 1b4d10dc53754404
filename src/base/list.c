#include "base/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

void strlist_add(StrList *l, Str s)
{
	if (l->n == l->cap) {
		isize cap = l->cap ? 2 * l->cap : 8;
		Str *v = arena_array(l->arena, Str, cap);
		if (l->n > 0)
			memcpy(v, l->v, (size_t)l->n * sizeof(*v));
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = s;
}

bool strlist_has(const StrList *l, Str s)
{
	for (isize i = 0; i < l->n; i++) {
		if (str_eq(l->v[i], s))
			return true;
	}
	return false;
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const Str *)a, *(const Str *)b);
}

void strlist_sort(StrList *l)
{
	if (l->n > 1)
		qsort(l->v, (size_t)l->n, sizeof(*l->v), by_bytes);
}

Str str_join(Arena *a, const StrList *l, Str sep)
{
	StrBuf b = {.arena = a};

	for (isize i = 0; i < l->n; i++) {
		if (i > 0)
			buf_add(&b, sep);
		buf_add(&b, l->v[i]);
	}
	return buf_str(&b);
}
