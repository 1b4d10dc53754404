#include "plan/uselist.h"
#include "test.h"

typedef bool Change(Arena *a, const Source *src, Str entry, Str *out, Diags *d);

static void check(Change *change, const char *in, const char *entry, const char *want)
{
	Arena a = {0};
	Source src = {S("otel.yaml"), str_from(in)};
	Diags d = {.arena = &a};
	Str out = S("");

	test_row = in;
	bool ok = change(&a, &src, str_from(entry), &out, &d);
	CHECK_STR(ok ? out : test_diags(&a, &d), str_from(want));
	arena_free(&a);
}

// The file, the entry to add, and the file that it makes, or the error.
TEST(test_add)
{
	static const char *const rows[][3] = {
		{"", "m@v1", "use:\n  - m@v1\n"},
		{"a: {}", "m@v1", "a: {}\n\nuse:\n  - m@v1\n"},
		{"use:\n", "m@v1", "use:\n  - m@v1\n"},
		{"use: # what\na: {}\n", "m@v1", "use: # what\n  - m@v1\na: {}\n"},
		{"use:\n- m@v1 # old\n# end\n", "n@v2", "use:\n- m@v1 # old\n- n@v2\n# end\n"},
		{"use:\n    - m@v1", "./n", "use:\n    - m@v1\n    - ./n"},
		{"use:\n  - m@v1 # old\n  - n@v1\n", "m@v2", "use:\n  - m@v2 # old\n  - n@v1\n"},
		{"use:\n  - 'm@v1'\n", "m@v2", "use:\n  - m@v2\n"},
		{"use:\n  - m@v1\n", "m@v1", "use:\n  - m@v1\n"},
		{"use: [m@v1]\n", "n@v1", "use: [m@v1, n@v1]\n"},
		{"use: []\n", "n@v1", "use: [n@v1]\n"},
		{"use:\n", "./a #b", "use:\n  - \"./a #b\"\n"},
		{"use: m@v1\n", "n@v1", "otel.yaml:1:6: error: expected a list, found a text"},
		{"[a]", "n@v1", "otel.yaml:1:1: error: expected a map of one key to a line"},
		{"{a: {}}", "n@v1", "otel.yaml:1:1: error: expected a map of one key to a line"},
		{"a: [", "n@v1",
			"otel.yaml:1:5: error: not YAML: did not find expected node content while "
			"parsing a flow node"},
	};

	for (isize i = 0; i < countof(rows); i++)
		check(uselist_add, rows[i][0], rows[i][1], rows[i][2]);
}

TEST(test_remove)
{
	static const char *const rows[][3] = {
		{"", "m", ""},
		{"a: {}\n", "m", "a: {}\n"},
		{"a: {}\nuse:\n  - m@v1\nb: {}\n", "m", "a: {}\nb: {}\n"},
		{"use:\n  - m@v1 # old\n  - n@v1\n", "m", "use:\n  - n@v1\n"},
		{"use:\n  - m@v1\n  - ./n", "./n", "use:\n  - m@v1\n"},
		{"use: [m@v1, n@v1, o@v1]\n", "n", "use: [m@v1, o@v1]\n"},
		{"use: [m@v1, n@v1]\n", "n", "use: [m@v1]\n"},
		{"use: [m@v1]\nb: {}\n", "m", "b: {}\n"},
		{"use: [m@v1]\n", "n", "use: [m@v1]\n"},
	};

	for (isize i = 0; i < countof(rows); i++)
		check(uselist_remove, rows[i][0], rows[i][1], rows[i][2]);
}

SUITE(plan_uselist, RUN(test_add), RUN(test_remove));
