#include "weave/rule.h"

#include "base/near.h"
#include "text/yaml.h"

typedef struct {
	Arena *arena;
	const Source *src;
	Diags *diags;
} Reader;

typedef enum {
	KEY_LATER, // of the format, but we cannot do it yet
	KEY_TEXT,
	KEY_VERSIONS, // a text: "v1.2.0" or "v1.2.0,v1.4.0"
	KEY_NUMBER,
	KEY_BOOL,
	KEY_ARGS,
	KEY_WHERE,
	KEY_DO,
} KeyKind;

typedef struct {
	const char *name;
	KeyKind kind;
	isize offset; // in Rule, where the value goes
} Key;

#define FIELD(f) ((isize)offsetof(Rule, f))

static const Key rule_keys[] = {
	{"after", KEY_LATER, 0},
	{"before", KEY_LATER, 0},
	{"do", KEY_DO, 0},
	{"func", KEY_LATER, 0},
	{"go", KEY_VERSIONS, FIELD(go)},
	{"imports", KEY_LATER, 0},
	{"name", KEY_TEXT, FIELD(name)},
	{"order", KEY_NUMBER, FIELD(order)},
	{"path", KEY_LATER, 0},
	{"recv", KEY_LATER, 0},
	{"signal", KEY_TEXT, FIELD(signal)},
	{"target", KEY_TEXT, FIELD(target)},
	{"version", KEY_VERSIONS, FIELD(version)},
	{"where", KEY_WHERE, 0},
	{0},
};

static const Key where_keys[] = {
	{"all-of", KEY_LATER, 0},
	{"directive", KEY_LATER, 0},
	{"file", KEY_LATER, 0},
	{"func", KEY_TEXT, FIELD(func)},
	{"function_call", KEY_LATER, 0},
	{"has_param", KEY_LATER, 0},
	{"identifier", KEY_LATER, 0},
	{"kind", KEY_LATER, 0},
	{"last_result", KEY_LATER, 0},
	{"not", KEY_LATER, 0},
	{"one-of", KEY_LATER, 0},
	{"param", KEY_LATER, 0},
	{"pattern", KEY_LATER, 0},
	{"placement", KEY_LATER, 0},
	{"recv", KEY_TEXT, FIELD(recv)},
	{"result", KEY_LATER, 0},
	{"signature", KEY_LATER, 0},
	{"signature_contains", KEY_LATER, 0},
	{"struct", KEY_LATER, 0},
	{"struct_literal", KEY_LATER, 0},
	{0},
};

static const Key inject_hooks_keys[] = {
	{"after", KEY_LATER, 0},
	{"args", KEY_ARGS, 0},
	{"before", KEY_TEXT, FIELD(hook)},
	{"noescape", KEY_BOOL, FIELD(noescape)},
	{"path", KEY_TEXT, FIELD(hook_path)},
	{0},
};

static const struct {
	const char *name;
	const Key *keys; // NULL: we cannot do it yet
} modifiers[] = {
	{"add_file", NULL},
	{"add_struct_fields", NULL},
	{"assign_value", NULL},
	{"expand_directive", NULL},
	{"inject_code", NULL},
	{"inject_hooks", inject_hooks_keys},
	{"set_fields", NULL},
	{"wrap_call", NULL},
};

static bool not_yet(const Reader *r, const YamlNode *key)
{
	return diag_error(
		r->diags, r->src, key->at, "'%.*s' is not supported yet", STR_ARG(key->text));
}

static bool expected(const Reader *r, const YamlNode *v, const char *what)
{
	bool nothing = v->kind == YAML_SCALAR && v->text.len == 0;

	return diag_error(r->diags, r->src, v->at, "expected %s, found %s", what,
		nothing ? "nothing" : yaml_kind_name(v->kind));
}

// unknown adds an error about a word, with the nearest of those that we know.
static bool unknown(const Reader *r, const char *what, const YamlNode *word, const StrList *known)
{
	Str near = nearest(known, word->text);

	diag_error(r->diags, r->src, word->at, "unknown %s '%.*s'", what, STR_ARG(word->text));
	if (near.len > 0)
		diag_help(r->diags, "did you mean '%.*s'?", STR_ARG(near));
	return false;
}

static bool unknown_key(const Reader *r, const Key *keys, const YamlNode *key)
{
	StrList known = {.arena = r->arena};

	for (; keys->name; keys++)
		strlist_add(&known, str_from(keys->name));
	return unknown(r, "key", key, &known);
}

static bool read_text(const Reader *r, const YamlNode *v, Str *out)
{
	if (v->kind != YAML_SCALAR || v->text.len == 0)
		return expected(r, v, "a text");
	*out = v->text;
	return true;
}

// Versions = Version [ "," Version ] .
static bool read_versions(const Reader *r, const YamlNode *v, Str *out)
{
	if (!read_text(r, v, out))
		return false;
	Str rest = *out, from = str_cut(&rest, ',');
	if (from.len == 0 || (out->len > from.len && rest.len == 0) || str_find(rest, S(",")) >= 0)
		return diag_error(r->diags, r->src, v->at,
			"expected a version, or two with a comma between them, found '%.*s'",
			STR_ARG(*out));
	return true;
}

static bool read_number(const Reader *r, const YamlNode *v, int *out)
{
	Str digits = v->text;
	bool negative = str_starts(digits, S("-"));
	int n = 0;

	if (v->kind != YAML_SCALAR)
		return expected(r, v, "a number");
	if (negative)
		digits = str_slice(digits, 1, digits.len);
	for (isize i = 0; i < digits.len && n < 100000; i++)
		n = digits.p[i] >= '0' && digits.p[i] <= '9' ? 10 * n + (digits.p[i] - '0')
							     : 100000;
	if (digits.len == 0 || n >= 100000)
		return diag_error(r->diags, r->src, v->at,
			"expected a number of up to five digits, found '%.*s'", STR_ARG(v->text));
	*out = negative ? -n : n;
	return true;
}

