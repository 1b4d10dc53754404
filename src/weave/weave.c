#include "weave/weave.h"

#include "base/buf.h"
#include "golang/parse.h"
#include "golang/type.h"
#include "weave/edit.h"

// What a hook can be given: the receiver and the parameters of the target.
typedef struct {
	const Param *param;
	Str name; // in the woven text
	Str type; // canonical, a variadic one's as a slice
	Str text; // the same as the file writes it
	bool used;
} Value;

// One function that is being woven.
typedef struct {
	Weave *w;
	const File *f;
	Func fn;
	TypeNames names;
	Str prefix; // of the names we bring in: none in the file begins so
	Edits *edits;
	StrBuf *tail; // what goes behind the last line
	Value *values;
	isize nvalues;
	Str results, result_texts; // "T, error": canonical, and as the file writes it
} Target;

static bool is_target(const Func *fn, const Join *j)
{
	bool pointer = str_starts(j->recv, S("*"));

	if (!str_eq(fn->name, j->func) || fn->is_method != (j->recv.len > 0))
		return false;
	return !fn->is_method ||
	       (fn->recv_pointer == pointer &&
		       str_eq(fn->recv_base, str_slice(j->recv, pointer, j->recv.len)));
}

static Str free_prefix(Arena *a, const File *f)
{
	Str prefix = S("otel_");

	for (int i = 1; file_mentions(f, prefix); i++)
		prefix = str_format(a, "otel%d_", i);
	return prefix;
}

// ---- values and types

static void set_value(Target *t, Value *v, const Param *p)
{
	Arena *a = t->w->arena;
	Str type = type_canonical(a, t->f, p->type, &t->names);
	Str text = file_text(t->f, p->type->at);

	*v = (Value){.param = p, .name = p->name, .type = type, .text = text};
	if (p->variadic) {
		v->type = str_format(a, "[]%.*s", STR_ARG(type));
		v->text = str_format(a, "[]%.*s", STR_ARG(text));
	}
}

static void read_values(Target *t)
{
	Arena *a = t->w->arena;
	const Func *fn = &t->fn;
	StrList texts = {.arena = a};

	t->values = arena_array(a, Value, fn->params.n + 1);
	if (fn->is_method)
		set_value(t, &t->values[t->nvalues++], &fn->recv);
	for (isize i = 0; i < fn->params.n; i++)
		set_value(t, &t->values[t->nvalues++], &fn->params.v[i]);
	for (isize i = 0; i < fn->results.n; i++)
		strlist_add(&texts, file_text(t->f, fn->results.v[i].type->at));
	t->result_texts = str_join(a, &texts, S(", "));
	t->results = params_canonical(a, t->f, &fn->results, false, &t->names);
}

static Value *value_named(const Target *t, Str name)
{
	for (isize i = 0; i < t->nvalues; i++)
		if (str_eq(t->values[i].param->name, name))
			return &t->values[i];
	return NULL;
}

// type_fits: the same type, or an unsafe.Pointer for a pointer to what the hook
// cannot name. Each side declares its own; both are one pointer to the linker.
static bool type_fits(Str hook, Str target)
{
	return str_eq(hook, target) ||
	       (str_eq(hook, S("unsafe.Pointer")) && str_starts(target, S("*")));
}

// join_values finds what the hook takes: all values, or those that the rule names.
static bool join_values(Target *t, const Join *j, Value **out)
{
	isize n = j->has_args ? j->args.n : t->nvalues;
	Span at = t->fn.name_at;

	if (n != j->hook->nparams) {
		diag_warn(t->w->diags, t->f->src, at,
			"rule '%.*s': the hook takes %td values, '%.*s' gives it %td",
			STR_ARG(j->rule), j->hook->nparams, STR_ARG(j->func), n);
		return false;
	}
	for (isize i = 0; i < n; i++) {
		out[i] = j->has_args ? value_named(t, j->args.v[i]) : &t->values[i];
		if (!out[i]) {
			diag_warn(t->w->diags, t->f->src, at,
				"rule '%.*s': '%.*s' has no parameter '%.*s'", STR_ARG(j->rule),
				STR_ARG(j->func), STR_ARG(j->args.v[i]));
			return false;
		}
		Str want = j->hook->params[i].type;
		if (str_eq(want, S("any")) || type_fits(want, out[i]->type))
			continue;
		diag_warn(t->w->diags, t->f->src, out[i]->param->type_at,
			"rule '%.*s': the hook takes %.*s here, '%.*s' has %.*s", STR_ARG(j->rule),
			STR_ARG(want), STR_ARG(j->func), STR_ARG(out[i]->type));
		return false;
	}
	return true;
}

