#include "cmd/object.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "weave/archive.h"

// An archive's member begins with a header, in which its size is a decimal number.
enum { MEMBER_HEADER = 60, MEMBER_SIZE_AT = 48, MEMBER_SIZE = 10 };

uint32_t get32(Str s, isize at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void put32(char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(n >> 8 * i);
}

// ---- the archive

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

// find_object returns where in the body of the code its object begins, or -1.
static isize find_object(Str body)
{
	Str text = S("\n!\n");
	isize head = str_find(body, text);

	return head < 0 ? -1 : head + text.len;
}

// is_known says whether the object has the layout that we know, with all blocks inside.
static bool is_known(Str object)
{
	uint32_t last = OBJECT_HEADER;

	if (object.len < OBJECT_HEADER || !str_starts(object, S("\0go120ld")))
		return false;
	for (int i = 0; i < NBLOCKS; i++) {
		if (object_block(object, i) < last || object_block(object, i) > object.len)
			return false;
		last = object_block(object, i);
	}
	uint32_t defined = object_block(object, BLK_NONPKGREF) - object_block(object, BLK_SYMDEF),
		 indices = object_block(object, BLK_AUXIDX) - object_block(object, BLK_RELOCIDX);
	return defined % SYM == 0 && indices == (defined / SYM + 1) * 4 &&
	       (object_block(object, BLK_REFFLAGS) - object_block(object, BLK_NONPKGREF)) % SYM ==
		       0;
}

bool object_in(Str archive, Str *object)
{
	Str body;
	isize at;

	if (!find_code(archive, &at, &body))
		return false;
	isize head = find_object(body);
	if (head < 0)
		return false;
	*object = str_slice(body, head, body.len);
	return is_known(*object);
}

bool object_put(Arena *a, Str archive, Str object, Str *out)
{
	StrBuf b = {.arena = a};
	Str body;
	isize at;

	if (!find_code(archive, &at, &body))
		return false;
	isize head = find_object(body);
	if (head < 0)
		return false;

	// An archive of that one member, from which the other takes it.
	buf_add(&b, S("!<arch>\n"));
	buf_add(&b, str_slice(archive, at, at + MEMBER_SIZE_AT));
	buf_addf(&b, "%-10td`\n", head + object.len);
	buf_add(&b, str_slice(body, 0, head));
	buf_add(&b, object);
	return archive_exchange(a, archive, buf_str(&b), out);
}

// ---- the object

uint32_t object_block(Str object, int i)
{
	return get32(object, OFFSETS_AT + 4 * i);
}

uint32_t object_symbols(Str object, int end)
{
	return (object_block(object, end) - object_block(object, BLK_SYMDEF)) / SYM;
}

Str object_name(Str object, isize symbol)
{
	isize at = object_block(object, BLK_SYMDEF) + SYM * symbol;
	isize len = get32(object, at), text = get32(object, at + 4);

	return text + len <= object.len ? str_slice(object, text, text + len) : S("");
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

Str object_add(Arena *a, Str object, const Str *names, isize n, SymRef *first, char **out)
{
	isize end = object_block(object, BLK_REFFLAGS), more = SYM * n, len = object.len + more;

	*first = (SymRef){PKG_NONE,
		object_symbols(object, BLK_REFFLAGS) - object_symbols(object, BLK_NONPKGDEF)};
	for (isize i = 0; i < n; i++)
		len += names[i].len;
	char *bytes = arena_array(a, char, len);
	memcpy(bytes, object.p, (size_t)end);
	memcpy(bytes + end + more, object.p + end, (size_t)(object.len - end));

	// A name that was added before lies behind the blocks too, and moves with them.
	for (isize at = object_block(object, BLK_NONPKGREF); at < end; at += SYM)
		if (get32(object, at + 4) >= end)
			put32(bytes + at + 4, get32(object, at + 4) + (uint32_t)more);
	isize text = object.len + more; // of the new ones: behind all else
	for (isize i = 0; i < n; i++) {
		char *sym = bytes + end + SYM * i;
		put32(sym, (uint32_t)names[i].len);
		put32(sym + 4, (uint32_t)text);
		sym[SYM_ABI] = ABI_INTERNAL;
		memcpy(bytes + text, names[i].p, (size_t)names[i].len);
		text += names[i].len;
	}
	for (int i = BLK_REFFLAGS; i < NBLOCKS; i++)
		put32(bytes + OFFSETS_AT + 4 * i, object_block(object, i) + (uint32_t)more);
	*out = bytes;
	return (Str){bytes, len};
}
