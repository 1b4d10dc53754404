#include "weave/weave.h"

#include "golang/parse.h"
#include "weave/change.h"
#include "weave/code.h"
#include "weave/target.h"

Str weave_prefix(Arena *a, const File *f)
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
	for (isize i = 0; i < fn->results.n; i++)
		strlist_add(&t->result_names, fn->results.v[i].name);
	t->result_texts = str_join(a, &texts, S(", "));
	t->results = params_canonical(a, t->f, &fn->results, false, &t->names);
}

bool is_generic(const Target *t)
{
	return t->fn.tparams.n > 0 || t->fn.recv_tparams.n > 0;
}

static bool in_word(char c)
{
	return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
	       c == '_' || c == '.' || c == '/' || (c & 0x80);
}

// take_word takes a name, with its package's path, or one other character off a type.
static Str take_word(Str *type)
{
	isize n = 1;

	while (in_word(type->p[0]) && n < type->len && in_word(type->p[n]))
		n++;
	Str word = str_slice(*type, 0, n);
	*type = str_slice(*type, n, type->len);
	return str_eq(word, S("byte")) ? S("uint8") : str_eq(word, S("rune")) ? S("int32") : word;
}

// same_type: byte and rune are other names of uint8 and int32.
static bool same_type(Str x, Str y)
{
	while (x.len > 0 && y.len > 0)
		if (!str_eq(take_word(&x), take_word(&y)))
			return false;
	return x.len == y.len;
}

bool type_fits(Str hook, Str target)
{
	return same_type(hook, target) ||
	       (str_eq(hook, S("unsafe.Pointer")) && str_starts(target, S("*")));
}

Str cut_type(Str *list)
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

bool mentions(const Target *t, Str text, Str name)
{
	Source src = {S(""), text};
	Faults faults = {.arena = t->w->arena, .src = &src};
	Lexer lx = lex_start(&src, &faults);

	for (Token tok; lex_next(&lx, &tok);)
		if (tok.kind == T_IDENT && str_eq(name, str_slice(text, tok.at.from, tok.at.to)))
			return true;
	return false;
}

bool hides(Target *t, const Join *j, Str text)
{
	for (isize i = 0; i < t->nvalues + t->fn.results.n; i++) {
		const Param *p =
			i < t->nvalues ? t->values[i].param : &t->fn.results.v[i - t->nvalues];
		if (p->name.len == 0 || !mentions(t, text, p->name))
			continue;
		diag_warn(t->w->diags, t->f->src, p->name_at,
			"rule '%.*s': the parameter '%.*s' hides the type of that name",
			STR_ARG(j->rule), STR_ARG(p->name));
		return true;
	}
	return false;
}

// target_signature returns "func (*T) F(int) error", for messages.
static Str target_signature(const Target *t)
{
	StrList params = {.arena = t->w->arena};
	isize first = t->fn.is_method ? 1 : 0;
	Str recv = S("");

	for (isize i = first; i < t->nvalues; i++)
		strlist_add(&params, t->values[i].type);
	if (first)
		recv = str_format(params.arena, "(%.*s) ", STR_ARG(t->values[0].type));
	return str_format(params.arena, "func %.*s%.*s(%.*s)%.*s", STR_ARG(recv),
		STR_ARG(t->fn.name), STR_ARG(str_join(params.arena, &params, S(", "))),
		STR_ARG(in_parens(params.arena, t->results)));
}

void warn_misfit(Target *t, const Join *j, const Hook *h, Str want, Str have, Span at)
{
	Str hook = hook_signature(t->w->arena, h), target = target_signature(t);

	diag_warn(t->w->diags, t->f->src, at,
		"rule '%.*s': the hook takes %.*s here, '%.*s' has %.*s", STR_ARG(j->rule),
		STR_ARG(want), STR_ARG(j->func), STR_ARG(have));
	diag_help(
		t->w->diags, "the hook is %.*s, the function %.*s", STR_ARG(hook), STR_ARG(target));
}

// ---- the body

Str our_name(const Target *t, char kind, isize k)
{
	return str_format(t->w->arena, "%.*s%c%td", STR_ARG(t->prefix), kind, k);
}

