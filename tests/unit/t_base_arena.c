#include "test.h"

TEST(test_zeroed_and_apart)
{
	Arena a = {0};
	int *x = arena_new(&a, int);
	char *big = arena_array(&a, char, 1 << 20);

	*x = 7;
	CHECK(big[0] == 0 && big[(1 << 20) - 1] == 0);
	CHECK(*x == 7);
	arena_free(&a);
}

TEST(test_aligned)
{
	Arena a = {0};

	for (int i = 0; i < 20; i++) {
		arena_array(&a, char, i);
		CHECK((uintptr_t)arena_new(&a, int64_t) % _Alignof(int64_t) == 0);
	}
	arena_free(&a);
}

TEST(test_rewind)
{
	Arena a = {0};
	int *kept = arena_new(&a, int);
	ArenaMark m = arena_mark(&a);

	for (int i = 0; i < 10000; i++)
		*arena_new(&a, int) = i;
	*kept = 1;
	arena_rewind(&a, m);
	CHECK(*kept == 1);
	CHECK(*arena_new(&a, int) == 0);
	arena_free(&a);
}

// What is taken back is used again, in whatever order: an Arena that is rewound
// for ever does not grow.
TEST(test_reuse)
{
	Arena a = {0};
	ArenaMark start = arena_mark(&a);
	char *little = arena_array(&a, char, 100);
	char *big = arena_array(&a, char, 1 << 20);

	CHECK(arena_used(&a) >= 100 + (1 << 20));
	*little = *big = 1;
	arena_rewind(&a, start);
	CHECK(arena_used(&a) == 0);
	CHECK(arena_array(&a, char, 1 << 20) == big && *big == 0);
	CHECK(arena_array(&a, char, 100) == little && *little == 0);
	arena_free(&a);
}

SUITE(base_arena, RUN(test_zeroed_and_apart), RUN(test_aligned), RUN(test_rewind), RUN(test_reuse));
