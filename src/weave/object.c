#include "weave/object.h"

#define OBJECT_MAGIC S("\0go120ld")

// An entry of the first block: a string (length, offset) and the fingerprint.
enum { IMPORT = 16, FINGERPRINT = 8 };

Str object_find(Str member)
{
	Str end = S("\n!\n");
	isize at = str_find(member, end);

	return at < 0 ? S("") : str_slice(member, at + end.len, member.len);
}

static uint32_t block(Str object, int i)
{
	return get32(object, OFFSETS_AT + 4 * i);
}

bool object_known(Str object)
{
	uint32_t last = OBJECT_HEADER;

	if (object.len < OBJECT_HEADER || !str_starts(object, OBJECT_MAGIC))
		return false;
	for (int i = 0; i < NBLOCKS; i++) {
		if (block(object, i) < last || block(object, i) > object.len)
			return false;
		last = block(object, i);
	}
	return true;
}

Str object_fingerprint(Str object)
{
	if (object.len < MAGIC + FINGERPRINT || !str_starts(object, OBJECT_MAGIC))
		return S("");
	return str_slice(object, MAGIC, MAGIC + FINGERPRINT);
}

bool object_import(Str object, isize n, ObjectImport *out)
{
	isize at = block(object, BLK_AUTOLIB) + IMPORT * n, end = block(object, BLK_AUTOLIB + 1);

	*out = (ObjectImport){S(""), S("")};
	if (at >= end)
		return false;
	if (end - at < IMPORT)
		return true;
	isize len = get32(object, at), text = get32(object, at + 4);
	if (text + len <= object.len)
		out->path = str_slice(object, text, text + len);
	out->fingerprint = str_slice(object, at + 8, at + IMPORT);
	return true;
}
