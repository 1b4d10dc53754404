#include <sys/stat.h>

#include "os/file.h"
#include "plan/elsewhere.h"
#include "plan/workspace.h"
#include "test.h"

static GoArgs parse(Arena *a, Str line)
{
	StrList words = {.arena = a};
	GoArgs args = {0};

	while (line.len > 0)
		strlist_add(&words, str_cut(&line, ' '));
	goargs_parse(
		a, words.v[0], &(StrList){.arena = a, .v = words.v + 1, .n = words.n - 1}, &args);
	return args;
}

TEST(test_named)
{
	static const struct {
		const char *line;
		bool named;
	} rows[] = {
		{"install a.com/t@v1.0.0", true},
		{"install -v a.com/t@latest a.com/u@latest", true},
		{"run a.com/t@main x", true},
		{"run a.com/t x@y", false},
		{"run x.go a@b", false},
		{"install ./...", false},
		{"install @v1", false},
		{"build a.com/t@v1.0.0", false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		test_row = rows[i].line;
		GoArgs args = parse(&a, str_from(rows[i].line));
		CHECK(elsewhere_is_named(&args) == rows[i].named);
		arena_free(&a);
	}
}

// A go command that knows a.com/t at v1.0.0, with the module cache beside it.
static GoEnv fake_go(Arena *a, Str top, const char *go_mod, Diags *d)
{
	Str modules = path_join(a, top, S("mod")), dir = path_join(a, modules, S("a.com/t@v1.0.0")),
	    go = path_join(a, top, S("go"));
	CPath c;

	CHECK(dir_make_all(path_join(a, dir, S("cmd/x")), d));
	CHECK(file_write_atomic(path_join(a, dir, S("cmd/x/main.go")), S("package main"), 0444, d));
	if (go_mod)
		CHECK(file_write_atomic(path_join(a, dir, S("go.mod")), str_from(go_mod), 0444, d));
	Str script = str_format(a,
		"#!/bin/sh\n"
		"case \"$*\" in\n"
		"'list -m -u '*) printf 'use u\\nor v\\n' ;;\n"
		"'install -n '*) echo 'go: a.com/t needs it; switching to go1.99.2' >&2 ;;\n"
		"'mod download -json a.com/t@v1.0.0'|'mod download -json a.com/t@latest')\n"
		"echo '{\"Path\":\"a.com/t\",\"Version\":\"v1.0.0\",\"Dir\":\"%.*s\"}' ;;\n"
		"*) exit 1 ;;\nesac\n",
		STR_ARG(dir));
	CHECK(file_write_atomic(go, script, 0700, d) && chmod(path_c(&c, go), 0700) == 0);
	return (GoEnv){.go = go, .version = S("go1.26.8"), .modules = modules};
}

// Each row is a command, what the module's go.mod is, the command as it is changed, and the go.mod
// that it is at home with; both "" where plain go is to speak.
TEST(test_find)
{
	static const char plain[] = "module a.com/t\n\ngo 1.21.3\n";
	static const struct {
		const char *line, *go_mod, *want, *home;
	} rows[] = {
		{"install -v a.com/t/cmd/x@v1.0.0", plain, "-v a.com/t/cmd/x",
			"go 1.26.8\n\ngodebug default=go1.21\n"},
		{"run a.com/t/cmd/x@latest a.com/t/cmd/x@latest", plain,
			"a.com/t/cmd/x a.com/t/cmd/x@latest",
			"go 1.26.8\n\ngodebug default=go1.21\n"},
		{"run a.com/t/cmd/x@upgrade", "module a.com/t\n\ngo 1.99\n", "a.com/t/cmd/x",
			"go 1.99.2\n\ngodebug default=go1.99\n"},
		{"install a.com/t/cmd/x@v1.0.0 a.com/t/...@v1.0.0", "module a.com/t\n",
			"a.com/t/cmd/x a.com/t/...", "go 1.26.8\n\ngodebug default=go1.20\n"},
		{"install a.com/t/c...@v1.0.0", NULL, "a.com/t/c...",
			"go 1.26.8\n\ngodebug default=go1.20\n"},
		{"install a.com/t/cmd/y@v1.0.0", plain, "", ""},
		{"install a.com/t/cmd/x@v1.0.1", plain, "", ""},
		{"install a.com/t/cmd/x@v1.0.0 a.com/t@v1.0.1", plain, "", ""},
		{"install a.com/t/cmd/x@v1.0.0 a.com/t", plain, "", ""},
		{"install ./t@v1.0.0", plain, "", ""},
		{"install -mod=vendor a.com/t/cmd/x@v1.0.0", plain, "", ""},
		{"install -modfile=m a.com/t/cmd/x@v1.0.0", plain, "", ""},
		{"install a.com/t/cmd/x@v1.0.0", "module a.com/t\n\nreplace b.com/u => ./u\n", "",
			""},
		{"install a.com/t/cmd/x@v1.0.0",
			"module a.com/t\n\nexclude (\n\tb.com/u v1.0.0\n)\n", "", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Str top, text = S(""), cache;
		CHECK(dir_make_temp(&a, path_join(&a, test_dir(), S("w")), &top, &d));
		GoEnv env = fake_go(&a, top, rows[i].go_mod, &d);
		GoArgs args = parse(&a, str_from(rows[i].line)), before = args;
		Elsewhere e;

		test_row = rows[i].line;
		cache = path_join(&a, top, S("cache"));
		CHECK(elsewhere_find(&a, cache, &env, &args, &e, &d));
		CHECK_STR(test_diags(&a, &d), S(""));
		CHECK((e.home.len > 0) == (rows[i].want[0] != '\0'));
		if (e.home.len == 0) {
			CHECK(args.all.v == before.all.v && args.home.len == 0);
			arena_free(&a);
			continue;
		}
		CHECK_STR(str_join(&a, &args.all, S(" ")), str_from(rows[i].want));
		CHECK_STR(args.home, e.home);
		CHECK(str_ends(e.said, S("go: module a.com/t is deprecated: use u\n")));
		CHECK(str_starts(e.said, S("go: a.com/t needs it; switching")) ==
			str_starts(str_from(rows[i].home), S("go 1.99")));
		CHECK(file_read(&a, path_join(&a, e.home, S("go.mod")), &text, &d));
		CHECK_STR(text, str_format(&a, "module elsewhere\n\n%s\nrequire a.com/t v1.0.0\n",
					rows[i].home));
		CHECK(file_exists(path_join(&a, e.copy, S("cmd/x/main.go"))));
		CHECK_STR(module_path(&a, e.copy), S("a.com/t"));
		CHECK_STR(elsewhere_place(&a, &e, path_join(&a, e.dir, S("cmd/x"))),
			path_join(&a, e.copy, S("cmd/x")));
		CHECK_STR(elsewhere_place(&a, &e, S("/other")), S("/other"));
		arena_free(&a);
	}
}

static void add_package(Arena *a, StrMap *packages, Str path, Str name, Str module)
{
	Package *p = arena_new(a, Package);
	Module *m = arena_new(a, Module);

	m->path = module;
	*p = (Package){.path = path, .name = name, .module = m, .named = name.len > 0};
	map_put(packages, path, p);
}

// Each row is a command, and what becomes of it where a.com/t has the programs x and y and the
// library l; "" where go does not take it.
TEST(test_choose)
{
	static const struct {
		const char *line, *list, *want;
	} rows[] = {
		{"install -v a.com/t/x", "x", "-v a.com/t/x"},
		{"install a.com/t/x a.com/t/y", "xy", "a.com/t/x a.com/t/y"},
		{"install a.com/t/l", "l", ""},
		{"install a.com/t/...", "xyl", "a.com/t/x a.com/t/y"},
		{"install a.com/t/x a.com/t/...", "xyl", "a.com/t/x a.com/t/y"},
		{"install a.com/t/l a.com/t/...", "xyl", ""},
		{"install a.com/t/l...", "l", ""},
		{"install a.com/t/...", "xo", ""},
		{"run a.com/t/x... a b", "x", "a.com/t/x a b"},
		{"run a.com/t/... a", "xy", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		StrMap packages = {.arena = &a};
		GoArgs args = parse(&a, str_from(rows[i].line));
		const Elsewhere e = {.path = S("a.com/t")};

		test_row = rows[i].line;
		add_package(&a, &packages, S("dep"), S(""), S("b.com/u"));
		for (const char *c = rows[i].list; *c; c++)
			add_package(&a, &packages, str_format(&a, "a.com/t/%c", *c),
				*c == 'l' ? S("lib") : S("main"),
				*c == 'o' ? S("a.com/t/o") : S("a.com/t"));
		bool taken = elsewhere_choose(&a, &e, &packages, &args);
		CHECK_STR(taken ? str_join(&a, &args.all, S(" ")) : S(""), str_from(rows[i].want));
		arena_free(&a);
	}
}

SUITE(plan_elsewhere, RUN(test_named), RUN(test_find), RUN(test_choose));
