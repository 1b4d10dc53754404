#include "weave/hook.h"

#include "base/buf.h"
#include "base/hash.h"
#include "golang/type.h"

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

// after is a func(R...) (R...): we keep the list of the types.
static bool read_after(
	Arena *a, const File *f, const Hook *h, const Param *p, HookResult *out, Diags *d)
{
	TypeNames names = type_names(a, f, h->package, NULL);

	if (p->type->kind == N_FUNC_TYPE) {
		Func fn = func_view(a, f, p->type);
		out->kind = RESULT_AFTER;
		out->type = params_canonical(a, f, &fn.params, false, &names);
		if (str_eq(out->type, params_canonical(a, f, &fn.results, false, &names)))
			return true;
	}
	return diag_error(d, f->src, p->type_at,
		"the hook's result 'after' must be a function that returns the types that it "
		"takes");
}

// read_result tells what one result of the hook is for, by its name.
static bool read_result(
	Arena *a, const File *f, const Hook *h, const Param *p, HookResult *out, Diags *d)
{
	bool alone = p->name.len == 0 && h->nresults == 1;
	isize param = 0;

	if (alone || str_eq(p->name, S("leave"))) {
		out->kind = RESULT_LEAVE;
		if (!str_eq(out->type, S("func()")))
			return diag_error(d, f->src, p->type_at,
				"the hook's result 'leave' must be func(), not %.*s",
				STR_ARG(out->type));
		return true;
	}
	if (str_eq(p->name, S("after")))
		return read_after(a, f, h, p, out, d);
	if (!find_new(a, h, p->name, &param)) {
		diag_error(d, f->src, p->name.len ? p->name_at : p->type_at,
			"the hook's result '%.*s' is none that the weaver knows", STR_ARG(p->name));
		return diag_help(d, "results are named leave, after, or newX for a parameter x");
	}
	out->kind = RESULT_NEW;
	out->param = param;
	if (str_eq(out->type, S("any")))
		return diag_error(d, f->src, p->name_at,
			"'%.*s' cannot be replaced: a value taken as any has lost its type",
			STR_ARG(p->name));
	if (!str_eq(out->type, h->params[param].type))
		return diag_error(d, f->src, p->type_at,
			"'%.*s' must be %.*s, as the parameter, not %.*s", STR_ARG(p->name),
			STR_ARG(h->params[param].type), STR_ARG(out->type));
	return true;
}

static bool read_signature(Arena *a, const File *f, const Func *fn, Hook *h, Diags *d)
{
	TypeNames names = type_names(a, f, h->package, NULL);

	if (fn->is_method || fn->tparams.n > 0)
		return diag_error(d, f->src, fn->name_at,
			"the hook '%.*s' must be a plain function, no method, not generic",
			STR_ARG(fn->name));

	h->nparams = fn->params.n;
	h->params = arena_array(a, HookValue, h->nparams);
	for (isize i = 0; i < h->nparams; i++) {
		const Param *p = &fn->params.v[i];
		Str type = type_canonical(a, f, p->type, &names);
		if (p->variadic)
			return diag_error(d, f->src, p->type_at,
				"a hook takes a variadic parameter as a slice: []%.*s",
				STR_ARG(type));
		h->params[i] = (HookValue){p->name, type};
	}

	h->nresults = fn->results.n;
	h->results = arena_array(a, HookResult, h->nresults);
	for (isize i = 0; i < h->nresults; i++) {
		const Param *p = &fn->results.v[i];
		h->results[i].type = type_canonical(a, f, p->type, &names);
		if (!read_result(a, f, h, p, &h->results[i], d))
			return false;
	}
	return true;
}

bool hook_read(Arena *a, const File *f, Str package, Str name, Hook **out, Diags *d)
{
	*out = NULL;
	for (const Node *n = func_next(f->decls); n; n = func_next(n->next)) {
		Func fn = func_view(a, f, n);
		if (fn.is_method || !str_eq(fn.name, name))
			continue;
		Hook *h = arena_new(a, Hook);
		h->name = name;
		h->package = package;
		if (!read_signature(a, f, &fn, h, d))
			return false;
		hook_seal(a, h);
		*out = h;
		return true;
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
	for (isize i = 0; i < h->nparams; i++)
		buf_addf(&b, "%s%.*s", i ? ", " : "", STR_ARG(h->params[i].type));
	buf_add(&b, S(")"));
	return buf_str(&b);
}
