#include "cmd/redirect.h"

#include "weave/object.h"

// lead exchanges the symbol of the relocations of object that belong to caller, and returns how
// many. bytes are those of the object.
static int lead(Str object, char *bytes, isize caller, SymRef callee, SymRef to)
{
	isize index = object_block(object, BLK_RELOCIDX) + 4 * caller,
	      relocs = object_block(object, BLK_RELOC),
	      from = relocs + RELOC * (isize)get32(object, index),
	      end = relocs + RELOC * (isize)get32(object, index + 4);
	int n = 0;

	if (end > object_block(object, BLK_AUX))
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

bool redirect_call(Arena *a, Str archive, Str caller, Str callee, Str to, Str *out)
{
	Str object;
	SymRef new;
	char *bytes;

	if (!object_in(archive, &object) || !object_is_indexed(object))
		return false;
	isize from = object_function(object, caller), gone = object_function(object, callee);
	if (from < 0 || gone < 0 || from >= object_symbols(object, BLK_NONPKGREF))
		return false;
	SymRef old = object_reference(object, gone);
	object = object_add(a, object, &to, 1, &new, &bytes);
	return lead(object, bytes, from, old, new) > 0 && object_put(a, archive, object, out);
}
