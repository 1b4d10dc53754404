// rule_reader.h - a rule file in the making: what its readers share.
//
// Tables say which keys a map may have. rule.c reads the rules, rule_where.c what is in
// `where`.
#ifndef WEAVE_RULE_READER_H
#define WEAVE_RULE_READER_H

#include "text/yaml.h"
#include "weave/rule.h"

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
