// candidate.c - the rules that may be woven into a package, and the functions that they select.
#include "plan/candidate.h"

#include "base/near.h"
#include "golang/parse.h"
#include "os/file.h"
#include "plan/hookmod.h"
#include "plan/rulemod.h"
#include "plan/signals.h"
#include "plan/version.h"
#include "weave/adapter.h"
#include "weave/change.h"
#include "weave/weave.h"

// tested_variant returns the package as its own tests are built with it, or NULL.
static const Package *tested_variant(const Match *m, const Package *p)
{
	if (!m->tests)
		return NULL;
	return map_get(m->packages,
		str_format(m->arena, "%.*s [%.*s.test]", STR_ARG(p->path), STR_ARG(p->path)));
}

Str candidate_path(const Match *m, const Package *p)
{
	bool program = str_eq(p->name, S("main")) && !tested_variant(m, p);

	return program ? S("main") : package_path(p);
}

bool candidate_is_root(const Package *p)
{
	return !p->standard && (!p->module || p->module->version.len == 0);
}

// path_in_module returns "./cart" for example.com/shop/cart in example.com/shop.
static Str path_in_module(Arena *a, const Package *p)
{
	Str path = package_path(p);

	return str_format(a, ".%.*s", STR_ARG(str_slice(path, p->module->path.len, path.len)));
}

// A program goes by its own import path as well as by "main". A glob that does not
// begin with a name is not meant for the standard library.
bool candidate_is_target(Arena *a, const Rule *r, const Package *p)
{
	Str path = package_path(p), target = r->target;

	if (str_eq(target, path))
		return true;
	if (!r->globs && target.p[0] != '$' && target.p[0] != '.')
		return str_eq(target, S("main")) && str_eq(p->name, S("main"));
	if (str_eq(target, S("$root")))
		return candidate_is_root(p);
	if (str_starts(target, S("./")))
		return candidate_is_root(p) && p->module &&
		       glob_matches(target, path_in_module(a, p));
	if (p->standard && (target.p[0] == '*' || target.p[0] == '?'))
		return false;
	return glob_matches(target, path);
}

// ---- rules

void candidate_refuse(Candidate *c, Verdict verdict, Str why)
{
	c->verdict = verdict;
	c->why = why;
}

// is_off: an instrumentation goes by its package, "net/http" for otel.tool/hooks/net/http, and
// a rule by its name.
static bool is_off(const Match *m, const Rule *r)
{
	const StrList *off = &m->rules->rules.off;

	for (isize i = 0; i < off->n; i++) {
		Str hooks = str_format(m->arena, "otel.tool/hooks/%.*s", STR_ARG(off->v[i]));
		if (str_eq(off->v[i], r->name) || str_eq(off->v[i], r->hook_path) ||
			str_eq(hooks, r->hook_path))
			return true;
	}
	return false;
}

static bool excludes_package(const Match *m, const Package *p)
{
	const StrList *l = &m->rules->rules.exclude;

	for (isize i = 0; i < l->n; i++)
		if (str_find(l->v[i], S(":")) < 0 && glob_matches(l->v[i], package_path(p)))
			return true;
	return false;
}

// consider tells what a rule means for its target, before any file is read.
static void consider(const Match *m, Candidate *c, const Package *p)
{
	const Rule *r = c->rule;
	bool right_version =
		r->version.len == 0 || (p->module && version_in(p->module->version, r->version));

	if (!version_in(m->env->version, r->go))
		candidate_refuse(c, VERDICT_GO_VERSION, S(""));
	else if (is_off(m, r))
		candidate_refuse(c, VERDICT_DISABLED, S("an otel.yaml switches it off"));
	else if (excludes_package(m, p))
		candidate_refuse(c, VERDICT_DISABLED, S("an otel.yaml excludes the package"));
	else if (!right_version)
		candidate_refuse(c, VERDICT_VERSION, S(""));
	else if (!signals_serve(m->signals, r))
		candidate_refuse(c, VERDICT_DISABLED, m->unserved);
}

Candidate *candidate_add(const Match *m, Candidates *all, Candidate one)
{
	if (all->n == all->cap) {
		isize cap = all->cap ? 2 * all->cap : 16;
		Candidate *v = arena_array(m->arena, Candidate, cap);
		for (isize i = 0; i < all->n; i++)
			v[i] = all->v[i];
		all->v = v;
		all->cap = cap;
	}
	all->v[all->n] = one;
	return &all->v[all->n++];
}

// ---- the files of a package

// may_select tells whether a rule may select something in a text, without parsing it.
static bool may_select(const Rule *r, Str text)
{
	return may_declare(text, r->func, r->recv.len > 0);
}

