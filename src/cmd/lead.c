#include "cmd/lead.h"

#include "weave/object.h"

// What the compiler says of a function, as far as the tree of what was inlined into it: sizes and
// flags, the line, the files that it has code of, and the nodes. Source:
// cmd/internal/goobj.FuncInfo.
enum { FUNCINFO_FILES = 16, INLINED = 24, INLINED_FUNC = 12 };

// Types of symbols that are code. Source: cmd/internal/objabi.SymKind.
enum { TEXT = 1, TEXT_FIPS = 2 };

// One object, and the number that it has for the functions' package.
typedef struct {
	Str object;
	uint32_t package;
	const Leads *leads;
} Search;

// ---- the functions

static const Lead *lead_of(const Search *s, uint32_t package, uint32_t index)
{
	if (package != s->package)
		return NULL;
	for (isize i = 0; i < s->leads->n; i++)
		if (s->leads->v[i].index == index)
			return &s->leads->v[i];
	return NULL;
}

// find_package finds the number of a package. The first is that of none.
static bool find_package(Str object, Str path, uint32_t *out)
{
	isize from = object_block(object, BLK_PKGIDX), end = object_block(object, BLK_FILE);

	for (isize at = from + 8; at + 8 <= end; at += 8) {
		if (!str_eq(object_string(object, at), path))
			continue;
		*out = (uint32_t)((at - from) / 8);
		return true;
	}
	return false;
}

const Lead *lead_find(Str archive, const Leads *leads)
{
	Str object;

	if (!object_in(archive, &object) || !object_is_indexed(object))
		return leads->v;
	for (isize i = 0; i < leads->n; i++) {
		Lead *lead = &leads->v[i];
		isize symbol = object_function(object, lead->from);
		if (symbol < 0 || object_reference(object, symbol).package != PKG_SELF)
			return lead;
		lead->index = (uint32_t)symbol;
	}
	return NULL;
}

// ---- what refers to them

// A run of entries that a table of indices gives a symbol: bytes from..end of the object.
typedef struct {
	isize from, end;
} Run;

// run_of returns what belongs to a symbol, empty where it is not inside of its block.
static Run run_of(Str object, int indices, int block, isize size, isize symbol)
{
	isize index = object_block(object, indices) + 4 * symbol, at = object_block(object, block);
	Run r = {at + size * (isize)get32(object, index),
		at + size * (isize)get32(object, index + 4)};

	return r.from <= r.end && r.end <= object_block(object, block + 1) ? r : (Run){0};
}

// refers tells whether what a symbol refers to is led: code, values of functions, the methods of
// types. Not so what is said of a function, for debuggers and tracebacks.
static bool refers(Str object, isize symbol)
{
	Str name = object_name(object, symbol);
	char type = object.p[object_block(object, BLK_SYMDEF) + SYM * symbol + SYM_TYPE];

	if (name.len == 0)
		return false;
	return type == TEXT || type == TEXT_FIPS || str_ends(name, S("\u00b7f")) ||
	       str_starts(name, S("type:")) || str_starts(name, S("go:itab."));
}

// inlined_in returns the first of the functions that is in what the compiler says of another.
static const Lead *inlined_in(const Search *s, isize info)
{
	Str object = s->object;
	Run data = run_of(object, BLK_DATAIDX, BLK_DATA, 1, info);
	isize at = data.from + FUNCINFO_FILES;

	if (at + 4 > data.end)
		return NULL;
	at += 4 +
	      4 * (isize)get32(object, at); // now at the number of nodes, if the files are inside
	if (at + 4 > data.end)
		return NULL;
	isize n = get32(object, at);
	for (at += 4; n-- > 0 && at + INLINED <= data.end; at += INLINED) {
		const Lead *lead = lead_of(
			s, get32(object, at + INLINED_FUNC), get32(object, at + INLINED_FUNC + 4));
		if (lead)
			return lead;
	}
	return NULL;
}

// abstract_of returns the function that has a description for debuggers of how it is inlined: it is
// in a caller, even where nothing is left of it there to be told.
static const Lead *abstract_of(const Search *s)
{
	Str before = S("go:info."), behind = S("$abstract");
	isize n = object_symbols(s->object, BLK_REFFLAGS);

	for (isize i = 0; i < n; i++) {
		Str name = object_name(s->object, i);
		if (!str_starts(name, before) || !str_ends(name, behind))
			continue;
		name = str_slice(name, before.len, name.len - behind.len);
		for (isize k = 0; k < s->leads->n; k++)
			if (str_eq(s->leads->v[k].from, name))
				return &s->leads->v[k];
	}
	return NULL;
}

static const Lead *find_inlined(const Search *s)
{
	isize n = object_symbols(s->object, BLK_NONPKGREF);

	for (isize i = 0; i < n; i++) {
		Run r = run_of(s->object, BLK_AUXIDX, BLK_AUX, AUX, i);
		for (isize at = r.from; at < r.end; at += AUX) {
			isize info = get32(s->object, at + AUX_SYM + 4);
			if (s->object.p[at] != AUX_FUNCINFO ||
				get32(s->object, at + AUX_SYM) != PKG_SELF || info >= n)
				continue;
			const Lead *lead = inlined_in(s, info);
			if (lead)
				return lead;
		}
	}
	return NULL;
}

// exchange leads what the object refers to: to is the first of the others' symbols. It returns how
// much that was. With bytes NULL nothing is changed.
static isize exchange(const Search *s, char *bytes, SymRef to)
{
	isize n = object_symbols(s->object, BLK_NONPKGREF), led = 0;

	for (isize i = 0; i < n; i++) {
		Run r = run_of(s->object, BLK_RELOCIDX, BLK_RELOC, RELOC, i);
		if (r.from == r.end || !refers(s->object, i))
			continue;
		for (isize at = r.from + RELOC_SYM; at < r.end; at += RELOC) {
			const Lead *lead =
				lead_of(s, get32(s->object, at), get32(s->object, at + 4));
			if (!lead)
				continue;
			led++;
			if (!bytes)
				continue;
			put32(bytes + at, to.package);
			put32(bytes + at + 4, to.index + (uint32_t)(lead - s->leads->v));
		}
	}
	return led;
}

// lead_object leads what the object refers to, in a copy. False if that is nothing.
static bool lead_object(Arena *a, Search *s)
{
	isize n = s->leads->n;
	Str *names = arena_array(a, Str, n);
	SymRef first = {0};
	char *bytes;

	if (exchange(s, NULL, first) == 0)
		return false;
	for (isize i = 0; i < n; i++)
		names[i] = s->leads->v[i].to;
	s->object = object_add(a, s->object, names, n, &first, &bytes);
	exchange(s, bytes, first);
	return true;
}

LeadOutcome lead_all(
	Arena *a, Str archive, Str path, const Leads *leads, Str *out, const Lead **inlined)
{
	Search s = {.package = PKG_SELF, .leads = leads};

	if (!object_in(archive, &s.object) || !object_is_indexed(s.object) ||
		(path.len > 0 && !find_package(s.object, path, &s.package)))
		return LEAD_NOTHING;
	*inlined = abstract_of(&s);
	if (!*inlined)
		*inlined = find_inlined(&s);
	if (*inlined)
		return LEAD_INLINED;
	bool led = lead_object(a, &s) && object_put(a, archive, s.object, out);
	return led ? LEAD_DONE : LEAD_NOTHING;
}
