#include "text/yaml.h"

#include <yaml.h>

enum { MAX_DEPTH = 64 };

typedef struct {
	Arena *arena;
	const Source *src;
	Diags *diags;
	yaml_parser_t parser;
	yaml_event_t ev; // the event we are looking at
	// libyaml counts characters, we count bytes: a place known in both.
	size_t index;
	int32_t offset;
} Reader;

// offset_of returns the byte offset of a mark. Marks mostly go forward.
static int32_t offset_of(Reader *r, yaml_mark_t mark)
{
	Str text = r->src->text;

	if (mark.index < r->index) {
		r->index = 0;
		r->offset = 0;
	}
	while (r->index < mark.index && r->offset < text.len) {
		do
			r->offset++;
		while (r->offset < text.len && ((unsigned char)text.p[r->offset] & 0xc0) == 0x80);
		r->index++;
	}
	return r->offset;
}

static Span span_of(Reader *r)
{
	int32_t from = offset_of(r, r->ev.start_mark);

	return (Span){from, offset_of(r, r->ev.end_mark)};
}

static bool error_here(Reader *r, const char *what)
{
	return diag_error(r->diags, r->src, span_of(r), "%s", what);
}

// parser_error adds what libyaml says about a text that it cannot follow.
static bool parser_error(Reader *r)
{
	const yaml_parser_t *p = &r->parser;
	int32_t at = (int32_t)p->problem_offset; // bytes

	if (p->error == YAML_MEMORY_ERROR)
		die("out of memory");
	if (p->error != YAML_READER_ERROR)
		at = offset_of(r, p->problem_mark);
	if (at > r->src->text.len)
		at = (int32_t)r->src->text.len;
	return diag_error(r->diags, r->src, (Span){at, at}, "not YAML: %s%s%s", p->problem,
		p->context ? " " : "", p->context ? p->context : "");
}

static bool advance(Reader *r)
{
	yaml_event_delete(&r->ev);
	return yaml_parser_parse(&r->parser, &r->ev) || parser_error(r);
}

static YamlNode *read_node(Reader *r, int depth);

// read_key reads a key of map, and goes on to its value.
static const YamlNode *read_key(Reader *r, const YamlNode *map, int depth)
{
	const YamlNode *key = read_node(r, depth);

	if (!key)
		return NULL;
	if (key->kind != YAML_SCALAR) {
		diag_error(r->diags, r->src, key->at, "expected a key, found %s",
			yaml_kind_name(key->kind));
		return NULL;
	}
	if (yaml_get(map, key->text)) {
		diag_error(
			r->diags, r->src, key->at, "key '%.*s' is here twice", STR_ARG(key->text));
		return NULL;
	}
	return advance(r) ? key : NULL;
}

// read_member reads a member of a list, or a key of a map and its value.
static YamlNode *read_member(Reader *r, const YamlNode *of, int depth)
{
	const YamlNode *key = NULL;

	if (of->kind == YAML_MAP && !(key = read_key(r, of, depth)))
		return NULL;
	YamlNode *member = read_node(r, depth);
	if (member)
		member->key = key;
	return member;
}

// read_members reads a map or list to its end, which then is the current event.
static bool read_members(Reader *r, YamlNode *node, int depth)
{
	yaml_event_type_t end =
		node->kind == YAML_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
	YamlNode **tail = &node->first;
	int32_t to = node->at.to;

	if (depth == MAX_DEPTH)
		return error_here(r, "nested too deeply");
	while (advance(r) && r->ev.type != end) {
		YamlNode *member = read_member(r, node, depth + 1);
		if (!member)
			return false;
		to = member->at.to;
		*tail = member;
		tail = &member->next;
	}
	if (r->ev.type != end)
		return false;
	// A block has no bracket at its end: it ends with its last member.
	Span bracket = span_of(r);
	node->at.to = bracket.from < bracket.to ? bracket.to : to;
	return true;
}

static void read_scalar(Reader *r, YamlNode *node)
{
	const unsigned char *value = r->ev.data.scalar.value;
	isize len = (isize)r->ev.data.scalar.length;

	node->text = str_dup(r->arena, (Str){(const char *)value, len});
	node->quoted = r->ev.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

// has_mark tells whether the current event has an anchor or a tag.
static bool has_mark(const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT: return ev->data.scalar.anchor || ev->data.scalar.tag;
	case YAML_MAPPING_START_EVENT:
		return ev->data.mapping_start.anchor || ev->data.mapping_start.tag;
	case YAML_SEQUENCE_START_EVENT:
		return ev->data.sequence_start.anchor || ev->data.sequence_start.tag;
	default: return false;
	}
}

// read_node reads the node that the current event begins; the last event of the
// node is current afterwards. It returns NULL if there is an error in it.
static YamlNode *read_node(Reader *r, int depth)
{
	YamlNode *node = arena_new(r->arena, YamlNode);

	node->at = span_of(r);
	if (r->ev.type == YAML_ALIAS_EVENT) {
		error_here(r, "aliases are not supported");
		return NULL;
	}
	if (has_mark(&r->ev)) {
		error_here(r, "anchors and tags are not supported");
		return NULL;
	}
	if (r->ev.type == YAML_SCALAR_EVENT) {
		read_scalar(r, node);
		return node;
	}
	node->kind = r->ev.type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST;
	return read_members(r, node, depth) ? node : NULL;
}

// skip goes n events on.
static bool skip(Reader *r, int n)
{
	while (n > 0 && advance(r))
		n--;
	return n == 0;
}

// read_document reads the one document of the stream, or none.
static bool read_document(Reader *r, YamlNode **out)
{
	if (!skip(r, 2)) // past the start of the stream
		return false;
	if (r->ev.type == YAML_STREAM_END_EVENT)
		return true;
	if (!advance(r) || !(*out = read_node(r, 0)) || !skip(r, 2))
		return false;
	return r->ev.type == YAML_STREAM_END_EVENT || error_here(r, "a second document");
}

bool yaml_read(Arena *a, const Source *src, YamlNode **out, Diags *d)
{
	Reader r = {.arena = a, .src = src, .diags = d};

	*out = NULL;
	if (!yaml_parser_initialize(&r.parser))
		die("out of memory");
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&r.parser, (const unsigned char *)src->text.p, (size_t)src->text.len);
	bool ok = read_document(&r, out);
	yaml_event_delete(&r.ev);
	yaml_parser_delete(&r.parser);
	if (!ok)
		*out = NULL;
	return ok;
}

const YamlNode *yaml_get(const YamlNode *map, Str key)
{
	for (const YamlNode *v = map->first; v; v = v->next) {
		if (str_eq(v->key->text, key))
			return v;
	}
	return NULL;
}

const char *yaml_kind_name(YamlKind k)
{
	return k == YAML_SCALAR ? "a text" : k == YAML_MAP ? "a map" : "a list";
}
