// str.h - strings with a length, borrowed from whoever holds the bytes.
//
// A Str owns nothing. It points into a source text, a literal or an Arena,
// and lives as long as they do. It may hold any byte, NUL included. Convert to
// a C string (str_cstr) only at the edge, where the system asks for one.
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>

#include "base/arena.h"

typedef struct {
	const char *p;
	isize len;
} Str;

#define S(lit) ((Str){"" lit, (isize)sizeof(lit) - 1})
#define STR_ARG(s) (int)(s).len, (s).p // for "%.*s"

Str str_from(const char *cstr);
bool str_eq(Str a, Str b);
int str_cmp(Str a, Str b); // by bytes: below, at or above zero, as memcmp
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);

// str_find returns the offset of the first sub in s, or -1.
isize str_find(Str s, Str sub);

// str_slice returns the bytes from..to, to excluded. They must be inside s.
Str str_slice(Str s, isize from, isize to);

// str_trim returns s without the spaces, tabs and newlines at its ends.
Str str_trim(Str s);

// str_cut takes the text before the next sep off *rest, and the sep with it;
// where there is none, all of it.
//
//	for (Str line; rest.len > 0;)
//		line = str_cut(&rest, '\n');
Str str_cut(Str *rest, char sep);

// These allocate.
Str str_dup(Arena *a, Str s);
const char *str_cstr(Arena *a, Str s); // ends at the first NUL, as C strings do
Str str_format(Arena *a, const char *fmt, ...) printf_like(2, 3);
Str str_vformat(Arena *a, const char *fmt, va_list ap) printf_like(2, 0);

#endif
