// The weaver against texts that we agreed on: tests/golden/CASE/ holds in.go,
// hook.go and rules.yaml, and want.go (replace form, then rebuild form) or
// want.err. UPDATE=1 accepts what the weaver does now; the diff is the review.
#include <stdlib.h>

#include "base/buf.h"
#include "golang/parse.h"
#include "os/file.h"
#include "test.h"
#include "weave/rule.h"
#include "weave/weave.h"

typedef struct {
	Arena *arena;
	Str dir;
	Diags diags;
	Spec spec;
} Case;

static bool read_source(Case *c, const char *name, Source **out)
{
	Source *src = arena_new(c->arena, Source);

	src->name = str_from(name);
	*out = src;
	return file_read(c->arena, path_join(c->arena, c->dir, src->name), &src->text, &c->diags);
}

static bool parse_source(Case *c, const char *name, File *f)
{
	Source *src;

	return read_source(c, name, &src) &&
	       parse_file(c->arena, src, (ParseOptions){0}, f, &c->diags);
}

// read_spec makes the spec of a package example.com/target from the rules.
static bool read_spec(Case *c)
{
	Source *rules;
	Rule *first = NULL;
	File hooks;

	if (!read_source(c, "rules.yaml", &rules) ||
		!rules_read(c->arena, rules, &first, &c->diags) ||
		!parse_source(c, "hook.go", &hooks))
		return false;
	c->spec.package = S("example.com/target");
	c->spec.joins = arena_array(c->arena, Join, 16);
	for (const Rule *r = first; r; r = r->next) {
		Join *j = &c->spec.joins[c->spec.n++];
		*j = (Join){.rule = r->name,
			.func = r->func,
			.recv = r->recv,
			.has_args = r->has_args,
			.noescape = r->noescape,
			.args = r->args};
		if (!hook_read(c->arena, &hooks, r->hook_path, r->hook, &j->hook, &c->diags))
			return false;
		ensure(j->hook);
	}
	return true;
}

static Str weave_form(Case *c, const File *f, WeaveForm form)
{
	Weave w = {.arena = c->arena,
		.spec = &c->spec,
		.form = form,
		.diags = &c->diags,
		.symbols.arena = c->arena};
	Str out;

	weave_file(&w, f, &out);
	return form == WEAVE_REPLACE
		       ? out
		       : str_format(c->arena, "%.*s// ---- links\n%.*s", STR_ARG(out),
				 STR_ARG(weave_links(c->arena, f->package, &w.symbols)));
}

static Str run_case(Case *c, bool *ok)
{
	File f;

	*ok = read_spec(c) && parse_source(c, "in.go", &f);
	if (!*ok)
		return test_diags(c->arena, &c->diags);
	Str replace = weave_form(c, &f, WEAVE_REPLACE);
	*ok = c->diags.first == NULL;
	if (!*ok)
		return test_diags(c->arena, &c->diags);
	return str_format(c->arena, "%.*s// ---- rebuild form\n%.*s", STR_ARG(replace),
		STR_ARG(weave_form(c, &f, WEAVE_REBUILD)));
}

static void check_case(Arena *a, Str name)
{
	Case c = {.arena = a,
		.dir = str_format(a, "tests/golden/%.*s", STR_ARG(name)),
		.diags.arena = a};
	bool ok;
	Str got = run_case(&c, &ok), want = {0};
	Str path = path_join(a, c.dir, ok ? S("want.go") : S("want.err"));
	Diags d = {.arena = a};

	test_row = str_cstr(a, name);
	if (getenv("UPDATE"))
		CHECK(file_write_atomic(path, got, 0644, &d));
	else if (CHECK(file_read(a, path, &want, &d)))
		CHECK_STR(got, want);
}

TEST(test_golden)
{
	Arena a = {0};
	StrList names = {.arena = &a};
	Diags d = {.arena = &a};

	CHECK(dir_list(S("tests/golden"), &names, &d));
	CHECK(names.n > 0);
	for (isize i = 0; i < names.n; i++)
		check_case(&a, names.v[i]);
	arena_free(&a);
}

SUITE(weave_golden, RUN(test_golden));
