#include "plan/match.h"

#include "base/near.h"

#include "plan/candidate.h"
#include "plan/lead.h"
#include "plan/rulemod.h"
#include "plan/version.h"
#include "weave/change.h"
#include "weave/weave.h"

Str package_path(const Package *p)
{
	isize variant = str_find(p->path, S(" ["));

	return variant < 0 ? p->path : str_slice(p->path, 0, variant);
}

// ---- decisions

// place_of names the rule's file, one that lies in our cache folder without that.
static Str place_of(Arena *a, const RuleSet *rules, const Rule *r)
{
	Str name = r->src->name;
	int line, col;

	Str copied = rulemod_copied(a, rules->cache, name);

	if (rules->bundle.len > 0 && str_starts(name, rules->bundle))
		name = str_slice(name, rules->bundle.len + 1, name.len);
	else if (copied.len > 0)
		name = str_slice(name, copied.len + 1, name.len);
	diag_line_col(r->src->text, r->at.from, &line, &col);
	return str_format(a, "%.*s:%d", STR_ARG(name), line);
}

// hook_name names what the rule does: its hook, or the modifier.
static Str hook_name(const Rule *r)
{
	if (r->change.modifier != DO_HOOKS)
		return str_from(modifier_name(r->change.modifier));
	return r->before.len > 0 ? r->before : r->after;
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
				     .func = c->func,
				     .recv = c->recv,
				     .hook = hook_name(r),
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

static bool is_present(const Match *m, const Rule *r)
{
	bool many = r->globs || str_eq(r->target, S("$root")) || str_starts(r->target, S("./"));

	if (!many)
		return false;
	for (isize i = 0; i < m->packages->n; i++)
		if (candidate_is_target(m->arena, r, m->packages->v[i].value))
			return true;
	return false;
}

// decide_absent notes the rules whose target is not part of the build.
static void decide_absent(const Match *m)
{
	StrMap targets = {.arena = m->arena};

	for (isize i = 0; i < m->packages->n; i++) {
		Package *p = m->packages->v[i].value;
		map_put(&targets, str_eq(p->name, S("main")) ? S("main") : package_path(p), p);
		map_put(&targets, package_path(p), p);
	}
	for (const Rule *r = m->rules->rules.first; r; r = r->next) {
		Candidate c = {
			.rule = r, .verdict = VERDICT_NOT_BUILT, .func = r->func, .recv = r->recv};
		if (map_get(&targets, r->target) || is_present(m, r))
			continue;
		if (!version_in(m->env->version, r->go))
			c.verdict = VERDICT_GO_VERSION;
		decide_rule(m, &c, r->target, S(""), S(""));
	}
}

static void decide_untrusted(const Match *m)
{
	const StrList *l = &m->rules->untrusted;

	for (isize i = 0; i < l->n; i++)
		decide(m->decisions,
			(Decision){.verdict = VERDICT_UNTRUSTED,
				.why = S("ships rules; add it to trust: in otel.yaml to use them"),
				.package = l->v[i]});
}

// ---- what an otel.yaml names, and is not there

static bool has_decision(const Match *m, const Rule *r, Str place)
{
	for (const Decision *c = m->decisions->first; c; c = c->next)
		if (str_eq(c->rule, r->name) && str_eq(c->place, place) &&
			c->verdict != VERDICT_NO_FUNCTION)
			return true;
	return false;
}

// warn_of_spans warns of entries for functions of one package, which has none such.
static void warn_of_spans(const Match *m)
{
	for (const Rule *r = m->rules->rules.first; r; r = r->next) {
		if (r->change.modifier != DO_SPAN || r->target.p[0] == '$' ||
			str_find(r->target, S("*")) >= 0 ||
			has_decision(m, r, place_of(m->arena, m->rules, r)))
			continue;
		diag_warn(m->diags, r->src, r->at, "no function of that package matches '%.*s'",
			STR_ARG(r->name));
		diag_help(m->diags,
			"behind the colon stands F, (*T).M, (T).M or T.M; names may have *");
	}
}

// warn_of_off warns of `instrumentations` that nothing is called by.
static void warn_of_off(const Match *m)
{
	const StrList *off = &m->rules->rules.off;
	Str hooks = S("otel.tool/hooks/");
	StrList known = {.arena = m->arena};
	bool ours = false;

	for (const Rule *r = m->rules->rules.first; off->n > 0 && r; r = r->next) {
		strlist_add(&known, r->name);
		strlist_add(&known, r->hook_path);
		if (!str_starts(r->hook_path, hooks))
			continue;
		ours = true;
		strlist_add(&known, str_slice(r->hook_path, hooks.len, r->hook_path.len));
	}
	for (isize i = 0; ours && i < off->n; i++) {
		if (strlist_has(&known, off->v[i]))
			continue;
		Str near = nearest(&known, off->v[i]);
		diag_warn(m->diags, NULL, (Span){0},
			"otel.yaml: no instrumentation or rule is called '%.*s'",
			STR_ARG(off->v[i]));
		if (near.len > 0)
			diag_help(m->diags, "did you mean '%.*s'?", STR_ARG(near));
		else
			diag_help(m->diags, "docs/instrumentations.md lists them");
	}
}

// ---- matching

static void fill_spec(Arena *a, const Candidates *all, Spec *spec)
{
	spec->joins = arena_array(a, Join, all->n);
	spec->n = 0;
	for (isize i = 0; i < all->n; i++)
		if (all->v[i].verdict == VERDICT_WOVEN)
			spec->joins[spec->n++] = all->v[i].join;
}

// try_weaving tells which functions of the spec fit.
static void try_weaving(const Match *m, const Candidates *all, const Spec *spec, bool *found)
{
	Weave w = {.arena = m->arena,
		.spec = spec,
		.diags = m->diags,
		.symbols.arena = m->arena,
		.imports.arena = m->arena,
		.tentative = true};
	Str woven;

	w.found = found;
	for (isize i = 0; i < all->nfiles; i++)
		weave_file(&w, all->files[i], &woven);
	for (isize k = 0; k < spec->n; k++)
		if (spec->joins[k].kind == JOIN_CHANGE &&
			spec->joins[k].change->modifier == DO_FILE)
			found[k] = change_added(&w, all->package->name, &spec->joins[k], &woven);
}

// weave_tentatively leaves those candidates that the weaver finds a function for.
static void weave_tentatively(const Match *m, Candidates *all, const Spec *spec)
{
	const Diag *last = m->diags->last;
	bool *found = arena_array(m->arena, bool, spec->n);
	isize i = 0;

	try_weaving(m, all, spec, found);
	for (isize k = 0; k < all->n; k++) {
		Candidate *c = &all->v[k];
		if (c->verdict != VERDICT_WOVEN || found[i++])
			continue;
		Str why = candidate_why(m->arena, c->rule, last, m->diags);
		candidate_refuse(c, why.len > 0 ? VERDICT_UNFIT : VERDICT_NO_FUNCTION, why);
	}
}

// imports_of lists what the changes of a package import, each once.
static StrList imports_of(Arena *a, const Candidates *all)
{
	StrList l = {.arena = a};

	for (isize i = 0; i < all->n; i++) {
		const Candidate *c = &all->v[i];
		for (isize k = 0; c->verdict == VERDICT_WOVEN && k < c->imports.n; k++)
			if (!strlist_has(&l, c->imports.v[k]))
				strlist_add(&l, c->imports.v[k]);
	}
	return l;
}

// match_package fills in *out with what is woven into this package.
static bool match_package(const Match *m, const Package *p, Woven *out)
{
	Arena *a = m->arena;
	Candidates all;

	*out = (Woven){.package = p, .spec = {.package = candidate_path(m, p)}};
	if (!candidates_find(m, p, &all))
		return false;
	fill_spec(a, &all, &out->spec);
	weave_tentatively(m, &all, &out->spec);
	fill_spec(a, &all, &out->spec);
	out->imports = imports_of(a, &all);
	out->led = lead_fits(m, &all);
	if (out->spec.n > 0) {
		out->text = spec_write(a, &out->spec);
		out->digest = spec_digest(a, out->text);
	}
	decide_all(m, &all, out->digest);
	return true;
}

static Targets targets_of(const Match *m)
{
	Targets t = {.exact.arena = m->arena};

	for (Rule *r = m->rules->rules.first; r; r = r->next) {
		t.wide |=
			r->globs || str_starts(r->target, S("$")) || str_starts(r->target, S("."));
		map_put(&t.exact, r->target, r);
	}
	return t;
}

bool match_rules(const Match *given, WovenList *out)
{
	Targets targets = targets_of(given);
	Match with_targets = *given;
	const Match *m = &with_targets;
	StrMap done = {.arena = m->arena};

	with_targets.targets = &targets;
	*out = (WovenList){.v = arena_array(m->arena, Woven, m->packages->n)};
	for (isize i = 0; i < m->packages->n; i++) {
		Package *p = m->packages->v[i].value;
		Woven *w = &out->v[out->n];

		bool test_main = str_ends(p->path, S(".test")) && str_eq(p->name, S("main"));
		if (test_main || map_get(&done, package_path(p)))
			continue;
		map_put(&done, package_path(p), p);
		if (!match_package(m, p, w))
			return false;
		out->n += w->spec.n > 0;
	}
	decide_absent(m);
	decide_untrusted(m);
	warn_of_spans(m);
	warn_of_off(m);
	return true;
}
