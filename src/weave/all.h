// all.h - a file with every function woven: for the tests of the weaver.
//
// No rule asks for this. tests/properties does: what it gets must be Go with every
// token on its line, and packages of std woven so must still pass their tests.
//
//	Str woven;
//	isize n = weave_all(a, &file, ALL_FULL, &woven);
#ifndef WEAVE_ALL_H
#define WEAVE_ALL_H

#include "golang/ast.h"

typedef enum {
	ALL_EMPTY, // each hook takes receiver and parameters, and gives nothing back
	ALL_FULL,  // it gives back every parameter, a leave and an after as well
	ALL_FRAME, // hooks with a HookContext, for before and after
	ALL_SPAN,  // a span, with all values and results for attributes
} AllForm;

// weave_all returns in *out the text of f with a hook of its own in each
// function that has a body. The hooks are set by an init at the end of the text:
// they do nothing, and give back what they were given; those of a frame or a span are not set. The
// result is the number of functions woven.
isize weave_all(Arena *a, const File *f, AllForm form, Str *out);

#endif
