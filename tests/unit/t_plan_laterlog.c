#include "os/file.h"
#include "plan/graph.h"
#include "plan/laterlog.h"
#include "test.h"

#define LATER \
	S("go.opentelemetry.io/otel/sdk/log v0.21.0\n" \
	  "github.com/stretchr/testify v1.11.1\n" \
	  "go.opentelemetry.io/otel v1.45.0\n" \
	  "go.opentelemetry.io/otel/sdk v1.45.0\n" \
	  "golang.org/x/sys v0.47.0\n")
#define REQUIREMENTS \
	S("go.opentelemetry.io/otel v1.41.0\n" \
	  "go.opentelemetry.io/otel/sdk v1.41.0\n" \
	  "golang.org/x/sys v0.20.0\n" \
	  "golang.org/x/sys v0.41.0\n")

static void begin(Planner *p, Arena *a, Diags *d, Str go_mod)
{
	Str root = test_dir();

	*p = (Planner){.arena = a, .bundle = root, .diags = d};
	p->packages.arena = p->overlay.arena = a;
	p->workspace.uses.arena = p->workspace.excludes.arena = a;
	strlist_add(&p->workspace.uses, root);
	CHECK(file_write_atomic(path_join(a, root, S("later")), LATER, 0644, d));
	CHECK(file_write_atomic(path_join(a, root, S("go.mod")), go_mod, 0644, d));
}

static Package *add_package(Planner *p, const char *module, const char *version)
{
	Package *pkg = arena_new(p->arena, Package);

	pkg->path = str_from(module);
	pkg->dir = p->bundle;
	pkg->files.arena = p->arena;
	pkg->module = arena_new(p->arena, Module);
	pkg->module->path = pkg->path;
	pkg->module->version = str_from(version);
	map_put(&p->packages, pkg->path, pkg);
	return pkg;
}

// Each row is a go.mod, what the build's package log declares (NULL if it has none), and
// whether it is a later one.
TEST(test_read)
{
	static const struct {
		const char *go_mod, *log;
		bool want;
	} rows[] = {
		{"", NULL, false},
		{"", "package log\n\n// KeyValue is one.\ntype KeyValue struct {\n}\n", false},
		{"", "package log\n\nfunc f(attribute.KeyValue) {}\n", true},
		{"require go.opentelemetry.io/otel/log v0.20.0 // indirect\n", NULL, false},
		{"require go.opentelemetry.io/otel/log v0.21.0\n", NULL, true},
		{"require (\n\tgo.opentelemetry.io/otel/log v1.47.0 // indirect\n)\n", NULL, true},
		{"require go.opentelemetry.io/otel/log/logtest v0.23.0\n", NULL, false},
		// What is compiled counts, whatever its version is called.
		{"require go.opentelemetry.io/otel/log v0.21.0\n",
			"package log\ntype KeyValue struct{}\n", false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Planner p;
		Str later;

		test_row = rows[i].go_mod;
		begin(&p, &a, &d, str_from(rows[i].go_mod));
		if (rows[i].log) {
			Package *log = add_package(&p, "go.opentelemetry.io/otel/log", "v0.1.0");
			strlist_add(&log->files, S("x.go"));
			CHECK(file_write_atomic(path_join(&a, p.bundle, S("x.go")),
				str_from(rows[i].log), 0644, &d));
		}
		graph_read(&p);
		CHECK(laterlog_read(&p, &later));
		CHECK_STR(later, rows[i].want ? LATER : S(""));
		arena_free(&a);
	}
}

// Each row is a module of the build, the user's go.mod, and what is excluded: what would raise the
// build's version, or else the one that we bring.
TEST(test_add)
{
	static const struct {
		const char *module, *version, *go_mod, *want;
	} rows[] = {
		{"a.com/x", "v1.0.0", "",
			"go.opentelemetry.io/otel/sdk v1.45.0|"
			"golang.org/x/sys v0.47.0"},
		{"go.opentelemetry.io/otel", "v1.45.0", "",
			"go.opentelemetry.io/otel/sdk v1.45.0|golang.org/x/sys v0.47.0"},
		{"go.opentelemetry.io/otel", "", "", // worked on
			"go.opentelemetry.io/otel/sdk v1.45.0|golang.org/x/sys v0.47.0"},
		{"go.opentelemetry.io/otel", "v1.47.0",
			"require golang.org/x/sys v0.47.0\nrequire go.opentelemetry.io/otel/sdk "
			"v1.46.0\n",
			""},
		{"github.com/stretchr/testify", "v1.10.0", "",
			"github.com/stretchr/testify v1.11.1|"
			"go.opentelemetry.io/otel/sdk v1.45.0|golang.org/x/sys v0.47.0"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Planner p;

		test_row = rows[i].module;
		begin(&p, &a, &d, str_from(rows[i].go_mod));
		add_package(&p, rows[i].module, rows[i].version);
		graph_read(&p);
		p.laterlog = LATER;
		p.requirements = REQUIREMENTS;
		laterlog_add(&p);
		CHECK_STR(str_join(&a, &p.workspace.excludes, S("|")), str_from(rows[i].want));
		CHECK(p.overlay.n == 1 &&
			str_ends(p.overlay.v[0].key, S("/logvalue/logvalue.go")) &&
			str_ends(*(Str *)p.overlay.v[0].value, S("/attribute/logvalue.go")));
		arena_free(&a);
	}
}

// Each row is a line of a go.mod of ours, and what it becomes.
TEST(test_go_mod)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{"\tgo.opentelemetry.io/otel/sdk/log v0.17.0",
			"\tgo.opentelemetry.io/otel/sdk/log v0.21.0"},
		{"require go.opentelemetry.io/otel/sdk/log v0.17.0",
			"require go.opentelemetry.io/otel/sdk/log v0.21.0"},
		{"\tgo.opentelemetry.io/otel/log v0.17.0",
			"\tgo.opentelemetry.io/otel/log v0.17.0"},
		{"go 1.24.0", "go 1.24.0"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};

		test_row = rows[i].line;
		CHECK_STR(laterlog_go_mod(&a, LATER, str_format(&a, "%s\n", rows[i].line)),
			str_format(&a, "%s\n", rows[i].want));
		arena_free(&a);
	}
}

SUITE(plan_laterlog, RUN(test_read), RUN(test_add), RUN(test_go_mod));
