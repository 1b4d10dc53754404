#include "base/buf.h"
#include "plan/gcflags.h"
#include "plan/goflags.h"
#include "test.h"

static void show_list(StrBuf *b, const char *name, const StrList *l)
{
	if (l->n > 0)
		buf_addf(b, " %s=%.*s", name, STR_ARG(str_join(b->arena, l, S(","))));
}

// What we understood, on one line: flags, packages, the rest.
static Str show(Arena *a, const GoArgs *args)
{
	StrBuf b = {.arena = a};

	for (const GoFlag *f = args->flags; f; f = f->next)
		buf_addf(&b, " -%.*s%s%.*s", STR_ARG(f->name), f->has_value ? "=" : "",
			STR_ARG(f->value));
	show_list(&b, "packages", &args->packages);
	show_list(&b, "rest", &args->rest);
	if (args->alien.len > 0)
		buf_addf(&b, " alien=%.*s", STR_ARG(args->alien));
	return str_trim(buf_str(&b));
}

TEST(test_parse)
{
	static const struct {
		const char *in,
			*want; // the arguments are split at spaces; the first is the command
	} rows[] = {
		{"build", ""},
		{"build -o bin/x ./cmd/...", "-o=bin/x packages=./cmd/..."},
		{"build --o=x -race -tags=a,b .", "-o=x -race -tags=a,b packages=."},
		{"build -trimpath -tags ,docs -o bin/ ./a ./b",
			"-trimpath -tags=,docs -o=bin/ packages=./a,./b"},
		{"build -race=false -v a.go b.go", "-race=false -v packages=a.go,b.go"},
		{"build -nosuch x", "rest=-nosuch,x alien=-nosuch"},
		{"build -- ./x", "packages=./x"},
		{"build -gcflags=all=-N\xc2\xa0-l -gcflags -m",
			"-gcflags=all=-N\xc2\xa0-l -gcflags=-m"},
		{"run . -flag arg", "packages=. rest=-flag,arg"},
		{"run -exec sudo a.go b.go c.go.txt -x",
			"-exec=sudo packages=a.go,b.go rest=c.go.txt,-x"},
		{"test ./... -run X -v", "-run=X -v packages=./..."},
		{"test -c -o t ./p -count=1 -args -x y",
			"-c -o=t -count=1 packages=./p rest=-args,-x,y"},
		{"test -test.run=X ./p -own flag",
			"-test.run=X packages=./p rest=-own,flag alien=-own"},
		{"test -coverpkg=./... -cover", "-coverpkg=./... -cover"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		StrList argv = {.arena = &a};
		Str rest = str_from(rows[i].in), command = str_cut(&rest, ' ');
		GoArgs args = {0};

		test_row = rows[i].in;
		while (rest.len > 0)
			strlist_add(&argv, str_cut(&rest, ' '));
		goargs_parse(&a, command, &argv, &args);
		CHECK_STR(show(&a, &args), str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_env)
{
	Arena a = {0};
	StrList argv = {.arena = &a};
	GoArgs args = {0};

	strlist_add(&argv, S("-tags=cli"));
	goargs_parse(&a, S("build"), &argv, &args);
	goargs_from_env(&a, S("-mod=vendor '-ldflags=-s -w'  -race"), &args);
	CHECK_STR(show(&a, &args), S("-mod=vendor -ldflags=-s -w -race -tags=cli"));
	CHECK_STR(goargs_last(&args, S("race")), S("true"));
	CHECK_STR(goargs_last(&args, S("tags")), S("cli"));
	CHECK_STR(goargs_last(&args, S("nosuch")), S(""));
	arena_free(&a);
}

TEST(test_pattern)
{
	static const struct {
		const char *pattern, *path;
		bool want;
	} rows[] = {
		{"net/http", "net/http", true},
		{"net/http", "net/http/httptest", false},
		{"net/...", "net/http", true},
		{"net/...", "net", true},
		{"net...", "network", true},
		{"net/...", "network", false},
		{"...", "anything/at/all", true},
		{".../http", "net/http", true},
		{"a/.../z", "a/b/c/z", true},
		{"a/.../z", "a/z", false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		test_row = rows[i].pattern;
		CHECK(pattern_matches(str_from(rows[i].pattern), str_from(rows[i].path)) ==
			rows[i].want);
	}
}

// Of the user's own -gcflags, the last one that matches a package decides for it.
TEST(test_gcflags)
{
	static const struct {
		const char *flags, *want_dep,
			*want_named; // separated by '|'; a dependency, and a named package
	} rows[] = {
		{"", "", ""},
		{"-N -l", "", "-N -l"},
		{"all=-N -l", "-N -l", "-N -l"},
		{"all=-N|example.com/dep=-l", "-l", "-N"},
		{"all=-N|-m", "-N", "-m"},
		{"std=-N", "", ""},
		{"example.com/...=-d=x", "-d=x", "-d=x"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		StrList argv = {.arena = &a};
		GoArgs args = {0};
		Package dep = {.path = S("example.com/dep")},
			named = {.path = S("example.com/app"), .named = true};

		test_row = rows[i].flags;
		for (Str rest = str_from(rows[i].flags); rest.len > 0;) {
			Str flag = str_cut(&rest, '|');
			strlist_add(&argv, str_format(&a, "-gcflags=%.*s", STR_ARG(flag)));
		}
		goargs_parse(&a, S("build"), &argv, &args);
		CHECK_STR(gcflags_for(&args, &dep), str_from(rows[i].want_dep));
		CHECK_STR(gcflags_for(&args, &named), str_from(rows[i].want_named));
		arena_free(&a);
	}
}

SUITE(plan_flags, RUN(test_parse), RUN(test_env), RUN(test_pattern), RUN(test_gcflags));
