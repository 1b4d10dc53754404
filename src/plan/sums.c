#include "plan/sums.h"

#include "os/file.h"
#include "plan/cache.h"

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

	return cache_kept(a, path_join(a, dir, S("sums")), text) ? text : NULL;
}

void sums_keep(Arena *a, Str dir)
{
	const Str *kept = sums_kept(a, dir);
	Str path = path_join(a, dir, S("go.work.sum")), text;
	Diags none = {.arena = a};

	if (!file_exists(path) || !file_read(a, path, &text, &none) || !is_whole(text))
		return;
	if (!kept || !str_eq(*kept, text))
		cache_keep(a, path_join(a, dir, S("sums")), text);
}
