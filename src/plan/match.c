#include "plan/match.h"

#include "golang/parse.h"
#include "os/file.h"
#include "plan/hookmod.h"
#include "plan/signals.h"
#include "plan/version.h"
#include "weave/weave.h"

Str package_path(const Package *p)
{
	isize variant = str_find(p->path, S(" ["));

	return variant < 0 ? p->path : str_slice(p->path, 0, variant);
}

static bool is_target(const Rule *r, const Package *p)
{
	bool main = str_eq(p->name, S("main"));

	return str_eq(r->target, main ? S("main") : package_path(p));
}

// A rule whose target is the package at hand, and what becomes of it.
typedef struct {
	const Rule *rule;
	Verdict verdict;
	Str why;
	Hook *hook;
} Candidate;

typedef struct {
	const Package *package;
	Candidate *v;
	isize n;
} Candidates;

// ---- decisions

// place_of names the rule's file, one that travels with the tool without our cache folder.
static Str place_of(Arena *a, const RuleSet *rules, const Rule *r)
{
	Str name = r->src->name;
	int line, col;

	if (rules->bundle.len > 0 && str_starts(name, rules->bundle))
		name = str_slice(name, rules->bundle.len + 1, name.len);
	diag_line_col(r->src->text, r->at.from, &line, &col);
	return str_format(a, "%.*s:%d", STR_ARG(name), line);
}

static void decide_rule(const Match *m, const Candidate *c, Str package, Str version, Str digest)
{
	const Rule *r = c->rule;

	decide(m->decisions, (Decision){
				     .verdict = c->verdict,
				     .why = c->why,
				     .rule = r->name,
				     .place = place_of(m->arena, m->rules, r),
				     .package = package,
				     .version = version,
				     .wanted = c->verdict == VERDICT_VERSION      ? r->version
					       : c->verdict == VERDICT_GO_VERSION ? r->go
										  : S(""),
				     .func = r->func,
				     .recv = r->recv,
				     .hook = r->hook,
				     .hook_path = r->hook_path,
				     .digest = c->verdict == VERDICT_WOVEN ? digest : S(""),
			     });
}

static void decide_all(const Match *m, const Candidates *all, Str digest)
{
	const Package *p = all->package;

	for (isize i = 0; i < all->n; i++)
		decide_rule(m, &all->v[i], package_path(p), p->module ? p->module->version : S(""),
			digest);
}

// decide_absent notes the rules whose target is not part of the build.
static void decide_absent(const Match *m)
{
	StrMap targets = {.arena = m->arena};

	for (isize i = 0; i < m->packages->n; i++) {
		Package *p = m->packages->v[i].value;
		map_put(&targets, str_eq(p->name, S("main")) ? S("main") : package_path(p), p);
	}
	for (const Rule *r = m->rules->first; r; r = r->next) {
		Candidate c = {.rule = r, .verdict = VERDICT_NOT_BUILT};
		if (map_get(&targets, r->target))
			continue;
		if (!version_in(m->env->version, r->go))
			c.verdict = VERDICT_GO_VERSION;
		decide_rule(m, &c, r->target, S(""), S(""));
	}
}

// ---- matching

static void refuse(Candidate *c, Verdict verdict, Str why)
{
	c->verdict = verdict;
	c->why = why;
}

// consider tells what a rule means for its target, before any file is read.
static void consider(const Match *m, Candidate *c, const Package *p)
{
	const Rule *r = c->rule;
	bool right_version =
		r->version.len == 0 || (p->module && version_in(p->module->version, r->version));

	if (!version_in(m->env->version, r->go))
		refuse(c, VERDICT_GO_VERSION, S(""));
	else if (!right_version)
		refuse(c, VERDICT_VERSION, S(""));
	else if (!signals_serve(m->signals, r))
		refuse(c, VERDICT_DISABLED, S("OTEL_GO_SIGNALS leaves its signal out"));
}

// find_hook reads the hook of a rule that may be woven. One whose package this build
// cannot link is left out.
static bool find_hook(const Match *m, Candidate *c)
{
	const HookPackage *hp;
	Str why;

	if (c->verdict != VERDICT_WOVEN)
		return true;
	if (!ruleset_hook(m->rules, c->rule, &c->hook, m->diags))
		return false;
	hp = map_get(&m->rules->packages, c->rule->hook_path);
	if (m->refused && strlist_has(m->refused, hp->path))
		refuse(c, VERDICT_UNLINKABLE, S("the hook package does not compile"));
	else if (!hook_links(m->rules, m->packages, hp->path, &why, m->diags))
		refuse(c, VERDICT_UNLINKABLE, why);
	return true;
}

// find_candidates fills in out->v with the rules for the package.
static bool find_candidates(const Match *m, const Package *p, Candidates *out)
{
	isize n = 0;

	for (const Rule *r = m->rules->first; r; r = r->next)
		n += is_target(r, p);
	*out = (Candidates){.package = p, .v = arena_array(m->arena, Candidate, n)};
	for (const Rule *r = m->rules->first; r; r = r->next) {
		if (!is_target(r, p))
			continue;
		Candidate *c = &out->v[out->n++];
		*c = (Candidate){.rule = r, .verdict = VERDICT_WOVEN};
		consider(m, c, p);
		if (!find_hook(m, c))
			return false;
	}
	return true;
}

