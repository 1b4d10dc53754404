// rule_reader.h - a rule file in the making: what its readers share.
//
// Tables say which keys a map may have, and what belongs there. rule.c reads the rules,
// rule_where.c what is in `where`, rule_span.c `spans` and `metrics`; rule_schema.c makes a
// JSON Schema of the tables.
#ifndef WEAVE_RULE_READER_H
#define WEAVE_RULE_READER_H

#include "text/yaml.h"
#include "weave/rule.h"

typedef enum {
	KEY_TEXT,
	KEY_CODE,     // a text that errors are told of later: its place is kept
	KEY_VERSIONS, // a text: "v1.2.0" or "v1.2.0,v1.4.0"
	KEY_NUMBER,
	KEY_BOOL,
	KEY_ARGS,
	KEY_LIST,
	KEY_IMPORTS,
	KEY_FIELDS,
	KEY_WHERE,
	KEY_DO,
} KeyKind;

// Each table ends with a row without a name.
typedef struct {
	const char *name;
	KeyKind kind;
	isize offset; // in Rule, where the value goes; for KEY_FIELDS in RuleField
} Key;

extern const Key rule_keys[];

// By Modifier; entries of spans and metrics have no row.
enum { MODIFIERS = DO_SPAN };
typedef struct {
	const char *name;
	const Key *keys, *fields; // fields: the keys of each member of KEY_FIELDS
} ModifierKeys;

extern const ModifierKeys modifiers[MODIFIERS];

// What an otel.yaml says beside rules.
typedef struct {
	const char *name;
	enum { TOP_LIST, TOP_OFF, TOP_SPANS, TOP_METRICS, TOP_USE, TOP_EXTENSIONS } kind;
	isize offset; // in Rules, of a list
} TopKey;

extern const TopKey top_keys[];

// The selectors in `where`, and those in its `file`.
typedef enum {
	SHAPE_TEXT,
	SHAPE_NAME, // of func, has_func or identifier, with a receiver or kind beside it
	SHAPE_RECV,
	SHAPE_KIND, // beside identifier
	SHAPE_TYPES,
	SHAPE_PARAM,
	SHAPE_BOOL,
	SHAPE_FILE,
	SHAPE_PARTS, // a list of maps
	SHAPE_NOT,
	SHAPE_PATTERN,
	SHAPE_PLACEMENT,
} Shape;

typedef struct {
	const char *name;
	Shape shape;
	WhereKind kind;
} WhereKey;

extern const WhereKey where_keys[], where_file_keys[];

// The members of an entry of `spans`, and of `metrics`.
typedef struct {
	const char *name;
	enum { SPAN_TEXT, SPAN_MATCH, SPAN_EXCEPT, SPAN_KIND, SPAN_ATTRIBUTES } kind;
	isize offset; // in SpanRule, of a text
} SpanKey;

extern const SpanKey span_keys[], metric_keys[];
extern const char *const span_kinds[]; // up to NULL

typedef struct {
	Arena *arena;
	const Source *src;
	Diags *diags;
} RuleReader;

// Each of these adds an error about the node, and returns false.
bool rule_expected(const RuleReader *r, const YamlNode *v, const char *what);
bool rule_unknown(
	const RuleReader *r, const char *what, const YamlNode *word, const StrList *known);

// rule_text reads a text that is not empty; rule_bool true or false; rule_list a list of texts.
bool rule_text(const RuleReader *r, const YamlNode *v, Str *out);
bool rule_bool(const RuleReader *r, const YamlNode *v, bool *out);
bool rule_list(const RuleReader *r, const YamlNode *v, StrList *out);

// rule_where reads `where`. What stands there for inject_code, pattern and placement, goes
// into rule->change.
bool rule_where(const RuleReader *r, const YamlNode *v, Rule *rule);

// rule_spans reads the list `spans` or `metrics` into rules.
bool rule_spans(const RuleReader *r, const YamlNode *v, bool metrics, Rule **first);

// rule_insert puts a rule behind those that come before it, or are its equals.
void rule_insert(Rule **link, Rule *rule);

#endif
