#include "weave/rule_schema.h"

#include "base/buf.h"
#include "weave/rule_reader.h"

// What editors show beside a key. The first column is the map that it is in.
static const struct {
	const char *map, *key, *text;
} words[] = {
	{"file", "exclude", "packages, or PACKAGE:FUNCTION, to leave alone; globs"},
	{"file", "extensions", "packages that add to the SDK: an import path, or a folder"},
	{"file", "instrumentations", "instrumentations and rules to switch off: NAME: false"},
	{"file", "metrics", "durations and counts of functions, without any Go"},
	{"file", "spans", "spans around functions, without any Go"},
	{"file", "trust", "modules whose own rules may be used; globs"},
	{"file", "use", "modules of rules: MODULE@VERSION, or a folder"},

	{"rule", "after", "Go function to call at the end"},
	{"rule", "before", "Go function to call first"},
	{"rule", "do", "what to change"},
	{"rule", "func", "function to weave"},
	{"rule", "go", "toolchains that it is for: go1.25 (from), or go1.25,go1.27 (from, below)"},
	{"rule", "imports", "packages that the code needs: name -> import path"},
	{"rule", "lead",
		"Go function that calls are led to at the link: nothing is compiled again"},
	{"rule", "name", "instead of the key above"},
	{"rule", "order", "lower ones are woven first; 0 by default"},
	{"rule", "path", "import path of the hooks' package"},
	{"rule", "recv", "receiver of the function: T or *T"},
	{"rule", "signal", "what it serves: traces, metrics, logs, with commas between them"},
	{"rule", "target", "import path of the package to weave, a glob, $root, or main"},
	{"rule", "version",
		"versions of its module: v1.2.0 (from), or v1.2.0,v2.0.0 (from, below)"},
	{"rule", "where", "what to select in the package"},

	{"do", "inject_hooks", "call Go functions at the beginning and the end"},
	{"do", "inject_code", "put statements at the beginning, or beside one that matches"},
	{"do", "add_struct_fields", "fields at the end of a struct"},
	{"do", "add_file", "a Go file more in the package"},
	{"do", "wrap_call", "change calls of a function"},
	{"do", "expand_directive", "statements in functions with a comment //name key:value"},
	{"do", "assign_value", "another value for a variable or constant"},
	{"do", "set_fields", "fields in composite literals"},

	{"where", "all-of", "all of these"},
	{"where", "directive", "name of a comment //name in front of the function"},
	{"where", "file", "what the file has"},
	{"where", "func", "name of a function; may be a glob"},
	{"where", "function_call", "called function: import/path.Func"},
	{"where", "has_param", "a parameter of this type, or a pointer to it"},
	{"where", "identifier", "name of a variable or constant"},
	{"where", "kind", "var or const"},
	{"where", "last_result", "type of the last result"},
	{"where", "not", "not this"},
	{"where", "one-of", "one of these"},
	{"where", "param", "type of a parameter: *net/http.Request"},
	{"where", "pattern", "regular expression for the statement beside which code goes"},
	{"where", "placement", "before or after that statement"},
	{"where", "recv", "receiver of the function: T or *T"},
	{"where", "result", "type of a result"},
	{"where", "signature", "exactly these types"},
	{"where", "signature_contains", "one of these types"},
	{"where", "struct", "name of a struct type"},
	{"where", "struct_literal", "type of a composite literal: import/path.Type"},
	{"where", "has_directive", "a comment //name before the package clause"},
	{"where", "has_func", "the file declares this function"},
	{"where", "has_package", "name in the package clause"},
	{"where", "has_recv", "receiver of has_func"},
	{"where", "has_struct", "the file declares this struct"},
	{"where", "is_test", "the file's name ends in _test.go"},

	{"span", "attributes", "name: $1, $param.Field, $recv.Field, $result, or a text"},
	{"span", "counter", "name of a counter"},
	{"span", "except", "functions to leave out"},
	{"span", "histogram", "name of a histogram of durations"},
	{"span", "kind", "kind of the span; internal by default"},
	{"span", "match", "PACKAGE:FUNCTION, as in example.com/shop/...:(*Cart).Checkout"},
	{"span", "name", "name of the span"},
	{"span", "unit", "unit of the measurement"},
};

