#include "plan/workspace.h"
#include "test.h"

#define REQUIREMENTS \
	S("github.com/google/uuid v1.3.0\n" \
	  "github.com/google/uuid v1.6.0\n" \
	  "go.opentelemetry.io/otel v1.38.0\n" \
	  "go.opentelemetry.io/otel v1.41.0\n" \
	  "golang.org/x/sys v0.41.0\n")

static void add_package(Arena *a, StrMap *packages, const char *module, const char *version)
{
	Package *p = arena_new(a, Package);

	p->path = str_from(module);
	p->module = arena_new(a, Module);
	p->module->path = p->path;
	p->module->version = str_from(version);
	map_put(packages, p->path, p);
}

// Each row is a module of the build, and what we do about it.
TEST(test_keep)
{
	static const struct {
		const char *module, *version, *excludes, *moved;
	} rows[] = {
		{"github.com/google/uuid", "v1.6.0", "", ""},
		{"github.com/google/uuid", "v1.7.0", "", ""},
		{"github.com/google/uuid", "v1.5.0", "github.com/google/uuid v1.6.0", ""},
		{"github.com/google/uuid", "v1.2.0",
			"github.com/google/uuid v1.3.0|github.com/google/uuid v1.6.0", ""},
		{"github.com/google/uuid", "", "", ""}, // worked on: in the workspace itself
		{"go.opentelemetry.io/otel", "v1.30.0", "",
			"go.opentelemetry.io/otel v1.30.0 => v1.41.0"},
		{"go.opentelemetry.io/otel", "v1.47.0", "", ""},
		{"example.com/other", "v0.1.0", "", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Workspace w = {.uses.arena = &a, .replaces.arena = &a, .excludes.arena = &a};
		StrMap packages = {.arena = &a};
		StrList moved = {.arena = &a};

		test_row = rows[i].version;
		add_package(&a, &packages, rows[i].module, rows[i].version);
		workspace_keep(&w, &packages, REQUIREMENTS, &moved);
		CHECK_STR(str_join(&a, &w.excludes, S("|")), str_from(rows[i].excludes));
		CHECK_STR(str_join(&a, &moved, S("|")), str_from(rows[i].moved));
		arena_free(&a);
	}
}

// Each row is a go.work, and what its godebug lines say.
TEST(test_godebug)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"go 1.22\n\nuse .\n", ""},
		{"godebug panicnil=1\n", "panicnil=1"},
		{"godebug\tpanicnil=1 // why\n\tgodebug default=go1.21",
			"panicnil=1|default=go1.21"},
		{"godebug (\n\ta=1\n\n\t// b=1\n\tc=2 //d\n)\nuse ./godebug\n", "a=1|c=2"},
		{"godebug(\na=1\n)\ngodebug b=2\n", "a=1|b=2"},
		{"use (\n\tgodebug\n\t./x=1\n)\ngodebugs x=1\n", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		StrList list = {.arena = &a};

		test_row = rows[i].text;
		workspace_godebug(str_from(rows[i].text), &list);
		CHECK_STR(str_join(&a, &list, S("|")), str_from(rows[i].want));
		arena_free(&a);
	}
}

