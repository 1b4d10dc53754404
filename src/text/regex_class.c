#include <stdlib.h>
#include <string.h>

#include "base/rune.h"
#include "text/regex_tree.h"

void runes_add(RuneSet *set, int32_t from, int32_t to)
{
	if (set->n == set->cap) {
		isize cap = set->cap > 0 ? 2 * set->cap : 4;
		RuneRange *v = arena_array(set->arena, RuneRange, cap);
		if (set->n > 0)
			memcpy(v, set->v, (size_t)set->n * sizeof(*v));
		set->v = v;
		set->cap = cap;
	}
	set->v[set->n++] = (RuneRange){from, to};
}

// add_shifted adds the part of from..to that is within low..high, so much further on.
static void add_shifted(RuneSet *set, RuneRange part, int32_t low, int32_t high, int32_t by)
{
	int32_t from = part.from > low ? part.from : low;
	int32_t to = part.to < high ? part.to : high;

	if (from <= to)
		runes_add(set, from + by, to + by);
}

void runes_add_fold(RuneSet *set, int32_t from, int32_t to)
{
	RuneRange all = {from, to};

	runes_add(set, from, to);
	add_shifted(set, all, 'a', 'z', 'A' - 'a');
	add_shifted(set, all, 'A', 'Z', 'a' - 'A');
	// The long s and the sign for kelvin are letters of ASCII to (?i).
	add_shifted(set, all, 's', 's', 0x17F - 's');
	add_shifted(set, all, 'S', 'S', 0x17F - 'S');
	add_shifted(set, all, 'k', 'k', 0x212A - 'k');
	add_shifted(set, all, 'K', 'K', 0x212A - 'K');
}

static int by_from(const void *a, const void *b)
{
	const RuneRange *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

void runes_sort(RuneSet *set)
{
	isize kept = 0;

	if (set->n == 0)
		return;
	qsort(set->v, (size_t)set->n, sizeof(*set->v), by_from);
	for (isize i = 1; i < set->n; i++) {
		RuneRange *last = &set->v[kept], *r = &set->v[i];
		if (r->from > last->to + 1)
			set->v[++kept] = *r;
		else if (r->to > last->to)
			last->to = r->to;
	}
	set->n = kept + 1;
}

void runes_negate(RuneSet *set)
{
	RuneSet rest = {.arena = set->arena};
	int32_t next = 0;

	for (isize i = 0; i < set->n; i++) {
		if (next < set->v[i].from)
			runes_add(&rest, next, set->v[i].from - 1);
		next = set->v[i].to + 1;
	}
	if (next <= RUNE_MAX)
		runes_add(&rest, next, RUNE_MAX);
	*set = rest;
}

// The classes: pairs of the first and the last of a range.
static const struct {
	Str name;
	const char *ranges;
} classes[] = {
	{{"alnum", 5}, "09AZaz"},
	{{"alpha", 5}, "AZaz"},
	{{"ascii", 5}, NULL}, // NUL to DEL
	{{"blank", 5}, "\t\t  "},
	{{"cntrl", 5}, NULL}, // NUL to US, DEL
	{{"d", 1}, "09"},
	{{"digit", 5}, "09"},
	{{"graph", 5}, "!~"},
	{{"lower", 5}, "az"},
	{{"print", 5}, " ~"},
	{{"punct", 5}, "!/:@[`{~"},
	{{"s", 1}, "\t\n\f\r  "},
	{{"space", 5}, "\t\r  "},
	{{"upper", 5}, "AZ"},
	{{"w", 1}, "09AZ__az"},
	{{"word", 4}, "09AZ__az"},
	{{"xdigit", 6}, "09AFaf"},
};

// add_nul_ranges adds the classes that have NUL.
static void add_nul_ranges(
	RuneSet *set, Str name, void (*add)(RuneSet *set, int32_t from, int32_t to))
{
	bool all = str_eq(name, S("ascii"));

	add(set, 0, all ? 0x7F : 0x1F);
	add(set, 0x7F, 0x7F);
}

bool runes_add_class(RuneSet *set, Str name, bool negated, bool fold)
{
	RuneSet class = {.arena = set->arena};
	void (*add)(RuneSet * set, int32_t from, int32_t to) = fold ? runes_add_fold : runes_add;
	isize i = 0;

	while (i < countof(classes) && !str_eq(classes[i].name, name))
		i++;
	if (i == countof(classes))
		return false;
	const char *r = classes[i].ranges;
	if (!r)
		add_nul_ranges(&class, name, add);
	for (; r && *r; r += 2)
		add(&class, r[0], r[1]);
	runes_sort(&class);
	if (negated)
		runes_negate(&class);
	for (isize k = 0; k < class.n; k++)
		runes_add(set, class.v[k].from, class.v[k].to);
	return true;
}
