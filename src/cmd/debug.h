// debug.h - parts of otel debug.
#ifndef CMD_DEBUG_H
#define CMD_DEBUG_H

#include "base/diag.h"
#include "base/list.h"
#include "weave/all.h"

// debug_bench serves bench/parse. Each line on standard input asks for one pass over
// the files: "parse" parses them all from memory, "imports" reads each and parses its
// imports. The answer is a line of three numbers: nanoseconds (of the processor for
// parse, by the clock for imports), bytes of arena used,
// bytes of source.
int debug_bench(Arena *a, const StrList *names);

// debug_weave serves tests/properties: it prints each file with all its functions
// woven, behind a line "file", path, length; the length is -1 where the parser refuses.
int debug_weave(const StrList *names, AllForm form, int go, Diags *diags);

// debug_plan makes the plan of a build with these arguments, without believing a kept one, and
// prints what its parts took us, in microseconds of the processor: lines of a name and a number.
int debug_plan(Arena *a, const StrList *args);

#endif
