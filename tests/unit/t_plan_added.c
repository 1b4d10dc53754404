#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "os/file.h"
#include "plan/added.h"
#include "plan/cache.h"
#include "test.h"

// said_of returns what go says of two packages whose archives are in a folder, and makes those.
static Str said_of(Arena *a, Str dir)
{
	Diags none = {.arena = a};

	CHECK(dir_make_all(dir, &none));
	CHECK(file_write_atomic(path_join(a, dir, S("1-d")), S(""), 0600, &none));
	CHECK(file_write_atomic(path_join(a, dir, S("2-d")), S(""), 0600, &none));
	return str_format(a,
		"unsafe\t\t\n"
		"fmt\ta1/c1\t%.*s/1-d\n"
		"otel.tool/runtime\ta2/c2\t%.*s/2-d\totel.tool/runtime\t\t\n",
		STR_ARG(dir), STR_ARG(dir));
}

TEST(test_read)
{
	Arena a = {0};
	Str dir = path_join(&a, test_dir(), S("cache")), path = path_join(&a, dir, S("x.added"));
	Added added, other;

	CHECK(!added_read(&a, path, &added));
	CHECK(!added_read(&a, S(""), &added));
	added_keep(&a, path, said_of(&a, dir));
	CHECK(added_read(&a, path, &added));
	CHECK(added.n == 2);
	CHECK_STR(added.v[0].package, S("fmt"));
	CHECK_STR(added.v[0].id, S("a1/c1"));
	CHECK_STR(added.v[0].dep, S(""));
	CHECK_STR(added.v[1].file, path_join(&a, dir, S("2-d")));
	CHECK_STR(added.v[1].dep, S("dep\totel.tool/runtime\t(devel)\t\n"));

	// Another machine has other folders, and the same digest.
	Str elsewhere = path_join(&a, test_dir(), S("other"));
	added_keep(&a, path, said_of(&a, elsewhere));
	CHECK(added_read(&a, path, &other));
	CHECK_STR(other.digest, added.digest);

	Diags none = {.arena = &a};
	CHECK(file_remove_tree(path_join(&a, elsewhere, S("1-d")), &none));
	CHECK(!added_read(&a, path, &other));
	arena_free(&a);
}

// Each row is a line of go's, with the archive's path for A, and the module's lines.
TEST(test_modules)
{
	static const struct {
		const char *line, *dep;
	} rows[] = {
		{"\tm\tv1.2.0\th1:x=", "dep\tm\tv1.2.0\th1:x=\n"},
		{"\tm\t\t", "dep\tm\t(devel)\t\n"},
		{"\tm\tv1.2.0\t\tfork\tv2.0.0\th1:y=", "dep\tm\tv1.2.0\n=>\tfork\tv2.0.0\th1:y=\n"},
		{"\tm\tv1.2.0\t\t./fork\t\t", "dep\tm\tv1.2.0\n=>\t./fork\t(devel)\t\n"},
		{"", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Str dir = path_join(&a, test_dir(), S("cache"));
		Str path = path_join(&a, dir, S("m.added"));
		Added added;
		test_row = rows[i].line;
		said_of(&a, dir);
		added_keep(&a, path,
			str_format(&a, "p\ta/c\t%.*s/1-d%s\n", STR_ARG(dir), rows[i].line));
		CHECK(added_read(&a, path, &added));
		CHECK_STR(added.v[0].dep, str_from(rows[i].dep));
		arena_free(&a);
	}
}

// What a program links decides the digest: content and modules, not what it was made from.
TEST(test_digest)
{
	static const struct {
		const char *id, *module;
		bool same;
	} rows[] = {
		{"a/c", "\tm\tv1\th1:x=", true},
		{"other/c", "\tm\tv1\th1:x=", true},
		{"a/other", "\tm\tv1\th1:x=", false},
		{"a/c", "\tm\tv2\th1:x=", false},
		{"a/c", "", false},
	};
	Arena a = {0};
	Str dir = path_join(&a, test_dir(), S("cache")), path = path_join(&a, dir, S("d.added"));
	Str first = S("");

	said_of(&a, dir);
	for (isize i = 0; i < countof(rows); i++) {
		Added added;
		test_row = rows[i].id;
		added_keep(&a, path,
			str_format(&a, "p\t%s\t%.*s/1-d%s\n", rows[i].id, STR_ARG(dir),
				rows[i].module));
		CHECK(added_read(&a, path, &added));
		first = i == 0 ? added.digest : first;
		CHECK(str_eq(added.digest, first) == rows[i].same);
	}
	arena_free(&a);
}

TEST(test_unused)
{
	Arena a = {0};
	Str dir = path_join(&a, test_dir(), S("cache")), path = path_join(&a, dir, S("u.added"));
	struct timespec old[2] = {{.tv_sec = time(NULL) - 25L * 3600}};
	Added added;

	CHECK(!added_gave_up(&a, path));
	added_give_up(&a, path);
	CHECK(added_gave_up(&a, path));
	CHECK(!added_read(&a, path, &added));
	CHECK(!added_is_known(path_join(&a, dir, S("none.added"))));
	added_keep(&a, path, said_of(&a, dir));
	CHECK(!added_gave_up(&a, path) && added_is_known(path));
	old[1] = old[0];
	CHECK(utimensat(AT_FDCWD, str_cstr(&a, path), old, 0) == 0);
	CHECK(!added_is_known(path));
	arena_free(&a);
}

SUITE(plan_added, RUN(test_read), RUN(test_modules), RUN(test_digest), RUN(test_unused));
