// template.h - the part of Go's text/template that rules use.
//
// A template is a text with actions in it: `{{ .FuncName }}`. What an action may
// hold: fields and methods of the data with arguments, variables, pipelines, if,
// range, with, break, continue, comments, and the functions and, eq, ge, gt,
// index, le, len, lt, ne, not, or, print, printf, println, slice. They do what
// Go's do, and fail where Go's fail; more than that fails
//   - when it is read: what Go finds only once it runs there, such as a wrong
//     number of arguments or an unknown name;
//   - printf with a verb that does not fit its argument, of which Go makes
//     "%!s(int=5)". It knows %s %d %q %v %t, width, precision, and the flags - 0 +;
//   - floats, define, template, block, setting $, and a pipeline that ends in |.
// A name without a dot, `{{ FuncName }}`, means `$.FuncName` if no function has it.
//
//	const Template *t = template_parse(a, &origin, &names, d);
//	TemplateData data = {.lookup = look_up, .of = func};
//	if (!t || !template_expand(a, t, &data, &text, d))
//		return false;
#ifndef TEXT_TEMPLATE_H
#define TEXT_TEMPLATE_H

#include "base/diag.h"
#include "base/list.h"

typedef struct Template Template;

typedef enum {
	TEMPLATE_NIL,
	TEMPLATE_TEXT,
	TEMPLATE_NUMBER,
	TEMPLATE_BOOL,
	TEMPLATE_PAIR, // of texts: its fields are .Key and .Value
	TEMPLATE_LIST,
	TEMPLATE_DATA, // what the template is about: `$`
} TemplateKind;

typedef struct TemplateValue TemplateValue;
struct TemplateValue {
	TemplateKind kind;
	int64_t number;            // of a number; of a bool: 0 or 1
	Str text;                  // of a text; of a pair: .Value
	Str key;                   // of a pair
	const TemplateValue *list; // of a list, whose members are n
	isize n;
};

// A function that looks up the field or method `.name` of the data, one of the names
// that the template was parsed with. If it cannot, because of its arguments say,
// it returns false and the reason in *why, as a part of a sentence: "argument 3
// of 2".
typedef bool TemplateLookup(
	void *of, Str name, const TemplateValue *args, isize nargs, TemplateValue *out, Str *why);

typedef struct {
	TemplateLookup *lookup;
	void *of;
	Str text; // what `{{ . }}` writes; without bytes (.p NULL): an error
} TemplateData;

// Where a template stands: the text, as YAML read it out of these bytes of src.
// Errors tell their own place if the text stands there as it is, or as a block.
typedef struct {
	const Source *src;
	Span at;
	Str text;
} TemplateOrigin;

// template_parse reads a template that may use the given names of its data. It returns
// NULL if there is a mistake in it. What it returns borrows all that is given.
const Template *template_parse(
	Arena *a, const TemplateOrigin *from, const StrList *names, Diags *d);

// template_expand returns the text that becomes of t, in a. It may be run again and
// again. A template that never comes to an end, or makes too much, fails.
bool template_expand(Arena *a, const Template *t, const TemplateData *data, Str *out, Diags *d);

#endif
