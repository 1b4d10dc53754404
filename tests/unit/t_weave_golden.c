// The weaver against texts that we agreed on: tests/golden/CASE/ holds in.go,
// hook.go and rules.yaml, and want.go (replace form, then rebuild form) or
// want.err. UPDATE=1 accepts what the weaver does now; the diff is the review.
#include <stdlib.h>

#include "base/buf.h"
#include "golang/parse.h"
#include "os/file.h"
#include "test.h"
#include "weave/adapter.h"
#include "weave/rule.h"
#include "weave/weave.h"

typedef struct {
	Arena *arena;
	Str dir;
	Diags diags;
	Spec spec;
	StrList aliases;  // of the hooks' types
	Str package_name; // of hook.go
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

// add_join makes the join of a rule for one function, as the plan does.
static bool add_join(Case *c, const File *hooks, const Rule *r, const Func *fn)
{
	Hook *before = NULL, *after = NULL;
	Str recv = func_receiver(c->arena, fn);
	Site site = {S("target"), fn->name, recv, fn->params.n + fn->is_method};
	Join *j = &c->spec.joins[c->spec.n++];

	HookFile in = {hooks, r->hook_path, &c->aliases};

	if (!hook_read(c->arena, &in, r->before, &before, &c->diags) ||
		!hook_read(c->arena, &in, r->after, &after, &c->diags))
		return false;
	ensure(before || after);
	*j = (Join){.rule = r->name,
		.func = fn->name,
		.recv = recv,
		.has_args = r->has_args,
		.noescape = r->noescape,
		.args = r->args,
		.hook = before};
	if (after || before->context)
		adapters_make(c->arena, before, after, &site, j);
	return true;
}

static bool add_joins(Case *c, const File *hooks, const File *f, const Rule *r)
{
	TypeNames names = type_names(c->arena, f, c->spec.package, NULL);

	if (r->change.modifier != DO_HOOKS) {
		c->spec.joins[c->spec.n++] =
			(Join){.kind = JOIN_CHANGE, .rule = r->name, .change = &r->change};
		return true;
	}
	for (const Node *n = func_next(f->decls); n; n = func_next(n->next)) {
		Func fn = func_view(c->arena, f, n);
		Subject s = {.arena = c->arena, .f = f, .names = &names, .fn = &fn};
		if (where_holds(r->change.where, &s) && !add_join(c, hooks, r, &fn))
			return false;
	}
	return true;
}

// read_spec makes the spec of a package example.com/target from the rules.
static bool read_spec(Case *c, const File *f)
{
	Source *rules;
	Rules read = {.exclude.arena = c->arena, .off.arena = c->arena, .trust.arena = c->arena};
	File hooks;

	if (!read_source(c, "rules.yaml", &rules) ||
		!rules_read(c->arena, rules, &read, &c->diags) ||
		!parse_source(c, "hook.go", &hooks))
		return false;
	c->package_name = hooks.package;
	c->aliases.arena = c->arena;
	c->spec.package = S("example.com/target");
	c->spec.joins = arena_array(c->arena, Join, 32);
	for (const Rule *r = read.first; r; r = r->next)
		if (!add_joins(c, &hooks, f, r))
			return false;
	return true;
}

static Str weave_form(Case *c, const File *f, WeaveForm form)
{
	Weave w = {.arena = c->arena,
		.spec = &c->spec,
		.form = form,
		.diags = &c->diags,
		.symbols.arena = c->arena,
		.imports.arena = c->arena};
	Str out;

	weave_file(&w, f, &out);
	return form == WEAVE_REPLACE
		       ? out
		       : str_format(c->arena, "%.*s// ---- links\n%.*s", STR_ARG(out),
				 STR_ARG(weave_links(c->arena, f->package, &w.symbols)));
}

// links returns the file beside the hooks, where the case is about that: hooks with a HookContext.
static Str links(const Case *c)
{
	const Spec *specs[] = {&c->spec};

	for (isize k = 0; k < c->spec.n; k++) {
		const Join *j = &c->spec.joins[k];
		if (j->kind != JOIN_FRAME)
			continue;
		Str text = adapter_links(
			c->arena, c->package_name, j->hook->package, &c->aliases, specs, 1);
		return str_format(c->arena, "// ---- beside the hooks\n%.*s", STR_ARG(text));
	}
	return S("");
}

static Str run_case(Case *c, bool *ok)
{
	File f;

	*ok = parse_source(c, "in.go", &f) && read_spec(c, &f);
	if (!*ok)
		return test_diags(c->arena, &c->diags);
	Str replace = weave_form(c, &f, WEAVE_REPLACE);
	*ok = c->diags.first == NULL;
	if (!*ok)
		return test_diags(c->arena, &c->diags);
	return str_format(c->arena, "%.*s// ---- rebuild form\n%.*s%.*s", STR_ARG(replace),
		STR_ARG(weave_form(c, &f, WEAVE_REBUILD)), STR_ARG(links(c)));
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
