#include "plan/cache.h"

#include <time.h>

#include "base/hash.h"
#include "base/list.h"
#include "os/file.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

static const struct {
	const char *name, *what;
} parts[CACHE_PARTS] = {
	{"bundle", "what travels in the tool, unpacked"},
	{"elsewhere", "modules of programs named path@version"},
	{"mark", "what to weave into a package"},
	{"memo", "plans of earlier builds"},
	{"modules", "module caches, where go's is read-only"},
	{"plan", "their workspaces"},
	{"rules", "modules that rules come from"},
	{"tool", "versions of Go's tools"},
	{"woven", "woven archives without a Go cache"},
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool is_older(const FileInfo *f, int64_t seconds)
{
	return now_ns() - f->mtime_ns >= seconds * 1000000000;
}

// entries_of lists a folder; what cannot be read is empty.
static StrList entries_of(Arena *a, Str dir)
{
	StrList names = {.arena = a};
	Diags none = {.arena = a};

	if (file_is_dir(dir))
		dir_list(dir, &names, &none);
	return names;
}

static int64_t bytes_in(Str path)
{
	Arena a = {0};
	FileInfo f;
	int64_t sum = 0;

	if (file_stat(path, &f) && !f.is_dir)
		sum = f.size;
	StrList names = entries_of(&a, path);
	for (isize i = 0; i < names.n; i++)
		sum += bytes_in(path_join(&a, path, names.v[i]));
	arena_free(&a);
	return sum;
}

void cache_parts(Str cache, CachePart out[CACHE_PARTS])
{
	for (isize i = 0; i < CACHE_PARTS; i++) {
		Arena a = {0};
		Str dir = path_join(&a, cache, str_from(parts[i].name));
		out[i] = (CachePart){.name = parts[i].name,
			.what = parts[i].what,
			.entries = entries_of(&a, dir).n,
			.bytes = bytes_in(dir)};
		arena_free(&a);
	}
}

// A process may be at work on a temporary file for some time.
static bool is_due(Str name, const FileInfo *f, int64_t seconds)
{
	bool left_behind = str_find(name, S(".tmp-")) >= 0 && is_older(f, HOUR);

	return left_behind || is_older(f, seconds);
}

static bool trim_part(Str dir, int64_t seconds, int64_t *freed, Diags *d)
{
	Arena a = {0};
	StrList names = entries_of(&a, dir);
	bool ok = true;

	for (isize i = 0; i < names.n; i++) {
		Str path = path_join(&a, dir, names.v[i]);
		FileInfo f;
		if (!file_stat(path, &f) || !is_due(names.v[i], &f, seconds))
			continue;
		int64_t bytes = bytes_in(path);
		bool removed = file_remove_tree(path, d);
		*freed += removed ? bytes : 0;
		ok &= removed;
	}
	arena_free(&a);
	return ok;
}

bool cache_trim(Str cache, int64_t seconds, int64_t *freed, Diags *d)
{
	bool ok = true;

	*freed = 0;
	for (isize i = 0; i < CACHE_PARTS; i++) {
		Arena a = {0};
		Str dir = path_join(&a, cache, str_from(parts[i].name));
		ok &= trim_part(dir, seconds, freed, d);
		arena_free(&a);
	}
	return ok;
}

void cache_trim_daily(Str cache)
{
	Arena a = {0};
	Diags none = {.arena = &a};
	Str marker = path_join(&a, cache, S("trimmed"));
	FileInfo f;
	int64_t freed;

	// The marker comes first: of two builds at once, one trims.
	if ((!file_stat(marker, &f) || is_older(&f, DAY)) &&
		file_write_atomic(marker, S(""), 0600, &none))
		cache_trim(cache, (int64_t)CACHE_DAYS * DAY, &freed, &none);
	arena_free(&a);
}

void cache_used(Str path)
{
	FileInfo f;

	if (file_stat(path, &f) && is_older(&f, DAY))
		file_touch(path);
}

void cache_keep(Arena *a, Str path, Str text)
{
	Diags none = {.arena = a};
	Str digest = hash_text(a, text);

	if (dir_make_all(path_dir(path), &none))
		file_write_atomic(path, str_format(a, "%.*s\n%.*s", STR_ARG(digest), STR_ARG(text)),
			0600, &none);
}

bool cache_kept(Arena *a, Str path, Str *text)
{
	Diags none = {.arena = a};

	*text = S("");
	if (!file_exists(path) || !file_read(a, path, text, &none))
		return false;
	Str digest = str_cut(text, '\n');
	return str_eq(digest, hash_text(a, *text));
}
