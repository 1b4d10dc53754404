#include "weave/all.h"

#include "base/buf.h"
#include "golang/type.h"
#include "weave/adapter.h"
#include "weave/weave.h"

typedef struct {
	Arena *arena;
	const File *f;
	TypeNames names;
	AllForm form;
	StrBuf setup; // what sets the hooks
} All;

static bool is_generic(const Func *fn)
{
	return fn->tparams.n > 0 || fn->recv_tparams.n > 0;
}

// A variadic parameter is given as a slice.
static Str dotted(Arena *a, const Param *p, Str type)
{
	return p->variadic ? str_format(a, "[]%.*s", STR_ARG(type)) : type;
}

// after_text writes the type of an after, "func(R, S) (R, S)", as the file writes its parts.
static Str after_text(const All *all, const Func *fn)
{
	StrList texts = {.arena = all->arena};

	for (isize i = 0; i < fn->results.n; i++)
		strlist_add(&texts, file_text(all->f, fn->results.v[i].type->at));
	Str list = str_join(all->arena, &texts, S(", "));
	return str_format(all->arena, list.len > 0 ? "func(%.*s) (%.*s)" : "func(%.*s)%.*s",
		STR_ARG(list), STR_ARG(list));
}

// set_hook writes the init that sets a hook's variable, with the types as the file has them.
static void set_hook(All *all, const Func *fn, const Hook *h, const Param *const *given)
{
	Arena *a = all->arena;
	StrList params = {.arena = a}, types = {.arena = a}, values = {.arena = a};

	for (isize i = 0; i < h->nparams; i++) {
		Str text = dotted(a, given[i], file_text(all->f, given[i]->type->at));
		if (str_eq(h->params[i].type, S("any")))
			text = S("interface{}");
		strlist_add(&params, str_format(a, "p%td %.*s", i, STR_ARG(text)));
		if (!hook_result(h, RESULT_NEW))
			continue;
		strlist_add(&types, text);
		strlist_add(&values, str_format(a, "p%td", i));
	}
	if (hook_result(h, RESULT_LEAVE)) {
		strlist_add(&types, S("func()"));
		strlist_add(&values, S("func() {}"));
	}
	if (hook_result(h, RESULT_AFTER)) {
		strlist_add(&types, after_text(all, fn));
		strlist_add(&values, str_format(a, "%.*s_r", STR_ARG(h->symbol)));
	}
	buf_addf(&all->setup, "func init() { %.*s_v = func(%.*s) (%.*s) { return %.*s } }\n",
		STR_ARG(h->symbol), STR_ARG(str_join(a, &params, S(", "))),
		STR_ARG(str_join(a, &types, S(", "))), STR_ARG(str_join(a, &values, S(", "))));
}

// give_results adds what a hook in full gives back. Types with type parameters
// cannot be named outside of the function: there it is just leave.
static void give_results(All *all, const Func *fn, Hook *h)
{
	Arena *a = all->arena;

	h->results = arena_array(a, HookResult, h->nparams + 2);
	for (isize i = 0; i < h->nparams && !is_generic(fn); i++)
		h->results[h->nresults++] =
			(HookResult){.kind = RESULT_NEW, .param = i, .type = h->params[i].type};
	h->results[h->nresults++] = (HookResult){.kind = RESULT_LEAVE, .type = S("func()")};
	if (is_generic(fn))
		return;
	Str results = params_canonical(a, all->f, &fn->results, false, &all->names);
	h->results[h->nresults++] = (HookResult){.kind = RESULT_AFTER, .type = results};
}

// make_hook returns the k-th hook, for a function.
static Hook *make_hook(All *all, const Func *fn, isize k)
{
	Arena *a = all->arena;
	Hook *h = arena_new(a, Hook);
	const Param **given = arena_array(a, const Param *, fn->params.n + 1);

	h->name = str_format(a, "all%td", k);
	h->package = all->f->src->name; // so that no two files of a package share a symbol
	h->params = arena_array(a, HookValue, fn->params.n + 1);
	if (fn->is_method)
		given[h->nparams++] = &fn->recv;
	for (isize i = 0; i < fn->params.n; i++)
		given[h->nparams++] = &fn->params.v[i];
	for (isize i = 0; i < h->nparams; i++) {
		Str type =
			dotted(a, given[i], type_canonical(a, all->f, given[i]->type, &all->names));
		h->params[i].type = is_generic(fn) ? S("any") : type;
	}
	if (all->form == ALL_FULL)
		give_results(all, fn, h);
	hook_seal(a, h);
	set_hook(all, fn, h, given);
	return h;
}

