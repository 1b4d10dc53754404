#include "plan/version.h"

static bool is_digit(char c)
{
	return '0' <= c && c <= '9';
}

// cut_number takes the digits off the beginning of *s.
static int64_t cut_number(Str *s)
{
	int64_t n = 0;
	isize i = 0;

	for (; i < s->len && is_digit(s->p[i]); i++)
		if (n < INT64_MAX / 10 - 10)
			n = n * 10 + (s->p[i] - '0');
	*s = str_slice(*s, i, s->len);
	return n;
}

static Str without_prefix(Str v)
{
	if (str_starts(v, S("go")))
		v = str_slice(v, 2, v.len);
	else if (str_starts(v, S("v")))
		v = str_slice(v, 1, v.len);
	return str_cut(&v, '+');
}

static int sign(int64_t n)
{
	return (n > 0) - (n < 0);
}

// compare_identifiers orders "rc.2" before "rc.10": parts that are numbers by
// number, and before those that are words.
static int compare_identifiers(Str a, Str b)
{
	while (a.len > 0 && b.len > 0) {
		Str x = str_cut(&a, '.'), y = str_cut(&b, '.');
		Str xs = x, ys = y;
		int64_t nx = cut_number(&xs), ny = cut_number(&ys);
		bool x_num = xs.len == 0 && x.len > 0, y_num = ys.len == 0 && y.len > 0;
		int c = x_num && y_num   ? sign(nx - ny)
			: x_num != y_num ? y_num - x_num
					 : str_cmp(x, y);
		if (c != 0)
			return c;
	}
	return sign(a.len - b.len);
}

int version_cmp(Str a, Str b)
{
	a = without_prefix(a);
	b = without_prefix(b);
	for (int i = 0; i < 3; i++) {
		int c = sign(cut_number(&a) - cut_number(&b));
		if (c != 0)
			return c;
		if (str_starts(a, S(".")))
			a = str_slice(a, 1, a.len);
		if (str_starts(b, S(".")))
			b = str_slice(b, 1, b.len);
	}
	if (a.len == 0 || b.len == 0)
		return (a.len == 0) - (b.len == 0); // a pre-release stands before its release
	return compare_identifiers(a, b);
}

bool version_in(Str v, Str range)
{
	Str from = str_cut(&range, ',');

	if (v.len == 0)
		return true;
	return (from.len == 0 || version_cmp(v, from) >= 0) &&
	       (range.len == 0 || version_cmp(v, range) < 0);
}