// cut_type takes the first type off a list "T, map[K]V, func(A, B)".
static Str cut_type(Str *list)
{
	int depth = 0;
	isize i = 0;

	for (; i < list->len && (depth > 0 || list->p[i] != ','); i++)
		depth += str_find(S("([{"), str_slice(*list, i, i + 1)) >= 0   ? 1
			 : str_find(S(")]}"), str_slice(*list, i, i + 1)) >= 0 ? -1
									       : 0;
	Str type = str_slice(*list, 0, i);
	*list = str_trim(str_slice(*list, i < list->len ? i + 1 : i, list->len));
	return type;
}

static bool lists_fit(Str hook, Str target)
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

	if (!after || lists_fit(after->type, t->results))
		return true;
	diag_warn(t->w->diags, t->f->src, t->fn.name_at,
		"rule '%.*s': the hook's after is for results (%.*s), '%.*s' has (%.*s)",
		STR_ARG(j->rule), STR_ARG(after->type), STR_ARG(j->func), STR_ARG(t->results));
	return false;
}

// name_values gives a name to every value that is used and has none. Where one
// parameter gets a name, all must have one.
static void name_values(Target *t)
{
	bool unnamed = false;
	Arena *a = t->w->arena;

	for (isize i = 0; i < t->nvalues; i++) {
		Value *v = &t->values[i];
		if (v->used && (v->name.len == 0 || str_eq(v->name, S("_")))) {
			v->name = str_format(a, "%.*sp%td", STR_ARG(t->prefix), i);
			if (v->param->name.len > 0)
				edit_replace(t->edits, v->param->name_at, v->name);
			else
				unnamed = true;
		}
	}
	for (isize i = 0; unnamed && i < t->nvalues; i++) {
		const Value *v = &t->values[i];
		if (v->param->name.len == 0 && (v->used || v->param != &t->fn.recv))
			edit_insert(t->edits, v->param->type_at.from,
				str_format(a, "%.*s ", STR_ARG(v->used ? v->name : S("_"))));
	}
}

// ---- the declaration of a hook

// in_parens puts a list of results in the form that a signature wants.
static Str in_parens(Arena *a, Str list)
{
	return list.len > 0 ? str_format(a, " (%.*s)", STR_ARG(list)) : list;
}

static Str after_text(const Target *t)
{
	Str params = t->result_texts, results = in_parens(t->w->arena, params);

	return str_format(t->w->arena, "func(%.*s)%.*s", STR_ARG(params), STR_ARG(results));
}

static Str hook_results_text(const Target *t, const Hook *h, Value *const *args)
{
	StrList texts = {.arena = t->w->arena};

	for (isize i = 0; i < h->nresults; i++) {
		switch (h->results[i].kind) {
		case RESULT_NEW: strlist_add(&texts, args[h->results[i].param]->text); break;
		case RESULT_LEAVE: strlist_add(&texts, S("func()")); break;
		case RESULT_AFTER: strlist_add(&texts, after_text(t)); break;
		}
	}
	return str_join(t->w->arena, &texts, S(", "));
}

// The body of a hook's stand-in for the rebuild form: without a hook, what was
// given comes back, and what is returned is returned.
static Str stand_in_body(const Target *t, const Hook *h)
{
	StrBuf b = {.arena = t->w->arena};
	StrList given = {.arena = t->w->arena}, back = {.arena = t->w->arena};

	for (isize i = 0; i < h->nparams; i++)
		strlist_add(&given, str_format(b.arena, "p%td", i));
	for (isize i = 0; i < h->nresults; i++) {
		if (h->results[i].kind == RESULT_NEW)
			strlist_add(&back, given.v[h->results[i].param]);
		else if (h->results[i].kind == RESULT_LEAVE)
			strlist_add(&back, S("nil"));
		else
			strlist_add(&back, str_format(b.arena, "%.*s_r", STR_ARG(h->symbol)));
	}
	Str call = str_join(b.arena, &given, S(", ")), results = str_join(b.arena, &back, S(", "));
	const char *ret = h->nresults > 0 ? "return " : "";
	buf_addf(&b, " { if %.*s_v != nil { %s%.*s_v(%.*s)", STR_ARG(h->symbol), ret,
		STR_ARG(h->symbol), STR_ARG(call));
	if (h->nresults > 0)
		buf_addf(&b, " }; return %.*s }\n", STR_ARG(results));
	else
		buf_add(&b, S(" } }\n"));
	return buf_str(&b);
}

