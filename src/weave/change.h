// change.h - what rules change that is no function: structs, values, calls, literals, files.
#ifndef WEAVE_CHANGE_H
#define WEAVE_CHANGE_H

#include "weave/weave.h"

// change_is_of_function tells whether a modifier is done to functions.
bool change_is_of_function(Modifier m);

// change_file returns in *out the text of f with the change of the k-th join of the spec made
// wherever it applies; the text as it was, the same bytes, if that is nowhere.
void change_file(Weave *w, const File *f, isize k, Str *out);

// change_added returns the text of a file that a join of DO_FILE adds to a package of that name:
// without build constraints, and with the package's name.
bool change_added(Weave *w, Str package_name, const Join *j, Str *out);

#endif
