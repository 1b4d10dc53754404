// typed.c - hooks with the target's own types, woven. See weave/hook.h.
#include "weave/target.h"

static Value *value_named(const Target *t, Str name)
{
	for (isize i = 0; i < t->nvalues; i++)
		if (str_eq(t->values[i].param->name, name))
			return &t->values[i];
	return NULL;
}

// How many elements of a slice are handed on without an allocation.
#define ON_STACK "8"

// elements_of returns the type of a slice's elements, "" if it is none.
static Str elements_of(Str type)
{
	return str_starts(type, S("[]")) ? str_slice(type, 2, type.len) : S("");
}

// struct_named returns the struct type that the file declares under that name, or NULL.
static const Node *struct_named(const File *f, Str name)
{
	for (const Node *decl = f->decls; decl; decl = decl->next) {
		if (decl->kind != N_GEN_DECL || decl->op != T_TYPE)
			continue;
		for (const Node *spec = decl->first; spec; spec = spec->next) {
			const Node *n = spec->first;
			if (n && n->kind == N_DOC)
				n = n->next;
			if (spec->kind != N_TYPE_SPEC || !n || !str_eq(file_text(f, n->at), name))
				continue;
			while (n->next)
				n = n->next;
			return n->kind == N_STRUCT_TYPE ? n : NULL;
		}
	}
	return NULL;
}

// field_of finds a field of what a value points to, whose type is in the same file.
static bool field_of(const Target *t, const Value *v, Str name, Value *out)
{
	Arena *a = t->w->arena;
	bool pointer = str_starts(v->text, S("*"));
	const Node *type = pointer ? struct_named(t->f, str_slice(v->text, 1, v->text.len)) : NULL;
	ParamList fields = type ? param_list(a, t->f, type) : (ParamList){0};

	for (isize i = 0; i < fields.n; i++) {
		Param *p = &fields.v[i];
		if (!str_eq(p->name, name))
			continue;
		*out = (Value){.param = p,
			.type = type_canonical(a, t->f, p->type, &t->names),
			.text = file_text(t->f, p->type->at)};
		return true;
	}
	return false;
}

// A value that a rule's args name: the k-th join's i-th.
typedef struct {
	isize k, i;
	Str text;
} Arg;

// give_field hands on a field, if there is what it is in: its zero value else.
static bool give_field(const Target *t, const Arg *arg, const Value *v, Str field, Value *out)
{
	Arena *a = t->w->arena;

	if (!field_of(t, v, field, out))
		return false;
	out->name = str_format(a, "%.*s_%td", STR_ARG(our_name(t, 'f', arg->k)), arg->i);
	out->before = str_format(a, " var %.*s %.*s; if %.*s != nil { %.*s = %.*s.%.*s };",
		STR_ARG(out->name), STR_ARG(out->text), STR_ARG(v->name), STR_ARG(out->name),
		STR_ARG(v->name), STR_ARG(field));
	return true;
}

// give_part hands on what can be told of a parameter without making it escape.
static Value *give_part(const Target *t, const Arg *arg, Value *out)
{
	static const char *const forms[] = {" != nil", "...", "."};
	Arena *a = t->w->arena;
	isize form = 0, at = -1;

	for (; form < countof(forms); form++) {
		at = str_find(arg->text, str_from(forms[form]));
		if (at > 0)
			break;
	}
	Value *v = at > 0 ? value_named(t, str_slice(arg->text, 0, at)) : NULL;
	if (!v)
		return NULL;
	*out = *v;
	Str rest = str_slice(arg->text, at + str_from(forms[form]).len, arg->text.len);
	if (form == 0 && rest.len == 0) {
		out->type = out->text = S("bool");
		out->name = str_format(a, "%.*s != nil", STR_ARG(v->name));
	} else if (form == 1 && rest.len == 0 && elements_of(v->type).len > 0) {
		out->name = str_format(a, "append(make(%.*s, 0, " ON_STACK "), %.*s...)",
			STR_ARG(v->text), STR_ARG(v->name));
	} else if (form != 2 || !give_field(t, arg, v, rest, out)) {
		return NULL;
	}
	out->derived = true;
	return v;
}

