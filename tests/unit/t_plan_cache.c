#include "plan/cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "os/file.h"
#include "test.h"

enum { DAY = 24 * 3600 };

// put makes a file of ten bytes that was last used so many seconds ago.
static void put(Arena *a, Str cache, const char *name, int64_t age)
{
	Diags d = {.arena = a};
	Str path = path_join(a, cache, str_from(name));
	struct timespec then[2] = {{.tv_sec = time(NULL) - age}, {.tv_sec = time(NULL) - age}};
	CPath c;

	CHECK(dir_make_all(path_dir(path), &d));
	CHECK(file_write_atomic(path, S("0123456789"), 0600, &d));
	CHECK(utimensat(AT_FDCWD, path_c(&c, path), then, 0) == 0);
	CHECK(utimensat(AT_FDCWD, path_c(&c, path_dir(path)), then, 0) == 0);
}

// Each row is an entry, how long ago it was used, and whether trimming leaves it.
TEST(test_trim)
{
	static const struct {
		const char *name, *entry;
		int64_t age;
		bool stays;
	} rows[] = {
		{"mark/new", "mark/new", 0, true},
		{"mark/nine", "mark/nine", 9 * DAY, true},
		{"mark/old", "mark/old", 11 * DAY, false},
		{"plan/old/go.work", "plan/old", 11 * DAY, false},
		{"plan/used/go.work", "plan/used", DAY, true},
		{"bundle/x.tmp-AbCdEf/go.mod", "bundle/x.tmp-AbCdEf", 2 * 3600, false},
		{"bundle/y.tmp-AbCdEf/go.mod", "bundle/y.tmp-AbCdEf", 60, true},
		{"memo/z.tmp-AbCdEf", "memo/z.tmp-AbCdEf", 2 * 3600, false},
		{"other/old", "other/old", 99 * DAY, true}, // not ours
		{"notes", "notes", 99 * DAY, true},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Str cache = test_dir();
		int64_t freed;

		test_row = rows[i].name;
		put(&a, cache, rows[i].name, rows[i].age);
		CHECK(cache_trim(cache, (int64_t)CACHE_DAYS * DAY, &freed, &d));
		CHECK(freed == (rows[i].stays ? 0 : 10));
		CHECK(file_exists(path_join(&a, cache, str_from(rows[i].entry))) == rows[i].stays);
		arena_free(&a);
	}
}

// Emptied, the folder holds what is not ours; what was used once keeps its time for a day.
TEST(test_use)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str cache = test_dir(), mark = path_join(&a, cache, S("mark/m"));
	CachePart parts[CACHE_PARTS];
	FileInfo before, after;
	int64_t freed;

	put(&a, cache, "mark/m", 3600);
	CHECK(file_stat(mark, &before));
	cache_used(mark);
	CHECK(file_stat(mark, &after) && after.mtime_ns == before.mtime_ns);
	put(&a, cache, "mark/m", 2 * DAY);
	cache_used(mark);
	CHECK(file_stat(mark, &after) && after.mtime_ns > before.mtime_ns);

	put(&a, cache, "plan/p/go.work", 0);
	put(&a, cache, "other", 0);
	cache_parts(cache, parts);
	CHECK_STR(str_from(parts[2].name), S("mark"));
	CHECK(parts[2].entries == 1 && parts[2].bytes == 10);
	CHECK(cache_trim(cache, 0, &freed, &d) && freed == 20);
	CHECK(!file_exists(mark) && file_exists(path_join(&a, cache, S("other"))));
	arena_free(&a);
}

// A build trims once a day.
TEST(test_daily)
{
	Arena a = {0};
	Str cache = test_dir(), old = path_join(&a, cache, S("memo/old"));

	put(&a, cache, "memo/old", 11 * DAY);
	cache_trim_daily(cache);
	CHECK(!file_exists(old));
	put(&a, cache, "memo/old", 11 * DAY);
	cache_trim_daily(cache);
	CHECK(file_exists(old));
	put(&a, cache, "trimmed", 2 * DAY);
	cache_trim_daily(cache);
	CHECK(!file_exists(old));
	arena_free(&a);
}

SUITE(plan_cache, RUN(test_trim), RUN(test_use), RUN(test_daily));
