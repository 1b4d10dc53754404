#include "cmd/modinfo.h"
#include "test.h"

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

SUITE(cmd_modinfo, RUN(test_plain), RUN(test_line));
