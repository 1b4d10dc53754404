// weave.h - Go files with calls to hooks in them.
//
// A woven function begins with the call of its hook, on the line of its brace:
//
//	func (t *T) f(x int) error {          return g(x)                }
//	func (t *T) f(x int) error { <entry>; return otel_a0(g(x)) }
//
// The hook itself is declared behind the last line of the file, in one of two
// forms (docs/design.md says when which):
//
//	WEAVE_REPLACE   func otel_F_0123(t *T, x int) func()
//	WEAVE_REBUILD   var otelv_F_0123 func(t *T, x int) func()
//	                func otel_F_0123(t *T, x int) func() { if it is not nil, call it }
//
// In the second form a further file, weave_links, marks the variables for the
// linker. Types are written as the file itself writes them, so no import is
// added. Every other byte, and the line of every token, stays.
#ifndef WEAVE_WEAVE_H
#define WEAVE_WEAVE_H

#include "weave/spec.h"

typedef enum { WEAVE_REPLACE, WEAVE_REBUILD } WeaveForm;

// The work on the files of one package. Set the first four.
typedef struct {
	Arena *arena;
	const Spec *spec;
	WeaveForm form;
	Diags *diags;
	StrList symbols; // hooks declared so far, in any of the files
	StrList imports; // import paths that the woven files have and the others had not
	isize nwoven;    // functions
	bool *found;     // may be NULL; set for each join that was woven, by its index
	bool tentative;  // only to know what is found: functions stay as they are
} Weave;

// weave_file returns in *out the text of f with the hooks of the spec in it; the
// text as it was if none of the functions is there. What is there and does not
// fit (types, no body) is left alone, with a warning at its place; so is a file
// that would not be Go any more.
void weave_file(Weave *w, const File *f, Str *out);

// weave_prefix returns a prefix for names of ours, with which nothing in the file begins.
Str weave_prefix(Arena *a, const File *f);

// weave_wants tells whether a text may hold a function of the spec, without
// parsing it: false is certain.
bool weave_wants(const Spec *s, Str text);

// weave_links returns the Go file that goes with the rebuild form.
Str weave_links(Arena *a, Str package_name, const StrList *symbols);

#endif