static const char text[] = "\"type\":\"string\",\"minLength\":1";
static const char texts[] = "\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":1}";

// begin_key writes `"name":{"description":…,` of a property.
static void begin_key(StrBuf *b, const char *map, const char *key, bool first)
{
	buf_addf(b, "%s\n\"%s\":{", first ? "" : ",", key);
	for (int i = 0; i < countof(words); i++)
		if (str_eq(str_from(words[i].map), str_from(map)) &&
			str_eq(str_from(words[i].key), str_from(key)))
			buf_addf(b, "\"description\":\"%s\",", words[i].text);
}

static void begin_map(StrBuf *b)
{
	buf_add(b, S("\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"));
}

// ---- rules

static void put_keys(StrBuf *b, const char *map, const Key *keys, const Key *fields);

static void put_fields(StrBuf *b, const Key *fields)
{
	buf_add(b, S("\"type\":\"array\",\"minItems\":1,\"items\":{"));
	put_keys(b, "field", fields, NULL);
	buf_add(b, S(",\"required\":[\"name\"]}"));
}

static void put_kind(StrBuf *b, KeyKind kind, const Key *fields)
{
	switch (kind) {
	case KEY_TEXT:
	case KEY_CODE: buf_addf(b, "%s", text); return;
	case KEY_VERSIONS: buf_addf(b, "%s,\"pattern\":\"^[^,]+(,[^,]+)?$\"", text); return;
	case KEY_NUMBER:
		buf_add(b, S("\"type\":\"integer\",\"minimum\":-99999,\"maximum\":99999"));
		return;
	case KEY_BOOL: buf_add(b, S("\"type\":\"boolean\"")); return;
	case KEY_ARGS:
	case KEY_LIST: buf_addf(b, "%s", texts); return;
	case KEY_IMPORTS:
		buf_addf(b, "\"type\":\"object\",\"additionalProperties\":{%s}", text);
		return;
	case KEY_FIELDS: put_fields(b, fields); return;
	case KEY_WHERE: buf_add(b, S("\"$ref\":\"#/$defs/where\"")); return;
	case KEY_DO:
		buf_add(b, S("\"type\":\"array\",\"minItems\":1,"
			     "\"items\":{\"$ref\":\"#/$defs/modifier\"}"));
		return;
	}
}

static void put_keys(StrBuf *b, const char *map, const Key *keys, const Key *fields)
{
	begin_map(b);
	for (const Key *key = keys; key->name; key++) {
		begin_key(b, map, key->name, key == keys);
		put_kind(b, key->kind, fields);
		buf_add(b, S("}"));
	}
	buf_add(b, S("}"));
}

// A rule has `do`, or is in the flat form.
static void put_rule(StrBuf *b)
{
	buf_add(b, S("\"rule\":{"));
	put_keys(b, "rule", rule_keys, NULL);
	buf_add(b, S(",\"required\":[\"target\"],\"anyOf\":[{\"required\":[\"do\"]},"
		     "{\"required\":[\"before\"]},{\"required\":[\"after\"]}]},\n"));
}

static void put_modifiers(StrBuf *b)
{
	buf_add(b, S("\"modifier\":{\"minProperties\":1,\"maxProperties\":1,"));
	begin_map(b);
	for (int i = 0; i < MODIFIERS; i++) {
		begin_key(b, "do", modifiers[i].name, i == 0);
		put_keys(b, "rule", modifiers[i].keys, modifiers[i].fields);
		buf_add(b, S("}"));
	}
	buf_add(b, S("}},\n"));
}

// ---- where

static void put_shape(StrBuf *b, Shape shape, const char *self)
{
	switch (shape) {
	case SHAPE_TEXT:
	case SHAPE_NAME:
	case SHAPE_RECV:
	case SHAPE_PARAM:
	case SHAPE_PATTERN: buf_addf(b, "%s", text); return;
	case SHAPE_KIND: buf_add(b, S("\"enum\":[\"var\",\"const\"]")); return;
	case SHAPE_PLACEMENT: buf_add(b, S("\"enum\":[\"before\",\"after\"]")); return;
	case SHAPE_TYPES:
		begin_map(b);
		buf_addf(b, "\"args\":{%s},\"returns\":{%s}}", texts, texts);
		return;
	case SHAPE_BOOL: buf_add(b, S("\"type\":\"boolean\"")); return;
	case SHAPE_FILE: buf_add(b, S("\"$ref\":\"#/$defs/file\"")); return;
	case SHAPE_PARTS:
		buf_addf(b, "\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/%s\"}",
			self);
		return;
	case SHAPE_NOT: buf_addf(b, "\"$ref\":\"#/$defs/%s\"", self); return;
	}
}