// What stands for `after` when there is no hook: it returns what it is given.
static void declare_pass_through(Target *t, const Hook *h)
{
	StrBuf params = {.arena = t->w->arena};
	StrList names = {.arena = t->w->arena};

	for (isize i = 0; i < t->fn.results.n; i++) {
		strlist_add(&names, str_format(names.arena, "r%td", i));
		buf_addf(&params, "%sr%td %.*s", i ? ", " : "", i,
			STR_ARG(file_text(t->f, t->fn.results.v[i].type->at)));
	}
	Str list = buf_str(&params), results = in_parens(names.arena, t->result_texts);
	Str back = str_join(names.arena, &names, S(", "));
	buf_addf(t->tail, "func %.*s_r(%.*s)%.*s {%s%.*s }\n", STR_ARG(h->symbol), STR_ARG(list),
		STR_ARG(results), back.len > 0 ? " return " : "", STR_ARG(back));
}

// What the woven function calls: the hook itself, or its stand-in, which must
// have a name of its own because the hook has that symbol.
static Str called_name(const Weave *w, const Hook *h)
{
	bool hook = w->form == WEAVE_REPLACE;

	return hook ? h->symbol : str_format(w->arena, "%.*s_s", STR_ARG(h->symbol));
}

static void declare_hook(Target *t, const Join *j, Value *const *args)
{
	const Hook *h = j->hook;
	StrBuf params = {.arena = t->w->arena};

	if (strlist_has(&t->w->symbols, h->symbol))
		return;
	strlist_add(&t->w->symbols, h->symbol);
	for (isize i = 0; i < h->nparams; i++) {
		bool boxed = str_eq(h->params[i].type, S("any"));
		buf_addf(&params, "%sp%td %.*s", i ? ", " : "", i,
			STR_ARG(boxed ? S("interface{}") : args[i]->text));
	}
	Str in = buf_str(&params), out = in_parens(params.arena, hook_results_text(t, h, args));
	Str name = called_name(t->w, h);

	bool noescape = j->noescape && t->w->form == WEAVE_REPLACE;
	buf_addf(t->tail, "\n%sfunc %.*s(%.*s)%.*s", noescape ? "//go:noescape\n" : "",
		STR_ARG(name), STR_ARG(in), STR_ARG(out));
	if (t->w->form == WEAVE_REPLACE) {
		buf_add(t->tail, S("\n"));
		return;
	}
	buf_add(t->tail, stand_in_body(t, h));
	buf_addf(t->tail, "var %.*s_v func(%.*s)%.*s\n", STR_ARG(h->symbol), STR_ARG(in),
		STR_ARG(out));
	if (hook_result(h, RESULT_AFTER))
		declare_pass_through(t, h);
}

// ---- the body

// A variable of ours: kind n (new value), l (leave) or a (after), of the k-th join.
static Str our_name(const Target *t, char kind, isize k)
{
	return str_format(t->w->arena, "%.*s%c%td", STR_ARG(t->prefix), kind, k);
}

static Str call_text(const Target *t, const Hook *h, Value *const *args)
{
	StrList names = {.arena = t->w->arena};

	for (isize i = 0; i < h->nparams; i++)
		strlist_add(&names, args[i]->name);
	Str list = str_join(t->w->arena, &names, S(", ")), name = called_name(t->w, h);
	return str_format(t->w->arena, "%.*s(%.*s)", STR_ARG(name), STR_ARG(list));
}

// The statements at the function's entry, without a newline. The loop around
// defer keeps it from being open-coded, which would add a symbol to the package.
static Str entry_text(const Target *t, const Hook *h, Value *const *args, isize k)
{
	StrBuf b = {.arena = t->w->arena};
	StrList left = {.arena = b.arena};
	Str call = call_text(t, h, args), leave = our_name(t, 'l', k), after = our_name(t, 'a', k);

	for (isize i = 0; i < h->nresults; i++) {
		switch (h->results[i].kind) {
		case RESULT_NEW:
			strlist_add(&left,
				str_format(b.arena, "%.*s_%td", STR_ARG(our_name(t, 'n', k)), i));
			break;
		case RESULT_LEAVE: strlist_add(&left, leave); break;
		case RESULT_AFTER: strlist_add(&left, after); break;
		}
	}
	Str names = str_join(b.arena, &left, S(", "));
	if (h->nresults > 0)
		buf_addf(&b, " %.*s := %.*s;", STR_ARG(names), STR_ARG(call));
	else
		buf_addf(&b, " %.*s;", STR_ARG(call));
	for (isize i = 0; i < h->nresults; i++)
		if (h->results[i].kind == RESULT_NEW)
			buf_addf(&b, " %.*s = %.*s;", STR_ARG(args[h->results[i].param]->name),
				STR_ARG(left.v[i]));
	if (hook_result(h, RESULT_LEAVE))
		buf_addf(&b, " for ; %.*s != nil; %.*s = nil { defer %.*s() };", STR_ARG(leave),
			STR_ARG(leave), STR_ARG(leave));
	if (hook_result(h, RESULT_AFTER) && t->fn.results.n > 0)
		buf_addf(&b, " _ = %.*s;",
			STR_ARG(after)); // a body without a return does not use it
	return buf_str(&b);
}

