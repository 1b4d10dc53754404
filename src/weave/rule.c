#include "weave/rule_reader.h"

#include "base/near.h"
#include "weave/code.h"

#define FIELD(f) ((isize)offsetof(Rule, f))
#define PART(f) ((isize)offsetof(RuleField, f))

const Key rule_keys[] = {
	{"after", KEY_TEXT, FIELD(after)}, // these two and path, func, recv: the flat form
	{"before", KEY_TEXT, FIELD(before)},
	{"do", KEY_DO, 0},
	{"func", KEY_TEXT, FIELD(func)},
	{"go", KEY_VERSIONS, FIELD(go)},
	{"imports", KEY_IMPORTS, 0},
	{"name", KEY_TEXT, FIELD(name)},
	{"order", KEY_NUMBER, FIELD(order)},
	{"path", KEY_TEXT, FIELD(hook_path)},
	{"recv", KEY_TEXT, FIELD(recv)},
	{"signal", KEY_TEXT, FIELD(signal)},
	{"target", KEY_TEXT, FIELD(target)},
	{"version", KEY_VERSIONS, FIELD(version)},
	{"where", KEY_WHERE, 0},
	{0},
};

static const Key inject_hooks_keys[] = {
	{"after", KEY_TEXT, FIELD(after)},
	{"args", KEY_ARGS, 0},
	{"before", KEY_TEXT, FIELD(before)},
	{"lead", KEY_TEXT, FIELD(lead)},
	{"noescape", KEY_BOOL, FIELD(noescape)},
	{"path", KEY_TEXT, FIELD(hook_path)},
	{0},
};

static const Key inject_code_keys[] = {
	{"raw", KEY_CODE, FIELD(change.code)},
	{0},
};

static const Key add_struct_fields_keys[] = {
	{"new_field", KEY_FIELDS, 0},
	{0},
};

static const Key new_field_keys[] = {
	{"name", KEY_CODE, PART(name)},
	{"type", KEY_CODE, PART(type)},
	{0},
};

static const Key add_file_keys[] = {
	{"file", KEY_TEXT, FIELD(change.file)},
	{"path", KEY_TEXT, FIELD(hook_path)},
	{0},
};

static const Key wrap_call_keys[] = {
	{"append_args", KEY_LIST, FIELD(change.append)},
	{"replace", KEY_CODE, FIELD(change.code)},
	{"variadic_type", KEY_TEXT, FIELD(change.variadic)},
	{0},
};

static const Key expand_directive_keys[] = {
	{"template", KEY_CODE, FIELD(change.code)},
	{0},
};

static const Key assign_value_keys[] = {
	{"replace", KEY_CODE, FIELD(change.code)},
	{"wrap", KEY_CODE, FIELD(change.wrap)},
	{0},
};

static const Key set_fields_keys[] = {
	{"field", KEY_FIELDS, 0},
	{0},
};

static const Key field_keys[] = {
	{"name", KEY_CODE, PART(name)},
	{"value", KEY_CODE, PART(value)},
	{"wrap", KEY_CODE, PART(wrap)},
	{0},
};

const ModifierKeys modifiers[MODIFIERS] = {
	{"inject_hooks", inject_hooks_keys, NULL},
	{"inject_code", inject_code_keys, NULL},
	{"add_struct_fields", add_struct_fields_keys, new_field_keys},
	{"add_file", add_file_keys, NULL},
	{"wrap_call", wrap_call_keys, NULL},
	{"expand_directive", expand_directive_keys, NULL},
	{"assign_value", assign_value_keys, NULL},
	{"set_fields", set_fields_keys, field_keys},
};

const TopKey top_keys[] = {
	{"exclude", TOP_LIST, offsetof(Rules, exclude)},
	{"extensions", TOP_EXTENSIONS, 0},
	{"instrumentations", TOP_OFF, offsetof(Rules, off)},
	{"metrics", TOP_METRICS, 0},
	{"spans", TOP_SPANS, 0},
	{"trust", TOP_LIST, offsetof(Rules, trust)},
	{"use", TOP_USE, 0},
	{0},
};