static void put_where(StrBuf *b, const char *name, const WhereKey *keys)
{
	buf_addf(b, "\"%s\":{", name);
	begin_map(b);
	for (const WhereKey *key = keys; key->name; key++) {
		begin_key(b, "where", key->name, key == keys);
		put_shape(b, key->shape, name);
		buf_add(b, S("}"));
	}
	buf_add(b, S("}},\n"));
}

// ---- spans and metrics

static void put_span_kinds(StrBuf *b)
{
	buf_add(b, S("\"enum\":["));
	for (int i = 0; span_kinds[i]; i++)
		buf_addf(b, "%s\"%s\"", i ? "," : "", span_kinds[i]);
	buf_add(b, S("]"));
}

static void put_entry(StrBuf *b, const char *name, const SpanKey *keys)
{
	buf_addf(b, "\"%s\":{", name);
	begin_map(b);
	for (const SpanKey *key = keys; key->name; key++) {
		begin_key(b, "span", key->name, key == keys);
		if (key->kind == SPAN_KIND)
			put_span_kinds(b);
		else if (key->kind == SPAN_EXCEPT)
			buf_addf(b, "%s", texts);
		else if (key->kind == SPAN_ATTRIBUTES)
			buf_add(b, S("\"type\":\"object\",\"additionalProperties\":"
				     "{\"type\":[\"string\",\"number\",\"boolean\"]}"));
		else
			buf_addf(b, key->kind == SPAN_MATCH ? "%s,\"pattern\":\"^.+:.+$\"" : "%s",
				text);
		buf_add(b, S("}"));
	}
	buf_add(b, S("},\"required\":[\"match\"]"));
}

// ---- the file

static void put_top(StrBuf *b, const TopKey *key)
{
	switch (key->kind) {
	case TOP_LIST: buf_addf(b, "%s", texts); return;
	case TOP_OFF:
		buf_add(b,
			S("\"type\":\"object\",\"additionalProperties\":{\"type\":\"boolean\"}"));
		return;
	case TOP_SPANS:
	case TOP_METRICS:
		buf_addf(b, "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/%s\"}",
			key->kind == TOP_SPANS ? "span" : "metric");
		return;
	case TOP_USE:
		buf_add(b, S("\"type\":\"array\",\"items\":{\"type\":\"string\","
			     "\"pattern\":\"^([./].*|[^@]+@v.+)$\"}"));
		return;
	case TOP_EXTENSIONS:
		buf_add(b, S("\"type\":\"array\",\"items\":{\"type\":\"string\","
			     "\"pattern\":\"^([.][.]?/.*|[^./@ -][^@ ]*)$\"}"));
		return;
	}
}

Str rule_schema(Arena *a)
{
	StrBuf b = {.arena = a};

	buf_add(&b, S("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\n"
		      "\"title\":\"otel.yaml, and rule files\",\n\"type\":\"object\",\n"
		      "\"additionalProperties\":{\"$ref\":\"#/$defs/rule\"},\n\"properties\":{"));
	for (const TopKey *key = top_keys; key->name; key++) {
		begin_key(&b, "file", key->name, key == top_keys);
		put_top(&b, key);
		buf_add(&b, S("}"));
	}
	buf_add(&b, S("},\n\"$defs\":{\n"));
	put_rule(&b);
	put_modifiers(&b);
	put_where(&b, "where", where_keys);
	put_where(&b, "file", where_file_keys);
	put_entry(&b, "span", span_keys);
	buf_add(&b, S("},\n"));
	put_entry(&b, "metric", metric_keys);
	buf_add(&b, S(",\"oneOf\":[{\"required\":[\"counter\"]},"
		      "{\"required\":[\"histogram\"]}]}\n}}\n"));
	return buf_str(&b);
}