// ---- frames and spans

// any_hook returns a hook with a HookContext that takes n values, whatever they are.
static Hook *any_hook(All *all, isize k, isize n)
{
	Hook *h = arena_new(all->arena, Hook);

	h->name = str_format(all->arena, "all%td", k);
	h->package = all->f->src->name; // so that no two files of a package share a symbol
	h->context = true;
	h->params = arena_array(all->arena, HookValue, n);
	for (; h->nparams < n; h->nparams++)
		h->params[h->nparams].type = S("any");
	return h;
}

static SpanAttribute *attributes(All *all, const char *word, isize n, SpanAttribute *next)
{
	for (isize i = n; i > 0; i--) {
		SpanAttribute *at = arena_new(all->arena, SpanAttribute);
		*at = (SpanAttribute){
			.next = next, .value = str_format(all->arena, "$%s%td", word, i)};
		next = at;
	}
	return next;
}

static bool returns_error(const All *all, const Func *fn)
{
	isize last = fn->results.n - 1;

	return last >= 0 && str_eq(S("error"), type_canonical(all->arena, all->f,
						       fn->results.v[last].type, &all->names));
}

static SpanSpec *make_span(All *all, const Func *fn, isize k)
{
	SpanSpec *s = arena_new(all->arena, SpanSpec);
	isize first = fn->is_method ? 1 : 0;

	s->rule = arena_new(all->arena, SpanRule);
	s->function = str_format(all->arena, "%.*s %td", STR_ARG(all->f->src->name), k);
	s->context = fn->params.n > 0 && !fn->params.v[0].variadic ? first : -1;
	s->wide = true;
	s->attributes =
		attributes(all, "", fn->params.n, attributes(all, "result", fn->results.n, NULL));
	return s;
}

static void own_symbol(All *all, Hook *h)
{
	if (!h)
		return;
	h->package = all->f->src->name;
	hook_seal(all->arena, h);
}

// make_join returns the k-th join of a form that takes no hooks of its own.
static Join make_join(All *all, const Func *fn, Str recv, isize k)
{
	Site site = {S("all"), fn->name, recv, fn->params.n + fn->is_method};
	Join j = {.rule = S("all"), .func = fn->name, .recv = recv};

	if (all->form == ALL_FRAME) {
		adapters_make(all->arena, any_hook(all, k, site.nvalues),
			any_hook(all, k, fn->results.n), &site, &j);
		return j;
	}
	j.span = make_span(all, fn, k);
	span_adapters(
		all->arena, j.span->context >= 0 ? S("any") : S(""), returns_error(all, fn), &j);
	own_symbol(all, j.leave);
	own_symbol(all, j.value);
	return j;
}

static Join join_of(All *all, const Func *fn, isize k)
{
	Str recv = func_receiver(all->arena, fn);

	if (all->form == ALL_FRAME || all->form == ALL_SPAN)
		return make_join(all, fn, recv, k);
	return (Join){
		.rule = S("all"), .func = fn->name, .recv = recv, .hook = make_hook(all, fn, k)};
}

isize weave_all(Arena *a, const File *f, AllForm form, Str *out)
{
	Diags diags = {.arena = a};
	All all = {.arena = a, .f = f, .form = form, .setup = {.arena = a}};
	Spec spec = {.joins = arena_array(a, Join, node_count(f->decls))};
	Weave w = {.arena = a,
		.spec = &spec,
		.form = WEAVE_REBUILD,
		.diags = &diags,
		.symbols = {.arena = a},
		.imports = {.arena = a}};

	all.names = type_names(a, f, spec.package, NULL);
	for (const Node *n = func_next(f->decls); n; n = func_next(n->next)) {
		Func fn = func_view(a, f, n);
		if (!fn.block || str_eq(fn.name, S("_")) || (fn.is_method && fn.recvs.n != 1))
			continue; // nothing that a rule could name
		spec.joins[spec.n] = join_of(&all, &fn, spec.n);
		spec.n++;
	}
	weave_file(&w, f, out);
	if (w.nwoven > 0)
		*out = str_format(a, "%.*s%.*s", STR_ARG(*out), STR_ARG(buf_str(&all.setup)));
	return w.nwoven;
}
