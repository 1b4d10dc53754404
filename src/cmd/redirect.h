// redirect.h - one call in the Go compiler's object code, led to another function.
//
// The object of a package (_go_.o in its archive, weave/archive.h) names what each
// instruction refers to by an index into a table of symbols. To lead a call to a function
// of another package, that one's name is added to the table, and the index exchanged: no
// instruction is looked at, so it is the same on every architecture, and nothing is
// compiled again.
//
// It is for what has to be seen in a package deep down, which no program should have to
// compile again: the runtime's end by a panic.
//
// Source: cmd/internal/goobj, whose format has been the same since Go 1.20.
#ifndef CMD_REDIRECT_H
#define CMD_REDIRECT_H

#include "base/str.h"

// redirect_call returns archive in a, with the calls of function callee in function caller
// (names with their package's path: runtime.gopanic) as calls of function to. All three have
// the same signature, and caller is of the archive's package. False where the
// object is not one that we know, or there is no such call: nothing is changed then.
bool redirect_call(Arena *a, Str archive, Str caller, Str callee, Str to, Str *out);

#endif