// The named results, for a bare return; blank ones get names first.
static Str bare_results(Target *t)
{
	StrList names = {.arena = t->w->arena};

	for (isize i = 0; i < t->fn.results.n; i++) {
		const Param *p = &t->fn.results.v[i];
		bool blank = str_eq(p->name, S("_"));
		strlist_add(
			&names, blank ? str_format(names.arena, "%.*sr%td", STR_ARG(t->prefix), i)
				      : p->name);
	}
	return str_join(t->w->arena, &names, S(", "));
}

static void name_blank_results(Target *t)
{
	for (isize i = 0; i < t->fn.results.n; i++) {
		const Param *p = &t->fn.results.v[i];
		if (str_eq(p->name, S("_")))
			edit_replace(t->edits, p->name_at,
				str_format(t->w->arena, "%.*sr%td", STR_ARG(t->prefix), i));
	}
}

// weave_return puts the calls of the after functions, "a0(a1(" say, around what
// a return statement returns.
static void weave_return(Target *t, const Return *r, Str open, Str close)
{
	Arena *a = t->w->arena;

	if (t->fn.results.n == 0)
		edit_insert(t->edits, r->at.from, open);
	else if (r->n == 0 && t->fn.results.v[0].name.len == 0)
		return; // not Go: the compiler will say it of the file as it was written
	else if (r->n == 0)
		edit_insert(t->edits, r->at.to,
			str_format(a, " %.*s%.*s%.*s", STR_ARG(open), STR_ARG(bare_results(t)),
				STR_ARG(close)));
	else {
		if (r->values.from == r->at.from + (int32_t)sizeof("return") - 1)
			edit_insert(t->edits, r->values.from, S(" ")); // "return&x"
		edit_insert(t->edits, r->values.from, open);
		edit_insert(t->edits, r->values.to, close);
	}
}

static void weave_returns(Target *t, Str open, Str close)
{
	ReturnList returns = func_returns(t->w->arena, t->fn.block);
	bool bare = false;

	for (isize i = 0; i < returns.n; i++) {
		weave_return(t, &returns.v[i], open, close);
		bare |= returns.v[i].n == 0;
	}
	if (bare && t->fn.results.n > 0)
		name_blank_results(t);
	if (t->fn.results.n == 0)
		edit_insert(t->edits, t->fn.body.to - 1,
			str_format(t->w->arena, "; %.*s", STR_ARG(open)));
}

// add_after adds the call of one more after function to those around a return.
static void add_after(Target *t, isize k, StrBuf *open, StrBuf *close)
{
	Str name = our_name(t, 'a', k);

	if (t->fn.results.n > 0) {
		buf_addf(open, "%.*s(", STR_ARG(name));
		buf_add(close, S(")"));
	} else {
		buf_addf(open, "%.*s(); ", STR_ARG(name));
	}
}

static void weave_function(Target *t)
{
	const Spec *s = t->w->spec;
	Arena *a = t->w->arena;
	Value ***args =
		arena_array(a, Value **, s->n); // of the joins that are for this function and fit
	StrBuf entry = {.arena = a}, open = {.arena = a}, close = {.arena = a};

	read_values(t);
	for (isize k = 0; k < s->n; k++) {
		Value **list = arena_array(a, Value *, s->joins[k].hook->nparams + 1);
		if (!is_target(&t->fn, &s->joins[k]) || !join_values(t, &s->joins[k], list) ||
			!results_fit(t, &s->joins[k]))
			continue;
		args[k] = list;
		for (isize i = 0; i < s->joins[k].hook->nparams; i++)
			list[i]->used = true;
	}
	name_values(t);
	for (isize k = 0; k < s->n; k++) {
		const Hook *h = s->joins[k].hook;
		if (!args[k])
			continue;
		if (t->w->found)
			t->w->found[k] = true;
		declare_hook(t, &s->joins[k], args[k]);
		buf_add(&entry, entry_text(t, h, args[k], k));
		if (hook_result(h, RESULT_AFTER))
			add_after(t, k, &open, &close);
	}
	if (entry.len == 0)
		return;
	t->w->nwoven++;
	edit_insert(t->edits, t->fn.body.from + 1, buf_str(&entry));
	if (open.len > 0)
		weave_returns(t, buf_str(&open), buf_str(&close));
}