// given_value finds the i-th value that the hook of the k-th join takes: of all values, or of
// those that the rule names. *out is how it is handed on. NULL if there is no such value.
static Value *given_value(const Target *t, const Join *j, isize k, isize i, Value *out)
{
	if (!j->has_args) {
		*out = t->values[i];
		return &t->values[i];
	}
	Value *v = value_named(t, j->args.v[i]);
	if (!v)
		return give_part(t, &(Arg){k, i, j->args.v[i]}, out);
	*out = *v;
	return v;
}

// is_replaced tells whether the hook gives back something for its i-th parameter.
static bool is_replaced(const Hook *h, isize i)
{
	for (isize k = 0; k < h->nresults; k++)
		if (h->results[k].kind == RESULT_NEW && h->results[k].param == i)
			return true;
	return false;
}

// join_values checks what the hook takes, and marks it as used.
static bool join_values(Target *t, const Join *j)
{
	isize n = j->has_args ? j->args.n : t->nvalues;
	Span at = t->fn.name_at;

	if (n != j->hook->nparams) {
		diag_warn(t->w->diags, t->f->src, at,
			"rule '%.*s': the hook takes %td values, '%.*s' gives it %td",
			STR_ARG(j->rule), j->hook->nparams, STR_ARG(j->func), n);
		return false;
	}
	Value **used = arena_array(t->w->arena, Value *, n + 1);
	for (isize i = 0; i < n; i++) {
		Value given;
		used[i] = given_value(t, j, 0, i, &given);
		if (!used[i]) {
			diag_warn(t->w->diags, t->f->src, at,
				"rule '%.*s': '%.*s' has no parameter '%.*s'", STR_ARG(j->rule),
				STR_ARG(j->func), STR_ARG(j->args.v[i]));
			return false;
		}
		if (given.before.len > 0 && hides(t, j, given.text))
			return false;
		if (given.derived && is_replaced(j->hook, i)) {
			diag_warn(t->w->diags, t->f->src, at,
				"rule '%.*s': '%.*s' is no variable that the hook can replace",
				STR_ARG(j->rule), STR_ARG(j->args.v[i]));
			return false;
		}
		Str want = j->hook->params[i].type;
		if (str_eq(want, S("any")) || type_fits(want, given.type))
			continue;
		warn_misfit(t, j, j->hook, want, given.type, given.param->type_at);
		return false;
	}
	for (isize i = 0; i < n; i++)
		used[i]->used = true;
	return true;
}

bool types_fit(Str hook, Str target)
{
	while (hook.len > 0 && target.len > 0)
		if (!type_fits(cut_type(&hook), cut_type(&target)))
			return false;
	return hook.len == target.len;
}

// results_fit holds `after` against the results of the target.
static bool results_fit(Target *t, const Join *j)
{
	const HookResult *after = hook_result(j->hook, RESULT_AFTER);

	if (!after || types_fit(after->type, t->results))
		return true;
	diag_warn(t->w->diags, t->f->src, t->fn.name_at,
		"rule '%.*s': the hook's after is for results (%.*s), '%.*s' has (%.*s)",
		STR_ARG(j->rule), STR_ARG(after->type), STR_ARG(j->func), STR_ARG(t->results));
	return false;
}

bool typed_fits(Target *t, const Join *j)
{
	bool skips = hook_result(j->hook, RESULT_SKIP) != NULL;
	bool named = t->fn.results.n > 0 && t->fn.results.v[0].name.len > 0;

	if (!results_fit(t, j) || (skips && !named && hides(t, j, t->result_texts)) ||
		!join_values(t, j))
		return false;
	t->results_used |= skips && named;
	return true;
}

// ---- the declaration

