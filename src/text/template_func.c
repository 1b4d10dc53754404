#include "text/template_tree.h"

const char *template_kind(const TemplateValue *v)
{
	static const char *const names[] = {
		[TEMPLATE_NIL] = "nil",
		[TEMPLATE_TEXT] = "a text",
		[TEMPLATE_NUMBER] = "a number",
		[TEMPLATE_BOOL] = "a bool",
		[TEMPLATE_PAIR] = "a pair of key and value",
		[TEMPLATE_LIST] = "a list",
		[TEMPLATE_DATA] = "the data",
	};

	return names[v->kind];
}

bool template_truth(const TemplateValue *v)
{
	switch (v->kind) {
	case TEMPLATE_NIL: return false;
	case TEMPLATE_TEXT: return v->text.len > 0;
	case TEMPLATE_NUMBER:
	case TEMPLATE_BOOL: return v->number != 0;
	case TEMPLATE_LIST: return v->n > 0;
	case TEMPLATE_PAIR:
	case TEMPLATE_DATA: return true;
	}
	return false;
}

static bool give_bool(TemplateValue *out, bool truth)
{
	*out = (TemplateValue){.kind = TEMPLATE_BOOL, .number = truth};
	return true;
}

static bool give_number(TemplateValue *out, int64_t number)
{
	*out = (TemplateValue){.kind = TEMPLATE_NUMBER, .number = number};
	return true;
}

static bool give_text(const StrBuf *b, TemplateValue *out)
{
	*out = (TemplateValue){.kind = TEMPLATE_TEXT, .text = buf_str(b)};
	return true;
}

// ---- to compare

static bool cannot_compare(Run *r, const Node *n, const TemplateValue *a, const TemplateValue *b)
{
	return run_error(r, n, "'%.*s' cannot compare %s with %s", STR_ARG(n->func->name),
		template_kind(a), template_kind(b));
}

// equal sets *same. Nil may be compared with all.
static bool equal(Run *r, const Node *n, const TemplateValue *a, const TemplateValue *b, bool *same)
{
	if (a->kind == TEMPLATE_NIL || b->kind == TEMPLATE_NIL) {
		*same = a->kind == b->kind;
		return true;
	}
	if (a->kind != b->kind || a->kind == TEMPLATE_LIST)
		return cannot_compare(r, n, a, b);
	*same = a->number == b->number && str_eq(a->text, b->text) && str_eq(a->key, b->key);
	return true;
}

static bool call_eq(Run *r, const Node *n, Args args, TemplateValue *out)
{
	bool same = false;

	for (isize i = 1; i < args.n && !same; i++)
		if (!equal(r, n, &args.v[0], &args.v[i], &same))
			return false;
	return give_bool(out, same);
}

static bool call_ne(Run *r, const Node *n, Args args, TemplateValue *out)
{
	bool same = false;

	return equal(r, n, &args.v[0], &args.v[1], &same) && give_bool(out, !same);
}

// order sets *sign below, at or above zero.
static bool order(Run *r, const Node *n, Args args, int *sign)
{
	const TemplateValue *a = &args.v[0], *b = &args.v[1];

	if (a->kind != b->kind || (a->kind != TEMPLATE_NUMBER && a->kind != TEMPLATE_TEXT))
		return cannot_compare(r, n, a, b);
	*sign = a->kind == TEMPLATE_TEXT ? str_cmp(a->text, b->text)
					 : (a->number > b->number) - (a->number < b->number);
	return true;
}

static bool call_lt(Run *r, const Node *n, Args args, TemplateValue *out)
{
	int sign = 0;

	return order(r, n, args, &sign) && give_bool(out, sign < 0);
}

static bool call_le(Run *r, const Node *n, Args args, TemplateValue *out)
{
	int sign = 0;

	return order(r, n, args, &sign) && give_bool(out, sign <= 0);
}

static bool call_gt(Run *r, const Node *n, Args args, TemplateValue *out)
{
	int sign = 0;

	return order(r, n, args, &sign) && give_bool(out, sign > 0);
}

static bool call_ge(Run *r, const Node *n, Args args, TemplateValue *out)
{
	int sign = 0;

	return order(r, n, args, &sign) && give_bool(out, sign >= 0);
}

static bool call_not(Run *r, const Node *n, Args args, TemplateValue *out)
{
	(void)r, (void)n;
	return give_bool(out, !template_truth(&args.v[0]));
}

// ---- texts and lists

// length sets *len to that of a text or list.
static bool length(Run *r, const Node *n, const TemplateValue *v, isize *len)
{
	if (v->kind != TEMPLATE_TEXT && v->kind != TEMPLATE_LIST)
		return run_error(r, n, "'%.*s' wants a text or a list, found %s",
			STR_ARG(n->func->name), template_kind(v));
	*len = v->kind == TEMPLATE_TEXT ? v->text.len : v->n;
	return true;
}

