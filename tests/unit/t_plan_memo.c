#include <stdlib.h>

#include "os/file.h"
#include "plan/memo.h"
#include "test.h"

// A folder with a module, the memo of a plan for it, and what the plan was made from.
typedef struct {
	Arena arena;
	Str dir, name, mark;
	PlanInput in;
	GoArgs args;
	PlanBasis basis;
	Diags diags;
} World;

static void put(World *w, const char *name, const char *text)
{
	CHECK(file_write_atomic(
		path_join(&w->arena, w->dir, str_from(name)), str_from(text), 0644, &w->diags));
}

static Str in_dir(World *w, const char *name)
{
	return path_join(&w->arena, w->dir, str_from(name));
}

static void begin(World *w)
{
	Arena *a = &w->arena;
	Diags d = {.arena = a};
	StrList argv = {.arena = a};

	*w = (World){.diags.arena = a};
	CHECK(dir_make_temp(a, path_join(a, test_dir(), S("w")), &w->dir, &d));
	put(w, "go.mod", "module m\n");
	put(w, "main.go", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1) }\n");
	put(w, "hook.go", "package m\n");
	CHECK(dir_make_all(in_dir(w, "sub"), &w->diags));
	put(w, "sub/s.go", "package sub\n");
	w->in = (PlanInput){.cache = path_join(a, test_dir(), S("cache")),
		.self = in_dir(w, "main.go"),
		.go = in_dir(w, "go.mod")};
	strlist_add(&argv, S("-C"));
	strlist_add(&argv, w->dir);
	goargs_parse(a, S("build"), &argv, &w->args);
	w->basis = (PlanBasis){.files.arena = a, .dirs.arena = a, .trees.arena = a};
	strlist_add(&w->basis.files, in_dir(w, "hook.go"));
	strlist_add(&w->basis.trees, w->dir);
	w->name = memo_name(a, &w->in, &w->args);

	Plan plan = {.dir = S("/plan"),
		.args.arena = a,
		.env.arena = a,
		.saved.arena = a,
		.moved.arena = a};
	strlist_add(&plan.args, S("-overlay=\"x\""));
	plan.needs.arena = a;
	put(w, "need", "1234");
	strlist_add(&plan.needs, in_dir(w, "need"));
	Str mark = S("mark text"), digest = spec_digest(a, mark);
	w->mark = path_join(a, in_dir(w, "mark"), digest);
	CHECK(dir_make_all(path_dir(w->mark), &w->diags));
	CHECK(file_write_atomic(w->mark, mark, 0600, &w->diags));
	strlist_add(&plan.needs, w->mark);
	memo_keep(a, w->name, &plan, &w->basis);
}

static bool found(World *w)
{
	Plan plan;

	return memo_find(&w->arena, w->name, false, &plan);
}

TEST(test_found)
{
	World w = {0};
	Plan plan = {0};

	begin(&w);
	CHECK(memo_find(&w.arena, w.name, false, &plan));
	CHECK_STR(plan.dir, S("/plan"));
	CHECK_STR(str_join(&w.arena, &plan.args, S("|")), S("-overlay=\"x\""));
	arena_free(&w.arena);
}

// Each row writes one file: does the plan of before still hold?
TEST(test_files)
{
	static const struct {
		const char *what, *name, *text;
		bool want;
	} rows[] = {
		{"a body", "main.go",
			"package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(2, 3) }\n",
			true},
		{"an import", "main.go", "package main\n\nimport \"net/http\"\n\nfunc main() {}\n",
			false},
		{"a constraint", "main.go", "//go:build x\n\npackage main\n\nimport \"fmt\"\n",
			false},
		{"the package", "main.go", "package other\n\nimport \"fmt\"\n", false},
		{"a new file", "b.go", "package main\n", false},
		{"a new test", "b_test.go", "package main\n", true},
		{"a new rule file", "otel.yaml", "{}\n", false},
		{"no Go", "README", "hello\n", true},
		{"an import below", "sub/s.go", "package sub\n\nimport \"os\"\n", false},
		{"a new file below", "sub/t.go", "package sub\n", false},
		{"a woven source's body", "hook.go", "package m\n\nfunc f() {}\n", false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		World w = {0};

		test_row = rows[i].what;
		begin(&w);
		put(&w, rows[i].name, rows[i].text);
		CHECK(found(&w) == rows[i].want);
		arena_free(&w.arena);
	}
}

// What a plan needs in our cache folder must be as we have left it.
TEST(test_needs)
{
	for (int i = 0; i < 4; i++) {
		World w = {0};

		begin(&w);
		if (i == 1)
			put(&w, "need", "4321");
		if (i == 2)
			CHECK(file_write_atomic(w.mark, S("other text"), 0600, &w.diags));
		if (i == 3)
			CHECK(file_write_atomic(w.mark, S("mark text"), 0600, &w.diags));
		CHECK(found(&w) == (i == 0 || i == 3));
		arena_free(&w.arena);
	}
}

static void other_mod(World *w)
{
	put(w, "go.mod", "module other\n");
}
static void new_sum(World *w)
{
	put(w, "go.sum", "x\n");
}
static void new_work(World *w)
{
	put(w, "go.work", "go 1.26\n");
}
static void other_tool(World *w)
{
	put(w, "main.go", "package main // longer\n");
}
static void other_rules(World *w)
{
	w->in.rules = S("r");
}
static void only_rules(World *w)
{
	w->in.only_rules = true;
}
static void other_command(World *w)
{
	w->args.command = S("test");
}
static void more_args(World *w)
{
	strlist_add(&w->args.all, S("-race"));
}
static void set_goflags(World *w)
{
	setenv("GOFLAGS", str_cstr(&w->arena, S("-tags=memo")), 1);
}
static void set_ours(World *w)
{
	setenv("OTEL_GO_X", str_cstr(&w->arena, S("1")), 1);
}

// Each change makes another plan's name.
TEST(test_name)
{
	static const struct {
		const char *what;
		void (*change)(World *w);
	} rows[] = {
		{"go.mod", other_mod},
		{"go.sum", new_sum},
		{"go.work", new_work},
		{"this program", other_tool},
		{"--rules", other_rules},
		{"--only-rules", only_rules},
		{"command", other_command},
		{"arguments", more_args},
		{"GOFLAGS", set_goflags},
		{"OTEL_GO_", set_ours},
	};

	for (isize i = 0; i < countof(rows); i++) {
		World w = {0};

		test_row = rows[i].what;
		begin(&w);
		CHECK_STR(memo_name(&w.arena, &w.in, &w.args), w.name);
		rows[i].change(&w);
		CHECK(!str_eq(memo_name(&w.arena, &w.in, &w.args), w.name));
		arena_free(&w.arena);
	}
	unsetenv("GOFLAGS");
	unsetenv("OTEL_GO_X");
}

// A memo that is broken in any way is none.
TEST(test_broken)
{
	static const char *const rows[] = {
		"", "{", "null", "[]", "{\"plain\":1}", "{\"dirs\":[{}],\"files\":[[]]}"};

	for (isize i = 0; i < countof(rows); i++) {
		World w = {0};

		test_row = rows[i];
		begin(&w);
		CHECK(file_write_atomic(w.name, str_from(rows[i]), 0600, &w.diags));
		CHECK(!found(&w));
		arena_free(&w.arena);
	}
}

SUITE(plan_memo, RUN(test_found), RUN(test_files), RUN(test_needs), RUN(test_name),
	RUN(test_broken));