// name_results gives each result a name that has none, or is blank.
static void name_results(Target *t)
{
	const ParamList *results = &t->fn.results;
	bool unnamed = results->n > 0 && results->v[0].name.len == 0;
	bool parens = unnamed && t->f->src->text.p[results->at.from] != '(';

	for (isize i = 0; i < results->n; i++) {
		const Param *p = &results->v[i];
		if (p->name.len > 0 && !str_eq(p->name, S("_")))
			continue;
		Str name = our_name(t, 'r', i);
		t->result_names.v[i] = name;
		if (unnamed)
			edit_insert(t->edits, p->type_at.from,
				str_format(
					t->w->arena, "%s%.*s ", parens ? "(" : "", STR_ARG(name)));
		else
			edit_replace(t->edits, p->name_at, name);
	}
	if (parens)
		edit_insert(t->edits, results->at.to, S(")"));
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
			str_format(a, " %.*s%.*s%.*s", STR_ARG(open),
				STR_ARG(str_join(a, &t->result_names, S(", "))), STR_ARG(close)));
	else {
		if (r->values.from == r->at.from + (int32_t)sizeof("return") - 1)
			edit_insert(t->edits, r->values.from, S(" ")); // "return&x"
		edit_insert(t->edits, r->values.from, open);
		edit_insert(t->edits, r->values.to, close);
	}
}

static bool has_bare(const ReturnList *returns)
{
	for (isize i = 0; i < returns->n; i++)
		if (returns->v[i].n == 0)
			return true;
	return false;
}

static void weave_returns(Target *t, const ReturnList *returns, Str open, Str close)
{
	for (isize i = 0; i < returns->n; i++)
		weave_return(t, &returns->v[i], open, close);
	if (t->fn.results.n == 0)
		edit_insert(t->edits, t->fn.body.to - 1,
			str_format(t->w->arena, "; %.*s", STR_ARG(open)));
}

// selects tells whether a join is for this function.
static bool selects(
	const Weave *w, const File *f, const TypeNames *names, const Func *fn, const Join *j)
{
	Subject s = {.arena = w->arena, .f = f, .names = names, .fn = fn};

	if (j->kind != JOIN_CHANGE)
		return is_function(fn, j->func, j->recv);
	return change_is_of_function(j->change->modifier) && !str_eq(fn->name, S("_")) &&
	       !is_left_alone(f, fn) && where_holds(j->change->where, &s);
}

// has_no_room: a function that must not grow the stack has none for a frame or a deferred call.
static bool has_no_room(Target *t, const Join *j)
{
	Str doc = file_text(t->f, t->fn.doc);
	bool small =
		str_find(doc, S("//go:nosplit")) >= 0 || str_find(doc, S("//go:systemstack")) >= 0;

	if (!small || (j->kind != JOIN_FRAME && j->kind != JOIN_SPAN))
		return false;
	if (j->kind == JOIN_FRAME || !j->span->wide)
		diag_warn(t->w->diags, t->f->src, t->fn.name_at,
			"rule '%.*s': '%.*s' must not grow the stack (//go:nosplit)",
			STR_ARG(j->rule), STR_ARG(j->func));
	return true;
}

static bool join_fits(Target *t, const Join *j)
{
	if (!selects(t->w, t->f, &t->names, &t->fn, j) || has_no_room(t, j))
		return false;
	switch (j->kind) {
	case JOIN_TYPED: return typed_fits(t, j);
	case JOIN_FRAME: return frame_fits(t, j);
	case JOIN_SPAN: return span_fits(t, j);
	case JOIN_CHANGE: return code_fits(t, j);
	}
	return false;
}

static void weave_join(Target *t, const Join *j, isize k, const CodePlace *p)
{
	switch (j->kind) {
	case JOIN_TYPED: typed_weave(t, j, k); break;
	case JOIN_FRAME: frame_weave(t, j, k); break;
	case JOIN_SPAN: span_weave(t, j, k); break;
	case JOIN_CHANGE: code_weave(t, j, p); break;
	}
}

// wraps_returns tells whether one of the joins puts something around what is returned.
static bool wraps_returns(const Spec *s, const bool *fits)
{
	for (isize k = 0; k < s->n; k++)
		if (fits[k] && s->joins[k].kind == JOIN_TYPED &&
			hook_result(s->joins[k].hook, RESULT_AFTER))
			return true;
	return false;
}

static void weave_function(Target *t, const CodePlace *p)
{
	const Spec *s = t->w->spec;
	bool *fits = arena_array(t->w->arena, bool, s->n), any = false;
	ReturnList returns = func_returns(t->w->arena, t->fn.block);

	read_values(t);
	for (isize k = 0; k < s->n; k++)
		any |= fits[k] = join_fits(t, &s->joins[k]);
	if (!any)
		return;
	if (!t->w->tentative)
		name_values(t);
	bool bare = t->fn.results.n > 0 && t->fn.results.v[0].name.len > 0 && has_bare(&returns);
	if (!t->w->tentative && (t->results_used || (bare && wraps_returns(s, fits))))
		name_results(t);
	for (isize k = 0; k < s->n; k++) {
		if (!fits[k])
			continue;
		if (t->w->found)
			t->w->found[k] = true;
		if (!t->w->tentative)
			weave_join(t, &s->joins[k], k, p);
	}
	t->w->nwoven++;
	if (t->w->tentative)
		return;
	edit_insert(t->edits, t->fn.body.from + 1, buf_str(&t->entry));
	if (t->open.len > 0)
		weave_returns(t, &returns, buf_str(&t->open), buf_str(&t->close));
}

