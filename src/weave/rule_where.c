// rule_where.c - the `where` of a rule file.
#include "weave/rule_reader.h"

// A map of selectors, and what it may hold.
const WhereKey where_keys[] = {
	{"all-of", SHAPE_PARTS, WHERE_ALL},
	{"directive", SHAPE_TEXT, WHERE_DIRECTIVE},
	{"file", SHAPE_FILE, WHERE_ALL},
	{"func", SHAPE_NAME, WHERE_FUNC},
	{"function_call", SHAPE_TEXT, WHERE_CALL},
	{"has_param", SHAPE_PARAM, WHERE_PARAM},
	{"identifier", SHAPE_NAME, WHERE_IDENTIFIER},
	{"kind", SHAPE_KIND, WHERE_IDENTIFIER},
	{"last_result", SHAPE_TEXT, WHERE_LAST_RESULT},
	{"not", SHAPE_NOT, WHERE_NOT},
	{"one-of", SHAPE_PARTS, WHERE_ONE},
	{"param", SHAPE_TEXT, WHERE_PARAM},
	{"pattern", SHAPE_PATTERN, WHERE_ALL},
	{"placement", SHAPE_PLACEMENT, WHERE_ALL},
	{"recv", SHAPE_RECV, WHERE_FUNC},
	{"result", SHAPE_TEXT, WHERE_RESULT},
	{"signature", SHAPE_TYPES, WHERE_SIGNATURE},
	{"signature_contains", SHAPE_TYPES, WHERE_CONTAINS},
	{"struct", SHAPE_TEXT, WHERE_STRUCT},
	{"struct_literal", SHAPE_TEXT, WHERE_LITERAL},
	{0},
};

const WhereKey where_file_keys[] = {
	{"all-of", SHAPE_PARTS, WHERE_ALL},
	{"has_directive", SHAPE_TEXT, WHERE_HAS_DIRECTIVE},
	{"has_func", SHAPE_NAME, WHERE_HAS_FUNC},
	{"has_package", SHAPE_TEXT, WHERE_HAS_PACKAGE},
	{"has_recv", SHAPE_RECV, WHERE_HAS_FUNC},
	{"has_struct", SHAPE_TEXT, WHERE_HAS_STRUCT},
	{"is_test", SHAPE_BOOL, WHERE_IS_TEST},
	{"not", SHAPE_NOT, WHERE_NOT},
	{"one-of", SHAPE_PARTS, WHERE_ONE},
	{0},
};

typedef struct {
	const RuleReader *r;
	Rule *rule;
	const WhereKey *keys;
} Reader;

static bool read_parts(const Reader *r, const YamlNode *map, Where *into);

// part adds one to those of a Where, or returns the one that is there if it is to be shared.
static Where *part(const Reader *r, Where *into, WhereKind kind, bool share)
{
	Where **link = &into->first;

	for (; *link; link = &(*link)->next)
		if (share && (*link)->kind == kind)
			return *link;
	*link = arena_new(r->r->arena, Where);
	**link = (Where){.kind = kind, .args.arena = r->r->arena, .returns.arena = r->r->arena};
	return *link;
}

// Types = { args: [T…], returns: [T…] } .
static bool read_types(const Reader *r, const YamlNode *v, Where *into)
{
	StrList known = {.arena = r->r->arena};
	bool ok = true;

	if (v->kind != YAML_MAP)
		return rule_expected(r->r, v, "a map of args and returns");
	strlist_add(&known, S("args"));
	strlist_add(&known, S("returns"));
	for (const YamlNode *m = v->first; m; m = m->next) {
		bool args = str_eq(m->key->text, S("args"));
		if (!args && !str_eq(m->key->text, S("returns")))
			ok = rule_unknown(r->r, "key", m->key, &known);
		else
			ok &= rule_list(r->r, m, args ? &into->args : &into->returns);
	}
	return ok;
}