static bool is_wanted(const Candidates *all, Str text)
{
	if (candidate_is_root(all->package) && spans_wanted(text))
		return true;
	for (isize i = 0; i < all->n; i++)
		if (all->v[i].verdict == VERDICT_WOVEN && may_select(all->v[i].rule, text))
			return true;
	return false;
}

static bool any_woven(const Candidates *all)
{
	for (isize i = 0; i < all->n; i++)
		if (all->v[i].verdict == VERDICT_WOVEN)
			return true;
	return false;
}

// all_files returns the files of a package: where it is tested, those of its tests as well.
static const StrList *all_files(const Match *m, const Package *p)
{
	const Package *tested = tested_variant(m, p);

	return tested ? &tested->files : &p->files;
}

// reads_bodies tells whether a rule looks into functions: those without hooks do.
static bool reads_bodies(const Candidates *all)
{
	for (isize i = 0; i < all->n; i++) {
		Modifier m = all->v[i].rule->change.modifier;
		if (all->v[i].verdict == VERDICT_WOVEN && m != DO_HOOKS && m != DO_SPAN)
			return true;
	}
	return false;
}

// read_files parses the files in which rules may select something.
static bool read_files(const Match *m, Candidates *all)
{
	Arena *a = m->arena;
	const Package *p = all->package;

	if (!any_woven(all) && !candidate_is_root(p))
		return true;
	const StrList *files = all_files(m, p);
	ParseOptions opt = {.no_bodies = !reads_bodies(all)};
	all->files = arena_array(a, File *, files->n);
	for (isize i = 0; i < files->n; i++) {
		Diags broken = {
			.arena = a}; // a file that does not parse is the compiler's to refuse
		ArenaMark mark = arena_mark(a);
		Source *src = arena_new(a, Source);
		File *f = arena_new(a, File);
		src->name = path_join(a, p->dir, files->v[i]);
		if (!file_read(a, src->name, &src->text, m->diags))
			return false;
		if (!is_wanted(all, src->text))
			arena_rewind(a, mark);
		else if (parse_file(a, src, opt, f, &broken))
			all->files[all->nfiles++] = f;
	}
	return true;
}

// ---- the functions that a rule selects

static bool is_known(const Candidates *all, const Rule *r, Str func, Str recv)
{
	for (isize i = 0; i < all->n; i++) {
		const Candidate *c = &all->v[i];
		if (c->rule == r && str_eq(c->func, func) && str_eq(c->recv, recv))
			return true;
	}
	return false;
}

Candidate candidate_function(const Match *m, const Rule *r, const Func *fn)
{
	return (Candidate){.rule = r,
		.verdict = VERDICT_WOVEN,
		.func = fn->name,
		.recv = func_receiver(m->arena, fn),
		.nvalues = fn->params.n + fn->is_method,
		.context = -1};
}

// excludes_function: "PACKAGE:FUNCTION", with globs.
static bool excludes_function(const Match *m, const Candidates *all, const Candidate *c)
{
	const StrList *l = &m->rules->rules.exclude;
	bool pointer = str_starts(c->recv, S("*"));
	Str name = c->func;

	if (c->recv.len > 0)
		name = str_format(m->arena, pointer ? "(%.*s).%.*s" : "%.*s.%.*s", STR_ARG(c->recv),
			STR_ARG(c->func));
	for (isize i = 0; i < l->n; i++) {
		Str function = l->v[i], package = str_cut(&function, ':');
		if (function.len > 0 && glob_matches(package, package_path(all->package)) &&
			glob_matches(function, name))
			return true;
	}
	return false;
}

static void add_function(
	const Match *m, Candidates *all, const Rule *r, const File *f, const Func *fn)
{
	Candidate c = candidate_function(m, r, fn);

	if (is_known(all, r, c.func, c.recv)) // init, for one, may be declared again
		return;
	if (r->change.modifier == DO_SPAN)
		span_context(m, f, fn, all->path, &c);
	if (is_left_alone(f, fn))
		candidate_refuse(
			&c, VERDICT_DISABLED, S("a comment //otel:ignore leaves it alone"));
	else if (span_is_taken(all, &c))
		candidate_refuse(&c, VERDICT_DISABLED,
			S("the function has a span, by a comment or an earlier entry"));
	else if (excludes_function(m, all, &c))
		candidate_refuse(&c, VERDICT_DISABLED, S("an otel.yaml excludes the function"));
	candidate_add(m, all, c);
}

