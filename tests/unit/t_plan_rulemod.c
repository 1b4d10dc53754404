#include "os/file.h"
#include "plan/rulemod.h"
#include "test.h"

TEST(test_names)
{
	static const struct {
		const char *name;
		bool rules;
	} files[] = {
		{"otel.yaml", true},
		{"otelc.yaml", true},
		{"otelc.yml", true},
		{"http.otel.yaml", true},
		{"http.otelc.yaml", true},
		{"http.otelc.yml", true},
		{"otel.yml", false},
		{"rules.yaml", false},
		{"otel.yaml.bak", false},
		{"notel.yaml", false},
	};
	Arena a = {0};

	for (isize i = 0; i < countof(files); i++) {
		test_row = files[i].name;
		CHECK(rulemod_is_rule_file(str_from(files[i].name)) == files[i].rules);
	}
	CHECK(rulemod_is_folder(S("./a")) && rulemod_is_folder(S("../a")) &&
		rulemod_is_folder(S("/a")) && !rulemod_is_folder(S("a.b/c@v1.0.0")));
	CHECK_STR(rulemod_cached(&a, S("/mod"), S("example.com/My/Rules"), S("v1.0.0-RC1")),
		S("/mod/example.com/!my/!rules@v1.0.0-!r!c1"));
	arena_free(&a);
}

static bool put(Arena *a, Str dir, const char *name, const char *text, Diags *d)
{
	Str path = path_join(a, dir, str_from(name));

	return dir_make_all(path_dir(path), d) && file_write_atomic(path, str_from(text), 0644, d);
}

// A module of go's cache is copied once, to a place that its sum is part of; what lies elsewhere
// stays.
TEST(test_copy)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str top = test_dir(), mod = path_join(&a, top, S("mod")),
	    cache = path_join(&a, top, S("c"));
	Str dir = path_join(&a, mod, S("example.com/rules@v1.0.0")), copy, other, text = S("");
	const char *sum = "cache/download/example.com/rules/@v/v1.0.0.ziphash";

	CHECK(put(&a, dir, "otel.yaml", "{}", &d) && put(&a, dir, "hooks/h.go", "package h", &d) &&
		put(&a, mod, sum, "h1:one", &d));
	CHECK(rulemod_copy(&a, cache, mod, dir, &copy, &d));
	CHECK(str_ends(copy, S("/example.com/rules@v1.0.0")));
	CHECK(file_read(&a, path_join(&a, copy, S("hooks/h.go")), &text, &d));
	CHECK_STR(text, S("package h"));
	CHECK_STR(rulemod_copied(&a, cache, path_join(&a, copy, S("otel.yaml"))),
		path_dir(path_dir(copy)));
	CHECK(rulemod_copy(&a, cache, mod, dir, &other, &d));
	CHECK_STR(other, copy);
	CHECK(put(&a, mod, sum, "h1:two", &d) && rulemod_copy(&a, cache, mod, dir, &other, &d));
	CHECK(!str_eq(other, copy));

	CHECK(rulemod_copy(&a, cache, mod, top, &other, &d));
	CHECK_STR(other, top);
	CHECK_STR(rulemod_copied(&a, cache, top), S(""));
	CHECK_STR(test_diags(&a, &d), S(""));
	arena_free(&a);
}

// If the disk is full there is no half a copy.
TEST(test_full)
{
	Arena a = {0};
	Str top = test_dir(), mod = path_join(&a, top, S("mod")),
	    cache = path_join(&a, top, S("c"));
	Str dir = path_join(&a, mod, S("example.com/rules@v1.0.0")), copy;
	Diags d = {.arena = &a};

	CHECK(put(&a, dir, "otel.yaml", "{}", &d) && put(&a, dir, "hooks/h.go", "package h", &d));
	for (int n = 0; n < 40; n++) {
		StrList left = {.arena = &a};
		Diags fault = {.arena = &a}, none = {.arena = &a};
		test_fail_at(n);
		bool ok = rulemod_copy(&a, cache, mod, dir, &copy, &fault);
		test_fail_at(-1);
		if (ok)
			break;
		CHECK(fault.nfault == 1 && n < 39);
		dir_list(path_join(&a, cache, S("rules")), &left, &none);
		CHECK(left.n == 0);
	}
	CHECK(file_exists(path_join(&a, copy, S("hooks/h.go"))));
	arena_free(&a);
}

SUITE(plan_rulemod, RUN(test_names), RUN(test_copy), RUN(test_full));
