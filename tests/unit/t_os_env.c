#include <stdlib.h>

#include "os/env.h"
#include "test.h"

// set changes the environment, for NULL it unsets.
static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

TEST(test_cache_dir)
{
	static const struct {
		const char *own, *xdg, *home, *want;
	} rows[] = {
		{"/o", "/x", "/h", "/o"},
		{NULL, "/x", "/h", "/x/otel"},
		{NULL, "x", "/h", "/h/.cache/otel"},
		{"", "", "/h", "/h/.cache/otel"},
		{NULL, NULL, NULL,
			"error: no cache folder: neither OTEL_GO_CACHE, XDG_CACHE_HOME "
			"nor HOME is set\nhelp: set OTEL_GO_CACHE to a folder of your own"},
	};
	static const char *const names[] = {"OTEL_GO_CACHE", "XDG_CACHE_HOME", "HOME"};
	Arena kept = {0};
	Str before[countof(names)];

	for (isize i = 0; i < countof(names); i++)
		before[i] = str_dup(&kept, env_get(str_from(names[i])));
	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Str got;
		test_row = rows[i].want;
		set(names[0], rows[i].own);
		set(names[1], rows[i].xdg);
		set(names[2], rows[i].home);
		if (!cache_dir(&a, &got, &d))
			got = test_diags(&a, &d);
		CHECK_STR(got, str_from(rows[i].want));
		arena_free(&a);
	}
	for (isize i = 0; i < countof(names); i++)
		set(names[i], str_cstr(&kept, before[i]));
	arena_free(&kept);
}

TEST(test_get)
{
	set("OTEL_UNIT", "a=b");
	CHECK_STR(env_get(S("OTEL_UNIT")), S("a=b"));
	CHECK_STR(env_get(S("OTEL_UNI")), S(""));
	set("OTEL_UNIT", NULL);
	CHECK_STR(env_get(S("OTEL_UNIT")), S(""));
}

TEST(test_is_on)
{
	static const struct {
		const char *value;
		bool on;
	} rows[] = {{"1", true}, {"true", true}, {"yes", true}, {"0", false}, {"false", false},
		{"", false}, {NULL, false}};

	for (isize i = 0; i < countof(rows); i++) {
		test_row = rows[i].value ? rows[i].value : "unset";
		set("OTEL_UNIT", rows[i].value);
		CHECK(env_is_on(S("OTEL_UNIT")) == rows[i].on);
	}
	set("OTEL_UNIT", NULL);
}

SUITE(os_env, RUN(test_cache_dir), RUN(test_get), RUN(test_is_on));
