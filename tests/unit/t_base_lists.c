// list, buf and map: what grows.
#include <string.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "test.h"

TEST(test_list)
{
	Arena a = {0};
	StrList l = {.arena = &a};

	CHECK_STR(str_join(&a, &l, S(",")), S(""));
	strlist_sort(&l);
	for (char c = 'z'; c >= 'a'; c--)
		strlist_add(&l, str_dup(&a, (Str){&c, 1}));
	CHECK(l.n == 26 && strlist_has(&l, S("q")) && !strlist_has(&l, S("")));
	strlist_sort(&l);
	CHECK_STR(str_join(&a, &l, S("")), S("abcdefghijklmnopqrstuvwxyz"));
	l.n = 3;
	CHECK_STR(str_join(&a, &l, S(", ")), S("a, b, c"));
	arena_free(&a);
}

TEST(test_buf)
{
	Arena a = {0};
	StrBuf b = {.arena = &a};

	CHECK_STR(buf_str(&b), S(""));
	buf_add(&b, S(""));
	buf_add(&b, S("a\0b"));
	Str before = buf_str(&b);
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "%d,", i);
	CHECK_STR(before, S("a\0b"));
	CHECK(str_starts(buf_str(&b), S("a\0b0,1,2,")) && str_ends(buf_str(&b), S("998,999,")));

	memcpy(buf_space(&b, 100000), "end", 3);
	b.len += 3;
	CHECK(str_ends(buf_str(&b), S("999,end")));
	arena_free(&a);
}

TEST(test_map)
{
	Arena a = {0};
	StrMap m = {.arena = &a};
	int value[1000];

	CHECK(!map_get(&m, S("")));
	for (int i = 0; i < countof(value); i++)
		map_put(&m, str_format(&a, "%d", i), &value[i]);
	CHECK(m.n == countof(value));
	for (int i = 0; i < countof(value); i++)
		CHECK(map_get(&m, str_format(&a, "%d", i)) == &value[i]);
	CHECK(!map_get(&m, S("1000")) && !map_get(&m, S("")));

	map_put(&m, S("3"), &value[4]); // keeps its place
	CHECK(m.n == countof(value) && map_get(&m, S("3")) == &value[4]);
	CHECK_STR(m.v[3].key, S("3"));
	arena_free(&a);
}

SUITE(base_lists, RUN(test_list), RUN(test_buf), RUN(test_map));
