#include "plan/uselist.h"

#include "base/buf.h"
#include "text/json.h"
#include "text/yaml.h"
#include "weave/edit.h"

static Str module_of(Str entry)
{
	return str_cut(&entry, '@');
}

// as_yaml quotes what YAML might read as something else.
static Str as_yaml(Arena *a, Str entry)
{
	StrBuf b = {.arena = a};

	for (isize i = 0; i < entry.len; i++)
		if (str_find(S(":#'\"\\{}[],&*!|>%`\t"), str_slice(entry, i, i + 1)) >= 0) {
			json_quote(&b, entry);
			return buf_str(&b);
		}
	return entry;
}

// read_list finds the list; *out is NULL if there is no key `use`.
static bool read_list(Arena *a, const Source *src, const YamlNode **out, Diags *d)
{
	YamlNode *root;

	*out = NULL;
	if (!yaml_read(a, src, &root, d))
		return false;
	if (!root)
		return true;
	if (root->kind != YAML_MAP || src->text.p[root->at.from] == '{')
		return diag_error(d, src, root->at, "expected a map of one key to a line");
	*out = yaml_get(root, S("use"));
	bool nothing = *out && (*out)->kind == YAML_SCALAR && (*out)->text.len == 0;
	return !*out || nothing || (*out)->kind == YAML_LIST ||
	       diag_error(d, src, (*out)->at, "expected a list, found %s",
		       yaml_kind_name((*out)->kind));
}

static isize line_start(Str text, isize at)
{
	while (at > 0 && text.p[at - 1] != '\n')
		at--;
	return at;
}

static isize line_end(Str text, isize at)
{
	while (at < text.len && text.p[at] != '\n')
		at++;
	return at;
}

static const YamlNode *find(const YamlNode *list, Str module)
{
	for (const YamlNode *m = list ? list->first : NULL; m; m = m->next)
		if (str_eq(module_of(m->text), module))
			return m;
	return NULL;
}

static bool is_flow(const Source *src, const YamlNode *list)
{
	return list->kind == YAML_LIST && src->text.p[list->at.from] == '[';
}

// append puts the entry behind the last one, in the way in which that is written.
static void append(Arena *a, const Source *src, const YamlNode *list, Str entry, Edits *e)
{
	const YamlNode *last = list->first;

	while (last && last->next)
		last = last->next;
	if (is_flow(src, list)) {
		int32_t at = last ? last->at.to : list->at.from + 1;
		edit_insert(e, at, last ? str_format(a, ", %.*s", STR_ARG(entry)) : entry);
		return;
	}
	Str prefix = S("  - ");
	isize place = last ? last->at.from : list->key->at.to;
	if (last)
		prefix = str_slice(src->text, line_start(src->text, place), last->at.from);
	edit_insert(e, (int32_t)line_end(src->text, place),
		str_format(a, "\n%.*s%.*s", STR_ARG(prefix), STR_ARG(entry)));
}

bool uselist_add(Arena *a, const Source *src, Str entry, Str *out, Diags *d)
{
	Edits e = {.arena = a};
	const YamlNode *list, *old;
	Str yaml = as_yaml(a, entry), text = src->text;

	if (!read_list(a, src, &list, d))
		return false;
	old = find(list, module_of(entry));
	if (!list) {
		bool whole = text.len == 0 || str_ends(text, S("\n"));
		*out = str_format(a, "%.*s%s%suse:\n  - %.*s\n", STR_ARG(text), whole ? "" : "\n",
			text.len > 0 ? "\n" : "", STR_ARG(yaml));
		return true;
	}
	if (!old)
		append(a, src, list, yaml, &e);
	else if (!str_eq(old->text, entry))
		edit_replace(&e, old->at, yaml);
	*out = edit_apply(&e, text);
	return true;
}

// flow_span is that of a member of a flow list, and of one comma.
static Span flow_span(const YamlNode *list, const YamlNode *m)
{
	const YamlNode *before = list->first;

	if (m->next)
		return (Span){m->at.from, m->next->at.from};
	while (before != m && before->next != m)
		before = before->next;
	return (Span){before == m ? m->at.from : before->at.to, m->at.to};
}

bool uselist_remove(Arena *a, const Source *src, Str module, Str *out, Diags *d)
{
	Edits e = {.arena = a};
	const YamlNode *list, *old;

	*out = src->text;
	if (!read_list(a, src, &list, d))
		return false;
	old = find(list, module);
	if (!old)
		return true;
	bool only = !list->first->next;
	Span at = {(int32_t)line_start(src->text, only ? list->key->at.from : old->at.from),
		(int32_t)line_end(src->text, old->at.to)};
	if (!only && is_flow(src, list))
		at = flow_span(list, old);
	else if (at.to < src->text.len)
		at.to++;
	edit_replace(&e, at, S(""));
	*out = edit_apply(&e, src->text);
	return true;
}