// What an entry of `spans` does, for explain.
static const char span_name[] = "span";

const char *modifier_name(Modifier m)
{
	return m == DO_SPAN ? span_name : modifiers[m].name;
}

// ---- errors

bool rule_expected(const RuleReader *r, const YamlNode *v, const char *what)
{
	bool nothing = v->kind == YAML_SCALAR && v->text.len == 0;
	bool empty = v->kind == YAML_LIST && !v->first;

	diag_error(r->diags, r->src, v->at, "expected %s, found %s", what,
		nothing ? "nothing"
		: empty ? "an empty list"
			: yaml_kind_name(v->kind));
	return false;
}

bool rule_unknown(const RuleReader *r, const char *what, const YamlNode *word, const StrList *known)
{
	Str near = nearest(known, word->text);

	diag_error(r->diags, r->src, word->at, "unknown %s '%.*s'", what, STR_ARG(word->text));
	if (near.len > 0)
		diag_help(r->diags, "did you mean '%.*s'?", STR_ARG(near));
	return false;
}

static bool unknown_key(const RuleReader *r, const Key *keys, const YamlNode *key)
{
	StrList known = {.arena = r->arena};

	for (; keys->name; keys++)
		strlist_add(&known, str_from(keys->name));
	return rule_unknown(r, "key", key, &known);
}

// ---- values

bool rule_text(const RuleReader *r, const YamlNode *v, Str *out)
{
	if (v->kind != YAML_SCALAR || v->text.len == 0)
		return rule_expected(r, v, "a text");
	*out = v->text;
	return true;
}

static bool read_code(const RuleReader *r, const YamlNode *v, RuleText *out)
{
	out->at = v->at;
	return rule_text(r, v, &out->text);
}

// Versions = Version [ "," Version ] .
static bool read_versions(const RuleReader *r, const YamlNode *v, Str *out)
{
	if (!rule_text(r, v, out))
		return false;
	Str rest = *out, from = str_cut(&rest, ',');
	if (from.len == 0 || (out->len > from.len && rest.len == 0) || str_find(rest, S(",")) >= 0)
		return diag_error(r->diags, r->src, v->at,
			"expected a version, or two with a comma between them, found '%.*s'",
			STR_ARG(*out));
	return true;
}