static bool call_len(Run *r, const Node *n, Args args, TemplateValue *out)
{
	isize len = 0;

	return length(r, n, &args.v[0], &len) && give_number(out, len);
}

// position reads an argument as a position from 0 to max.
static bool position(Run *r, const Node *n, const TemplateValue *v, isize max, isize *out)
{
	if (v->kind != TEMPLATE_NUMBER)
		return run_error(r, n, "'%.*s' wants numbers as positions, found %s",
			STR_ARG(n->func->name), template_kind(v));
	if (v->number < 0 || v->number > max)
		return run_error(r, n, "'%.*s': %lld is out of range", STR_ARG(n->func->name),
			(long long)v->number);
	*out = (isize)v->number;
	return true;
}

static bool call_index(Run *r, const Node *n, Args args, TemplateValue *out)
{
	isize len = 0, at = 0;

	*out = args.v[0];
	if (out->kind == TEMPLATE_NIL)
		return run_error(r, n, "'index' wants a text or a list, found nil");
	for (isize i = 1; i < args.n; i++) {
		if (!length(r, n, out, &len) || !position(r, n, &args.v[i], len - 1, &at))
			return false;
		if (out->kind == TEMPLATE_TEXT)
			give_number(out, (unsigned char)out->text.p[at]);
		else
			*out = out->list[at];
	}
	return true;
}

static bool call_slice(Run *r, const Node *n, Args args, TemplateValue *out)
{
	isize bound[3] = {0}, len = 0;

	*out = args.v[0];
	if (!length(r, n, out, &len))
		return false;
	if (args.n == 4 && out->kind == TEMPLATE_TEXT)
		return run_error(r, n, "'slice' wants two positions in a text, found three");
	bound[1] = len;
	for (isize i = 1; i < args.n; i++)
		if (!position(r, n, &args.v[i], len, &bound[i - 1]))
			return false;
	if (bound[0] > bound[1] || (args.n == 4 && bound[1] > bound[2]))
		return run_error(r, n, "'slice' wants positions that do not go back");
	if (out->kind == TEMPLATE_TEXT)
		out->text = str_slice(out->text, bound[0], bound[1]);
	else if (out->list)
		out->list += bound[0];
	out->n = out->kind == TEMPLATE_LIST ? bound[1] - bound[0] : 0;
	return true;
}

// ---- to print

// add_value adds v as fmt.Print does; nil is other there than in {{ }}.
static bool add_value(Run *r, const Node *n, const TemplateValue *v, StrBuf *b)
{
	if (v->kind != TEMPLATE_NIL)
		return template_write(r, n, v, b);
	buf_add(b, S("<nil>"));
	return true;
}

// call_print puts a space between two arguments of which none is a text.
static bool call_print(Run *r, const Node *n, Args args, TemplateValue *out)
{
	StrBuf b = {.arena = r->arena};

	for (isize i = 0; i < args.n; i++) {
		const TemplateValue *v = &args.v[i];
		if (i > 0 && v->kind != TEMPLATE_TEXT && v[-1].kind != TEMPLATE_TEXT)
			buf_add(&b, S(" "));
		if (!add_value(r, n, v, &b))
			return false;
	}
	return give_text(&b, out);
}

static bool call_println(Run *r, const Node *n, Args args, TemplateValue *out)
{
	StrBuf b = {.arena = r->arena};

	for (isize i = 0; i < args.n; i++) {
		buf_add(&b, i > 0 ? S(" ") : S(""));
		if (!add_value(r, n, &args.v[i], &b))
			return false;
	}
	buf_add(&b, S("\n"));
	return give_text(&b, out);
}

// ---- the table

enum { MANY = 1000 }; // arguments: more than anybody writes

static const TemplateFunc funcs[] = {
	{{"and", 3}, 1, MANY, NULL},
	{{"eq", 2}, 2, MANY, call_eq},
	{{"ge", 2}, 2, 2, call_ge},
	{{"gt", 2}, 2, 2, call_gt},
	{{"index", 5}, 1, MANY, call_index},
	{{"le", 2}, 2, 2, call_le},
	{{"len", 3}, 1, 1, call_len},
	{{"lt", 2}, 2, 2, call_lt},
	{{"ne", 2}, 2, 2, call_ne},
	{{"not", 3}, 1, 1, call_not},
	{{"or", 2}, 1, MANY, NULL},
	{{"print", 5}, 0, MANY, call_print},
	{{"printf", 6}, 1, MANY, template_printf},
	{{"println", 7}, 0, MANY, call_println},
	{{"slice", 5}, 1, 4, call_slice},
};

const TemplateFunc *template_func(Str name)
{
	for (isize i = 0; i < countof(funcs); i++)
		if (str_eq(funcs[i].name, name))
			return &funcs[i];
	return NULL;
}

StrList template_func_names(Arena *a)
{
	StrList names = {.arena = a};

	for (isize i = 0; i < countof(funcs); i++)
		strlist_add(&names, funcs[i].name);
	return names;
}
