// rule_span.c - `spans` and `metrics` of an otel.yaml: functions of the user's, without any Go.
//
//	spans:
//	  - match: example.com/shop/...:(*Cart).Checkout
//	    attributes: {cart.id: $recv.ID, user: $1}
//
// Each entry becomes a rule of DO_SPAN, whose hooks are those of otel.tool/runtime/spans.
#include "weave/rule_reader.h"

typedef struct {
	const RuleReader *r;
	Rule *rule;
	Where *where;
	bool metrics; // an entry of `metrics`
} Entry;

// Entries keep the order in which they stand, behind the rules: inside of their hooks.
enum { SPAN_ORDER = 1000 };

static Where *new_where(const RuleReader *r, WhereKind kind, Str text, Str of)
{
	Where *w = arena_new(r->arena, Where);

	*w = (Where){.kind = kind,
		.text = text,
		.of = of,
		.args.arena = r->arena,
		.returns.arena = r->arena};
	return w;
}

static void add_part(Where *to, Where *part)
{
	part->next = to->first;
	to->first = part;
}

// either adds methods of T and of *T.
static void either(const RuleReader *r, Where *to, Str func, Str recv)
{
	Where *one = new_where(r, WHERE_ONE, S(""), S(""));

	add_part(one, new_where(r, WHERE_FUNC, func, recv));
	add_part(one, new_where(r, WHERE_FUNC, func, str_format(r->arena, "*%.*s", STR_ARG(recv))));
	add_part(to, one);
}

// Function = Name | "(" [ "*" ] Type ")" "." Name | [ "*" ] Type "." Name .
static bool read_function(const RuleReader *r, const YamlNode *v, Str text, Where *to)
{
	bool paren = str_starts(text, S("("));
	isize dot = paren ? str_find(text, S(").")) + 1 : str_find(text, S("."));

	if (text.len == 0 || (paren && dot == 0) || dot + 1 >= text.len)
		return diag_error(r->diags, r->src, v->at,
			"expected a function, as F, (*T).M, (T).M or T.M, found '%.*s'",
			STR_ARG(text));
	if (dot < 0) {
		add_part(to, new_where(r, WHERE_FUNC, text, S("")));
		return true;
	}
	Str func = str_slice(text, dot + 1, text.len),
	    recv = str_slice(text, paren, dot - (paren ? 1 : 0));
	if (paren || str_starts(recv, S("*")))
		add_part(to, new_where(r, WHERE_FUNC, func, recv));
	else
		either(r, to, func, recv);
	return true;
}

// package_glob makes a glob of a pattern as go's: "a/..." is a and all below.
static Str package_glob(const RuleReader *r, Str pattern)
{
	if (str_eq(pattern, S("./...")) || str_eq(pattern, S("...")))
		return S("$root");
	if (str_eq(pattern, S(".")))
		return S("./");
	if (!str_ends(pattern, S("/...")))
		return pattern;
	return str_format(r->arena, "%.*s**", STR_ARG(str_slice(pattern, 0, pattern.len - 3)));
}

// Match = Package ":" Function .
static bool read_match(const Entry *e, const YamlNode *v)
{
	Str function, package;

	if (!rule_text(e->r, v, &function))
		return false;
	isize colon = str_find(function, S(":"));
	if (colon <= 0)
		return diag_error(e->r->diags, e->r->src, v->at,
			"expected PACKAGE:FUNCTION, as in example.com/shop/...:(*Cart).Checkout, "
			"found "
			"'%.*s'",
			STR_ARG(function));
	package = str_slice(function, 0, colon);
	function = str_slice(function, colon + 1, function.len);
	e->rule->target = package_glob(e->r, package);
	e->rule->at = v->at;
	if (e->rule->name.len == 0)
		e->rule->name = v->text;
	e->rule->change.wide = has_glob(function);
	return read_function(e->r, v, function, e->where);
}

static bool read_except(const Entry *e, const YamlNode *v)
{
	StrList functions;

	if (!rule_list(e->r, v, &functions))
		return false;
	for (isize i = 0; i < functions.n; i++) {
		Where *except = new_where(e->r, WHERE_NOT, S(""), S(""));
		if (!read_function(e->r, v, functions.v[i], except))
			return false;
		add_part(e->where, except);
	}
	return true;
}

const char *const span_kinds[] = {"internal", "server", "client", "producer", "consumer", NULL};

bool span_is_kind(Str word)
{
	for (int i = 0; span_kinds[i]; i++)
		if (str_eq(word, str_from(span_kinds[i])))
			return true;
	return false;
}

static bool read_kind(const Entry *e, const YamlNode *v)
{
	StrList known = {.arena = e->r->arena};
	Str *kind = &e->rule->change.span.kind;

	if (!rule_text(e->r, v, kind))
		return false;
	if (span_is_kind(*kind))
		return true;
	for (int i = 0; span_kinds[i]; i++)
		strlist_add(&known, str_from(span_kinds[i]));
	return rule_unknown(e->r, "kind", v, &known);
}