static bool wanted(Weave *w, const File *f, const Func *fn)
{
	for (isize k = 0; k < w->spec->n; k++) {
		if (!is_target(fn, &w->spec->joins[k]))
			continue;
		if (fn->block)
			return true;
		diag_warn(w->diags, f->src, fn->name_at,
			"'%.*s' has no body in Go, it cannot be woven", STR_ARG(fn->name));
		return false;
	}
	return false;
}

// is_go holds what we made against our own parser. Some files are Go to a parser,
// but to no compiler, and no longer when a parameter of theirs has a name.
static bool is_go(Arena *a, Str text)
{
	Source src = {S("woven"), text};
	Diags none = {.arena = a};
	File f;

	return parse_file(a, &src, (ParseOptions){0}, &f, &none);
}

void weave_file(Weave *w, const File *f, Str *out)
{
	Weave before = *w;
	Arena *a = w->arena;
	Edits edits = {.arena = a};
	StrBuf tail = {.arena = a};
	TypeNames names = {0};
	Str prefix = {0};

	*out = f->src->text;
	for (const Node *n = func_next(f->decls); n; n = func_next(n->next)) {
		Func fn = func_view(a, f, n);
		if (!wanted(w, f, &fn))
			continue;
		if (prefix.len == 0) {
			prefix = free_prefix(a, f);
			names = type_names(a, f, w->spec->package, NULL);
		}
		Target t = {.w = w,
			.f = f,
			.fn = fn,
			.names = names,
			.prefix = prefix,
			.edits = &edits,
			.tail = &tail};
		StrList tparams = {.arena = a};
		for (isize i = 0; i < fn.tparams.n; i++)
			strlist_add(&tparams, fn.tparams.v[i].name);
		for (isize i = 0; i < fn.recv_tparams.n; i++)
			strlist_add(&tparams, fn.recv_tparams.v[i]);
		t.names.tparams = &tparams;
		weave_function(&t);
	}
	if (!edits.first)
		return;
	if (tail.len > 0)
		edit_insert(&edits, (int32_t)f->src->text.len, buf_str(&tail));
	Str woven = edit_apply(&edits, f->src->text);
	if (is_go(a, woven)) {
		*out = woven;
		return;
	}
	*w = before;
	diag_warn(w->diags, f->src, f->package_at,
		"the file is left as it is: woven, it would not be Go");
}

bool weave_wants(const Spec *s, Str text)
{
	for (isize k = 0; k < s->n; k++)
		if (str_find(text, s->joins[k].func) >= 0)
			return true;
	return false;
}

Str weave_links(Arena *a, Str package_name, const StrList *symbols)
{
	StrBuf b = {.arena = a};

	buf_addf(&b, "package %.*s\n\nimport _ \"unsafe\"\n", STR_ARG(package_name));
	for (isize i = 0; i < symbols->n; i++)
		buf_addf(&b, "\n//go:linkname %.*s_v\n", STR_ARG(symbols->v[i]));
	return buf_str(&b);
}

Str weave_hook_links(Arena *a, Str package_name, Str package, const Spec *const *specs, isize n)
{
	StrBuf b = {.arena = a};
	StrList done = {.arena = a};

	buf_addf(&b, "package %.*s\n\nimport _ \"unsafe\"\n", STR_ARG(package_name));
	for (isize i = 0; i < n; i++) {
		for (isize k = 0; k < specs[i]->n; k++) {
			const Hook *h = specs[i]->joins[k].hook;
			Str target = specs[i]->package;
			Str key = str_format(a, "%.*s.%.*s", STR_ARG(target), STR_ARG(h->symbol));
			if (!str_eq(h->package, package) || strlist_has(&done, key))
				continue;
			strlist_add(&done, key);
			buf_addf(&b, "\n//go:linkname %.*s %.*s\n", STR_ARG(h->name), STR_ARG(key));
			buf_addf(&b, "//go:linkname otelv%td %.*s.%.*s_v\nvar otelv%td = %.*s\n",
				done.n, STR_ARG(target), STR_ARG(h->symbol), done.n,
				STR_ARG(h->name));
		}
	}
	return buf_str(&b);
}
