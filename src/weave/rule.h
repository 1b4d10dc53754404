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

typedef struct Rule Rule;
struct Rule {
	Rule *next;
	Str name;
	int order; // lower ones are woven first; 0 if not said

	Str target;  // import path of the package to weave
	Str version; // of the target's module: "", "v1.2.0" (from) or "v1.2.0,v1.4.0" (from, below)
	Str go;      // of the toolchain, likewise: "go1.25" or "go1.25,go1.27"
	Str signal;  // what it serves: "traces", "metrics", "logs"; see plan/signals.h

	Str func; // the function to weave
	Str recv; // its receiver's type, "T" or "*T"; "" for a plain function

	Str hook;      // the Go function to call: `before`
	Str hook_path; // import path of its package
	StrList args;  // names of parameters; has_args tells `args: []` from none
	bool has_args;
	bool noescape; // the hook keeps nothing of what it is given

	const Source *src;
	Span at; // the rule's name in the file
};

// rules_read appends the rules of a file to the list that starts at *first, and
// keeps the list sorted by order, then by name. It returns false if the
// file has errors; they are in d.
bool rules_read(Arena *a, const Source *src, Rule **first, Diags *d);

#endif