// A value is "$" and a parameter's name or number, recv or result, with fields behind it; or a
// text.
static bool is_path(Str value)
{
	bool start = true;

	for (isize i = 1; i < value.len; i++) {
		char c = value.p[i];
		bool letter = ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || c == '_' ||
			      ('0' <= c && c <= '9') || (c & 0x80);
		if (!letter && (c != '.' || start))
			return false;
		start = c == '.';
	}
	return value.len > 1 && !start;
}

static bool read_attributes(const Entry *e, const YamlNode *v)
{
	SpanRule *span = &e->rule->change.span;
	SpanAttribute **link = &span->attributes;

	if (v->kind != YAML_MAP)
		return rule_expected(e->r, v, "a map of attributes");
	for (const YamlNode *m = v->first; m; m = m->next) {
		SpanAttribute *at = arena_new(e->r->arena, SpanAttribute);
		*link = at;
		link = &at->next;
		at->key = m->key->text;
		if (!rule_text(e->r, m, &at->value))
			return false;
		if (str_starts(at->value, S("$")) && !is_path(at->value))
			return diag_error(e->r->diags, e->r->src, m->at,
				"expected a value, as $1, $name.Field, $recv.Field or $result, "
				"found "
				"'%.*s'",
				STR_ARG(m->text));
	}
	return true;
}

#define FIELD(f) ((isize)offsetof(SpanRule, f))

const SpanKey span_keys[] = {
	{"attributes", SPAN_ATTRIBUTES, 0},
	{"except", SPAN_EXCEPT, 0},
	{"kind", SPAN_KIND, 0},
	{"match", SPAN_MATCH, 0},
	{"name", SPAN_TEXT, FIELD(name)},
	{0},
};

const SpanKey metric_keys[] = {
	{"attributes", SPAN_ATTRIBUTES, 0},
	{"counter", SPAN_TEXT, FIELD(counter)},
	{"except", SPAN_EXCEPT, 0},
	{"histogram", SPAN_TEXT, FIELD(histogram)},
	{"match", SPAN_MATCH, 0},
	{"unit", SPAN_TEXT, FIELD(unit)},
	{0},
};

static bool unknown_member(const Entry *e, const YamlNode *v)
{
	StrList known = {.arena = e->r->arena};

	for (const SpanKey *key = e->metrics ? metric_keys : span_keys; key->name; key++)
		strlist_add(&known, str_from(key->name));
	return rule_unknown(e->r, "key", v->key, &known);
}

static bool read_member(const Entry *e, const YamlNode *v)
{
	const SpanKey *key = e->metrics ? metric_keys : span_keys;

	while (key->name && !str_eq(str_from(key->name), v->key->text))
		key++;
	if (!key->name)
		return unknown_member(e, v);
	switch (key->kind) {
	case SPAN_MATCH: return read_match(e, v);
	case SPAN_EXCEPT: return read_except(e, v);
	case SPAN_KIND: return read_kind(e, v);
	case SPAN_ATTRIBUTES: return read_attributes(e, v);
	case SPAN_TEXT:
		return rule_text(e->r, v, (void *)((char *)&e->rule->change.span + key->offset));
	}
	return false;
}

static bool check_entry(const Entry *e, const YamlNode *v)
{
	const SpanRule *span = &e->rule->change.span;
	bool one = (span->histogram.len > 0) != (span->counter.len > 0);

	if (e->rule->target.len == 0)
		return diag_error(e->r->diags, e->r->src, v->at, "this entry has no 'match'");
	if (e->metrics && !one)
		return diag_error(e->r->diags, e->r->src, v->at,
			"this entry needs one of 'histogram' and 'counter'");
	return true;
}

static bool read_entry(const RuleReader *r, const YamlNode *v, bool metrics, Rule *rule)
{
	Entry e = {r, rule, new_where(r, WHERE_ALL, S(""), S("")), metrics};
	bool ok = true;

	if (v->kind != YAML_MAP)
		return rule_expected(r, v, "a map");
	*rule = (Rule){.src = r->src, .at = v->at, .hook_path = S("otel.tool/runtime/spans")};
	rule->signal = metrics ? S("metrics") : S("traces");
	rule->change.modifier = DO_SPAN;
	rule->change.where = e.where;
	for (const YamlNode *m = v->first; m; m = m->next)
		ok &= read_member(&e, m);
	return ok && check_entry(&e, v);
}

bool rule_spans(const RuleReader *r, const YamlNode *v, bool metrics, Rule **first)
{
	int order = SPAN_ORDER;
	bool ok = true;

	if (v->kind == YAML_MAP || v->text.len > 0)
		return rule_expected(r, v, "a list");
	for (const YamlNode *m = v->first; m; m = m->next) {
		Rule *rule = arena_new(r->arena, Rule);
		bool read = read_entry(r, m, metrics, rule);
		rule->order = order++;
		if (read)
			rule_insert(first, rule);
		ok &= read;
	}
	return ok;
}
