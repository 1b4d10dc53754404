#include "base/buf.h"
#include "cmd/modinfo.h"
#include "test.h"
#include "text/json.h"

// Each row is the text of a woven build, what the plan knows of the plain one, and the text then.
TEST(test_plain)
{
	static const struct {
		const char *info, *plain, *want;
	} rows[] = {
		{"path\ta\nmod\ta\t(devel)\t\n", "", "path\ta\nmod\ta\t(devel)\t\n"},
		{"build\t-gcflags=x=-otel=1\nbuild\tGOOS=linux\nEND", "", "build\tGOOS=linux\nEND"},
		{"build\t-gcflags=x=-otel=1\n", "build\t-gcflags=\"-N -l\"\n",
			"build\t-gcflags=\"-N -l\"\n"},
		{"dep\tm\tv1\n=>\t/v/m\t(devel)\t\nEND", "m\tv1\t\n", "dep\tm\tv1\t\nEND"},
		{"mod\tm\tv1\n=>\t/v/m\t(devel)\t\nEND", "m\tv1\th1:x=\n",
			"mod\tm\tv1\th1:x=\nEND"},
		{"dep\tm\tv1\n=>\t../../m\t(devel)\t\n", "m\tv1\n=>\t./m\t(devel)\t\n",
			"dep\tm\tv1\n=>\t./m\t(devel)\t\n"},
		{"dep\tm\tv1\n=>\t/v/m\t(devel)\t\n", "m\tv1\n=>\tfork\tv2\t\n",
			"dep\tm\tv1\n=>\tfork\tv2\t\n"},
		// It moved, is ours, or has a version.
		{"dep\tm\tv2\n=>\t/v/m\t(devel)\t\n", "m\tv1\t\n",
			"dep\tm\tv2\n=>\t/v/m\t(devel)\t\n"},
		{"dep\tm\tv1\n=>\tfork\tv2\th1:x=\n", "m\tv1\t\n",
			"dep\tm\tv1\n=>\tfork\tv2\th1:x=\n"},
		{"dep\tm\tv1\th1:x=\ndep\tn\tv1\n=>\t/n\t(devel)\t\n", "m\tv1\t\n",
			"dep\tm\tv1\th1:x=\ndep\tn\tv1\n=>\t/n\t(devel)\t\n"},
		{"", "m\tv1\t\n", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		test_row = rows[i].info;
		CHECK_STR(modinfo_plain(&a, str_from(rows[i].info), str_from(rows[i].plain)),
			str_from(rows[i].want));
		arena_free(&a);
	}
}

// The line is quoted as Go quotes, with marks of bytes that are no text.
TEST(test_line)
{
	Arena a = {0};

	CHECK_STR(modinfo_line(&a, S("packagefile a=b"), S("")), S("packagefile a=b"));
	CHECK_STR(modinfo_line(&a,
			  S("modinfo \"0w\\xaf\\f\\x00dep\\tm\\tv1\\n=>\\t/\\u00e9 "
			    "\\\"\\t(devel)\\t\\n\\xf92\""),
			  S("m\tv1\n=>\t./\xc3\xa9\\\t(devel)\t\n")),
		S("modinfo \"0w\\xaf\\x0c\\x00dep\\x09m\\x09v1\\x0a=>\\x09/\\xc3\\xa9 "
		  "\\x22\\x09(devel)\\x09\\x0a\\xf92\""));
	CHECK_STR(modinfo_line(&a,
			  S("modinfo \"\\xafpath\\ta\\ndep\\tm\\tv1\\n=>\\t/\\u00e9 "
			    "\\\"\\t(devel)\\t\\n\\xf92\""),
			  S("m\tv1\n=>\t./\xc3\xa9\t(devel)\t\n")),
		S("modinfo "
		  "\"\\xafpath\\x09a\\x0adep\\x09m\\x09v1\\x0a=>\\x09./\\xc3\\xa9\\x09(devel)"
		  "\\x09\\x0a\\xf92\""));
	arena_free(&a);
}

// quoted returns the line of an importcfg for a text.
static Str quoted(Arena *a, const char *info)
{
	StrBuf b = {.arena = a};

	buf_add(&b, S("modinfo "));
	json_quote(&b, str_from(info));
	return buf_str(&b);
}

// Each row is the text of a program that does not know of ours, and the text with those.
TEST(test_with)
{
	static const struct {
		const char *info, *want;
	} rows[] = {
		{"path\ta\nmod\ta\t(devel)\t\nEND",
			"path\ta\nmod\ta\t(devel)\t\ndep\tb\tv1\th1:b=\ndep\to/r\t(devel)\t\nEND"},
		{"path\ta\nmod\ta\t(devel)\t\nbuild\tGOOS=linux\n",
			"path\ta\nmod\ta\t(devel)\t\ndep\tb\tv1\th1:b=\ndep\to/r\t(devel)\t\n"
			"build\tGOOS=linux\n"},
		// In their places; what the program has itself stays as it is.
		{"path\ta\ndep\ta\tv1\t\ndep\tc\tv1\n=>\td\tv2\t\ndep\tz\tv1\t\nEND",
			"path\ta\ndep\ta\tv1\t\ndep\tb\tv1\th1:b=\ndep\tc\tv1\n=>\td\tv2\t\n"
			"dep\to/r\t(devel)\t\ndep\tz\tv1\t\nEND"},
		{"path\ta\ndep\tb\tv1\n=>\tfork\tv2\t\nEND",
			"path\ta\ndep\tb\tv1\n=>\tfork\tv2\t\ndep\to/r\t(devel)\t\nEND"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		StrList deps = {.arena = &a};
		Str plain = modinfo_line(&a, quoted(&a, rows[i].info), S(""));
		test_row = rows[i].info;
		strlist_add(&deps, S("dep\to/r\t(devel)\t\n"));
		strlist_add(&deps, S("dep\tb\tv1\th1:b=\n"));
		CHECK_STR(modinfo_with(&a, plain, &deps),
			modinfo_line(&a, quoted(&a, rows[i].want), S("")));
		CHECK_STR(modinfo_with(&a, S("packagefile fmt=f.a"), &deps),
			S("packagefile fmt=f.a"));
		arena_free(&a);
	}
}

SUITE(cmd_modinfo, RUN(test_plain), RUN(test_line), RUN(test_with));
