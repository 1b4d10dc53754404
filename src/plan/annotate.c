// annotate.c - spans around functions of the program's own: those that an otel.yaml asks for, and
// those that comments do.
#include "base/buf.h"
#include "plan/candidate.h"
#include "plan/signals.h"
#include "weave/adapter.h"

// context_of tells what the type of a value says of a context in it, "" if nothing.
static Str context_of(Str type)
{
	if (str_eq(type, S("context.Context")) || str_eq(type, S("*net/http.Request")))
		return type;
	return str_ends(type, S("Context")) ? S("any") : S(""); // *gin.Context, and the like
}

static void look_at_value(Candidate *c, Str type, isize i)
{
	Str context = context_of(type);
	bool better =
		c->context < 0 || (str_eq(c->context_type, S("any")) && !str_eq(context, S("any")));

	if (context.len == 0 || !better)
		return;
	c->context = i;
	c->context_type = context;
}

void span_context(const Match *m, const File *f, const Func *fn, Str package, Candidate *c)
{
	TypeNames names = type_names(m->arena, f, package, NULL);
	isize last = fn->results.n - 1, first = fn->is_method ? 1 : 0;

	for (isize i = 0; i < fn->params.n; i++)
		if (!fn->params.v[i].variadic)
			look_at_value(c, type_canonical(m->arena, f, fn->params.v[i].type, &names),
				first + i);
	c->error = last >= 0 && str_eq(S("error"), type_canonical(m->arena, f,
							   fn->results.v[last].type, &names));
}

// span_name is that of a span by default: "Cart.Checkout", "shop.Price".
static Str span_name(const Match *m, const Candidates *all, const Candidate *c)
{
	Str recv = str_slice(c->recv, str_starts(c->recv, S("*")), c->recv.len);

	if (c->rule->change.span.name.len > 0)
		return c->rule->change.span.name;
	return str_format(m->arena, "%.*s.%.*s", STR_ARG(recv.len > 0 ? recv : all->package->name),
		STR_ARG(c->func));
}

// code.function.name, as runtime.Func has it.
static Str function_name(const Match *m, const Candidates *all, const Candidate *c)
{
	bool pointer = str_starts(c->recv, S("*"));
	Str path = package_path(all->package);

	if (c->recv.len == 0)
		return str_format(m->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(c->func));
	return str_format(m->arena, pointer ? "%.*s.(%.*s).%.*s" : "%.*s.%.*s.%.*s", STR_ARG(path),
		STR_ARG(c->recv), STR_ARG(c->func));
}

bool span_join(const Match *m, const Candidates *all, Candidate *c)
{
	SpanSpec *span = arena_new(m->arena, SpanSpec);
	const Change *change = &c->rule->change;

	if (!ruleset_package(m->rules, c->rule, m->diags))
		return false;
	*span = (SpanSpec){.attributes = change->span.attributes,
		.context = c->context,
		.wide = change->wide,
		.name = span_name(m, all, c),
		.function = function_name(m, all, c),
		.rule = &change->span};
	c->join = (Join){.rule = c->rule->name, .func = c->func, .recv = c->recv, .span = span};
	span_adapters(m->arena, c->context_type, c->error, &c->join);
	candidate_links(m, c);
	return true;
}

static bool is_span(const Rule *r)
{
	const SpanRule *s = &r->change.span;

	return r->change.modifier == DO_SPAN && s->histogram.len == 0 && s->counter.len == 0;
}

bool span_is_taken(const Candidates *all, const Candidate *c)
{
	for (isize i = 0; is_span(c->rule) && i < all->n; i++) {
		const Candidate *other = &all->v[i];
		if (other->verdict == VERDICT_WOVEN && is_span(other->rule) &&
			str_eq(other->func, c->func) && str_eq(other->recv, c->recv))
			return true;
	}
	return false;
}

// ---- comments

// One comment that is being read.
typedef struct {
	const Match *m;
	const File *f;
	const Func *fn;
	Rule *rule;
} Comment;

static void warn_of(const Comment *c, const char *what, Str word)
{
	diag_warn(c->m->diags, c->f->src, c->fn->name_at, "//otel:span: %s '%.*s'", what,
		STR_ARG(word));
	diag_help(c->m->diags,
		"it is //otel:span [name=NAME] [kind=KIND] [attr=PARAM,KEY:PARAM.Field]");
}

// take_word takes a word off the text: up to a space, but for those between double quotes.
static Str take_word(Arena *a, Str *text)
{
	StrBuf b = {.arena = a};
	bool quoted = false;
	isize i = 0;

	for (; i < text->len && (quoted || (text->p[i] != ' ' && text->p[i] != '\t')); i++) {
		if (text->p[i] == '"')
			quoted = !quoted;
		else
			buf_add(&b, str_slice(*text, i, i + 1));
	}
	*text = str_trim(str_slice(*text, i, text->len));
	return buf_str(&b);
}

// add_attributes reads "id,cart:c.ID": a parameter under its own name, or under another.
static void add_attributes(const Comment *c, Str list)
{
	SpanAttribute **link = &c->rule->change.span.attributes;

	while (*link)
		link = &(*link)->next;
	while (list.len > 0) {
		SpanAttribute *at = arena_new(c->m->arena, SpanAttribute);
		Str value = str_cut(&list, ','), key = str_cut(&value, ':');
		value = value.len > 0 ? value : key;
		at->key = key;
		at->value = str_starts(value, S("$"))
				    ? value
				    : str_format(c->m->arena, "$%.*s", STR_ARG(value));
		*link = at;
		link = &at->next;
	}
}

static void read_word(const Comment *c, Str word)
{
	SpanRule *span = &c->rule->change.span;
	Str value = word, key = str_cut(&value, '=');

	if (value.len > 0 && str_eq(key, S("name")))
		span->name = value;
	else if (str_eq(key, S("kind")) && span_is_kind(value))
		span->kind = value;
	else if (value.len > 0 && str_eq(key, S("attr")))
		add_attributes(c, value);
	else
		warn_of(c, str_eq(key, S("kind")) ? "unknown kind" : "unknown word", word);
}

bool spans_wanted(Str text)
{
	return str_find(text, S("//otel:span")) >= 0;
}

static bool add_from_comment(const Match *m, Candidates *all, const File *f, const Func *fn)
{
	Rule *r = arena_new(m->arena, Rule);
	Comment comment = {m, f, fn, r};
	Str args;

	if (!directive_args(f, fn->doc, S("otel:span"), &args) || is_left_alone(f, fn))
		return true;
	*r = (Rule){.name = S("//otel:span"),
		.target = all->path,
		.func = fn->name,
		.signal = S("traces"),
		.hook_path = S("otel.tool/runtime/spans"),
		.change.modifier = DO_SPAN,
		.src = f->src,
		.at = fn->name_at};
	if (!signals_serve(m->signals, r))
		return true;
	while (args.len > 0)
		read_word(&comment, take_word(m->arena, &args));
	Candidate c = candidate_function(m, r, fn);
	span_context(m, f, fn, all->path, &c);
	return span_join(m, all, candidate_add(m, all, c));
}

void spans_from_comments(const Match *m, Candidates *all)
{
	for (isize i = 0; i < all->nfiles; i++) {
		const File *f = all->files[i];
		if (!spans_wanted(f->src->text))
			continue;
		for (const Node *n = func_next(f->decls); n; n = func_next(n->next)) {
			Func fn = func_view(m->arena, f, n);
			if (!add_from_comment(m, all, f, &fn))
				return;
		}
	}
}
