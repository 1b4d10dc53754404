#include "plan/version.h"
#include "test.h"

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

TEST(test_cmp)
{
	static const struct {
		const char *a, *b;
		int want;
	} rows[] = {
		{"v1.2.3", "v1.2.3", 0},
		{"v1.2.3", "v1.10.0", -1},
		{"v2.0.0", "v1.99.99", 1},
		{"v1.2.3-rc.1", "v1.2.3", -1},
		{"v1.2.3-rc.2", "v1.2.3-rc.10", -1},
		{"v1.2.3-rc.10", "v1.2.3-rc.x", -1},
		{"v1.2.3-alpha", "v1.2.3-alpha.1", -1},
		{"v2.0.0+incompatible", "v2.0.0", 0},
		{"v0.0.0-20240101000000-abcdef", "v0.0.0-20230101000000-fedcba", 1},
		{"go1.26.8", "go1.26", 1},
		{"go1.9", "go1.10", -1},
		{"go1.27rc1", "go1.27", -1},
		{"go1.27rc2", "1.27rc1", 1},
		{"1.21", "1.21.0", 0},
		{"v99999999999999999999.0.0", "v1.0.0", 1},
	};

	for (isize i = 0; i < countof(rows); i++) {
		test_row = rows[i].a;
		CHECK(sign(version_cmp(str_from(rows[i].a), str_from(rows[i].b))) == rows[i].want);
		CHECK(sign(version_cmp(str_from(rows[i].b), str_from(rows[i].a))) == -rows[i].want);
	}
}

TEST(test_in)
{
	static const struct {
		const char *v, *range;
		bool want;
	} rows[] = {
		{"v1.0.0", "", true},
		{"v1.0.0", "v1.0.0", true},
		{"v0.9.0", "v1.0.0", false},
		{"v1.5.0", "v1.0.0,v2.0.0", true},
		{"v2.0.0", "v1.0.0,v2.0.0", false},
		{"v1.9.0", ",v2.0.0", true},
		{"", "v1.0.0", true},
		{"go1.26.8", "go1.25,go1.27", true},
		{"go1.27.0", "go1.25,go1.27", false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		test_row = rows[i].v;
		CHECK(version_in(str_from(rows[i].v), str_from(rows[i].range)) == rows[i].want);
	}
}

SUITE(plan_version, RUN(test_cmp), RUN(test_in));
