#include "os/file.h"
#include "plan/hookmod.h"
#include "test.h"

// A bundle with the hooks of a library, and a build that has that library.
typedef struct {
	Arena arena;
	Diags diags;
	RuleSet rules;
	StrMap packages;
} World;

static void put(World *w, const char *name, const char *text)
{
	Str path = path_join(&w->arena, w->rules.bundle, str_from(name));

	CHECK(dir_make_all(path_dir(path), &w->diags));
	CHECK(file_write_atomic(path, str_from(text), 0644, &w->diags));
}

static void add_package(World *w, const char *path, const char *module, const char *version)
{
	Package *p = arena_new(&w->arena, Package);

	p->path = str_from(path);
	p->module = arena_new(&w->arena, Module);
	p->module->path = str_from(module);
	p->module->version = str_from(version);
	map_put(&w->packages, p->path, p);
}

static void begin(World *w)
{
	Arena *a = &w->arena;

	w->diags.arena = w->packages.arena = w->rules.arena = w->rules.packages.arena = a;
	w->rules.roots.arena = a;
	w->rules.bundle = test_dir();
	w->rules.bundled = S("linux go.opentelemetry.io/otel go.opentelemetry.io/otel/trace\n");
	put(w, "go/runtime/go.mod", "module otel.tool/runtime\n");
	put(w, "go/hooks/net/http/go.mod", "module otel.tool/hooks/net/http\n");
	put(w, "go/hooks/net/http/http.go", "package http\n");
	put(w, "go/hooks/x.com/lib/go.mod",
		"module otel.tool/hooks/x.com/lib\n\nrequire (\n\tx.com/lib v1.4.0\n"
		"\tx.com/fortests v1.9.0\n)\n");
}

static HookPackage *hooks_of_lib(World *w)
{
	HookPackage *hp = arena_new(&w->arena, HookPackage);
	Str path = S("otel.tool/hooks/x.com/lib");

	CHECK(ruleset_find(&w->rules, S("/none"), path, hp));
	map_put(&w->rules.packages, path, hp);
	return hp;
}

// Each row is what the hook package imports, the version of the library in the build,
// and why the hooks are left out.
TEST(test_links)
{
	static const struct {
		const char *imports, *version, *why;
	} rows[] = {
		{"", "v1.4.0", ""},
		{"import \"x.com/lib\"", "v1.5.0", ""},
		{"import \"x.com/lib\"", "", ""}, // it is being worked on
		{"import (\n\t\"net/http\"\n\t\"go.opentelemetry.io/otel/trace\"\n)", "v1.4.0", ""},
		{"import _ \"otel.tool/runtime/hook\"", "v1.4.0", ""},
		{"import _ \"otel.tool/hooks/net/http\"", "v1.4.0", ""},
		{"import \"x.com/lib\"", "v1.3.9",
			"x.com/lib v1.3.9 is older than v1.4.0, the oldest that they know"},
		{"import \"x.com/lib/sub\"", "v1.4.0",
			"they need the package 'x.com/lib/sub', which this build does not have"},
		{"import \"go.opentelemetry.io/otel/log\"", "v1.4.0",
			"they need the package 'go.opentelemetry.io/otel/log', which this build "
			"does not have"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		World w = {0};
		Str why;

		test_row = rows[i].imports;
		begin(&w);
		put(&w, "go/hooks/x.com/lib/lib.go",
			str_cstr(&w.arena,
				str_format(&w.arena, "package lib\n\n%s\n", rows[i].imports)));
		put(&w, "go/hooks/x.com/lib/lib_test.go", "package lib\n\nimport \"x.com/test\"\n");
		add_package(&w, "x.com/lib", "x.com/lib", rows[i].version);
		add_package(&w, "x.com/fortests", "x.com/fortests", "v1.0.0");
		HookPackage *hp = hooks_of_lib(&w);
		bool ok = hook_links(&w.rules, &w.packages, hp->path, &why, &w.diags);
		CHECK(ok == (rows[i].why[0] == '\0'));
		CHECK_STR(why, str_from(rows[i].why));
		CHECK(w.diags.nwarning == !ok);
		hook_links(&w.rules, &w.packages, hp->path, &why, &w.diags);
		CHECK(w.diags.nwarning == !ok); // said once
		arena_free(&w.arena);
	}
}

// What the hooks take along: their module, and those of hook packages that they import.
TEST(test_modules)
{
	World w = {0};
	Str why;

	begin(&w);
	put(&w, "go/hooks/x.com/lib/lib.go",
		"package lib\n\nimport (\n\t_ \"otel.tool/hooks/net/http\"\n\t\"x.com/lib\"\n)\n");
	add_package(&w, "x.com/lib", "x.com/lib", "v1.4.0");
	HookPackage *hp = hooks_of_lib(&w);
	CHECK(hook_links(&w.rules, &w.packages, hp->path, &why, &w.diags));
	CHECK(hp->imports_library);
	CHECK(hp->modules.n == 2);
	CHECK(str_ends(hp->modules.v[0], S("/go/hooks/x.com/lib")));
	CHECK(str_ends(hp->modules.v[1], S("/go/hooks/net/http")));
	arena_free(&w.arena);
}

// A library that is worked on is no hook package, though it lies where one may be looked for:
// a test of it gets our file beside it, not inside.
TEST(test_library_worked_on)
{
	World w = {0};
	Str why;

	begin(&w);
	put(&w, "go/hooks/x.com/lib/lib.go", "package lib\n\nimport \"x.com/lib\"\n");
	put(&w, "work/go.mod", "module x.com/lib\n");
	put(&w, "work/lib.go", "package lib\n\nimport \"x.com/not/here\"\n");
	strlist_add(&w.rules.roots, path_join(&w.arena, w.rules.bundle, S("work")));
	add_package(&w, "x.com/lib", "x.com/lib", "");
	HookPackage *hp = hooks_of_lib(&w);
	CHECK(hook_links(&w.rules, &w.packages, hp->path, &why, &w.diags));
	CHECK(hp->imports_library);
	CHECK(hp->modules.n == 1);
	arena_free(&w.arena);
}

SUITE(plan_hookmod, RUN(test_links), RUN(test_modules), RUN(test_library_worked_on));
