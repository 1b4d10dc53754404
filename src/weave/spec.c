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
		if (j->kind == JOIN_FRAME)
			buf_add(&b, S(",\"frame\":true"));
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
		j->span = read_span(a, jobj(obj, "span"));
		j->kind = j->span                ? JOIN_SPAN
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
		if (!strlist_has(l, s->joins[i].hook->package))
			strlist_add(l, s->joins[i].hook->package);
}
