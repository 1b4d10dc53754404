#include "weave/spec.h"

#include "base/hash.h"
#include "text/json.h"

static void put_member(StrBuf *b, const char *key, Str value)
{
	buf_addf(b, "\"%s\":", key);
	json_quote(b, value);
}

static void put_strings(StrBuf *b, const StrList *l)
{
	buf_add(b, S("["));
	for (isize i = 0; i < l->n; i++) {
		buf_add(b, i ? S(",") : S(""));
		json_quote(b, l->v[i]);
	}
	buf_add(b, S("]"));
}

static void put_hook(StrBuf *b, const char *key, const Hook *h)
{
	if (!h)
		return;
	buf_addf(b, ",\"%s\":{", key);
	if (h->site.len > 0) {
		put_member(b, "site", h->site);
		buf_add(b, S(","));
	}
	put_member(b, "package", h->package);
	buf_add(b, S(","));
	put_member(b, "name", h->name);
	buf_add(b, S(",\"params\":["));
	for (isize i = 0; i < h->nparams; i++) {
		buf_add(b, i ? S(",{") : S("{"));
		put_member(b, "type", h->params[i].type);
		buf_add(b, S("}"));
	}
	buf_add(b, S("],\"results\":["));
	for (isize i = 0; i < h->nresults; i++) {
		const HookResult *r = &h->results[i];
		buf_addf(b, "%s{\"kind\":%d,\"param\":%td,", i ? "," : "", (int)r->kind, r->param);
		put_member(b, "type", r->type);
		buf_add(b, S("}"));
	}
	buf_add(b, S("]}"));
}

static void put_span(StrBuf *b, const SpanSpec *s)
{
	if (!s)
		return;
	buf_addf(b, ",\"span\":{\"context\":%td,\"wide\":%s,\"values\":[", s->context,
		s->wide ? "true" : "false");
	for (const SpanAttribute *at = s->attributes; at; at = at->next) {
		json_quote(b, at->value);
		buf_add(b, at->next ? S(",") : S(""));
	}
	buf_add(b, S("]}"));
}

static void put_list(StrBuf *b, const char *key, const StrList *l)
{
	if (l->n == 0)
		return;
	buf_addf(b, ",\"%s\":", key);
	put_strings(b, l);
}

static void put_text(StrBuf *b, const char *key, Str text)
{
	if (text.len == 0)
		return;
	buf_add(b, S(","));
	put_member(b, key, text);
}

static void put_where(StrBuf *b, const Where *w)
{
	buf_addf(b, "{\"kind\":%d", (int)w->kind);
	put_text(b, "text", w->text);
	put_text(b, "of", w->of);
	put_list(b, "args", &w->args);
	put_list(b, "returns", &w->returns);
	buf_add(b, S(",\"parts\":["));
	for (const Where *part = w->first; part; part = part->next) {
		put_where(b, part);
		buf_add(b, part->next ? S(",") : S(""));
	}
	buf_add(b, S("]}"));
}

static void put_fields(StrBuf *b, const RuleField *f)
{
	buf_add(b, S(",\"fields\":["));
	for (; f; f = f->next) {
		buf_add(b, S("{"));
		put_member(b, "name", f->name.text);
		put_text(b, "type", f->type.text);
		put_text(b, "value", f->value.text);
		put_text(b, "wrap", f->wrap.text);
		buf_add(b, f->next ? S("},") : S("}"));
	}
	buf_add(b, S("]"));
}

static void put_change(StrBuf *b, const Change *c)
{
	if (!c)
		return;
	buf_addf(b, ",\"change\":{\"modifier\":%d,\"after\":%s", (int)c->modifier,
		c->after ? "true" : "false");
	put_text(b, "code", c->code.text);
	put_text(b, "wrap", c->wrap.text);
	put_text(b, "pattern", c->pattern.text);
	put_text(b, "variadic", c->variadic);
	put_text(b, "file", c->file);
	put_list(b, "append", &c->append);
	put_list(b, "importNames", &c->import_names);
	put_list(b, "importPaths", &c->import_paths);
	if (c->fields)
		put_fields(b, c->fields);
	if (c->where) {
		buf_add(b, S(",\"where\":"));
		put_where(b, c->where);
	}
	buf_add(b, S("}"));
}