static bool read_list(const Reader *r, const YamlNode *v, Where *into)
{
	bool ok = true;

	if (v->kind != YAML_LIST || !v->first)
		return rule_expected(r->r, v, "a list of maps");
	for (const YamlNode *m = v->first; m; m = m->next)
		ok &= read_parts(r, m, part(r, into, WHERE_ALL, false));
	return ok;
}

static bool read_word(
	const Reader *r, const YamlNode *v, const char *first, const char *second, Str *out)
{
	if (!rule_text(r->r, v, out))
		return false;
	return str_eq(*out, str_from(first)) || str_eq(*out, str_from(second)) ||
	       diag_error(r->r->diags, r->r->src, v->at, "expected %s or %s, found '%.*s'", first,
		       second, STR_ARG(*out));
}

static bool read_placement(const Reader *r, const YamlNode *v)
{
	Str word;

	if (!read_word(r, v, "before", "after", &word))
		return false;
	r->rule->change.after = str_eq(word, S("after"));
	return true;
}

static bool read_is_test(const Reader *r, const YamlNode *v, Where *into)
{
	bool yes;

	if (!rule_bool(r->r, v, &yes))
		return false;
	into->of = yes ? S("") : S("false");
	return true;
}

static bool read_file(const Reader *r, const YamlNode *v, Where *into)
{
	Reader file = {r->r, r->rule, where_file_keys};

	return read_parts(&file, v, part(r, into, WHERE_ALL, false));
}

static bool read_key(const Reader *r, const WhereKey *key, const YamlNode *v, Where *into)
{
	RuleText *pattern = &r->rule->change.pattern;

	switch (key->shape) {
	case SHAPE_TEXT: return rule_text(r->r, v, &part(r, into, key->kind, false)->text);
	case SHAPE_NAME: return rule_text(r->r, v, &part(r, into, key->kind, true)->text);
	case SHAPE_RECV: return rule_text(r->r, v, &part(r, into, key->kind, true)->of);
	case SHAPE_KIND:
		return read_word(r, v, "var", "const", &part(r, into, key->kind, true)->of);
	case SHAPE_TYPES: return read_types(r, v, part(r, into, key->kind, false));
	case SHAPE_PARAM: {
		Where *w = part(r, into, key->kind, false);
		w->of = S("*");
		return rule_text(r->r, v, &w->text);
	}
	case SHAPE_BOOL: return read_is_test(r, v, part(r, into, key->kind, false));
	case SHAPE_FILE: return read_file(r, v, into);
	case SHAPE_PARTS: return read_list(r, v, part(r, into, key->kind, false));
	case SHAPE_NOT: return read_parts(r, v, part(r, into, key->kind, false));
	case SHAPE_PATTERN: pattern->at = v->at; return rule_text(r->r, v, &pattern->text);
	case SHAPE_PLACEMENT: return read_placement(r, v);
	}
	return false;
}

static bool unknown_key(const Reader *r, const YamlNode *key)
{
	StrList known = {.arena = r->r->arena};

	for (const WhereKey *k = r->keys; k->name; k++)
		strlist_add(&known, str_from(k->name));
	return rule_unknown(r->r, "key", key, &known);
}

static bool read_parts(const Reader *r, const YamlNode *map, Where *into)
{
	bool ok = true;

	if (map->kind != YAML_MAP)
		return rule_expected(r->r, map, "a map");
	for (const YamlNode *v = map->first; v; v = v->next) {
		const WhereKey *key = r->keys;
		while (key->name && !str_eq(str_from(key->name), v->key->text))
			key++;
		ok &= key->name ? read_key(r, key, v, into) : unknown_key(r, v->key);
	}
	return ok;
}

bool rule_where(const RuleReader *r, const YamlNode *v, Rule *rule)
{
	Where *where = arena_new(r->arena, Where);
	Reader reader = {r, rule, where_keys};

	rule->change.where = where;
	if (!read_parts(&reader, v, where))
		return false;
	for (const Where *w = where->first; w; w = w->next) {
		if (w->kind != WHERE_FUNC)
			continue;
		rule->func = w->text;
		rule->recv = w->of;
	}
	return true;
}