// is_meant leaves out what has no name, and what a glob for spans hardly means: the ends of
// a program, its tests, and what has no body.
static bool is_meant(const Rule *r, const File *f, const Func *fn)
{
	bool wide = r->change.modifier == DO_SPAN && r->change.wide;
	bool whole = str_eq(fn->name, S("init")) || str_eq(fn->name, S("main"));
	bool test = str_ends(f->src->name, S("_test.go"));

	return !str_eq(fn->name, S("_")) && !(wide && (whole || test || !fn->block));
}

static void add_functions(const Match *m, Candidates *all, const Rule *r)
{
	for (isize i = 0; i < all->nfiles; i++) {
		const File *f = all->files[i];
		TypeNames names = type_names(m->arena, f, all->path, NULL);
		for (const Node *n = func_next(f->decls); n; n = func_next(n->next)) {
			Func fn = func_view(m->arena, f, n);
			Subject s = {.arena = m->arena, .f = f, .names = &names, .fn = &fn};
			if (is_meant(r, f, &fn) && where_holds(r->change.where, &s))
				add_function(m, all, r, f, &fn);
		}
	}
}

// ---- hooks

void candidate_links(const Match *m, Candidate *c)
{
	const HookPackage *hp = map_get(&m->rules->packages, c->rule->hook_path);
	Str why;

	if (m->refused && strlist_has(m->refused, hp->path))
		candidate_refuse(c, VERDICT_UNLINKABLE, S("the hook package does not compile"));
	else if (!hook_links(m->rules, m->packages, hp->path, &why, m->diags))
		candidate_refuse(c, VERDICT_UNLINKABLE, why);
}

static bool rule_error(const Match *m, const Rule *r, const char *what)
{
	return diag_error(m->diags, r->src, r->at, "rule '%.*s': %s", STR_ARG(r->name), what);
}

// check_forms: before and after are both of one kind, and a typed hook has no after.
static bool check_forms(const Match *m, const Rule *r, const Hook *before, const Hook *after)
{
	if (after && !after->context)
		return rule_error(m, r,
			"'after' names a hook with a HookContext; what a typed hook does at the "
			"end, 'before' gives back as its result after or leave");
	if (before && after && !before->context)
		return rule_error(m, r, "'before' has no HookContext, but 'after' has");
	if (r->has_args && (after || (before && before->context)))
		return rule_error(m, r,
			"a hook with a HookContext is given all values: 'args' is for typed hooks");
	return true;
}

// find_hooks reads the hooks of a rule that may be woven. What this build cannot link is
// left out.
static bool find_hooks(const Match *m, const Candidates *all, Candidate *c)
{
	const Rule *r = c->rule;
	Hook *before = NULL, *after = NULL;

	if (r->change.modifier == DO_SPAN)
		return span_join(m, all, c);
	if (r->before.len > 0 && !ruleset_hook(m->rules, r, r->before, &before, m->diags))
		return false;
	if (r->after.len > 0 && !ruleset_hook(m->rules, r, r->after, &after, m->diags))
		return false;
	ensure(before || after); // the reader has seen to that
	if (!check_forms(m, r, before, after))
		return false;
	c->join = (Join){.rule = r->name,
		.func = c->func,
		.recv = c->recv,
		.args = r->args,
		.has_args = r->has_args,
		.noescape = r->noescape,
		.lead = r->lead,
		.hook = before};
	if (after || (before && before->context)) {
		Site site = {all->package->name, c->func, c->recv, c->nvalues};
		adapters_make(m->arena, before, after, &site, &c->join);
	}
	candidate_links(m, c);
	return true;
}

Str candidate_why(Arena *a, const Rule *r, const Diag *last, const Diags *d)
{
	Str prefix = str_format(a, "rule '%.*s': ", STR_ARG(r->name));

	for (const Diag *w = last ? last->next : d->first; w; w = w->next)
		if (str_starts(w->text, prefix))
			return str_slice(w->text, prefix.len, w->text.len);
	return S("");
}

// give_hooks finds the hooks of a candidate. A rule whose hooks are wrong is left out, with
// a warning.
static void give_hooks(const Match *m, const Candidates *all, Candidate *c)
{
	Diags wrong = {.arena = m->arena};
	Match own = *m;

	own.diags = &wrong;
	if (!find_hooks(&own, all, c)) {
		Str why = candidate_why(m->arena, c->rule, NULL, &wrong);
		candidate_refuse(c, VERDICT_UNFIT, why.len > 0 ? why : wrong.last->text);
	}
	diag_soften(m->diags, &wrong);
}

// give_change does the same for a rule without hooks.
static void give_change(const Match *m, const Candidates *all, Candidate *c)
{
	Diags wrong = {.arena = m->arena};

	change_join(m, all, c);
	if (c->verdict == VERDICT_WOVEN)
		return;
	rule_error(&(Match){.diags = &wrong}, c->rule, str_cstr(m->arena, c->why));
	diag_soften(m->diags, &wrong);
}

