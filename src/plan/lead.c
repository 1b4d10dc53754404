#include "plan/lead.h"

#include "base/buf.h"
#include "weave/target.h"

// The types of a function: its receiver and parameters, and its results.
typedef struct {
	Str params, results;
} Signature;

static Signature signature_of(Arena *a, const File *f, const Func *fn, Str package)
{
	TypeNames names = type_names(a, f, package, NULL);
	Signature s = {params_canonical(a, f, &fn->params, false, &names),
		params_canonical(a, f, &fn->results, false, &names)};

	if (fn->is_method) {
		Str recv = type_canonical(a, f, fn->recv.type, &names);
		s.params = str_format(a, "%.*s%s%.*s", STR_ARG(recv), s.params.len > 0 ? ", " : "",
			STR_ARG(s.params));
	}
	return s;
}

static bool find_target(const Match *m, const Candidates *all, const Candidate *c, Signature *out)
{
	for (isize i = 0; i < all->nfiles; i++) {
		const File *f = all->files[i];
		for (const Node *n = func_next(f->decls); n; n = func_next(n->next)) {
			Func fn = func_view(m->arena, f, n);
			if (!str_eq(fn.name, c->func) ||
				!str_eq(func_receiver(m->arena, &fn), c->recv))
				continue;
			*out = signature_of(m->arena, f, &fn, all->path);
			return fn.tparams.n == 0 && fn.recv_tparams.n == 0 && fn.block;
		}
	}
	return false;
}

static bool find_lead(const Match *m, const Rule *r, Signature *out)
{
	const File *f;

	if (!ruleset_function(m->rules, r, r->lead, &f, m->diags) || !f)
		return false;
	for (const Node *n = func_next(f->decls); n; n = func_next(n->next)) {
		Func fn = func_view(m->arena, f, n);
		if (fn.is_method || !str_eq(fn.name, r->lead))
			continue;
		*out = signature_of(m->arena, f, &fn, r->hook_path);
		return fn.tparams.n == 0;
	}
	return false;
}

static bool fits(const Match *m, const Candidates *all, const Candidate *c)
{
	const Rule *r = c->rule;
	Signature lead, target;

	if (c->join.kind != JOIN_TYPED || r->lead.len == 0 || !find_target(m, all, c, &target))
		return false;
	if (!find_lead(m, r, &lead)) {
		diag_warn(m->diags, r->src, r->at,
			"rule '%.*s': there is no function '%.*s' in %.*s", STR_ARG(r->name),
			STR_ARG(r->lead), STR_ARG(r->hook_path));
		return false;
	}
	if (types_fit(lead.params, target.params) && types_fit(lead.results, target.results))
		return true;
	diag_warn(m->diags, r->src, r->at,
		"rule '%.*s': '%.*s' is func(%.*s) (%.*s), and '%.*s' with its receiver "
		"func(%.*s) (%.*s): %.*s is compiled again",
		STR_ARG(r->name), STR_ARG(r->lead), STR_ARG(lead.params), STR_ARG(lead.results),
		STR_ARG(c->func), STR_ARG(target.params), STR_ARG(target.results),
		STR_ARG(all->path));
	return false;
}

bool lead_fits(const Match *m, const Candidates *all)
{
	bool some = false;

	// The compiler has names of its own for what is in a program, package main.
	if (str_eq(all->path, S("main")))
		return false;
	for (isize i = 0; i < all->n; i++) {
		if (all->v[i].verdict != VERDICT_WOVEN)
			continue;
		if (!fits(m, all, &all->v[i]))
			return false;
		some = true;
	}
	return some;
}

// symbol returns the name that object code has for a function of a package.
// Source: cmd/internal/objabi.PathToPrefix.
static Str symbol(Arena *a, Str path, Str recv, Str func)
{
	StrBuf b = {.arena = a};
	isize last = path.len;

	while (last > 0 && path.p[last - 1] != '/')
		last--;
	for (isize i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.p[i];
		bool bare = c > ' ' && c < 0x7f && c != '%' && c != '"' && !(c == '.' && i >= last);
		buf_addf(&b, bare ? "%c" : "%%%02x", c);
	}
	if (recv.len > 0)
		buf_addf(&b, str_starts(recv, S("*")) ? ".(%.*s)" : ".%.*s", STR_ARG(recv));
	buf_addf(&b, ".%.*s", STR_ARG(func));
	return buf_str(&b);
}

Str lead_list(Planner *p)
{
	Arena *a = p->arena;
	StrBuf b = {.arena = a};

	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		for (isize k = 0; w->led && k < w->spec.n; k++) {
			const Join *j = &w->spec.joins[k];
			buf_addf(&b, "%.*s %.*s %.*s %.*s %.*s\n", STR_ARG(w->spec.package),
				STR_ARG(w->digest), STR_ARG(j->hook->package),
				STR_ARG(symbol(a, w->spec.package, j->recv, j->func)),
				STR_ARG(symbol(a, j->hook->package, S(""), j->lead)));
		}
	}
	return buf_str(&b);
}

Str lead_refused(Arena *a, Str cache, Str digest)
{
	return str_format(a, "%.*s/mark/%.*s.compiled", STR_ARG(cache), STR_ARG(digest));
}
