#include "plan/sums.h"

#include "os/file.h"
#include "test.h"

#define SUM "h1:oKZEueFk5CKHvIhNR5MUki03XCEU+Q6VDXinZuGJ33E=\n"

// Each row is what go has left, and whether it is kept.
TEST(test_keep)
{
	static const struct {
		const char *text;
		bool kept;
	} rows[] = {
		{"", true},
		{"a v1.0.0/go.mod " SUM, true},
		{"a v1.0.0/go.mod " SUM "b v2.0.0 " SUM, true},
		{"a v1.0.0/go.mod " SUM "b v2.0", false},
		{"a v1.0.0/go.mod " SUM "b v2.0.0 h1:oKZ\n", false},
		{"a\n", false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Str dir;
		test_row = rows[i].text;
		CHECK(dir_make_temp(&a, path_join(&a, test_dir(), S("p")), &dir, &d));
		CHECK(sums_kept(&a, dir) == NULL);
		sums_keep(&a, dir); // nothing to keep
		CHECK(sums_kept(&a, dir) == NULL);
		CHECK(file_write_atomic(
			path_join(&a, dir, S("go.work.sum")), str_from(rows[i].text), 0600, &d));
		sums_keep(&a, dir);
		const Str *kept = sums_kept(&a, dir);
		CHECK((kept != NULL) == rows[i].kept);
		if (kept)
			CHECK_STR(*kept, str_from(rows[i].text));
		arena_free(&a);
	}
}

// A damaged one is not believed, and made anew.
TEST(test_damaged)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str dir = test_dir(), text = S("a v1.0.0 " SUM);

	CHECK(file_write_atomic(path_join(&a, dir, S("go.work.sum")), text, 0600, &d));
	CHECK(file_write_atomic(path_join(&a, dir, S("sums")), text, 0600, &d));
	CHECK(sums_kept(&a, dir) == NULL);
	sums_keep(&a, dir);
	const Str *kept = sums_kept(&a, dir);
	CHECK(kept && str_eq(*kept, text));
	arena_free(&a);
}

SUITE(plan_sums, RUN(test_keep), RUN(test_damaged));
