// rule.h - what the user, or the library's hook package, wants woven where.
//
// A rule file is YAML: a map of names to rules. The format is that of
// OpenTelemetry's Go compile-time instrumentation, of which ours is a superset;
// docs/rules.md has all of it. Of a rule such as
//
//	http_server:
//	  target: net/http
//	  where: {func: ServeHTTP, recv: serverHandler}
//	  do:
//	    - inject_hooks:
//	        before: ServerEnter
//	        path: otel.tool/hooks/net/http
//	        args: [rw, req]
//
// each member of `do` becomes one Rule. What is wrong with a file is told at its
// place, all of it: a rule with an error is left out, and reading goes on.
#ifndef WEAVE_RULE_H
#define WEAVE_RULE_H

#include "base/diag.h"
#include "base/list.h"
#include "weave/where.h"

typedef enum {
	DO_HOOKS,     // inject_hooks
	DO_CODE,      // inject_code
	DO_FIELDS,    // add_struct_fields
	DO_FILE,      // add_file
	DO_WRAP,      // wrap_call
	DO_DIRECTIVE, // expand_directive
	DO_ASSIGN,    // assign_value
	DO_LITERAL,   // set_fields
	DO_SPAN,      // an entry of spans or metrics
} Modifier;

// A text of the file, with its place, of which .to is 0 if there is none.
typedef struct {
	Str text;
	Span at;
} RuleText;

// A field of new_field (name, type) or of field (name, value or wrap).
typedef struct RuleField RuleField;
struct RuleField {
	RuleField *next;
	RuleText name, type, value, wrap;
};

// An attribute of a span or a measurement: a text, or a value of the function, "$1.Name".
typedef struct SpanAttribute SpanAttribute;
struct SpanAttribute {
	SpanAttribute *next;
	Str key, value;
};

// A span around a function, or a measurement of it.
typedef struct {
	Str name, kind;               // "" for the default
	Str histogram, counter, unit; // names; of a span both are ""
	SpanAttribute *attributes;
} SpanRule;

// What a modifier other than inject_hooks does.
typedef struct {
	Modifier modifier;
	const Where *where;
	RuleText code;    // raw, template, replace
	RuleText wrap;    // assign_value
	RuleText pattern; // of inject_code: a regular expression for the statement
	bool after;       // and its placement
	StrList append;   // append_args
	Str variadic;     // variadic_type
	RuleField *fields;
	Str file; // of add_file: the name, and in code the text, when the plan has read it
	StrList import_names, import_paths; // one by one; a name may be "", "." or "_"
	SpanRule span;
	bool wide; // the functions are named by a glob: not all need have what is asked of them
} Change;

typedef struct Rule Rule;
struct Rule {
	Rule *next;
	Str name;
	int order; // lower ones are woven first; 0 if not said

	Str target;  // import path of the package to weave, a glob, or $root
	bool globs;  // the target is a glob
	Str version; // of the target's module: "", "v1.2.0" (from) or "v1.2.0,v1.4.0" (from, below)
	Str go;      // of the toolchain, likewise: "go1.25" or "go1.25,go1.27"
	Str signal;  // what it serves: "traces", "metrics", "logs"; see plan/signals.h

	Str func; // the function to weave; "" if what is selected is not said by its name
	Str recv; // its receiver's type, "T" or "*T"; "" for a plain function

	Str before;    // the Go function to call first; "" if there is only
	Str after;     // the one to call at the end, both with a HookContext; or ""
	Str hook_path; // import path of their package; of add_file, of the package with the file
	StrList args;  // names of parameters; has_args tells `args: []` from none
	bool has_args;
	bool noescape; // the hook keeps nothing of what it is given
	Str lead;      // the Go function that stands in the target's place, at the link; or ""

	Change change;

	const Source *src;
	Span at; // the rule's name in the file
};

// A module of rules that `use:` names: "example.com/rules@v1.2.0", or a folder, "./rules".
typedef struct RuleUse RuleUse;
struct RuleUse {
	RuleUse *next;
	RuleText entry;
	const Source *src;
};

// A package that adds to the SDK in the user's program: an import path, or a folder,
// "./telemetry" (plan/extension.h).
typedef RuleUse RuleExtension;

// The rules of some files, and what else an otel.yaml says. Set the arenas.
typedef struct {
	Rule *first;     // sorted by order, then by name
	StrList exclude; // "PACKAGE" or "PACKAGE:FUNCTION": left alone, whatever the rules say
	StrList off;     // instrumentations and rules that are switched off
	StrList trust;   // modules whose own rules may be used; may be globs
	RuleUse *use;
	RuleExtension *extensions;
} Rules;

// rules_read adds those of a file. It returns false if the file has errors; they are in d.
bool rules_read(Arena *a, const Source *src, Rules *out, Diags *d);

// span_is_kind tells whether a word is a kind of span: internal, server, client, producer,
// consumer.
bool span_is_kind(Str word);

// modifier_name returns the word for it in a rule file.
const char *modifier_name(Modifier m);

#endif