Str spec_write(Arena *a, const Spec *s)
{
	StrBuf b = {.arena = a};

	buf_add(&b, S("{\"weaver\":\"" WEAVER_VERSION "\","));
	put_member(&b, "package", s->package);
	buf_add(&b, S(",\"joins\":["));
	for (isize i = 0; i < s->n; i++) {
		const Join *j = &s->joins[i];
		buf_add(&b, i ? S(",\n{") : S("\n{"));
		put_member(&b, "rule", j->rule);
		buf_add(&b, S(","));
		put_member(&b, "func", j->func);
		buf_add(&b, S(","));
		put_member(&b, "recv", j->recv);
		if (j->has_args) {
			buf_add(&b, S(",\"args\":"));
			put_strings(&b, &j->args);
		}
		if (j->noescape)
			buf_add(&b, S(",\"noescape\":true"));
		put_text(&b, "lead", j->lead);
		if (j->kind == JOIN_FRAME)
			buf_add(&b, S(",\"frame\":true"));
		put_change(&b, j->change);
		put_hook(&b, "hook", j->hook);
		put_hook(&b, "leave", j->leave);
		put_hook(&b, "value", j->value);
		put_span(&b, j->span);
		buf_add(&b, S("}"));
	}
	buf_add(&b, S("]}\n"));
	return buf_str(&b);
}

Str spec_digest(Arena *a, Str text)
{
	return str_slice(hash_text(a, text), 0, 32);
}

static isize jint(const json_t *obj, const char *key)
{
	return (isize)json_integer_value(json_object_get(obj, key));
}

static Hook *read_hook(Arena *a, const json_t *obj)
{
	const json_t *params = jlist(obj, "params"), *results = jlist(obj, "results");
	Hook *h = arena_new(a, Hook);

	if (!obj)
		return NULL;
	h->package = str_dup(a, jstr(obj, "package"));
	h->site = str_dup(a, jstr(obj, "site"));
	h->name = str_dup(a, jstr(obj, "name"));
	h->nparams = (isize)json_array_size(params);
	h->params = arena_array(a, HookValue, h->nparams);
	for (isize i = 0; i < h->nparams; i++)
		h->params[i].type = str_dup(a, jstr(json_array_get(params, (size_t)i), "type"));
	h->nresults = (isize)json_array_size(results);
	h->results = arena_array(a, HookResult, h->nresults);
	for (isize i = 0; i < h->nresults; i++) {
		const json_t *r = json_array_get(results, (size_t)i);
		h->results[i] = (HookResult){
			.kind = (ResultKind)jint(r, "kind"),
			.param = jint(r, "param"),
			.type = str_dup(a, jstr(r, "type")),
		};
	}
	hook_seal(a, h);
	return h;
}

static SpanSpec *read_span(Arena *a, const json_t *obj)
{
	SpanSpec *s = arena_new(a, SpanSpec);
	StrList values = {.arena = a};
	SpanAttribute **link = &s->attributes;

	if (!obj)
		return NULL;
	s->context = jint(obj, "context");
	s->wide = jbool(obj, "wide");
	jstrs(obj, "values", &values);
	for (isize i = 0; i < values.n; i++) {
		SpanAttribute *at = arena_new(a, SpanAttribute);
		at->value = values.v[i];
		*link = at;
		link = &at->next;
	}
	return s;
}

