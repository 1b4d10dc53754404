// code.h - code that a rule brings: what the changes have in common.
#ifndef WEAVE_CODE_H
#define WEAVE_CODE_H

#include "weave/target.h"

// Where code is put: one pass over a file.
typedef struct {
	Weave *w;
	const File *f;
	Edits *edits;
	StrList *imports; // that this pass has added
	Str prefix;       // of their names
} CodePlace;

// code_one_line returns Go text with a semicolon for each newline that ends a statement, and
// without comments.
Str code_one_line(Arena *a, Str text);

// code_with_imports returns the code with the names that its rule imports as the file has them:
// each gets a name of its own there, which nothing in the file can hide.
Str code_with_imports(const CodePlace *p, const Change *c, Str text);

// For functions: inject_code and expand_directive. See target.h.
bool code_fits(Target *t, const Join *j);
void code_weave(Target *t, const Join *j, const CodePlace *p);

// code_check finds mistakes in the code, templates and patterns of a rule, at their places.
bool code_check(Arena *a, const Rule *r, Diags *d);

#endif
