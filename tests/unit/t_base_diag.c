#include <stdlib.h>

#include "test.h"

TEST(test_line_col)
{
	static const struct {
		const char *text;
		int offset, line, col;
	} rows[] = {
		{"", 0, 1, 1}, {"ab", 2, 1, 3}, {"a\n", 1, 1, 2}, {"a\n", 2, 2, 1},
		{"a\r\n\tb", 4, 2, 2}, {"\xc3\xa4x", 2, 1, 3}, // columns count bytes
	};

	for (isize i = 0; i < countof(rows); i++) {
		int line, col;
		test_row = rows[i].text;
		diag_line_col(str_from(rows[i].text), rows[i].offset, &line, &col);
		CHECK(line == rows[i].line && col == rows[i].col);
	}
}

// What diag_print writes.
static Str printed(Arena *a, const Diags *d)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	ensure(f);
	diag_print(f, d);
	fclose(f);
	Str out = str_dup(a, (Str){text, (isize)len});
	free(text);
	return out;
}

TEST(test_print_source)
{
	static const struct {
		const char *text;
		Span at;
		const char *want;
	} rows[] = {
		{"", {0, 0}, "f:1:1: error: bad\n    1 | \n      | ^\n"},
		{"ab cd", {3, 5}, "f:1:4: error: bad\n    1 | ab cd\n      |    ^~\n"},
		{"a\n\tbcd\r\ne", {3, 6}, "f:2:2: error: bad\n    2 | \tbcd\n      | \t^~~\n"},
		{"\xc3\xa4 \xc3\xb6\xc3\xb6", {3, 7},
			"f:1:4: error: bad\n    1 | \xc3\xa4 \xc3\xb6\xc3\xb6\n      |   ^~\n"},
		{"ab\ncd", {1, 5}, "f:1:2: error: bad\n    1 | ab\n      |  ^\n"}, // its first line
		{"ab\n", {2, 2}, "f:1:3: error: bad\n    1 | ab\n      |   ^\n"},
		{"ab\n", {3, 3}, "f:2:1: error: bad\n    2 | \n      | ^\n"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Source src = {S("f"), str_from(rows[i].text)};
		test_row = rows[i].text;
		CHECK(!diag_error(&d, &src, rows[i].at, "bad"));
		CHECK_STR(printed(&a, &d), str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_kinds)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Source src = {S("f"), S("x")};

	diag_warn(&d, &src, (Span){0, 1}, "odd");
	CHECK(!diag_fault(&d, "cannot write '%s': %s", "x", "No space left on device"));
	CHECK(!diag_help(&d, "use a %s disk", "bigger"));
	CHECK(d.nerror == 1 && d.nwarning == 1 && d.nfault == 1);
	CHECK_STR(printed(&a, &d), S("f:1:1: warning: odd\n"
				     "    1 | x\n"
				     "      | ^\n"
				     "error: cannot write 'x': No space left on device\n"
				     "help: use a bigger disk\n"));
	arena_free(&a);
}

// Errors become warnings, each told once.
TEST(test_soften)
{
	Arena a = {0};
	Diags d = {.arena = &a}, wrong = {.arena = &a};
	Source src = {S("f"), S("xy")};

	diag_warn(&d, &src, (Span){0, 1}, "odd");
	diag_error(&wrong, &src, (Span){0, 1}, "odd");
	diag_error(&wrong, &src, (Span){1, 2}, "odd");
	diag_help(&wrong, "even");
	diag_fault(&wrong, "gone");
	diag_fault(&wrong, "gone");
	diag_soften(&d, &wrong);
	CHECK(d.nerror == 0 && d.nwarning == 3 && d.nfault == 0);
	CHECK_STR(test_diags(&a, &d), S("f:1:1: warning: odd\nf:1:2: warning: odd\nhelp: even\n"
					"warning: gone"));
	arena_free(&a);
}

SUITE(base_diag, RUN(test_line_col), RUN(test_print_source), RUN(test_kinds), RUN(test_soften));
