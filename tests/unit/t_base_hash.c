#include "base/hash.h"
#include "test.h"

static Str digest(Arena *a, const char *x, const char *y)
{
	Hash h;

	hash_init(&h);
	hash_add(&h, str_from(x));
	if (y)
		hash_add(&h, str_from(y));
	return hash_hex(a, &h);
}

TEST(test_hash)
{
	Arena a = {0};

	// sha256sum of eight zero bytes: the length of "".
	CHECK_STR(digest(&a, "", NULL),
		S("af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc"));
	CHECK_STR(hash_text(&a, S("")), digest(&a, "", NULL));
	// sha256sum of nothing, and of abc.
	CHECK_STR(hash_bytes(&a, S("")),
		S("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	CHECK_STR(hash_bytes(&a, S("abc")),
		S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	CHECK_STR(digest(&a, "ab", "c"), digest(&a, "ab", "c"));
	CHECK(!str_eq(digest(&a, "ab", "c"), digest(&a, "a", "bc")));
	CHECK(!str_eq(digest(&a, "ab", ""), digest(&a, "ab", NULL)));
	arena_free(&a);
}

TEST(test_starts_anew)
{
	Arena a = {0};
	Hash h;

	hash_init(&h);
	hash_add(&h, S("a"));
	Str first = hash_hex(&a, &h);
	hash_add(&h, S("a"));
	CHECK_STR(hash_hex(&a, &h), first);
	arena_free(&a);
}

SUITE(base_hash, RUN(test_hash), RUN(test_starts_anew));