static bool read_number(const RuleReader *r, const YamlNode *v, int *out)
{
	Str digits = v->text;
	bool negative = str_starts(digits, S("-"));
	int n = 0;

	if (v->kind != YAML_SCALAR)
		return rule_expected(r, v, "a number");
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

bool rule_bool(const RuleReader *r, const YamlNode *v, bool *out)
{
	*out = str_eq(v->text, S("true"));
	if (v->kind == YAML_SCALAR && (*out || str_eq(v->text, S("false"))))
		return true;
	return rule_expected(r, v, "true or false");
}

bool rule_list(const RuleReader *r, const YamlNode *v, StrList *out)
{
	if (v->kind != YAML_LIST)
		return rule_expected(r, v, "a list");
	*out = (StrList){.arena = r->arena};
	for (const YamlNode *member = v->first; member; member = member->next) {
		Str text = S("");
		if (!rule_text(r, member, &text))
			return false;
		strlist_add(out, text);
	}
	return true;
}

static bool read_imports(const RuleReader *r, const YamlNode *v, Change *change)
{
	if (v->kind != YAML_MAP)
		return rule_expected(r, v, "a map of names to import paths");
	change->import_names = change->import_paths = (StrList){.arena = r->arena};
	for (const YamlNode *m = v->first; m; m = m->next) {
		Str path = S("");
		if (!rule_text(r, m, &path))
			return false;
		strlist_add(&change->import_names, m->key->text);
		strlist_add(&change->import_paths, path);
	}
	return true;
}

// read_fields reads a list of maps of texts.
static bool read_fields(const RuleReader *r, const YamlNode *v, const Key *keys, RuleField **link)
{
	bool ok = true;

	if (v->kind != YAML_LIST || !v->first)
		return rule_expected(r, v, "a list of maps");
	for (const YamlNode *m = v->first; m; m = m->next, link = &(*link)->next) {
		*link = arena_new(r->arena, RuleField);
		if (m->kind != YAML_MAP)
			return rule_expected(r, m, "a map");
		for (const YamlNode *part = m->first; part; part = part->next) {
			const Key *key = keys;
			while (key->name && !str_eq(str_from(key->name), part->key->text))
				key++;
			void *text = (char *)*link + key->offset;
			ok &= key->name ? read_code(r, part, text)
					: unknown_key(r, keys, part->key);
		}
		if (ok && (*link)->name.text.len == 0)
			ok = diag_error(r->diags, r->src, m->at, "a field has no 'name'");
	}
	return ok;
}

static bool read_value(const RuleReader *r, const Key *key, const YamlNode *v, Rule *rule)
{
	void *field = (char *)rule + key->offset;

	switch (key->kind) {
	case KEY_TEXT: return rule_text(r, v, field);
	case KEY_CODE: return read_code(r, v, field);
	case KEY_VERSIONS: return read_versions(r, v, field);
	case KEY_NUMBER: return read_number(r, v, field);
	case KEY_BOOL: return rule_bool(r, v, field);
	case KEY_ARGS: rule->has_args = true; return rule_list(r, v, &rule->args);
	case KEY_LIST: return rule_list(r, v, field);
	case KEY_IMPORTS: return read_imports(r, v, &rule->change);
	case KEY_FIELDS:
		return read_fields(
			r, v, modifiers[rule->change.modifier].fields, &rule->change.fields);
	case KEY_WHERE: return rule_where(r, v, rule);
	case KEY_DO: return true; // when the rest of the rule is known
	}
	return false;
}

// read_map reads the members of a map into rule. It tells all that is wrong.
static bool read_map(const RuleReader *r, const YamlNode *map, const Key *keys, Rule *rule)
{
	bool ok = true;

	if (map->kind != YAML_MAP)
		return rule_expected(r, map, "a map");
	for (const YamlNode *v = map->first; v; v = v->next) {
		const Key *key = keys;
		while (key->name && !str_eq(str_from(key->name), v->key->text))
			key++;
		ok &= key->name ? read_value(r, key, v, rule) : unknown_key(r, keys, v->key);
	}
	return ok;
}

// ---- complete rules

static bool missing(const RuleReader *r, const Rule *rule, const char *what)
{
	return diag_error(
		r->diags, r->src, rule->at, "rule '%.*s' has no %s", STR_ARG(rule->name), what);
}

// What a modifier is done to, where that is no function.
static const struct {
	Modifier modifier;
	WhereKind kind;
	const char *key;
} things[] = {
	{DO_FIELDS, WHERE_STRUCT, "struct"},
	{DO_WRAP, WHERE_CALL, "function_call"},
	{DO_ASSIGN, WHERE_IDENTIFIER, "identifier"},
	{DO_LITERAL, WHERE_LITERAL, "struct_literal"},
};

// check_things: what is selected is what the modifier is for.
static bool check_things(const RuleReader *r, const Rule *rule)
{
	const Change *c = &rule->change;

	for (int i = 0; i < countof(things); i++) {
		bool found = where_find(c->where, things[i].kind) != NULL;
		if (found == (things[i].modifier == c->modifier))
			continue;
		return diag_error(r->diags, r->src, rule->at,
			found ? "rule '%.*s': '%s' in 'where' is not for '%s'"
			      : "rule '%.*s' has no '%s' in 'where', which '%s' needs",
			STR_ARG(rule->name), things[i].key, modifier_name(c->modifier));
	}
	return true;
}

static bool check_selected(const RuleReader *r, const Rule *rule)
{
	const Change *c = &rule->change;
	bool some = rule->func.len > 0 || (c->where && c->where->first);

	if (!check_things(r, rule))
		return false;
	if (c->modifier == DO_DIRECTIVE)
		return where_find(c->where, WHERE_DIRECTIVE) ||
		       missing(r, rule, "'directive' in 'where'");
	bool function = c->modifier == DO_HOOKS || c->modifier == DO_CODE;
	return some || !function || missing(r, rule, "'func' in 'where'");
}

static bool check_fields(const RuleReader *r, const Rule *rule, bool literal)
{
	bool ok = true;

	for (const RuleField *f = rule->change.fields; f; f = f->next) {
		bool has = literal ? (f->value.text.len > 0) != (f->wrap.text.len > 0)
				   : f->type.text.len > 0;
		if (has)
			continue;
		ok = diag_error(r->diags, r->src, f->name.at, "the field '%.*s' %s",
			STR_ARG(f->name.text),
			literal ? "needs one of 'value' and 'wrap'" : "has no 'type'");
	}
	return ok &&
	       (rule->change.fields || missing(r, rule,
					       literal ? "'field' in 'set_fields'"
						       : "'new_field' in 'add_struct_fields'"));
}

static bool check_hooks(const RuleReader *r, const Rule *rule)
{
	if (rule->before.len == 0 && rule->after.len == 0)
		return missing(r, rule, "'before' or 'after' in 'inject_hooks'");
	return rule->hook_path.len > 0 || missing(r, rule, "'path' in 'inject_hooks'");
}

static bool check_complete(const RuleReader *r, const Rule *rule)
{
	const Change *c = &rule->change;
	bool code = c->code.text.len > 0;

	if (rule->target.len == 0)
		return missing(r, rule, "'target'");
	if (!code_check(r->arena, rule, r->diags) || !check_selected(r, rule))
		return false;
	switch (c->modifier) {
	case DO_HOOKS: return check_hooks(r, rule);
	case DO_CODE: return code || missing(r, rule, "'raw' in 'inject_code'");
	case DO_FIELDS: return check_fields(r, rule, false);
	case DO_FILE:
		return (c->file.len > 0 || missing(r, rule, "'file' in 'add_file'")) &&
		       (rule->hook_path.len > 0 || missing(r, rule, "'path' in 'add_file'"));
	case DO_WRAP:
		return code || c->append.n > 0 ||
		       missing(r, rule, "'replace' or 'append_args' in 'wrap_call'");
	case DO_DIRECTIVE: return code || missing(r, rule, "'template' in 'expand_directive'");
	case DO_ASSIGN:
		return code != (c->wrap.text.len > 0) ||
		       diag_error(r->diags, r->src, rule->at,
			       "rule '%.*s': 'assign_value' needs one of 'replace' and 'wrap'",
			       STR_ARG(rule->name));
	case DO_LITERAL: return check_fields(r, rule, true);
	case DO_SPAN: return true; // rule_spans has done it
	}
	return false;
}

void rule_insert(Rule **link, Rule *rule)
{
	while (*link &&
		((*link)->order < rule->order ||
			((*link)->order == rule->order && str_cmp((*link)->name, rule->name) <= 0)))
		link = &(*link)->next;
	rule->next = *link;
	rule->globs = has_glob(rule->target);
	*link = rule;
}

// ---- rules

static bool find_modifier(const RuleReader *r, const YamlNode *name, Modifier *out)
{
	StrList known = {.arena = r->arena};

	for (int i = 0; i < countof(modifiers); i++) {
		Str modifier = str_from(modifiers[i].name);
		strlist_add(&known, modifier);
		*out = (Modifier)i;
		if (str_eq(modifier, name->text))
			return true;
	}
	return rule_unknown(r, "modifier", name, &known);
}

// read_modifier makes a rule of one member of `do`: a map of one key.
static bool read_modifier(const RuleReader *r, const YamlNode *m, const Rule *common, Rule **first)
{
	Rule *rule = arena_new(r->arena, Rule);

	if (m->kind != YAML_MAP || !m->first || m->first->next)
		return rule_expected(r, m, "a map of one modifier");
	*rule = *common;
	Modifier *modifier = &rule->change.modifier;
	if (!find_modifier(r, m->first->key, modifier) ||
		!read_map(r, m->first, modifiers[*modifier].keys, rule) || !check_complete(r, rule))
		return false;
	rule_insert(first, rule);
	return true;
}

// A rule in the flat form has neither `where` nor `do`, just what inject_hooks needs.
static bool read_flat(const RuleReader *r, const Rule *common, Rule **first)
{
	Rule *rule = arena_new(r->arena, Rule);
	Where *func = arena_new(r->arena, Where);

	*rule = *common;
	*func = (Where){.kind = WHERE_FUNC, .text = rule->func, .of = rule->recv};
	rule->change.where = func;
	if (rule->target.len > 0 && rule->func.len == 0)
		return missing(r, rule, "'func'");
	if (rule->before.len == 0 && rule->after.len == 0)
		return missing(r, rule, "'before' or 'after'");
	if (rule->hook_path.len == 0)
		return missing(r, rule, "'path'");
	if (!check_complete(r, rule))
		return false;
	rule_insert(first, rule);
	return true;
}

static bool is_flat(const YamlNode *v)
{
	bool own = yaml_get(v, S("func")) && !yaml_get(v, S("where"));

	return !yaml_get(v, S("do")) &&
	       (own || yaml_get(v, S("before")) || yaml_get(v, S("after")));
}

// check_form: what belongs into the flat form stands in no other.
static bool check_form(const RuleReader *r, const YamlNode *v, bool flat)
{
	static const char *const flat_keys[] = {"after", "before", "func", "path", "recv"};
	const YamlNode *where = yaml_get(v, S("where"));

	if (flat && where)
		return diag_error(r->diags, r->src, where->key->at,
			"a rule with 'where' has its hooks in 'do', under 'inject_hooks'");
	for (int i = 0; !flat && i < countof(flat_keys); i++) {
		const YamlNode *key = yaml_get(v, str_from(flat_keys[i]));
		bool selects = i == 2 || i == 4;
		if (key)
			return diag_error(r->diags, r->src, key->key->at,
				"beside 'do', '%s' belongs into '%s'", flat_keys[i],
				selects ? "where" : "inject_hooks");
	}
	return true;
}

static bool read_rule(const RuleReader *r, const YamlNode *v, Rule **first)
{
	Rule common = {.name = v->key->text, .src = r->src, .at = v->key->at};

	if (!read_map(r, v, rule_keys, &common) || !check_form(r, v, is_flat(v)))
		return false;
	if (is_flat(v))
		return read_flat(r, &common, first);
	const YamlNode *list = yaml_get(v, S("do"));
	bool ok = true;
	if (!list)
		return missing(r, &common, "'do'");
	if (list->kind != YAML_LIST || !list->first)
		return rule_expected(r, list, "a list of modifiers");
	for (const YamlNode *m = list->first; m; m = m->next)
		ok &= read_modifier(r, m, &common, first);
	return ok;
}

// read_off reads { NAME: false … }; true says what is so anyway.
static bool read_off(const RuleReader *r, const YamlNode *v, StrList *off)
{
	if (v->kind == YAML_LIST || v->text.len > 0)
		return rule_expected(r, v, "a map of names to true or false");
	for (const YamlNode *m = v->first; m; m = m->next) {
		bool on;
		if (!rule_bool(r, m, &on))
			return false;
		if (!on)
			strlist_add(off, m->key->text);
	}
	return true;
}

static bool add_list(const RuleReader *r, const YamlNode *v, StrList *to)
{
	StrList l;

	if (!rule_list(r, v, &l))
		return false;
	for (isize i = 0; i < l.n; i++)
		strlist_add(to, l.v[i]);
	return true;
}

// read_entries reads a list of texts, with their places, behind those that are there. Each is what
// fits says, or an error.
static bool read_entries(const RuleReader *r, const YamlNode *v, RuleUse **link,
	bool (*fits)(Str entry), const char *expected)
{
	bool ok = true;

	if (v->kind == YAML_MAP || v->text.len > 0)
		return rule_expected(r, v, "a list");
	while (*link)
		link = &(*link)->next;
	for (const YamlNode *m = v->first; m; m = m->next) {
		RuleText entry = {.at = m->at};
		if (!rule_text(r, m, &entry.text))
			return false;
		if (!fits(entry.text)) {
			ok = diag_error(r->diags, r->src, m->at, "expected %s, found '%.*s'",
				expected, STR_ARG(entry.text));
			continue;
		}
		*link = arena_new(r->arena, RuleUse);
		**link = (RuleUse){.entry = entry, .src = r->src};
		link = &(*link)->next;
	}
	return ok;
}

// Use = Module "@" Version | Folder .
static bool is_use(Str entry)
{
	Str version = entry, module = str_cut(&version, '@');
	bool folder = module.len > 0 && (module.p[0] == '.' || module.p[0] == '/');

	return folder || str_starts(version, S("v"));
}

// Extension = ImportPath | Folder .
static bool is_extension(Str entry)
{
	static const char *const never[] = {"@", "...", " "};
	bool folder = str_starts(entry, S("./")) || str_starts(entry, S("../"));

	for (int i = 0; i < countof(never); i++)
		if (str_find(entry, str_from(never[i])) >= 0)
			return false;
	return folder || (entry.p[0] != '.' && entry.p[0] != '/' && entry.p[0] != '-');
}

// is_slip tells of a key that is no rule, and hardly anything but one of ours, misspelt.
static bool is_slip(const YamlNode *v, StrList *known)
{
	for (const TopKey *k = top_keys; k->name; k++)
		strlist_add(known, str_from(k->name));
	return v->kind != YAML_MAP && nearest(known, v->key->text).len > 0;
}

// read_top reads one member of the file: a rule, or what only an otel.yaml says. A rule of one
// of these names is still a rule: it is a map with a target.
static bool read_top(const RuleReader *r, const YamlNode *v, Rules *out)
{
	const TopKey *key = top_keys;
	StrList known = {.arena = r->arena};

	while (key->name && !str_eq(str_from(key->name), v->key->text))
		key++;
	void *list = (char *)out + key->offset;
	if (!key->name && is_slip(v, &known))
		return rule_unknown(r, "key", v->key, &known);
	if (!key->name || (v->kind == YAML_MAP && yaml_get(v, S("target"))))
		return read_rule(r, v, &out->first);
	switch (key->kind) {
	case TOP_LIST: return add_list(r, v, list);
	case TOP_OFF: return read_off(r, v, list);
	case TOP_SPANS: return rule_spans(r, v, false, &out->first);
	case TOP_METRICS: return rule_spans(r, v, true, &out->first);
	case TOP_USE:
		return read_entries(
			r, v, &out->use, is_use, "MODULE@VERSION, or a folder as in ./rules");
	case TOP_EXTENSIONS:
		return read_entries(r, v, &out->extensions, is_extension,
			"the import path of a package, or a folder as in ./telemetry");
	}
	return false;
}

bool rules_read(Arena *a, const Source *src, Rules *out, Diags *d)
{
	const RuleReader r = {.arena = a, .src = src, .diags = d};
	YamlNode *root;
	bool ok = true;

	if (!yaml_read(a, src, &root, d))
		return false;
	if (root && root->kind != YAML_MAP)
		return rule_expected(&r, root, "a map of rules");
	for (const YamlNode *v = root ? root->first : NULL; v; v = v->next)
		ok &= read_top(&r, v, out);
	return ok;
}