static bool read_bool(const Reader *r, const YamlNode *v, bool *out)
{
	*out = str_eq(v->text, S("true"));
	if (v->kind == YAML_SCALAR && (*out || str_eq(v->text, S("false"))))
		return true;
	return expected(r, v, "true or false");
}

static bool read_args(const Reader *r, const YamlNode *v, Rule *rule)
{
	if (v->kind != YAML_LIST)
		return expected(r, v, "a list");
	rule->has_args = true;
	rule->args = (StrList){.arena = r->arena};
	for (const YamlNode *arg = v->first; arg; arg = arg->next) {
		Str text;
		if (!read_text(r, arg, &text))
			return false;
		strlist_add(&rule->args, text);
	}
	return true;
}

static bool read_map(const Reader *r, const YamlNode *map, const Key *keys, Rule *rule);

static bool read_value(const Reader *r, const Key *key, const YamlNode *v, Rule *rule)
{
	void *field = (char *)rule + key->offset;

	switch (key->kind) {
	case KEY_LATER: return not_yet(r, v->key);
	case KEY_TEXT: return read_text(r, v, field);
	case KEY_VERSIONS: return read_versions(r, v, field);
	case KEY_NUMBER: return read_number(r, v, field);
	case KEY_BOOL: return read_bool(r, v, field);
	case KEY_ARGS: return read_args(r, v, rule);
	case KEY_WHERE: return read_map(r, v, where_keys, rule);
	case KEY_DO: return true; // when the rest of the rule is known
	}
	return false;
}

// read_map reads the members of a map into rule. It tells all that is wrong.
static bool read_map(const Reader *r, const YamlNode *map, const Key *keys, Rule *rule)
{
	bool ok = true;

	if (map->kind != YAML_MAP)
		return expected(r, map, "a map");
	for (const YamlNode *v = map->first; v; v = v->next) {
		const Key *key = keys;
		while (key->name && !str_eq(str_from(key->name), v->key->text))
			key++;
		ok &= key->name ? read_value(r, key, v, rule) : unknown_key(r, keys, v->key);
	}
	return ok;
}

// modifier_keys finds the keys of the modifier that is named, or tells why not.
static const Key *modifier_keys(const Reader *r, const YamlNode *name)
{
	StrList known = {.arena = r->arena};

	for (isize i = 0; i < countof(modifiers); i++) {
		Str modifier = str_from(modifiers[i].name);
		strlist_add(&known, modifier);
		if (!str_eq(modifier, name->text))
			continue;
		if (!modifiers[i].keys)
			not_yet(r, name);
		return modifiers[i].keys;
	}
	unknown(r, "modifier", name, &known);
	return NULL;
}

static bool missing(const Reader *r, const Rule *rule, const char *what)
{
	return diag_error(
		r->diags, r->src, rule->at, "rule '%.*s' has no %s", STR_ARG(rule->name), what);
}

static bool check_complete(const Reader *r, const Rule *rule)
{
	if (rule->target.len == 0)
		return missing(r, rule, "'target'");
	if (rule->func.len == 0)
		return missing(r, rule, "'func' in 'where'");
	if (rule->hook.len == 0)
		return missing(r, rule, "'before' in 'inject_hooks'");
	if (rule->hook_path.len == 0)
		return missing(r, rule, "'path' in 'inject_hooks'");
	return true;
}

// insert puts rule behind those that come before it, or are its equals.
static void insert(Rule **link, Rule *rule)
{
	while (*link &&
		((*link)->order < rule->order ||
			((*link)->order == rule->order && str_cmp((*link)->name, rule->name) <= 0)))
		link = &(*link)->next;
	rule->next = *link;
	*link = rule;
}

// read_modifier makes a rule of one member of `do`: a map of one key.
static bool read_modifier(const Reader *r, const YamlNode *m, const Rule *common, Rule **first)
{
	Rule *rule = arena_new(r->arena, Rule);

	if (m->kind != YAML_MAP || !m->first || m->first->next)
		return expected(r, m, "a map of one modifier");
	const Key *keys = modifier_keys(r, m->first->key);
	*rule = *common;
	if (!keys || !read_map(r, m->first, keys, rule) || !check_complete(r, rule))
		return false;
	insert(first, rule);
	return true;
}

static bool read_rule(const Reader *r, const YamlNode *v, Rule **first)
{
	Rule common = {.name = v->key->text, .src = r->src, .at = v->key->at};
	bool ok = read_map(r, v, rule_keys, &common);
	const YamlNode *list = v->kind == YAML_MAP ? yaml_get(v, S("do")) : NULL;

	if (!ok)
		return false;
	if (!list)
		return missing(r, &common, "'do'");
	if (list->kind != YAML_LIST || !list->first)
		return expected(r, list, "a list of modifiers");
	for (const YamlNode *m = list->first; m; m = m->next)
		ok &= read_modifier(r, m, &common, first);
	return ok;
}

bool rules_read(Arena *a, const Source *src, Rule **first, Diags *d)
{
	const Reader r = {.arena = a, .src = src, .diags = d};
	YamlNode *root;
	bool ok = true;

	if (!yaml_read(a, src, &root, d))
		return false;
	if (root && root->kind != YAML_MAP)
		return expected(&r, root, "a map of rules");
	for (const YamlNode *v = root ? root->first : NULL; v; v = v->next)
		ok &= read_rule(&r, v, first);
	return ok;
}