static Str after_text(const Target *t)
{
	Str params = t->result_texts, results = in_parens(t->w->arena, params);

	return str_format(t->w->arena, "func(%.*s)%.*s", STR_ARG(params), STR_ARG(results));
}

static Str hook_results_text(const Target *t, const Hook *h, const Value *args)
{
	StrList texts = {.arena = t->w->arena};

	for (isize i = 0; i < h->nresults; i++) {
		switch (h->results[i].kind) {
		case RESULT_NEW: strlist_add(&texts, args[h->results[i].param].text); break;
		case RESULT_LEAVE: strlist_add(&texts, S("func()")); break;
		case RESULT_AFTER: strlist_add(&texts, after_text(t)); break;
		case RESULT_SKIP: strlist_add(&texts, S("bool")); break;
		case RESULT_STATE: break;
		}
	}
	return str_join(t->w->arena, &texts, S(", "));
}

// What the stand-in returns: what is replaced as it was given, no leave, and for after
// a function that returns what it is given.
static Str back_text(const Target *t, const Hook *h)
{
	StrList back = {.arena = t->w->arena};

	for (isize i = 0; i < h->nresults; i++) {
		const HookResult *r = &h->results[i];
		if (r->kind == RESULT_NEW)
			strlist_add(&back, str_format(back.arena, "p%td", r->param));
		else if (r->kind == RESULT_LEAVE)
			strlist_add(&back, S("nil"));
		else if (r->kind == RESULT_SKIP)
			strlist_add(&back, S("false"));
		else
			strlist_add(&back, str_format(back.arena, "%.*s_r", STR_ARG(h->symbol)));
	}
	return str_join(back.arena, &back, S(", "));
}

// What stands for `after` when there is no hook: it returns what it is given.
static Str pass_through(const Target *t, const Hook *h)
{
	StrBuf params = {.arena = t->w->arena};
	StrList names = {.arena = t->w->arena};

	if (!hook_result(h, RESULT_AFTER))
		return S("");
	for (isize i = 0; i < t->fn.results.n; i++) {
		strlist_add(&names, str_format(names.arena, "r%td", i));
		buf_addf(&params, "%sr%td %.*s", i ? ", " : "", i,
			STR_ARG(file_text(t->f, t->fn.results.v[i].type->at)));
	}
	Str list = buf_str(&params), results = in_parens(names.arena, t->result_texts);
	Str back = str_join(names.arena, &names, S(", "));
	return str_format(names.arena, "func %.*s_r(%.*s)%.*s {%s%.*s }\n", STR_ARG(h->symbol),
		STR_ARG(list), STR_ARG(results), back.len > 0 ? " return " : "", STR_ARG(back));
}

static void declare(Target *t, const Join *j, const Value *args)
{
	const Hook *h = j->hook;
	StrBuf params = {.arena = t->w->arena};

	for (isize i = 0; i < h->nparams; i++) {
		bool boxed = str_eq(h->params[i].type, S("any"));
		buf_addf(&params, "%sp%td %.*s", i ? ", " : "", i,
			STR_ARG(boxed ? S("interface{}") : args[i].text));
	}
	Declaration d = {.hook = h,
		.params = buf_str(&params),
		.results = in_parens(params.arena, hook_results_text(t, h, args)),
		.back = back_text(t, h),
		.back_func = pass_through(t, h),
		.noescape = j->noescape};
	declare_hook(t, &d);
}

// ---- the body

static Str arg_names(const Target *t, const Hook *h, const Value *args)
{
	StrList names = {.arena = t->w->arena};

	for (isize i = 0; i < h->nparams; i++)
		strlist_add(&names, args[i].name);
	return str_join(names.arena, &names, S(", "));
}

