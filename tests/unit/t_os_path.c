#include "os/path.h"
#include "test.h"

TEST(test_join)
{
	static const struct {
		const char *a, *b, *want;
	} rows[] = {
		{"", "", ""},
		{"a", "", "a"},
		{"", "b", "b"},
		{"a", "b", "a/b"},
		{"a/", "b", "a/b"},
		{"/", "b", "/b"},
		{"a", "/b", "/b"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		test_row = rows[i].want;
		CHECK_STR(path_join(&a, str_from(rows[i].a), str_from(rows[i].b)),
			str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_split)
{
	static const struct {
		const char *path, *dir, *base;
	} rows[] = {
		{"a/b.go", "a", "b.go"},
		{"b.go", ".", "b.go"},
		{"/b", "/", "b"},
		{"/", "/", ""},
		{"/a/b/c", "/a/b", "c"},
		{"a/", "a", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		test_row = rows[i].path;
		CHECK_STR(path_dir(str_from(rows[i].path)), str_from(rows[i].dir));
		CHECK_STR(path_base(str_from(rows[i].path)), str_from(rows[i].base));
	}
}

TEST(test_clean)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"/", "/"},
		{"/a", "/a"},
		{"/a/", "/a"},
		{"//a/./b/../c/", "/a/c"},
		{"/a/..", "/"},
		{"/../a", "/a"},
		{"/a/..b/...", "/a/..b/..."},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		test_row = rows[i].in;
		CHECK_STR(path_clean(&a, str_from(rows[i].in)), str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_abs_real)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str here = path_abs(&a, S(".")), real;

	CHECK(str_starts(here, S("/")));
	CHECK_STR(path_abs(&a, S("/x")), S("/x"));
	CHECK_STR(path_abs(&a, S("x")), path_join(&a, here, S("x")));
	Str empty = path_abs(&a, S(""));
	path_abs(&a, S("another one")); // must not lie where the first did
	CHECK_STR(empty, here);
	CHECK(path_real(&a, S("/.."), &real, &d));
	CHECK_STR(real, S("/"));
	CHECK(!path_real(&a, S("/nowhere/x"), &real, &d));
	CHECK_STR(test_diags(&a, &d),
		S("error: cannot find '/nowhere/x': No such file or directory"));
	arena_free(&a);
}

// What is no file name must not become another one.
TEST(test_c)
{
	CPath c;
	char longest[PATH_MAX];

	for (isize i = 0; i < countof(longest); i++)
		longest[i] = 'x';
	CHECK_STR(str_from(path_c(&c, S("a/b"))), S("a/b"));
	CHECK_STR(str_from(path_c(&c, S("a\0b"))), S(""));
	CHECK_STR(str_from(path_c(&c, (Str){longest, PATH_MAX})), S(""));
	CHECK(str_from(path_c(&c, (Str){longest, PATH_MAX - 1})).len == PATH_MAX - 1);
}

SUITE(os_path, RUN(test_join), RUN(test_split), RUN(test_clean), RUN(test_abs_real), RUN(test_c));
