#include "weave/hook.h"

#include "base/buf.h"
#include "base/hash.h"
#include "golang/type.h"

// One hook that is being read.
typedef struct {
	Arena *arena;
	const File *f;
	TypeNames names; // for types in canonical form
	TypeNames words; // for types as Go
	Hook *h;
	Diags *diags;
} Reader;

// new_name returns "newReq" for a parameter "req".
static Str new_name(Arena *a, Str param)
{
	char *p = arena_array(a, char, param.len + 3);

	for (isize i = 0; i < param.len; i++)
		p[3 + i] = param.p[i];
	p[0] = 'n', p[1] = 'e', p[2] = 'w';
	if ('a' <= p[3] && p[3] <= 'z')
		p[3] = (char)(p[3] - 'a' + 'A');
	return (Str){p, param.len + 3};
}

static bool find_new(Arena *a, const Hook *h, Str result, isize *param)
{
	for (isize i = 0; i < h->nparams; i++) {
		if (h->params[i].name.len > 0 && str_eq(new_name(a, h->params[i].name), result)) {
			*param = i;
			return true;
		}
	}
	return false;
}

static Str canonical(const Reader *r, const Param *p)
{
	return type_canonical(r->arena, r->f, p->type, &r->names);
}

static Str as_go(const Reader *r, const Param *p)
{
	return r->words.aliases ? type_canonical(r->arena, r->f, p->type, &r->words) : S("");
}

// after is a func(R...) (R...): we keep the list of the types.
static bool read_after(const Reader *r, const Param *p, HookResult *out)
{
	Arena *a = r->arena;

	if (p->type->kind == N_FUNC_TYPE) {
		Func fn = func_view(a, r->f, p->type);
		out->kind = RESULT_AFTER;
		out->type = params_canonical(a, r->f, &fn.params, false, &r->names);
		if (str_eq(out->type, params_canonical(a, r->f, &fn.results, false, &r->names)))
			return true;
	}
	return diag_error(r->diags, r->f->src, p->type_at,
		"the hook's result 'after' must be a function that returns the types that it "
		"takes");
}

// read_result tells what one result of the hook is for, by its name.
static bool read_result(const Reader *r, const Param *p, HookResult *out)
{
	const Source *src = r->f->src;
	bool alone = p->name.len == 0 && r->h->nresults == 1;
	isize param = 0;

	if (alone || str_eq(p->name, S("leave"))) {
		out->kind = RESULT_LEAVE;
		if (!str_eq(out->type, S("func()")))
			return diag_error(r->diags, src, p->type_at,
				"the hook's result 'leave' must be func(), not %.*s",
				STR_ARG(out->type));
		return true;
	}
	if (str_eq(p->name, S("skip"))) {
		out->kind = RESULT_SKIP;
		return str_eq(out->type, S("bool")) ||
		       diag_error(r->diags, src, p->type_at,
			       "the hook's result 'skip' must be bool, not %.*s",
			       STR_ARG(out->type));
	}
	if (str_eq(p->name, S("after")))
		return read_after(r, p, out);
	if (!find_new(r->arena, r->h, p->name, &param)) {
		diag_error(r->diags, src, p->name.len ? p->name_at : p->type_at,
			"the hook's result '%.*s' is none that the weaver knows", STR_ARG(p->name));
		return diag_help(r->diags,
			"results are named leave, after, skip, or newX for a parameter x");
	}
	const HookValue *replaced = &r->h->params[param];
	out->kind = RESULT_NEW;
	out->param = param;
	if (str_eq(out->type, S("any")))
		return diag_error(r->diags, src, p->name_at,
			"'%.*s' cannot be replaced: a value taken as any has lost its type",
			STR_ARG(p->name));
	if (!str_eq(out->type, replaced->type))
		return diag_error(r->diags, src, p->type_at,
			"'%.*s' must be %.*s, as the parameter, not %.*s", STR_ARG(p->name),
			STR_ARG(replaced->type), STR_ARG(out->type));
	return true;
}

static Str slice_of(const Reader *r, const Param *p, Str type)
{
	return p->variadic ? str_format(r->arena, "[]%.*s", STR_ARG(type)) : type;
}