// The statements at the function's entry, without a newline. The loop around
// defer keeps it from being open-coded, which would add a symbol to the package.
static Str entry_text(const Target *t, const Hook *h, const Value *args, isize k)
{
	StrBuf b = {.arena = t->w->arena};
	StrList left = {.arena = b.arena};
	Str call = hook_call(t, h, arg_names(t, h, args)), leave = our_name(t, 'l', k),
	    after = our_name(t, 'a', k);

	for (isize i = 0; i < h->nresults; i++) {
		switch (h->results[i].kind) {
		case RESULT_NEW:
			strlist_add(&left,
				str_format(b.arena, "%.*s_%td", STR_ARG(our_name(t, 'n', k)), i));
			break;
		case RESULT_LEAVE: strlist_add(&left, leave); break;
		case RESULT_AFTER: strlist_add(&left, after); break;
		case RESULT_SKIP: strlist_add(&left, our_name(t, 's', k)); break;
		case RESULT_STATE: break;
		}
	}
	Str names = str_join(b.arena, &left, S(", "));
	for (isize i = 0; i < h->nparams; i++)
		buf_add(&b, args[i].before);
	if (h->nresults > 0)
		buf_addf(&b, " %.*s := %.*s;", STR_ARG(names), STR_ARG(call));
	else
		buf_addf(&b, " %.*s;", STR_ARG(call));
	for (isize i = 0; i < h->nresults; i++)
		if (h->results[i].kind == RESULT_NEW)
			buf_addf(&b, " %.*s = %.*s;", STR_ARG(args[h->results[i].param].name),
				STR_ARG(left.v[i]));
	if (hook_result(h, RESULT_LEAVE))
		buf_addf(&b, " for ; %.*s != nil; %.*s = nil { defer %.*s() };", STR_ARG(leave),
			STR_ARG(leave), STR_ARG(leave));
	if (hook_result(h, RESULT_AFTER) && t->fn.results.n > 0)
		buf_addf(&b, " _ = %.*s;",
			STR_ARG(after)); // a body without a return does not use it
	return buf_str(&b);
}

// add_after adds the call of one more after function to those around a return.
static void add_after(Target *t, isize k)
{
	Str name = our_name(t, 'a', k);

	if (t->fn.results.n > 0) {
		buf_addf(&t->open, "%.*s(", STR_ARG(name));
		buf_add(&t->close, S(")"));
	} else {
		buf_addf(&t->open, "%.*s(); ", STR_ARG(name));
	}
}

// add_skip adds the return of a call that is skipped: with zero values, which go through the
// after functions.
static void add_skip(Target *t, isize k)
{
	Arena *a = t->w->arena;
	StrList zeros = {.arena = a};
	bool named = t->fn.results.n > 0 && t->fn.results.v[0].name.len > 0;

	buf_addf(&t->entry, " if %.*s {", STR_ARG(our_name(t, 's', k)));
	for (isize i = 0; i < t->fn.results.n; i++) {
		Str zero = str_format(a, "%.*s_%td", STR_ARG(our_name(t, 'z', k)), i);
		strlist_add(&zeros, named ? t->result_names.v[i] : zero);
		if (!named)
			buf_addf(&t->entry, " var %.*s %.*s;", STR_ARG(zero),
				STR_ARG(file_text(t->f, t->fn.results.v[i].type->at)));
	}
	Str values = str_join(a, &zeros, S(", "));
	if (values.len == 0)
		buf_addf(&t->entry, " %.*sreturn };", STR_ARG(buf_str(&t->open)));
	else
		buf_addf(&t->entry, " return %.*s%.*s%.*s };", STR_ARG(buf_str(&t->open)),
			STR_ARG(values), STR_ARG(buf_str(&t->close)));
}

void typed_weave(Target *t, const Join *j, isize k)
{
	Value *args = arena_array(t->w->arena, Value, j->hook->nparams + 1);

	for (isize i = 0; i < j->hook->nparams; i++)
		given_value(t, j, k, i, &args[i]);
	declare(t, j, args);
	buf_add(&t->entry, entry_text(t, j->hook, args, k));
	if (hook_result(j->hook, RESULT_AFTER))
		add_after(t, k);
	if (hook_result(j->hook, RESULT_SKIP))
		add_skip(t, k);
}
