#include "os/file.h"
#include "plan/graph.h"
#include "test.h"

static void begin(Planner *p, Arena *a, Diags *d)
{
	Str root = test_dir();
	Package *lib = arena_new(a, Package);

	*p = (Planner){.arena = a, .env.modules = root, .diags = d, .packages.arena = a};
	p->workspace.uses.arena = a;
	strlist_add(&p->workspace.uses, root);
	lib->path = S("a.com/lib/pkg");
	lib->module = arena_new(a, Module);
	lib->module->path = S("a.com/lib");
	lib->module->dir = path_join(a, root, S("lib"));
	map_put(&p->packages, lib->path, lib);
	CHECK(file_write_atomic(path_join(a, root, S("go.mod")),
		S("require a.com/UX v1.0.0\nrequire a.com/both v1.2.0 // indirect\n"), 0644, d));
}

// Each row is the go.mod of another module, and whether what it requires is in the graph.
TEST(test_read)
{
	static const struct {
		const char *file;
		bool vendored, want;
	} rows[] = {
		{"lib/go.mod", false, true}, // a package of the build is of it
		{"lib/go.mod", true, false},
		{"cache/download/a.com/!u!x/@v/v1.0.0.mod", false, true}, // the user's names it
		{"cache/download/a.com/!u!x/@v/v1.1.0.mod", false, false},
		{"other/go.mod", false, false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Planner p;

		test_row = rows[i].file;
		begin(&p, &a, &d);
		p.workspace.vendored = rows[i].vendored;
		Str path = path_join(&a, p.env.modules, str_from(rows[i].file));
		CHECK(dir_make_all(path_dir(path), &d));
		CHECK(file_write_atomic(path,
			S("require (\n\ta.com/x v1.1.0\n\ta.com/both v1.10.0\n)\n"), 0644, &d));
		graph_read(&p);
		CHECK_STR(graph_version(&p, S("a.com/UX")), S("v1.0.0"));
		CHECK_STR(graph_version(&p, S("a.com/x")), rows[i].want ? S("v1.1.0") : S(""));
		CHECK_STR(graph_version(&p, S("a.com/both")),
			rows[i].want ? S("v1.10.0") : S("v1.2.0"));
		CHECK(file_remove_tree(path, &d));
		arena_free(&a);
	}
}

// Each row is a line of a go.mod of ours, and what it becomes.
TEST(test_go_mod)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{"\tgo.opentelemetry.io/otel v1.41.0", "\tgo.opentelemetry.io/otel v1.45.0"},
		{"require go.opentelemetry.io/otel v1.41.0 // indirect",
			"require go.opentelemetry.io/otel v1.45.0 // indirect"},
		{"\tgo.opentelemetry.io/otel v1.46.0", "\tgo.opentelemetry.io/otel v1.46.0"},
		{"\tgo.opentelemetry.io/otel/sdk v1.41.0",
			"\tgo.opentelemetry.io/otel/sdk v1.41.0"},
		{"\tgolang.org/x/sys v0.41.0", "\tgolang.org/x/sys v0.41.0"},
		{"module otel.tool/runtime", "module otel.tool/runtime"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Planner p = {.arena = &a, .graph.arena = &a};
		Str otel = S("v1.45.0"), sys = S("v0.47.0");

		test_row = rows[i].line;
		map_put(&p.graph, S("go.opentelemetry.io/otel"), &otel);
		map_put(&p.graph, S("golang.org/x/sys"), &sys);
		CHECK_STR(graph_go_mod(&p, str_format(&a, "%s\n", rows[i].line)),
			str_format(&a, "%s\n", rows[i].want));
		arena_free(&a);
	}
}

SUITE(plan_graph, RUN(test_read), RUN(test_go_mod));