// is_for_one tells whether a rule of the user's own names one function of one package.
static bool is_for_one(const Match *m, const Rule *r)
{
	Str bundle = m->rules->bundle;
	bool ours = bundle.len > 0 && str_starts(r->src->name, bundle);

	return !ours && r->func.len > 0 && !has_glob(r->func) && !has_glob(r->target) &&
	       r->target.p[0] != '$' && r->target.p[0] != '.';
}

// add_names adds the functions of a file, as (*T).M, T.M or F.
static void add_names(const Match *m, Str path, StrList *names)
{
	Diags none = {.arena = m->arena};
	Source *src = arena_new(m->arena, Source);
	File f;

	src->name = path;
	if (!file_read(m->arena, path, &src->text, &none) ||
		!parse_file(m->arena, src, (ParseOptions){.no_bodies = true}, &f, &none))
		return;
	for (const Node *n = func_next(f.decls); n; n = func_next(n->next)) {
		Func fn = func_view(m->arena, &f, n);
		Str recv = func_receiver(m->arena, &fn);
		strlist_add(names, target_name(m->arena, recv, fn.name));
	}
}

// other_receiver returns the member of names that is a method or function of that name, or "".
static Str other_receiver(Arena *a, const StrList *names, Str func)
{
	Str method = str_format(a, ".%.*s", STR_ARG(func));

	for (isize i = 0; i < names->n; i++)
		if (str_eq(names->v[i], func) || str_ends(names->v[i], method))
			return names->v[i];
	return S("");
}

// refuse_absent says of a rule that selects nothing what may have been meant.
static void refuse_absent(const Match *m, const Candidates *all, Candidate *c)
{
	Arena *a = m->arena;
	const Rule *r = c->rule;
	StrList names = {.arena = a};
	Str wanted = target_name(a, r->recv, r->func);

	candidate_refuse(c, VERDICT_NO_FUNCTION, S(""));
	if (!is_for_one(m, r))
		return;
	const StrList *files = all_files(m, all->package);
	for (isize i = 0; i < files->n; i++)
		add_names(m, path_join(a, all->package->dir, files->v[i]), &names);
	Str other = other_receiver(a, &names, r->func), near = nearest(&names, wanted);
	if (strlist_has(&names, wanted))
		candidate_refuse(c, VERDICT_UNFIT,
			str_format(
				a, "'%.*s' is there, but 'where' asks for more", STR_ARG(wanted)));
	else if (other.len > 0 || near.len > 0)
		c->why = str_format(
			a, "did you mean '%.*s'?", STR_ARG(other.len > 0 ? other : near));
}

// find_joins adds a candidate for each function that a rule selects.
static void find_joins(const Match *m, Candidates *all, Candidate *rule)
{
	isize before = all->n;
	const Rule *r = rule->rule;

	if (r->change.modifier != DO_HOOKS && r->change.modifier != DO_SPAN) {
		give_change(m, all, candidate_add(m, all, *rule));
		return;
	}
	add_functions(m, all, r);
	if (all->n == before) {
		refuse_absent(m, all, rule);
		candidate_add(m, all, *rule);
	}
	for (isize i = before; i < all->n; i++)
		if (all->v[i].verdict == VERDICT_WOVEN)
			give_hooks(m, all, &all->v[i]);
}

// first_rule returns the first of the rules if one of them may be for the package.
static const Rule *first_rule(const Match *m, const Package *p)
{
	bool some = m->targets->wide || map_get(&m->targets->exact, package_path(p)) ||
		    str_eq(p->name, S("main"));

	return some ? m->rules->rules.first : NULL;
}

bool candidates_find(const Match *m, const Package *p, Candidates *out)
{
	Candidates rules = {.package = p};

	*out = (Candidates){.package = p, .path = candidate_path(m, p)};
	for (const Rule *r = first_rule(m, p); r; r = r->next) {
		Candidate c = {
			.rule = r, .verdict = VERDICT_WOVEN, .func = r->func, .recv = r->recv};
		if (!candidate_is_target(m->arena, r, p))
			continue;
		consider(m, &c, p);
		candidate_add(m, &rules, c);
	}
	if (!read_files(m, &rules))
		return false;
	out->files = rules.files;
	out->nfiles = rules.nfiles;
	if (candidate_is_root(p) && !excludes_package(m, p))
		spans_from_comments(m, out);
	for (isize i = 0; i < rules.n; i++) {
		if (rules.v[i].verdict != VERDICT_WOVEN)
			candidate_add(m, out, rules.v[i]);
		else
			find_joins(m, out, &rules.v[i]);
	}
	return true;
}
