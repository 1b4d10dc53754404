#include "text/json.h"

// locate returns the span of the byte where jansson stopped.
static Span locate(const JsonStream *s, const json_error_t *err)
{
	isize at = s->pos + (err->position > 0 ? err->position - 1 : 0);
	isize last = s->src->text.len;

	if (at > last)
		at = last;
	return (Span){(int32_t)at, (int32_t)(at < last ? at + 1 : last)};
}

static void skip_space(JsonStream *s)
{
	Str rest = str_slice(s->src->text, s->pos, s->src->text.len);

	while (rest.len > 0 &&
		(*rest.p == ' ' || *rest.p == '\n' || *rest.p == '\t' || *rest.p == '\r'))
		rest = str_slice(rest, 1, rest.len);
	s->pos = s->src->text.len - rest.len;
}

bool json_next(JsonStream *s, json_t **out, Diags *d)
{
	json_error_t err;

	json_stop(s);
	*out = NULL;
	skip_space(s);
	if (s->pos == s->src->text.len)
		return true;
	Str rest = str_slice(s->src->text, s->pos, s->src->text.len);
	s->current =
		json_loadb(rest.p, (size_t)rest.len, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &err);
	if (!s->current)
		return diag_error(d, s->src, locate(s, &err), "not JSON: %s", err.text);
	s->pos += err.position; // on success, the bytes read
	*out = s->current;
	return true;
}

void json_stop(JsonStream *s)
{
	json_decref(s->current);
	s->current = NULL;
}

// text_of returns the string v; "" if it is none.
static Str text_of(const json_t *v)
{
	if (!json_is_string(v))
		return S("");
	return (Str){json_string_value(v), (isize)json_string_length(v)};
}

Str jstr(const json_t *obj, const char *key)
{
	return text_of(json_object_get(obj, key));
}

bool jbool(const json_t *obj, const char *key)
{
	return json_is_true(json_object_get(obj, key));
}

const json_t *jlist(const json_t *obj, const char *key)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_array(v) ? v : NULL;
}

const json_t *jobj(const json_t *obj, const char *key)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_object(v) ? v : NULL;
}

void jstrs(const json_t *obj, const char *key, StrList *l)
{
	const json_t *list = jlist(obj, key);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);
		if (json_is_string(v))
			strlist_add(l, str_dup(l->arena, text_of(v)));
	}
}

void json_quote(StrBuf *b, Str s)
{
	buf_add(b, S("\""));
	for (isize i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c < ' ')
			buf_addf(b, "\\u%04x", c);
		else
			buf_add(b, str_slice(s, i, i + 1));
	}
	buf_add(b, S("\""));
}
