#include "test.h"
#include "text/json.h"

// Each row is a stream of objects, and their members "a", or the error we give.
TEST(test_stream)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"", ""},
		{" \n", ""},
		{"{\"a\":\"x\"}", "[x]"},
		{"{\"a\":\"x\"}\n{\"a\":\"y\"} {\"b\":1}\n", "[x][y][]"},
		{"{\"a\":1}", "[]"},
		{"{\"a\":\"\\u00e4\"}", "[\xc3\xa4]"},
		{"{\"a\":\"x\"}\nno", "o:2:2: error: not JSON: '[' or '{' expected near 'no'"},
		{"{\"a\":", "o:1:5: error: not JSON: unexpected token near end of file"},
		{"{\"a\" 1}", "o:1:6: error: not JSON: ':' expected near '1'"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Source src = {S("o"), str_from(rows[i].in)};
		JsonStream s = {.src = &src};
		StrBuf got = {.arena = &a};
		json_t *v;
		test_row = rows[i].in;
		while (json_next(&s, &v, &d) && v)
			buf_addf(&got, "[%.*s]", STR_ARG(jstr(v, "a")));
		CHECK_STR(d.nerror ? test_diags(&a, &d) : buf_str(&got), str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_members)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Source src = {S("o"),
		S("{\"t\":true,\"f\":false,\"l\":[\"a\",1,\"b\"],\"o\":{\"s\":\"x\\u0000y\"}}")};
	JsonStream s = {.src = &src};
	StrList l = {.arena = &a};
	json_t *v;

	CHECK(json_next(&s, &v, &d));
	CHECK(jbool(v, "t") && !jbool(v, "f") && !jbool(v, "l") && !jbool(v, "none"));
	CHECK(jlist(v, "l") && !jlist(v, "o") && jobj(v, "o") && !jobj(v, "l"));
	jstrs(v, "l", &l);
	jstrs(v, "none", &l);
	CHECK_STR(jstr(jobj(v, "none"), "s"), S(""));
	json_stop(&s);
	CHECK_STR(str_join(&a, &l, S(",")), S("a,b")); // copies
	arena_free(&a);
}

TEST(test_quote)
{
	Arena a = {0};
	StrBuf b = {.arena = &a};

	json_quote(&b, S("a\"b\\c\n\x01/\xc3\xa4"));
	CHECK_STR(buf_str(&b), S("\"a\\\"b\\\\c\\u000a\\u0001/\xc3\xa4\""));
	arena_free(&a);
}

SUITE(text_json, RUN(test_stream), RUN(test_members), RUN(test_quote));