static bool wanted(Weave *w, const File *f, const TypeNames *names, const Func *fn)
{
	for (isize k = 0; k < w->spec->n; k++) {
		if (!selects(w, f, names, fn, &w->spec->joins[k]))
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

// weave_functions makes what joins do to functions.
static void weave_functions(Weave *w, const File *f, Str *out)
{
	Arena *a = w->arena;
	Edits edits = {.arena = a};
	StrBuf tail = {.arena = a};
	StrList imports = {.arena = a};
	TypeNames names = type_names(a, f, w->spec->package, NULL);
	CodePlace place = {.w = w, .f = f, .edits = &edits, .imports = &imports};

	for (const Node *n = func_next(f->decls); n; n = func_next(n->next)) {
		Func fn = func_view(a, f, n);
		if (!wanted(w, f, &names, &fn))
			continue;
		if (place.prefix.len == 0)
			place.prefix = weave_prefix(a, f);
		Target t = {.w = w,
			.f = f,
			.fn = fn,
			.names = names,
			.prefix = place.prefix,
			.edits = &edits,
			.tail = &tail,
			.result_names.arena = a,
			.entry.arena = a,
			.open.arena = a,
			.close.arena = a};
		StrList tparams = {.arena = a};
		for (isize i = 0; i < fn.tparams.n; i++)
			strlist_add(&tparams, fn.tparams.v[i].name);
		for (isize i = 0; i < fn.recv_tparams.n; i++)
			strlist_add(&tparams, fn.recv_tparams.v[i]);
		t.names.tparams = &tparams;
		weave_function(&t, &place);
	}
	if (tail.len > 0)
		edit_insert(&edits, (int32_t)f->src->text.len, buf_str(&tail));
	*out = edit_apply(&edits, f->src->text);
}

// weave_step does one part of the weaving to *src, unless it would not be Go then.
static void weave_step(Weave *w, Source *src, File *f, isize k)
{
	Weave before = *w;
	Str woven;

	if (k < w->spec->n)
		change_file(w, f, k, &woven);
	else
		weave_functions(w, f, &woven);
	if (woven.p == f->src->text.p)
		return;
	if (is_go(w->arena, woven)) {
		Diags none = {.arena = w->arena};
		Source *next = arena_new(w->arena, Source);
		*next = (Source){src->name, woven};
		*src = *next;
		if (k < w->spec->n && w->found)
			w->found[k] = true;
		w->nwoven += k < w->spec->n;
		parse_file(w->arena, next, (ParseOptions){0}, f, &none);
		return;
	}
	*w = before;
	diag_warn(w->diags, f->src, f->package_at,
		"the file is left as it is: woven, it would not be Go");
}

void weave_file(Weave *w, const File *f, Str *out)
{
	Source src = *f->src;
	File now = *f;

	for (isize k = 0; k < w->spec->n && !is_left_alone(f, NULL); k++) {
		const Join *j = &w->spec->joins[k];
		if (j->kind == JOIN_CHANGE && !change_is_of_function(j->change->modifier) &&
			j->change->modifier != DO_FILE)
			weave_step(w, &src, &now, k);
	}
	weave_step(w, &src, &now, w->spec->n);
	*out = src.text;
}

// wanted_word returns a word that a text must have for a change to apply to it, "" for any.
static Str wanted_word(const Change *c)
{
	static const WhereKind kinds[] = {WHERE_FUNC, WHERE_STRUCT, WHERE_IDENTIFIER, WHERE_CALL,
		WHERE_LITERAL, WHERE_DIRECTIVE};

	for (int i = 0; i < countof(kinds) && !where_find(c->where, WHERE_ONE); i++) {
		const Where *w = where_find(c->where, kinds[i]);
		Str word = w ? w->text : S("");
		while (str_find(word, S(".")) >= 0)
			str_cut(&word, '.'); // the last part of net/http.Get
		if (word.len > 0 && !has_glob(word))
			return word;
	}
	return S("");
}

bool weave_wants(const Spec *s, Str text)
{
	for (isize k = 0; k < s->n; k++) {
		const Join *j = &s->joins[k];
		if (j->kind == JOIN_CHANGE ? str_find(text, wanted_word(j->change)) >= 0
					   : may_declare(text, j->func, j->recv.len > 0))
			return true;
	}
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
