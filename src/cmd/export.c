// export.c - the sections of Go's export data ("unified IR"):
//
//	"\n$$B\nu" version flags sectionEnds[10] elementEnds[n] data fingerprint
//
// All numbers are 32 bits, the low byte first. An element's end counts bytes of data, a
// section's end counts elements. Source: internal/pkgbits.
#include "cmd/export.h"

#include <string.h>

#include "base/list.h"

enum { SECTIONS = 10, WORD = 4 };

typedef struct {
	uint32_t section_ends[SECTIONS];
	Str element_ends; // not read yet: they may be many
	Str data;
} Export;

// The sections by what a reader can make of them. What is numbered differs wherever
// something was added, so those that say why come first.
static const struct {
	int section;
	const char *what;
} telling[] = {
	{9, "bodies that are inlined into callers"},
	{7, "escape notes and symbol numbers"},
	{6, "declarations"},
	{5, "types"},
	{3, "imported packages"},
};

static uint32_t word_at(Str s, isize i)
{
	const unsigned char *p = (const unsigned char *)s.p + i * WORD;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool take(Str *rest, isize n, Str *out)
{
	if (n > rest->len)
		return false;
	*out = str_slice(*rest, 0, n);
	*rest = str_slice(*rest, n, rest->len);
	return true;
}

static bool read_export(Str s, Export *out)
{
	Str start = S("\n$$B\nu"), version, flags, ends;

	if (!str_starts(s, start))
		return false;
	s = str_slice(s, start.len, s.len);
	if (!take(&s, WORD, &version) || (word_at(version, 0) >= 1 && !take(&s, WORD, &flags)) ||
		!take(&s, (isize)SECTIONS * WORD, &ends))
		return false;
	for (int i = 0; i < SECTIONS; i++) {
		out->section_ends[i] = word_at(ends, i);
		if (i > 0 && out->section_ends[i] < out->section_ends[i - 1])
			return false;
	}
	bool whole = take(&s, (isize)out->section_ends[SECTIONS - 1] * WORD, &out->element_ends);
	out->data = s;
	return whole;
}

static bool element(const Export *e, int section, uint32_t i, Str *out)
{
	uint32_t at = (section > 0 ? e->section_ends[section - 1] : 0) + i;
	uint32_t from = at > 0 ? word_at(e->element_ends, at - 1) : 0;
	uint32_t to = word_at(e->element_ends, at);

	if (from > to || to > e->data.len)
		return false;
	*out = str_slice(e->data, from, to);
	return true;
}

static uint32_t count(const Export *e, int section)
{
	return e->section_ends[section] - (section > 0 ? e->section_ends[section - 1] : 0);
}

// differing returns how many elements of a section are not the same, the added ones included.
static uint32_t differing(const Export *x, const Export *y, int section)
{
	uint32_t nx = count(x, section), ny = count(y, section), n = nx < ny ? ny - nx : nx - ny;
	Str ex, ey;

	for (uint32_t i = 0; i < nx && i < ny; i++)
		n += !element(x, section, i, &ex) || !element(y, section, i, &ey) ||
		     !str_eq(ex, ey);
	return n;
}

Str export_difference(Arena *a, Str x, Str y)
{
	StrList said = {.arena = a};
	Export ex, ey;

	if (!read_export(x, &ex) || !read_export(y, &ey))
		return S("in a form that is new to this otel");
	for (isize i = 0; i < countof(telling); i++) {
		uint32_t n = differing(&ex, &ey, telling[i].section);
		if (n > 0)
			strlist_add(&said, str_format(a, "%s (%u of %u)", telling[i].what, n,
						   count(&ey, telling[i].section)));
	}
	return said.n > 0 ? str_join(a, &said, S(", ")) : S("positions");
}
