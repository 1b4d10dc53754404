#include "base/buf.h"
#include "test.h"
#include "text/regex.h"

// match returns "yes", "no" or why the pattern is none.
static Str match(Arena *a, const char *pattern, const char *text)
{
	Regex re;
	Str why;

	if (!regex_compile(a, str_from(pattern), &re, &why))
		return why;
	bool found = regex_match(&re, str_from(text));
	CHECK(regex_match(&re, str_from(text)) == found);
	return found ? S("yes") : S("no");
}

// What tests/text compares with Go at length; here one row for each thing.
TEST(test_match)
{
	static const struct {
		const char *pattern, *text, *want;
	} rows[] = {
		{"", "", "yes"},
		{"b", "abc", "yes"},
		{"^b", "abc", "no"},
		{"^abc$", "abc", "yes"},
		{"a.c", "a\nc", "no"},
		{"(?s)a.c", "a\nc", "yes"},
		{"b$", "a\nb\n", "no"},
		{"(?m)^b$", "a\nb\n", "yes"},
		{"\\Ab|b\\z", "ab", "yes"},
		{"a|bc|", "x", "yes"},
		{"^(a|bc)$", "bc", "yes"},
		{"^a*$", "aaa", "yes"},
		{"^a+?$", "", "no"},
		{"^ab?c$", "ac", "yes"},
		{"^a{2,3}$", "aaaa", "no"},
		{"^a{2,}$", "aaaa", "yes"},
		{"^(ab){2}$", "abab", "yes"},
		{"a{,2}", "a{,2}", "yes"},
		{"^[a-c]+$", "abc", "yes"},
		{"^[^a-c]+$", "ab", "no"},
		{"^[]-]+$", "]-", "yes"},
		{"^[[:alpha:][:^alpha:]]$", "1", "yes"},
		{"^\\w+\\s\\d$", "a_1 2", "yes"},
		{"^[\\W\\D]$", "1", "no"},
		{"\\bgo\\b", "let go.", "yes"},
		{"\\Bo\\b", "go", "yes"},
		{"(?i)Go", "gO", "yes"},
		{"(?i:g)o", "gO", "no"},
		{"(?i)[a-z]", "K", "yes"},
		{"(?i)^k$", "\xe2\x84\xaa", "yes"},
		{"^(?P<a>x)(?<b>y)(?:z)$", "xyz", "yes"},
		{"(?U)a*", "", "yes"},
		{"^\\Qa.b\\E$", "a.b", "yes"},
		{"^\\Qa.b\\E$", "axb", "no"},
		{"^\\x41\\x{e9}\\101\\n$",
			"A\xc3\xa9"
			"A\n",
			"yes"},
		{"^.$", "\xe4\xb8\x96", "yes"},
		{"^..$", "\xff\xff", "yes"},
		{"^\\x{fffd}$", "\xff", "yes"},
		{"^(a*)*(a|b)*$", "aaab", "yes"},
		{"tracer\\.Start\\(.*\\)", "ctx, span := tracer.Start(ctx, \"x\")", "yes"},
		{"a{0}b", "b", "yes"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		test_row = rows[i].pattern;
		CHECK_STR(match(&a, rows[i].pattern, rows[i].text), str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_errors)
{
	static const struct {
		const char *pattern, *want;
	} rows[] = {
		{"(a", "missing ')' of '(a'"},
		{"a)", "a ')' that closes nothing"},
		{"[a", "missing ']' of '[a'"},
		{"[]", "missing ']' of '[]'"},
		{"[b-a]", "the range 'b-a' goes back"},
		{"[[:foo:]]", "unknown class '[:foo:]'"},
		{"[[:d:]]", "unknown class '[:d:]'"},
		{"*a", "missing argument of '*'"},
		{"(|+?)", "missing argument of '+?'"},
		{"a**", "'*' behind another repetition"},
		{"a{2}{3}", "'{3}' behind another repetition"},
		{"a{3,2}", "'{3,2}' is no repetition: at most 1000, and the smaller number first"},
		{"a{1001}",
			"'{1001}' is no repetition: at most 1000, and the smaller number first"},
		{"(a{100}){11}", "nested repetitions make more than 1000 of one thing"},
		{"\\q", "unknown escape '\\q'"},
		{"\\1", "unknown escape '\\1'"},
		{"\\x4", "unknown escape '\\x4'"},
		{"\\x{110000}", "unknown escape '\\x{110000'"},
		{"a\\", "a backslash at the end"},
		{"(?a)", "unknown group '(?a'"},
		{"(?=a)", "unknown group '(?='"},
		{"(?i", "unknown group '(?i'"},
		{"(?P<a b>c)", "expected the name of a group and '>', found 'a b'"},
		{"\\pL", "classes of Unicode such as \\pL are not supported"},
		{"[\\p{Greek}]", "classes of Unicode such as \\pL are not supported"},
		{"(?i)\xc3\xa9", "(?i) is supported for ASCII only"},
		{"\xff", "the pattern is not UTF-8"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		test_row = rows[i].pattern;
		CHECK_STR(match(&a, rows[i].pattern, ""), str_from(rows[i].want));
		arena_free(&a);
	}
}

static const char *repeat(Arena *a, const char *part, int n, const char *end)
{
	StrBuf b = {.arena = a};

	for (int i = 0; i < n; i++)
		buf_add(&b, str_from(part));
	buf_add(&b, str_from(end));
	return str_cstr(a, buf_str(&b));
}

TEST(test_limits)
{
	Arena a = {0};
	const char *many = repeat(&a, "a", 100000, "");

	CHECK_STR(match(&a, repeat(&a, "(", 100000, ""), ""), S("nested too deeply"));
	CHECK_STR(match(&a, repeat(&a, "(?i)*", 300, ""), ""), S("missing argument of '*'"));
	CHECK_STR(match(&a, repeat(&a, "a(?i)*", 1, repeat(&a, "(?i)*", 300, "")), ""),
		S("nested too deeply"));
	CHECK_STR(match(&a, repeat(&a, "(?:aaaaaaaaaa){1000}", 11, ""), ""),
		S("the pattern is too large"));
	CHECK_STR(match(&a, "^(a*)*(a|a?)*(a*)*b$", many), S("no"));
	arena_free(&a);
}

SUITE(text_regex, RUN(test_match), RUN(test_errors), RUN(test_limits));