// A hook is one symbol, of one target: the first package that it is woven into.
static void refuse_taken(const Match *m, Candidates *all, Str package, const StrMap *takers)
{
	for (isize i = 0; i < all->n; i++) {
		Candidate *c = &all->v[i];
		const Str *taker =
			c->verdict == VERDICT_WOVEN ? map_get(takers, c->hook->symbol) : NULL;
		if (!taker || str_eq(*taker, package))
			continue;
		refuse(c, VERDICT_UNFIT,
			str_format(m->arena,
				"its hook '%.*s' serves %.*s already, and can serve only one "
				"package",
				STR_ARG(c->hook->name), STR_ARG(*taker)));
		diag_warn(m->diags, NULL, (Span){0}, "rule '%.*s': %.*s", STR_ARG(c->rule->name),
			STR_ARG(c->why));
	}
}

static void note_taken(const Match *m, const Candidates *all, Str package, StrMap *takers)
{
	for (isize i = 0; i < all->n; i++) {
		if (all->v[i].verdict != VERDICT_WOVEN)
			continue;
		Str *taker = arena_new(m->arena, Str);
		*taker = package;
		map_put(takers, all->v[i].hook->symbol, taker);
	}
}

static Join join_of(const Candidate *c)
{
	const Rule *r = c->rule;

	return (Join){.rule = r->name,
		.func = r->func,
		.recv = r->recv,
		.args = r->args,
		.has_args = r->has_args,
		.noescape = r->noescape,
		.hook = c->hook};
}

static void fill_spec(Arena *a, const Candidates *all, Spec *spec)
{
	spec->joins = arena_array(a, Join, all->n);
	spec->n = 0;
	for (isize i = 0; i < all->n; i++)
		if (all->v[i].verdict == VERDICT_WOVEN)
			spec->joins[spec->n++] = join_of(&all->v[i]);
}

// find_joins tells which functions of the spec are in the package, and fit.
static bool find_joins(const Match *m, const Package *p, const Spec *spec, bool *found)
{
	Arena *a = m->arena;
	Weave w = {.arena = a, .spec = spec, .diags = m->diags, .symbols.arena = a};

	w.found = found;
	for (isize i = 0; i < p->files.n; i++) {
		Diags broken = {
			.arena = a}; // a file that does not parse is the compiler's to refuse
		Source *src = arena_new(a, Source);
		File f;
		Str woven;

		src->name = path_join(a, p->dir, p->files.v[i]);
		if (!file_read(a, src->name, &src->text, m->diags))
			return false;
		if (weave_wants(spec, src->text) &&
			parse_file(a, src, (ParseOptions){0}, &f, &broken))
			weave_file(&w, &f, &woven);
	}
	return true;
}

// why_unfit returns what a warning since `last` says of the rule, "" if none does.
static Str why_unfit(Arena *a, const Rule *r, const Diag *last, const Diags *d)
{
	Str prefix = str_format(a, "rule '%.*s': ", STR_ARG(r->name));

	for (const Diag *w = last ? last->next : d->first; w; w = w->next)
		if (str_starts(w->text, prefix))
			return str_slice(w->text, prefix.len, w->text.len);
	return S("");
}

// weave_tentatively leaves those candidates that the weaver finds a function for.
static bool weave_tentatively(const Match *m, Candidates *all, const Spec *spec)
{
	const Diag *last = m->diags->last;
	bool *found = arena_array(m->arena, bool, spec->n);
	isize i = 0;

	if (spec->n > 0 && !find_joins(m, all->package, spec, found))
		return false;
	for (isize k = 0; k < all->n; k++) {
		Candidate *c = &all->v[k];
		if (c->verdict != VERDICT_WOVEN || found[i++])
			continue;
		Str why = why_unfit(m->arena, c->rule, last, m->diags);
		refuse(c, why.len > 0 ? VERDICT_UNFIT : VERDICT_NO_FUNCTION, why);
	}
	return true;
}

// match_package fills in *out with what is woven into this package.
static bool match_package(const Match *m, const Package *p, StrMap *takers, Woven *out)
{
	Arena *a = m->arena;
	Candidates all;
	bool main = str_eq(p->name, S("main"));

	*out = (Woven){.package = p, .spec = {.package = main ? S("main") : package_path(p)}};
	if (!find_candidates(m, p, &all))
		return false;
	refuse_taken(m, &all, out->spec.package, takers);
	fill_spec(a, &all, &out->spec);
	if (!weave_tentatively(m, &all, &out->spec))
		return false;
	note_taken(m, &all, out->spec.package, takers);
	fill_spec(a, &all, &out->spec);
	if (out->spec.n > 0) {
		out->text = spec_write(a, &out->spec);
		out->digest = spec_digest(a, out->text);
	}
	decide_all(m, &all, out->digest);
	return true;
}

bool match_rules(const Match *m, WovenList *out)
{
	StrMap done = {.arena = m->arena}, takers = {.arena = m->arena};

	*out = (WovenList){.v = arena_array(m->arena, Woven, m->packages->n)};
	for (isize i = 0; i < m->packages->n; i++) {
		Package *p = m->packages->v[i].value;
		Woven *w = &out->v[out->n];

		bool test_main = str_ends(p->path, S(".test")) && str_eq(p->name, S("main"));
		if (test_main || map_get(&done, package_path(p)))
			continue;
		map_put(&done, package_path(p), p);
		if (!match_package(m, p, &takers, w))
			return false;
		out->n += w->spec.n > 0;
	}
	decide_absent(m);
	return true;
}