static bool read_params(const Reader *r, const ParamList *params)
{
	Hook *h = r->h;

	h->params = arena_array(r->arena, HookValue, params->n);
	for (isize i = 0; i < params->n; i++) {
		const Param *p = &params->v[i];
		Str type = canonical(r, p), text = as_go(r, p);
		if (p->variadic && !h->context)
			return diag_error(r->diags, r->f->src, p->type_at,
				"a hook takes a variadic parameter as a slice: []%.*s",
				STR_ARG(type));
		if (i == 0 && str_eq(type, S("go.opentelemetry.io/otelc/pkg/hook.HookContext")))
			h->context = true;
		else
			h->params[h->nparams++] = (HookValue){
				p->name, slice_of(r, p, type), slice_of(r, p, text), p->variadic};
	}
	return true;
}

static bool read_signature(const Reader *r, const Func *fn)
{
	Hook *h = r->h;

	if (fn->is_method || fn->tparams.n > 0)
		return diag_error(r->diags, r->f->src, fn->name_at,
			"the hook '%.*s' must be a plain function, no method, not generic",
			STR_ARG(fn->name));
	if (!read_params(r, &fn->params))
		return false;
	if (h->context && fn->results.n > 0)
		return diag_error(r->diags, r->f->src, fn->results.at,
			"a hook with a HookContext has no results: it sets values through that");
	h->nresults = fn->results.n;
	h->results = arena_array(r->arena, HookResult, h->nresults);
	for (isize i = 0; i < h->nresults; i++) {
		const Param *p = &fn->results.v[i];
		h->results[i] = (HookResult){.type = canonical(r, p), .text = as_go(r, p)};
		if (!read_result(r, p, &h->results[i]))
			return false;
	}
	return true;
}

static bool read_hook(Arena *a, const HookFile *in, const Func *fn, Hook **out, Diags *d)
{
	Reader r = {.arena = a, .f = in->file, .diags = d};

	r.names = type_names(a, in->file, in->package, NULL);
	r.words = type_names(a, in->file, S(""), NULL);
	r.words.aliases = in->aliases;
	r.h = arena_new(a, Hook);
	r.h->name = fn->name;
	r.h->package = in->package;
	if (!read_signature(&r, fn))
		return false;
	hook_seal(a, r.h);
	*out = r.h;
	return true;
}

bool hook_read(Arena *a, const HookFile *in, Str name, Hook **out, Diags *d)
{
	*out = NULL;
	for (const Node *n = func_next(in->file->decls); n; n = func_next(n->next)) {
		Func fn = func_view(a, in->file, n);
		if (!fn.is_method && str_eq(fn.name, name))
			return read_hook(a, in, &fn, out, d);
	}
	return true;
}

const HookResult *hook_result(const Hook *h, ResultKind kind)
{
	for (isize i = 0; i < h->nresults; i++)
		if (h->results[i].kind == kind)
			return &h->results[i];
	return NULL;
}

void hook_seal(Arena *a, Hook *h)
{
	Hash hash;

	hash_init(&hash);
	hash_add(&hash, h->package);
	hash_add(&hash, h->site);
	for (isize i = 0; i < h->nparams; i++)
		hash_add(&hash, h->params[i].type);
	hash_add(&hash, S("->"));
	for (isize i = 0; i < h->nresults; i++) {
		hash_add(&hash,
			str_format(a, "%d %td", (int)h->results[i].kind, h->results[i].param));
		hash_add(&hash, h->results[i].type);
	}
	Str digest = str_slice(hash_hex(a, &hash), 0, 12);
	h->symbol = str_format(a, "otel_%.*s_%.*s", STR_ARG(h->name), STR_ARG(digest));
}

Str hook_signature(Arena *a, const Hook *h)
{
	StrBuf b = {.arena = a};

	buf_addf(&b, "func %.*s(", STR_ARG(h->name));
	for (isize i = 0; i < h->nparams; i++) {
		bool context = i == 0 && h->site.len > 0; // what an adapter hands on
		buf_addf(&b, "%s%.*s", i ? ", " : "",
			STR_ARG(context ? S("hook.HookContext") : h->params[i].type));
	}
	buf_add(&b, S(")"));
	return buf_str(&b);
}
