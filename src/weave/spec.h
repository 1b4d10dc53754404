// spec.h - what is to be woven into one package: the plan's word to the compiler.
//
// The plan writes it as JSON into the cache folder, under its own digest; the
// digest is the mark that go hands to the compiler. So the text says all that
// decides what we weave, and nothing else: no path, no date, no order by chance.
#ifndef WEAVE_SPEC_H
#define WEAVE_SPEC_H

#include "base/list.h"
#include "weave/hook.h"
#include "weave/rule.h"

// Raised when the same spec comes to be woven otherwise.
#define WEAVER_VERSION "3"

typedef enum {
	JOIN_TYPED,  // a hook with the target's own types
	JOIN_FRAME,  // hooks with a HookContext: hook and leave are their adapters
	JOIN_SPAN,   // a span: hook starts it, value takes an attribute, leave ends it
	JOIN_CHANGE, // no hook: what the change says
} JoinKind;

// What a span is of.
typedef struct {
	SpanAttribute *attributes;
	isize context; // index of the value that has the context, among receiver and parameters; or
		       // -1
	bool wide; // an attribute may have no value in this function

	// These the program knows, not the woven package: they are not in the spec's text.
	Str name, function; // of the span; "example.com/shop.(*Cart).Checkout"
	const SpanRule *rule;
} SpanSpec;

// What one rule does to one function.
typedef struct {
	JoinKind kind;
	Str rule;       // the rule's name, for messages
	Str func, recv; // of the target: "ServeHTTP", "*T", "T" or ""
	bool has_args;  // args says what the hook takes; else it is the receiver and all parameters
	StrList args;
	bool noescape; // the hook keeps nothing of what it is given: //go:noescape
	Str lead;      // what calls of the target can be led to at the link (plan/lead.h), or ""
	Hook *hook;
	Hook *leave; // of JOIN_FRAME and JOIN_SPAN: what runs at the end, or NULL
	Hook *value; // of JOIN_SPAN: what is given the values of attributes, or NULL
	SpanSpec *span;
	const Change *change; // of JOIN_CHANGE, which has none of the above but the rule
} Join;

typedef struct {
	Str package; // import path of the target, as the compiler's -p has it
	Join *joins; // in the order in which they are woven
	isize n;
} Spec;

// spec_write returns the text, spec_digest its name.
Str spec_write(Arena *a, const Spec *s);
Str spec_digest(Arena *a, Str text);

// spec_read reads it back into a.
bool spec_read(Arena *a, const Source *src, Spec *out, Diags *d);

// spec_packages adds the import paths of the hooks' packages to l, each once.
void spec_packages(const Spec *s, StrList *l);

#endif
