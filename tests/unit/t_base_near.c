#include "base/near.h"
#include "test.h"

TEST(test_nearest)
{
	static const struct {
		const char *word, *want;
	} rows[] = {
		{"befor", "before"},
		{"beofre", "before"},
		{"Before", "before"},
		{"fun", "func"},
		{"recvv", "recv"},
		{"xyz", ""},
		{"", ""},
		{"go", ""},
		{"a word that is much too long to be one of the keys", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		StrList known = {.arena = &a};
		test_row = rows[i].word;
		strlist_add(&known, S("after"));
		strlist_add(&known, S("before"));
		strlist_add(&known, S("func"));
		strlist_add(&known, S("recv"));
		CHECK_STR(nearest(&known, str_from(rows[i].word)), str_from(rows[i].want));
		arena_free(&a);
	}
}

SUITE(base_near, RUN(test_nearest));
