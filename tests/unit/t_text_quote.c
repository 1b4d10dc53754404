#include "test.h"
#include "text/quote.h"

TEST(test_unquote)
{
	static const struct {
		const char *in, *want; // NULL: no literal
	} rows[] = {
		{"\"\"", ""},
		{"\"a\\tb\\\"\\\\\"", "a\tb\"\\"},
		{"\"\\x41\\101\\u00e9\\U0001F600\"", "AA\xc3\xa9\xf0\x9f\x98\x80"},
		{"`a\\n\r\n\"`", "a\\n\n\""},
		{"'a'", "a"},
		{"'\\''", "'"},
		{"'\\xff'", "\xff"},
		{"'\xc3\xa9'", "\xc3\xa9"},
		{"", NULL},
		{"\"", NULL},
		{"\"a'", NULL},
		{"a", NULL},
		{"\"a\nb\"", NULL},
		{"\"a\"b\"", NULL},
		{"\"\\\"", NULL},
		{"\"\\'\"", NULL},
		{"'\\\"'", NULL},
		{"\"\\q\"", NULL},
		{"\"\\x4\"", NULL},
		{"\"\\400\"", NULL},
		{"\"\\ud800\"", NULL},
		{"\"\\U00110000\"", NULL},
		{"''", NULL},
		{"'ab'", NULL},
		{"'\\xc3\\xa9'", NULL},
		{"'\xff'", NULL},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Str got;
		test_row = rows[i].in;
		bool ok = unquote(&a, str_from(rows[i].in), &got);
		CHECK(ok == (rows[i].want != NULL));
		if (ok && rows[i].want)
			CHECK_STR(got, str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_quote_add)
{
	static const struct {
		const char *in;
		char quote;
		const char *want;
	} rows[] = {
		{"", '"', "\"\""},
		{"a'b\"", '"', "\"a'b\\\"\""},
		{"'", '\'', "'\\''"},
		{"\a\t\x01\x7f\\", '"', "\"\\a\\t\\x01\\x7f\\\\\""},
		{"\xc3\xa9\xff", '"', "\"\xc3\xa9\\xff\""},
		{"\xc2\xa0\xef\xbb\xbf", '"', "\"\\u00a0\\ufeff\""},
		{"\xf3\xa0\x80\x81", '"', "\"\\U000e0001\""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		StrBuf b = {.arena = &a};
		test_row = rows[i].in;
		quote_add(&b, str_from(rows[i].in), rows[i].quote);
		CHECK_STR(buf_str(&b), str_from(rows[i].want));
		arena_free(&a);
	}
}

SUITE(text_quote, RUN(test_unquote), RUN(test_quote_add));
