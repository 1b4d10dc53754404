// json.h - JSON: a stream of values, as "go list -json" prints it, and quoting.
//
//	JsonStream s = {.src = &out};
//	for (json_t *pkg; json_next(&s, &pkg, d);) {
//		if (!pkg)
//			return true; // the end
//		Str dir = str_dup(a, jstr(pkg, "Dir"));
//	}
//	return false; // d says what is wrong with the text
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/list.h"

// Set src, leave the rest zero.
typedef struct {
	const Source *src;
	isize pos;       // what is read
	json_t *current; // what json_next returned
} JsonStream;

// json_next reads the next value, NULL at the end. The value is the stream's:
// it, and all strings in it, live until the next json_next, which must
// be called until it returns false or the NULL (or call json_stop).
bool json_next(JsonStream *s, json_t **out, Diags *d);
void json_stop(JsonStream *s);

// Members of an object; of another kind or absent = "", false, NULL.
Str jstr(const json_t *obj, const char *key);
bool jbool(const json_t *obj, const char *key);
const json_t *jlist(const json_t *obj, const char *key);
const json_t *jobj(const json_t *obj, const char *key);

// json_strs adds the strings of an array member to l, copied into l's arena.
void jstrs(const json_t *obj, const char *key, StrList *l);

// json_quote writes s as a JSON string, quotes and all.
void json_quote(StrBuf *b, Str s);

#endif
