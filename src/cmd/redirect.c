#include "cmd/redirect.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "weave/archive.h"
#include "weave/object.h"

// A symbol: its name (length, offset), ABI, type, two bytes of flags, size, alignment.
enum { SYM = 21, SYM_ABI = 8, ABI_INTERNAL = 1 };

// A relocation: offset, size, type, addend, and the symbol (package, index in it).
enum { RELOC = 23, RELOC_SYM = 15 };

// Packages that are none: symbols known by their name only, and the object's own.
static const uint32_t PKG_NONE = (1u << 31) - 1, PKG_SELF = (1u << 31) - 5;

// An archive's member begins with a header, in which its size is a decimal number.
enum { MEMBER_HEADER = 60, MEMBER_SIZE_AT = 48, MEMBER_SIZE = 10 };

static void put32(char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(n >> 8 * i);
}

// The body of the archive's object code, and where in the archive it begins.
static bool find_code(Str archive, isize *at, Str *body)
{
	Str magic = S("!<arch>\n");
	isize pos = magic.len;

	if (!str_starts(archive, magic))
		return false;
	while (archive.len - pos > MEMBER_HEADER) {
		char digits[MEMBER_SIZE + 1] = {0};
		memcpy(digits, archive.p + pos + MEMBER_SIZE_AT, MEMBER_SIZE);
		isize size = strtol(digits, NULL, 10), from = pos + MEMBER_HEADER;
		if (size < 0 || archive.len - from < size)
			return false;
		if (str_starts(str_slice(archive, pos, from), S("_go_.o "))) {
			*at = pos;
			*body = str_slice(archive, from, from + size);
			return true;
		}
		pos = from + size + (size & 1);
	}
	return false;
}

static uint32_t block(Str object, int i)
{
	return get32(object, OFFSETS_AT + 4 * i);
}

// known says whether the object has the layout that we know, with all symbols whole.
static bool known(Str object)
{
	if (!object_known(object))
		return false;
	uint32_t defined = block(object, BLK_NONPKGREF) - block(object, BLK_SYMDEF),
		 indices = block(object, BLK_RELOCIDX + 1) - block(object, BLK_RELOCIDX);
	return defined % SYM == 0 && indices == (defined / SYM + 1) * 4 &&
	       (block(object, BLK_REFFLAGS) - block(object, BLK_NONPKGREF)) % SYM == 0;
}

// What a relocation refers to: a package, or one of the two above, and an index in it.
typedef struct {
	uint32_t package, index;
} SymRef;

// find_function returns the index of the function of that name, as Go code calls it (assembly
// would by another ABI), among all symbols of the object, or -1. First come its own; behind
// them those that others know by their name, or that it knows of others by their name.
static isize find_function(Str object, Str name)
{
	isize from = block(object, BLK_SYMDEF), end = block(object, BLK_REFFLAGS);

	for (isize at = from; at < end; at += SYM) {
		isize len = get32(object, at), text = get32(object, at + 4);
		if (len == name.len && text + len <= object.len &&
			str_eq(str_slice(object, text, text + len), name) &&
			object.p[at + SYM_ABI] == ABI_INTERNAL && object.p[at + SYM_ABI + 1] == 0)
			return (at - from) / SYM;
	}
	return -1;
}

// symbols returns how many symbols stand before a block of them.
static uint32_t symbols(Str object, int end)
{
	return (block(object, end) - block(object, BLK_SYMDEF)) / SYM;
}

static SymRef reference(Str object, isize symbol)
{
	uint32_t n = (uint32_t)symbol;

	if (n < symbols(object, BLK_SYMDEF + 1))
		return (SymRef){PKG_SELF, n};
	return (SymRef){PKG_NONE, n - symbols(object, BLK_NONPKGDEF)};
}

// lead exchanges the symbol of the relocations in bytes, those of object that belong to
// caller, and returns how many.
static int lead(Str object, char *bytes, isize caller, SymRef callee, SymRef to)
{
	isize index = block(object, BLK_RELOCIDX) + 4 * caller, relocs = block(object, BLK_RELOC),
	      from = relocs + RELOC * (isize)get32(object, index),
	      end = relocs + RELOC * (isize)get32(object, index + 4);
	int n = 0;

	if (end > block(object, BLK_AUX))
		return 0;
	for (isize at = from + RELOC_SYM; at < end; at += RELOC) {
		if (get32(object, at) != callee.package || get32(object, at + 4) != callee.index)
			continue;
		put32(bytes + at, to.package);
		put32(bytes + at + 4, to.index);
		n++;
	}
	return n;
}

static bool redirect_object(Arena *a, Str object, Str caller, Str callee, Str to, Str *out)
{
	if (!known(object))
		return false;
	isize from = find_function(object, caller), gone = find_function(object, callee);
	if (from < 0 || gone < 0 || from >= symbols(object, BLK_NONPKGREF))
		return false;

	isize end = block(object, BLK_REFFLAGS);
	SymRef new = {PKG_NONE, symbols(object, BLK_REFFLAGS) - symbols(object, BLK_NONPKGDEF)};
	char *bytes = arena_array(a, char, object.len + SYM + to.len);
	memcpy(bytes, object.p, (size_t)object.len);
	if (lead(object, bytes, from, reference(object, gone), new) == 0)
		return false;

	// A name that was added before lies behind the blocks too, and moves with them.
	for (isize at = block(object, BLK_NONPKGREF); at < end; at += SYM)
		if (get32(object, at + 4) >= end)
			put32(bytes + at + 4, get32(object, at + 4) + SYM);
	memmove(bytes + end + SYM, bytes + end, (size_t)(object.len - end));
	memset(bytes + end, 0, SYM);
	put32(bytes + end, (uint32_t)to.len);
	put32(bytes + end + 4, (uint32_t)(object.len + SYM)); // its text: behind all else
	bytes[end + SYM_ABI] = ABI_INTERNAL;
	memcpy(bytes + object.len + SYM, to.p, (size_t)to.len);
	for (int i = BLK_REFFLAGS; i < NBLOCKS; i++)
		put32(bytes + OFFSETS_AT + 4 * i, block(object, i) + SYM);
	*out = (Str){bytes, object.len + SYM + to.len};
	return true;
}

bool redirect_call(Arena *a, Str archive, Str caller, Str callee, Str to, Str *out)
{
	StrBuf b = {.arena = a};
	Str body, text = S("\n!\n"), object;
	isize at;

	if (!find_code(archive, &at, &body))
		return false;
	isize head = str_find(body, text);
	if (head < 0)
		return false;
	head += text.len;
	if (!redirect_object(a, str_slice(body, head, body.len), caller, callee, to, &object))
		return false;

	// An archive of that one member, from which the other takes it.
	buf_add(&b, S("!<arch>\n"));
	buf_add(&b, str_slice(archive, at, at + MEMBER_SIZE_AT));
	buf_addf(&b, "%-10td`\n", head + object.len);
	buf_add(&b, str_slice(body, 0, head));
	buf_add(&b, object);
	return archive_exchange(a, archive, buf_str(&b), out);
}
