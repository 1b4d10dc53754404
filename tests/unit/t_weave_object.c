#include <string.h>

#include "base/buf.h"
#include "test.h"
#include "weave/object.h"

static void add_number(StrBuf *b, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		buf_add(b, (Str){(const char[]){(char)(n >> 8 * i)}, 1});
}

// The object of a package that imports fmt and net/http, with extra bytes in the block of imports.
static Str object(Arena *a, isize extra)
{
	StrBuf b = {.arena = a};
	uint32_t names = OBJECT_HEADER, blocks = names + 11;

	buf_add(&b, S("\0go120ldfingers!flag"));
	for (int i = 0; i < NBLOCKS; i++)
		add_number(&b, blocks + (i > BLK_AUTOLIB ? 32 + (uint32_t)extra : 0));
	buf_add(&b, S("fmtnet/http"));
	add_number(&b, 3);
	add_number(&b, names);
	buf_add(&b, S("of fmt.."));
	add_number(&b, 8);
	add_number(&b, names + 3);
	buf_add(&b, S("of http."));
	buf_add(&b, str_slice(S("1234567"), 0, extra));
	return buf_str(&b);
}

TEST(test_imports)
{
	Arena a = {0};
	Str o = object(&a, 0);
	ObjectImport i;

	CHECK(object_known(o));
	CHECK_STR(object_fingerprint(o), S("fingers!"));
	CHECK(object_import(o, 0, &i));
	CHECK_STR(i.path, S("fmt"));
	CHECK_STR(i.fingerprint, S("of fmt.."));
	CHECK(object_import(o, 1, &i));
	CHECK_STR(i.path, S("net/http"));
	CHECK_STR(i.fingerprint, S("of http."));
	CHECK(!object_import(o, 2, &i));
	arena_free(&a);
}

// Half an entry is none that could be found anywhere.
TEST(test_half)
{
	Arena a = {0};
	ObjectImport i;

	CHECK(object_import(object(&a, 7), 2, &i));
	CHECK_STR(i.path, S(""));
	CHECK(!object_import(object(&a, 7), 3, &i));
	arena_free(&a);
}

TEST(test_found)
{
	CHECK_STR(object_find(S("go object linux\n\n!\nobject")), S("object"));
	CHECK_STR(object_find(S("go object linux\n")), S(""));
	CHECK_STR(object_fingerprint(S("\0go120ldfingers!")), S("fingers!"));
	CHECK_STR(object_fingerprint(S("\0go120ldfinger")), S(""));
	CHECK_STR(object_fingerprint(S("\0go999ldfingers!")), S(""));
}

// Whatever byte is wrong, or missing, nothing is read beyond the end.
TEST(test_damaged)
{
	Arena a = {0};
	Str good = object(&a, 0);
	ObjectImport import;

	for (isize n = 0; n < good.len; n++) {
		ArenaMark m = arena_mark(&a);
		Str cut = str_dup(&a, str_slice(good, 0, n));
		CHECK(!object_known(cut));
		object_fingerprint(cut);
		char *p = arena_array(&a, char, good.len);
		memcpy(p, good.p, (size_t)good.len);
		p[n] = (char)~p[n];
		Str wrong = {p, good.len};
		for (isize i = 0; object_known(wrong) && object_import(wrong, i, &import); i++)
			CHECK(import.path.len <= good.len);
		arena_rewind(&a, m);
	}
	arena_free(&a);
}

SUITE(weave_object, RUN(test_imports), RUN(test_half), RUN(test_found), RUN(test_damaged));
