// frame.c - hooks with a HookContext, woven.
//
// The context has to reach the values of the function, whatever their types. So they are in
// a struct of the target's own, the frame, which its adapters (weave/adapter.h) see as an
// interface:
//
//	f := &FRAME{P0: t, P1: x}; c, skip := ENTER(f, t, x); t, x = f.P0, f.P1; r, err = f.R0, f.R1
//	defer func() { f.P0, f.P1 = t, x; f.R0, f.R1 = r, err; LEAVE(c, r, err); r, err = f.R0, f.R1
//}() 	if skip { return }
//
// It is the function's last deferred call that runs LEAVE, at a panic too, so that it sees what
// other deferred calls have made of the results. The closure changes the export data: what
// depends on the package is compiled again.
#include "weave/target.h"

// given_fits holds one type that a hook takes against what the function has there.
static bool given_fits(Target *t, const Join *j, const Hook *h, isize i, Str have, Span at)
{
	Str want = h->params[1 + i].type;

	if (str_eq(want, S("any")) || type_fits(want, have))
		return true;
	warn_misfit(t, j, h, want, have, at);
	return false;
}

static bool number_fits(Target *t, const Join *j, const Hook *h, isize n, const char *what)
{
	if (!h || h->nparams == 1 + n)
		return true;
	diag_warn(t->w->diags, t->f->src, t->fn.name_at,
		"rule '%.*s': behind the HookContext, '%.*s' takes %td values; '%.*s' has %td %s",
		STR_ARG(j->rule), STR_ARG(h->name), h->nparams - 1, STR_ARG(j->func), n, what);
	return false;
}

static bool enter_fits(Target *t, const Join *j)
{
	const Hook *h = j->hook;

	if (h->nparams == 1 && !h->calls)
		return true; // it only makes the context
	if (!number_fits(t, j, h, t->nvalues, "with its receiver"))
		return false;
	for (isize i = 0; i < t->nvalues; i++) {
		const Value *v = &t->values[i];
		if (!given_fits(t, j, h, i, v->type, v->param->type_at))
			return false;
	}
	return true;
}

static bool leave_fits(Target *t, const Join *j)
{
	Str types = t->results;

	if (!j->leave)
		return true;
	if (!number_fits(t, j, j->leave, t->fn.results.n, "results"))
		return false;
	for (isize i = 0; i < t->fn.results.n; i++)
		if (!given_fits(t, j, j->leave, i, cut_type(&types), t->fn.results.v[i].type_at))
			return false;
	return true;
}

// names_fit: in a generic function the frame's type is written in the body, with all types.
static bool names_fit(Target *t, const Join *j)
{
	StrBuf all = {.arena = t->w->arena};

	for (isize i = 0; i < t->fn.recv_tparams.n; i++) {
		if (!str_eq(t->fn.recv_tparams.v[i], S("_")))
			continue;
		diag_warn(t->w->diags, t->f->src, t->fn.name_at,
			"rule '%.*s': a type parameter of the receiver of '%.*s' has no name",
			STR_ARG(j->rule), STR_ARG(j->func));
		return false;
	}
	buf_add(&all, t->result_texts);
	for (isize i = 0; i < t->nvalues; i++)
		buf_addf(&all, " %.*s", STR_ARG(t->values[i].text));
	return !is_generic(t) || !hides(t, j, buf_str(&all));
}

bool frame_fits(Target *t, const Join *j)
{
	if (!enter_fits(t, j) || !leave_fits(t, j) || !names_fit(t, j))
		return false;
	for (isize i = 0; i < t->nvalues; i++)
		t->values[i].used = true;
	t->results_used = true;
	return true;
}

// ---- the declarations

// declare_adapter: each takes an interface, then values.
static void declare_adapter(Target *t, const Hook *h, const StrList *texts, Str results, Str back)
{
	StrBuf params = {.arena = t->w->arena};

	buf_add(&params, S("p0 interface{}"));
	for (isize i = 0; i + 1 < h->nparams && i < texts->n; i++) {
		bool boxed = str_eq(h->params[1 + i].type, S("any"));
		buf_addf(&params, ", p%td %.*s", 1 + i,
			STR_ARG(boxed ? S("interface{}") : texts->v[i]));
	}
	declare_hook(t,
		&(Declaration){
			.hook = h, .params = buf_str(&params), .results = results, .back = back});
}

static Str frame_fields(const Target *t)
{
	StrBuf b = {.arena = t->w->arena};

	for (isize i = 0; i < t->nvalues; i++)
		buf_addf(&b, "P%td %.*s; ", i, STR_ARG(t->values[i].text));
	for (isize i = 0; i < t->fn.results.n; i++)
		buf_addf(&b, "R%td %.*s; ", i,
			STR_ARG(file_text(t->f, t->fn.results.v[i].type->at)));
	return buf_str(&b);
}

