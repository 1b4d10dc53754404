#include "plan/decision.h"

static const char *const verdict_names[] = {
	[VERDICT_WOVEN] = "woven",
	[VERDICT_NOT_BUILT] = "not-in-build",
	[VERDICT_VERSION] = "version",
	[VERDICT_GO_VERSION] = "go-version",
	[VERDICT_NO_FUNCTION] = "no-function",
	[VERDICT_UNFIT] = "unfit",
	[VERDICT_UNLINKABLE] = "unlinkable",
	[VERDICT_DISABLED] = "disabled",
	[VERDICT_UNTRUSTED] = "untrusted",
};

// The members that are text, by their names in JSON.
static const struct {
	const char *name;
	size_t at;
} texts[] = {
	{"rule", offsetof(Decision, rule)},
	{"place", offsetof(Decision, place)},
	{"package", offsetof(Decision, package)},
	{"version", offsetof(Decision, version)},
	{"wanted", offsetof(Decision, wanted)},
	{"func", offsetof(Decision, func)},
	{"recv", offsetof(Decision, recv)},
	{"hook", offsetof(Decision, hook)},
	{"hook_package", offsetof(Decision, hook_path)},
	{"digest", offsetof(Decision, digest)},
	{"why", offsetof(Decision, why)},
};

static Str *text_member(Decision *c, isize i)
{
	return (Str *)(void *)((char *)c + texts[i].at);
}

void decide(Decisions *all, Decision one)
{
	Decision *c = arena_new(all->arena, Decision);

	*c = one;
	c->next = NULL;
	if (all->last)
		all->last->next = c;
	else
		all->first = c;
	all->last = c;
}

const char *verdict_name(Verdict v)
{
	return verdict_names[v];
}

Str target_name(Arena *a, Str recv, Str func)
{
	if (recv.len == 0)
		return func;
	return str_format(a, str_starts(recv, S("*")) ? "(%.*s).%.*s" : "%.*s.%.*s", STR_ARG(recv),
		STR_ARG(func));
}

void decisions_write(StrBuf *b, const Decisions *all)
{
	buf_add(b, S("["));
	for (Decision *c = all->first; c; c = c->next) {
		buf_addf(b, "%s\n{\"verdict\":\"%s\"", c == all->first ? "" : ",",
			verdict_name(c->verdict));
		for (isize i = 0; i < countof(texts); i++) {
			if (text_member(c, i)->len == 0)
				continue;
			buf_addf(b, ",\"%s\":", texts[i].name);
			json_quote(b, *text_member(c, i));
		}
		buf_add(b, S("}"));
	}
	buf_add(b, S("]"));
}

void decisions_read(const json_t *list, Decisions *out)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *obj = json_array_get(list, i);
		Decision c = {0};
		for (isize v = 0; v < countof(verdict_names); v++)
			if (str_eq(jstr(obj, "verdict"), str_from(verdict_names[v])))
				c.verdict = (Verdict)v;
		for (isize k = 0; k < countof(texts); k++)
			*text_member(&c, k) = str_dup(out->arena, jstr(obj, texts[k].name));
		decide(out, c);
	}
}

static void put_list(StrBuf *b, const char *key, const StrList *l)
{
	buf_addf(b, ",\"%s\":[", key);
	for (isize i = 0; i < l->n; i++) {
		buf_add(b, i ? S(",") : S(""));
		json_quote(b, l->v[i]);
	}
	buf_add(b, S("]"));
}

void programs_write(StrBuf *b, const Program *first)
{
	buf_add(b, S("["));
	for (const Program *p = first; p; p = p->next) {
		buf_add(b, p == first ? S("\n{\"path\":") : S(",\n{\"path\":"));
		json_quote(b, p->path);
		put_list(b, "hooks", &p->hooks);
		put_list(b, "extensions", &p->extensions);
		buf_add(b, S("}"));
	}
	buf_add(b, S("]"));
}

Program *programs_read(Arena *a, const json_t *list)
{
	Program *first = NULL, **link = &first;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *obj = json_array_get(list, i);
		Program *p = *link = arena_new(a, Program);
		p->path = str_dup(a, jstr(obj, "path"));
		p->hooks.arena = p->extensions.arena = a;
		jstrs(obj, "hooks", &p->hooks);
		jstrs(obj, "extensions", &p->extensions);
		link = &p->next;
	}
	return first;
}
