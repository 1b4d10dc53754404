#include "plan/sums.h"

#include "base/hash.h"
#include "os/file.h"

static Str digest_of(Arena *a, Str text)
{
	Hash h;

	hash_init(&h);
	hash_add(&h, text);
	return hash_hex(a, &h);
}

static bool read(Arena *a, Str path, Str *out)
{
	Diags none = {.arena = a};

	return file_exists(path) && file_read(a, path, out, &none);
}

// Sum = module " " version " " "h1:" digest .  We may read while go writes.
static bool is_whole(Str text)
{
	enum { SUM_LENGTH = 3 + 44 };

	if (text.len > 0 && !str_ends(text, S("\n")))
		return false;
	while (text.len > 0) {
		Str sum = str_cut(&text, '\n'), module = str_cut(&sum, ' ');
		Str version = str_cut(&sum, ' ');
		if (module.len == 0 || !str_starts(version, S("v")) || !str_starts(sum, S("h1:")) ||
			sum.len != SUM_LENGTH)
			return false;
	}
	return true;
}

const Str *sums_kept(Arena *a, Str dir)
{
	Str *text = arena_new(a, Str);

	if (!read(a, path_join(a, dir, S("sums")), text))
		return NULL;
	Str digest = str_cut(text, '\n');
	return str_eq(digest, digest_of(a, *text)) ? text : NULL;
}

void sums_keep(Arena *a, Str dir)
{
	const Str *kept = sums_kept(a, dir);
	Diags none = {.arena = a};
	Str text;

	if (!read(a, path_join(a, dir, S("go.work.sum")), &text) || !is_whole(text) ||
		(kept && str_eq(*kept, text)))
		return;
	Str digest = digest_of(a, text);
	Str both = str_format(a, "%.*s\n%.*s", STR_ARG(digest), STR_ARG(text));
	file_write_atomic(path_join(a, dir, S("sums")), both, 0600, &none);
}
