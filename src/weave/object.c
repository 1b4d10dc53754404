#include "weave/object.h"

#include <string.h>

#include "weave/archive.h"

#define OBJECT_MAGIC S("\0go120ld")

// An entry of the first block: a string (length, offset) and the fingerprint.
enum { IMPORT = 16, FINGERPRINT = 8 };

Str object_find(Str member)
{
	Str end = S("\n!\n");
	isize at = str_find(member, end);

	return at < 0 ? S("") : str_slice(member, at + end.len, member.len);
}

Str object_string(Str object, isize at)
{
	isize len = get32(object, at), text = get32(object, at + 4);

	return text + len <= object.len ? str_slice(object, text, text + len) : S("");
}

uint32_t object_block(Str object, int i)
{
	return get32(object, OFFSETS_AT + 4 * i);
}

bool object_known(Str object)
{
	uint32_t last = OBJECT_HEADER;

	if (object.len < OBJECT_HEADER || !str_starts(object, OBJECT_MAGIC))
		return false;
	for (int i = 0; i < NBLOCKS; i++) {
		if (object_block(object, i) < last || object_block(object, i) > object.len)
			return false;
		last = object_block(object, i);
	}
	return true;
}

bool object_in(Str archive, Str *object)
{
	Str code;

	if (!archive_code(archive, &code))
		return false;
	*object = object_find(code);
	return object_known(*object);
}

bool object_put(Arena *a, Str archive, Str object, Str *out)
{
	Str code;

	if (!archive_code(archive, &code))
		return false;
	Str text = str_slice(code, 0, code.len - object_find(code).len);
	return archive_set_code(a, archive, text, object, out);
}

Str object_fingerprint(Str object)
{
	if (object.len < MAGIC + FINGERPRINT || !str_starts(object, OBJECT_MAGIC))
		return S("");
	return str_slice(object, MAGIC, MAGIC + FINGERPRINT);
}

bool object_import(Str object, isize n, ObjectImport *out)
{
	isize at = object_block(object, BLK_AUTOLIB) + IMPORT * n,
	      end = object_block(object, BLK_AUTOLIB + 1);

	*out = (ObjectImport){S(""), S("")};
	if (at >= end)
		return false;
	if (end - at < IMPORT)
		return true;
	out->path = object_string(object, at);
	out->fingerprint = str_slice(object, at + 8, at + IMPORT);
	return true;
}

// ---- symbols

bool object_is_indexed(Str object)
{
	uint32_t defined = object_block(object, BLK_NONPKGREF) - object_block(object, BLK_SYMDEF),
		 others = object_block(object, BLK_REFFLAGS) - object_block(object, BLK_NONPKGREF);

	for (int i = BLK_RELOCIDX; i <= BLK_DATAIDX; i++)
		if (object_block(object, i + 1) - object_block(object, i) !=
			4 * (defined / SYM + 1))
			return false;
	return defined % SYM == 0 && others % SYM == 0;
}

uint32_t object_symbols(Str object, int end)
{
	return (object_block(object, end) - object_block(object, BLK_SYMDEF)) / SYM;
}

Str object_name(Str object, isize symbol)
{
	return object_string(object, object_block(object, BLK_SYMDEF) + SYM * symbol);
}

isize object_function(Str object, Str name)
{
	isize from = object_block(object, BLK_SYMDEF), n = object_symbols(object, BLK_REFFLAGS);

	for (isize i = 0; i < n; i++) {
		isize at = from + SYM * i;
		if (get32(object, at) == name.len && object.p[at + SYM_ABI] == ABI_INTERNAL &&
			object.p[at + SYM_ABI + 1] == 0 && str_eq(object_name(object, i), name))
			return i;
	}
	return -1;
}

SymRef object_reference(Str object, isize symbol)
{
	uint32_t n = (uint32_t)symbol;

	if (n < object_symbols(object, BLK_SYMDEF + 1))
		return (SymRef){PKG_SELF, n};
	return (SymRef){PKG_NONE, n - object_symbols(object, BLK_NONPKGDEF)};
}

Str object_add(Arena *a, Str object, const Str *names, isize n, SymRef *first, char **bytes)
{
	isize end = object_block(object, BLK_REFFLAGS), more = SYM * n, len = object.len + more;

	*first = (SymRef){PKG_NONE,
		object_symbols(object, BLK_REFFLAGS) - object_symbols(object, BLK_NONPKGDEF)};
	for (isize i = 0; i < n; i++)
		len += names[i].len;
	char *all = arena_array(a, char, len);
	memcpy(all, object.p, (size_t)end);
	memcpy(all + end + more, object.p + end, (size_t)(object.len - end));

	// A name that was added before lies behind the blocks too, and moves with them.
	for (isize at = object_block(object, BLK_NONPKGREF); at < end; at += SYM)
		if (get32(object, at + 4) >= end)
			put32(all + at + 4, get32(object, at + 4) + (uint32_t)more);
	isize text = object.len + more; // of the new ones: behind all else
	for (isize i = 0; i < n; i++) {
		char *sym = all + end + SYM * i;
		put32(sym, (uint32_t)names[i].len);
		put32(sym + 4, (uint32_t)text);
		sym[SYM_ABI] = ABI_INTERNAL;
		memcpy(all + text, names[i].p, (size_t)names[i].len);
		text += names[i].len;
	}
	for (int i = BLK_REFFLAGS; i < NBLOCKS; i++)
		put32(all + OFFSETS_AT + 4 * i, object_block(object, i) + (uint32_t)more);
	*bytes = all;
	return (Str){all, len};
}
