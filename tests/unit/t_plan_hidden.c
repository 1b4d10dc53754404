#include "os/file.h"
#include "plan/hidden.h"
#include "test.h"

static void add_package(Arena *a, StrMap *packages, Str path, Str module)
{
	Package *p = arena_new(a, Package);

	p->path = path;
	if (module.len > 0) {
		p->module = arena_new(a, Module);
		p->module->path = module;
	}
	map_put(packages, p->path, p);
}

// Each row is a go.sum, and the modules that are hidden from a build of fmt and a.com/x/y/pkg, of
// the module a.com/x/y, where our modules require a.com/ours.
TEST(test_hidden)
{
	static const struct {
		const char *sums, *want;
	} rows[] = {
		{"", ""},
		{"a.com/x/y v1.0.0 h1:x\n", ""},
		{"a.com/x v0.1.0/go.mod h1:x\na.com/x v0.2.0/go.mod h1:x\na.com/x/y v1.0.0 h1:x\n",
			"a.com/x"},
		{"a.com/x/y/pkg v1.0.0 h1:x\n", "a.com/x/y/pkg"},
		{"a.com/x/y/pk v1.0.0 h1:x\na.com/z v1.0.0 h1:x\nfmt v1.0.0 h1:x\n", ""},
		{"a.com/ours v1.0.0 h1:x\n", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		StrList got = {.arena = &a};
		Str root = test_dir();
		Planner p = {.arena = &a, .bundle = root, .diags = &d};

		test_row = rows[i].sums;
		p.files.arena = p.overlay.arena = p.packages.arena = &a;
		p.workspace.replaces.arena = &a;
		p.env.mod = path_join(&a, root, S("go.mod"));
		CHECK(file_write_atomic(
			path_join(&a, root, S("go.sum")), str_from(rows[i].sums), 0644, &d));
		add_package(&a, &p.packages, S("fmt"), S(""));
		add_package(&a, &p.packages, S("a.com/x/y/pkg"), S("a.com/x/y"));
		add_package(&a, &p.packages, S("a.com/ours/pkg"), S("a.com/ours/pkg"));
		p.requirements = S("b.com/other v1.0.0\na.com/ours v1.0.0\n");
		hidden_replace(&p);
		for (isize k = 0; k < p.workspace.replaces.n; k++) {
			Str line = p.workspace.replaces.v[k];
			strlist_add(&got, str_cut(&line, ' '));
		}
		CHECK_STR(str_join(&a, &got, S(" ")), str_from(rows[i].want));
		CHECK(p.overlay.n == got.n && p.files.n == got.n);
		arena_free(&a);
	}
}

SUITE(plan_hidden, RUN(test_hidden));
