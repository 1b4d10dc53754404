// yaml.h - YAML as a tree whose every node knows its place in the text.
//
// What a configuration needs: maps, lists, scalars, one document. Anchors,
// aliases and tags are errors, and so are two equal keys in a map.
//
//	YamlNode *root;
//	if (!yaml_read(a, &src, &root, d))
//		return false;
//	for (YamlNode *v = root->first; v; v = v->next)
//		use(v->key->text, v);
#ifndef TEXT_YAML_H
#define TEXT_YAML_H

#include "base/diag.h"

typedef enum { YAML_SCALAR, YAML_MAP, YAML_LIST } YamlKind;

typedef struct YamlNode YamlNode;
struct YamlNode {
	YamlKind kind;
	Span at;
	Str text;            // of a scalar: the value, without quotes and escapes
	bool quoted;         // a scalar that is a string whatever it looks like
	const YamlNode *key; // of a value in a map: its key, a scalar
	YamlNode *first;     // of a map or list: the members, in order
	YamlNode *next;
};

// yaml_read reads the one document of src into a. *out is NULL if src is empty.
bool yaml_read(Arena *a, const Source *src, YamlNode **out, Diags *d);

// yaml_get returns the value of a key, or NULL.
const YamlNode *yaml_get(const YamlNode *map, Str key);

// yaml_kind_name returns "a map", "a list" or "a text", for messages.
const char *yaml_kind_name(YamlKind k);

#endif
