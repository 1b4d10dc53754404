// declare.c - the declaration of a hook behind the last line of a woven file.
#include "weave/target.h"

Str in_parens(Arena *a, Str list)
{
	return list.len > 0 ? str_format(a, " (%.*s)", STR_ARG(list)) : list;
}

// What the woven function calls: the hook itself, or its stand-in, which must
// have a name of its own because the hook has that symbol.
static Str called_name(const Weave *w, const Hook *h)
{
	bool hook = w->form == WEAVE_REPLACE;

	return hook ? h->symbol : str_format(w->arena, "%.*s_s", STR_ARG(h->symbol));
}

Str hook_call(const Target *t, const Hook *h, Str args)
{
	Str name = called_name(t->w, h);

	return str_format(t->w->arena, "%.*s(%.*s)", STR_ARG(name), STR_ARG(args));
}

// The body of a hook's stand-in for the rebuild form: without a hook, what was
// given comes back, and what is returned is returned.
static Str stand_in_body(const Target *t, const Declaration *d)
{
	const Hook *h = d->hook;
	StrBuf b = {.arena = t->w->arena};
	StrList given = {.arena = b.arena};

	for (isize i = 0; i < h->nparams; i++)
		strlist_add(&given, str_format(b.arena, "p%td", i));
	Str call = str_join(b.arena, &given, S(", "));
	const char *ret = h->nresults > 0 ? "return " : "";
	buf_addf(&b, " { if %.*s_v != nil { %s%.*s_v(%.*s)", STR_ARG(h->symbol), ret,
		STR_ARG(h->symbol), STR_ARG(call));
	if (h->nresults > 0)
		buf_addf(&b, " }; return %.*s }\n", STR_ARG(d->back));
	else
		buf_add(&b, S(" } }\n"));
	return buf_str(&b);
}

void declare_hook(Target *t, const Declaration *d)
{
	Weave *w = t->w;
	Str symbol = d->hook->symbol, name = called_name(w, d->hook);
	bool noescape = d->noescape && w->form == WEAVE_REPLACE;

	if (strlist_has(&w->symbols, symbol))
		return;
	strlist_add(&w->symbols, symbol);
	buf_addf(t->tail, "\n%sfunc %.*s(%.*s)%.*s", noescape ? "//go:noescape\n" : "",
		STR_ARG(name), STR_ARG(d->params), STR_ARG(d->results));
	if (w->form == WEAVE_REPLACE) {
		buf_add(t->tail, S("\n"));
		return;
	}
	buf_add(t->tail, stand_in_body(t, d));
	buf_addf(t->tail, "var %.*s_v func(%.*s)%.*s\n", STR_ARG(symbol), STR_ARG(d->params),
		STR_ARG(d->results));
	buf_add(t->tail, d->back_func);
}
