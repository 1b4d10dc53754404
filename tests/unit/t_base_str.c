#include "base/list.h"
#include "test.h"

TEST(test_find)
{
	static const struct {
		const char *in, *sub;
		isize want;
	} rows[] = {
		{"", "", 0},
		{"", "a", -1},
		{"abc", "", 0},
		{"abc", "abc", 0},
		{"abc", "abcd", -1},
		{"aab", "ab", 1},
		{"abababc", "ababc", 2},
		{"abc", "c", 2},
		{"ab", "x", -1},
	};

	for (isize i = 0; i < countof(rows); i++) {
		test_row = rows[i].in;
		CHECK(str_find(str_from(rows[i].in), str_from(rows[i].sub)) == rows[i].want);
	}
}

TEST(test_starts_ends)
{
	static const struct {
		const char *in, *affix;
		bool starts, ends;
	} rows[] = {
		{"", "", true, true},
		{"abc", "", true, true},
		{"abc", "abc", true, true},
		{"abc", "abcd", false, false},
		{"abc", "ab", true, false},
		{"abc", "bc", false, true},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Str in = str_from(rows[i].in), affix = str_from(rows[i].affix);
		test_row = rows[i].affix;
		CHECK(str_starts(in, affix) == rows[i].starts);
		CHECK(str_ends(in, affix) == rows[i].ends);
	}
}

TEST(test_cmp)
{
	static const struct {
		const char *a, *b;
		int want; // its sign
	} rows[] = {
		{"", "", 0},
		{"", "a", -1},
		{"a", "b", -1},
		{"a", "ab", -1},
		{"ab", "a", 1},
		{"\xff", "a", 1},
	};

	for (isize i = 0; i < countof(rows); i++) {
		int got = str_cmp(str_from(rows[i].a), str_from(rows[i].b));
		test_row = rows[i].a;
		CHECK((got > 0) - (got < 0) == rows[i].want);
	}
}

TEST(test_trim)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"", ""},
		{" \t\r\n", ""},
		{"a", "a"},
		{" a b\n", "a b"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		test_row = rows[i].in;
		CHECK_STR(str_trim(str_from(rows[i].in)), str_from(rows[i].want));
	}
}

// The pieces of a text cut at its commas, each in brackets.
TEST(test_cut)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"", ""},
		{"a", "[a]"},
		{"a,b", "[a][b]"},
		{",a,,b", "[][a][][b]"},
		{"a,", "[a]"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Str rest = str_from(rows[i].in), got = S("");
		test_row = rows[i].in;
		while (rest.len > 0) {
			Str piece = str_cut(&rest, ',');
			got = str_format(&a, "%.*s[%.*s]", STR_ARG(got), STR_ARG(piece));
		}
		CHECK_STR(got, str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_copies)
{
	Arena a = {0};
	char bytes[] = "ab\0c";
	Str s = {bytes, 4}, copy = str_dup(&a, s);
	const char *cstr = str_cstr(&a, str_slice(s, 0, 2));

	bytes[0] = 'x';
	CHECK_STR(copy, S("ab\0c"));
	CHECK_STR(str_from(cstr), S("ab"));
	CHECK_STR(str_dup(&a, (Str){0}), S(""));
	arena_free(&a);
}

SUITE(base_str, RUN(test_find), RUN(test_starts_ends), RUN(test_cmp), RUN(test_trim), RUN(test_cut),
	RUN(test_copies));