// Each row is the version of the user's OpenTelemetry, and whether it stays.
TEST(test_family)
{
	static const struct {
		const char *api, *sdk, *signals;
		bool want;
	} rows[] = {
		{"v1.30.0", "v1.30.0", "traces", true}, {"v1.21.0", "v1.21.0", "traces", true},
		{"v1.20.0", "v1.21.0", "traces", false}, {"v1.30.0", NULL, "traces", false},
		{"v1.30.0", "v1.30.0", "metrics", false}, // no sdk/metric
		{"", "v1.30.0", "traces", true},          // worked on
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Workspace w = {.uses.arena = &a, .replaces.arena = &a, .excludes.arena = &a};
		StrMap packages = {.arena = &a};
		StrList signals = {.arena = &a}, moved = {.arena = &a};

		test_row = rows[i].api;
		strlist_add(&signals, str_from(rows[i].signals));
		add_package(&a, &packages, "go.opentelemetry.io/otel", rows[i].api);
		add_package(&a, &packages, "go.opentelemetry.io/otel/metric", "v1.30.0");
		add_package(&a, &packages, "go.opentelemetry.io/otel/trace", "v1.30.0");
		if (rows[i].sdk)
			add_package(&a, &packages, "go.opentelemetry.io/otel/sdk", rows[i].sdk);
		w.keep_family = workspace_has_family(&packages, &signals);
		CHECK(w.keep_family == rows[i].want);
		workspace_keep(&w, &packages, REQUIREMENTS, &moved);
		bool older = rows[i].api[0] != '\0';
		CHECK((moved.n == 0) == (rows[i].want || !older));
		CHECK((w.excludes.n > 0) == (rows[i].want && older));
		arena_free(&a);
	}
}

// Each row is a go.mod line, and whether it stays in the go.mod of a module of ours, and in
// that of a hook module of the user's own. The build has uuid v1.2.0 and lib v1.9.0.
TEST(test_go_mod)
{
	static const struct {
		const char *line;
		bool ours, theirs;
	} rows[] = {
		{"\tgithub.com/google/uuid v1.6.0 // indirect", false, false}, // excluded
		{"\tgolang.org/x/sys v0.41.0 // indirect", true, true},
		{"\tgo.opentelemetry.io/otel v1.41.0", true, true},
		{"\tgo.opentelemetry.io/otel/exporters v1.0.0", false, true}, // of our tests
		{"\totel.tool/runtime v0.0.0", true, true},
		{"require example.com/lib v1.0.0", false, false}, // the library
		{"\texample.com/dep v1.0.0 // indirect", false, true},
		{"go 1.24.0", true, true},
		{"module otel.tool/hooks/x", true, true},
		{"toolchain go1.24.1", true, true},
		{"replace otel.tool/runtime => ../runtime", true, true},
		{")", true, true},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Workspace w = {.uses.arena = &a, .replaces.arena = &a, .excludes.arena = &a};
		StrMap packages = {.arena = &a};
		StrList moved = {.arena = &a};
		Str line = str_format(&a, "%s\n", rows[i].line);

		test_row = rows[i].line;
		add_package(&a, &packages, "github.com/google/uuid", "v1.2.0");
		add_package(&a, &packages, "example.com/lib", "v1.9.0");
		workspace_keep(&w, &packages, REQUIREMENTS, &moved);
		CHECK_STR(workspace_go_mod(&w, &packages, REQUIREMENTS, true, line),
			rows[i].ours ? line : S(""));
		CHECK_STR(workspace_go_mod(&w, &packages, REQUIREMENTS, false, line),
			rows[i].theirs ? line : S(""));
		CHECK_STR(workspace_excludes(&w),
			S("\nexclude github.com/google/uuid v1.3.0\n\nexclude "
			  "github.com/google/uuid v1.6.0\n"));
		arena_free(&a);
	}
}

// A folder with blanks in its name is quoted; all that is set is in the text.
TEST(test_text)
{
	Arena a = {0};
	Workspace w = {
		.go = S("1.26.8"), .uses.arena = &a, .replaces.arena = &a, .godebug.arena = &a};

	strlist_add(&w.uses, S("/my app"));
	strlist_add(&w.godebug, S("default=go1.21"));
	strlist_add(&w.replaces, S("a => \"/b\""));
	CHECK_STR(workspace_text(&a, &w), S("go 1.26.8\n\ngodebug default=go1.21\n\nuse \"/my "
					    "app\"\n\nreplace a => \"/b\"\n"));
	arena_free(&a);
}

SUITE(plan_workspace, RUN(test_keep), RUN(test_family), RUN(test_go_mod), RUN(test_text),
	RUN(test_godebug));