// frame_type returns the frame's type: declared behind the file, where nothing hides its
// fields' types, if it has no type parameters.
static Str frame_type(Target *t, const Hook *h)
{
	Str fields = frame_fields(t), name = str_format(t->w->arena, "%.*s_f", STR_ARG(h->symbol));

	if (is_generic(t))
		return str_format(t->w->arena, "struct { %.*s}", STR_ARG(fields));
	if (!strlist_has(&t->w->symbols, h->symbol))
		buf_addf(t->tail, "\ntype %.*s struct { %.*s}\n", STR_ARG(name), STR_ARG(fields));
	return name;
}

// ---- the body

// listed joins what fmt makes of each index with ", ".
static Str listed(const Target *t, Str frame, char field, isize n)
{
	StrList l = {.arena = t->w->arena};

	for (isize i = 0; i < n; i++)
		strlist_add(&l, str_format(l.arena, "%.*s.%c%td", STR_ARG(frame), field, i));
	return str_join(l.arena, &l, S(", "));
}

static Str value_names(const Target *t)
{
	StrList l = {.arena = t->w->arena};

	for (isize i = 0; i < t->nvalues; i++)
		strlist_add(&l, t->values[i].name);
	return str_join(l.arena, &l, S(", "));
}

static void add_assign(StrBuf *b, Str left, Str right)
{
	if (left.len > 0)
		buf_addf(b, " %.*s = %.*s;", STR_ARG(left), STR_ARG(right));
}

// add_leave defers what runs the hook at the end.
static void add_leave(Target *t, const Join *j, isize k, Str state)
{
	StrList texts = {.arena = t->w->arena};
	Str f = our_name(t, 'f', k), names = str_join(texts.arena, &t->result_names, S(", ")),
	    fields = listed(t, f, 'R', t->fn.results.n), args = state;

	if (t->fn.results.n > 0 && j->leave->nparams > 1)
		args = str_format(texts.arena, "%.*s, %.*s", STR_ARG(state), STR_ARG(names));
	for (isize i = 0; i < t->fn.results.n; i++)
		strlist_add(&texts, file_text(t->f, t->fn.results.v[i].type->at));
	declare_adapter(t, j->leave, &texts, S(""), S(""));
	buf_add(&t->entry, S(" defer func() {"));
	add_assign(&t->entry, listed(t, f, 'P', t->nvalues), value_names(t));
	add_assign(&t->entry, fields, names);
	buf_addf(&t->entry, " %.*s;", STR_ARG(hook_call(t, j->leave, args)));
	add_assign(&t->entry, names, fields);
	buf_add(&t->entry, S(" }();"));
}

void frame_weave(Target *t, const Join *j, isize k)
{
	Arena *a = t->w->arena;
	StrBuf *b = &t->entry;
	StrList texts = {.arena = a};
	Str f = our_name(t, 'f', k), state = our_name(t, 'c', k), skip = our_name(t, 's', k);
	Str type = frame_type(t, j->hook), values = value_names(t), args = f;
	Str names = str_join(a, &t->result_names, S(", "));

	if (j->hook->nparams > 1)
		args = str_format(a, "%.*s, %.*s", STR_ARG(f), STR_ARG(values));
	for (isize i = 0; i < t->nvalues; i++)
		strlist_add(&texts, t->values[i].text);
	declare_adapter(t, j->hook, &texts, S(" (interface{}, bool)"), S("nil, false"));

	buf_addf(b, " %.*s := &%.*s{", STR_ARG(f), STR_ARG(type));
	for (isize i = 0; i < t->nvalues; i++)
		buf_addf(b, "%sP%td: %.*s", i ? ", " : "", i, STR_ARG(t->values[i].name));
	buf_addf(b, "}; %.*s, %.*s := %.*s;", j->leave ? (int)state.len : 1,
		j->leave ? state.p : "_", STR_ARG(skip), STR_ARG(hook_call(t, j->hook, args)));
	add_assign(b, values, listed(t, f, 'P', t->nvalues));
	add_assign(b, names, listed(t, f, 'R', t->fn.results.n));
	if (j->leave)
		add_leave(t, j, k, state);
	buf_addf(b, " if %.*s {", STR_ARG(skip));
	if (t->fn.results.n == 0)
		buf_add(b, buf_str(&t->open)); // what earlier joins put around a return
	buf_add(b, S(" return"));
	if (t->fn.results.n > 0 && t->open.len > 0)
		buf_addf(b, " %.*s%.*s%.*s", STR_ARG(buf_str(&t->open)), STR_ARG(names),
			STR_ARG(buf_str(&t->close)));
	buf_add(b, S(" };"));
}
