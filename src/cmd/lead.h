// lead.h - functions of a package led to others, without compiling it: at the link.
//
// What refers to a function, to call it, to keep it as a value, or as a method of a type, does so
// by its index in the table of symbols (weave/object.h). In a copy of each archive the index is
// exchanged for that of another function, of the same signature, which calls the first one by
// its name. For the program that is what weaving a call of a hook into it would be; but the
// package comes out of go's cache, as plain go has compiled it.
//
// A function whose body the compiler has put into callers cannot be led: it says so.
#ifndef CMD_LEAD_H
#define CMD_LEAD_H

#include <stdint.h>

#include "base/str.h"

typedef struct {
	Str from, to;   // as object code names them: "example.com/p.(*T).f", "example.com/hooks.F"
	uint32_t index; // set by lead_find: of the first, among the symbols of its package
} Lead;

// Those of one package.
typedef struct {
	Lead *v;
	isize n;
} Leads;

// lead_find finds the functions in the archive of their package. It returns the first that is not
// there, or NULL.
const Lead *lead_find(Str archive, const Leads *leads);

typedef enum {
	LEAD_NOTHING, // the archive refers to none of them, or is none that we know
	LEAD_DONE,
	LEAD_INLINED, // *inlined is in a caller
} LeadOutcome;

// lead_all leads what an archive refers to: path is the package of the functions, "" for their
// own archive. *out is in a, and set where something was led.
LeadOutcome lead_all(
	Arena *a, Str archive, Str path, const Leads *leads, Str *out, const Lead **inlined);

#endif