static Where *read_where(Arena *a, const json_t *obj)
{
	const json_t *parts = jlist(obj, "parts");
	Where *w = arena_new(a, Where), **link = &w->first;

	*w = (Where){.kind = (WhereKind)jint(obj, "kind"),
		.text = str_dup(a, jstr(obj, "text")),
		.of = str_dup(a, jstr(obj, "of")),
		.args.arena = a,
		.returns.arena = a};
	jstrs(obj, "args", &w->args);
	jstrs(obj, "returns", &w->returns);
	for (size_t i = 0; i < json_array_size(parts); i++, link = &(*link)->next)
		*link = read_where(a, json_array_get(parts, i));
	return w;
}

static RuleText rule_text_of(Arena *a, const json_t *obj, const char *key)
{
	return (RuleText){.text = str_dup(a, jstr(obj, key))};
}

static RuleField *read_fields(Arena *a, const json_t *list)
{
	RuleField *first = NULL, **link = &first;

	for (size_t i = 0; i < json_array_size(list); i++, link = &(*link)->next) {
		const json_t *obj = json_array_get(list, i);
		*link = arena_new(a, RuleField);
		(*link)->name = rule_text_of(a, obj, "name");
		(*link)->type = rule_text_of(a, obj, "type");
		(*link)->value = rule_text_of(a, obj, "value");
		(*link)->wrap = rule_text_of(a, obj, "wrap");
	}
	return first;
}

static Change *read_change(Arena *a, const json_t *obj)
{
	Change *c = arena_new(a, Change);

	if (!obj)
		return NULL;
	c->modifier = (Modifier)jint(obj, "modifier");
	c->after = jbool(obj, "after");
	c->code = rule_text_of(a, obj, "code");
	c->wrap = rule_text_of(a, obj, "wrap");
	c->pattern = rule_text_of(a, obj, "pattern");
	c->variadic = str_dup(a, jstr(obj, "variadic"));
	c->file = str_dup(a, jstr(obj, "file"));
	c->append.arena = c->import_names.arena = c->import_paths.arena = a;
	jstrs(obj, "append", &c->append);
	jstrs(obj, "importNames", &c->import_names);
	jstrs(obj, "importPaths", &c->import_paths);
	c->fields = read_fields(a, jlist(obj, "fields"));
	if (jobj(obj, "where"))
		c->where = read_where(a, jobj(obj, "where"));
	return c;
}

bool spec_read(Arena *a, const Source *src, Spec *out, Diags *d)
{
	JsonStream s = {.src = src};
	json_t *root;

	if (!json_next(&s, &root, d))
		return false;
	const json_t *joins = jlist(root, "joins");
	out->package = str_dup(a, jstr(root, "package"));
	out->n = (isize)json_array_size(joins);
	out->joins = arena_array(a, Join, out->n);
	for (isize i = 0; i < out->n; i++) {
		const json_t *obj = json_array_get(joins, (size_t)i);
		Join *j = &out->joins[i];
		j->rule = str_dup(a, jstr(obj, "rule"));
		j->func = str_dup(a, jstr(obj, "func"));
		j->recv = str_dup(a, jstr(obj, "recv"));
		j->args.arena = a;
		j->has_args = jlist(obj, "args") != NULL;
		jstrs(obj, "args", &j->args);
		j->noescape = jbool(obj, "noescape");
		j->lead = str_dup(a, jstr(obj, "lead"));
		j->change = read_change(a, jobj(obj, "change"));
		j->span = read_span(a, jobj(obj, "span"));
		j->kind = j->change             ? JOIN_CHANGE
			  : j->span             ? JOIN_SPAN
			  : jbool(obj, "frame") ? JOIN_FRAME
						: JOIN_TYPED;
		j->hook = read_hook(a, jobj(obj, "hook"));
		j->leave = read_hook(a, jobj(obj, "leave"));
		j->value = read_hook(a, jobj(obj, "value"));
	}
	json_stop(&s);
	return true;
}

void spec_packages(const Spec *s, StrList *l)
{
	for (isize i = 0; i < s->n; i++)
		if (s->joins[i].hook && !strlist_has(l, s->joins[i].hook->package))
			strlist_add(l, s->joins[i].hook->package);
}
