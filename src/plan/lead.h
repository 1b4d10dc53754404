// lead.h - packages whose functions are led to ours at the link, instead of being compiled again.
//
// Compiling a package once more, woven, may take longer than all else of a build (go-redis: 20
// seconds, a gigabyte). A rule's `lead` names a Go function that can stand in the place of the
// target's: with the same parameters, the receiver first, and the same results; pointers to what
// it cannot name are unsafe.Pointer. It calls the target by a //go:linkname, and the hooks around
// that. Where each rule for a package has one, the plan's folder says so in the file `led`, a line
// for each function:
//
//	PACKAGE DIGEST HOOKS FROM TO
//
// and the link does the rest (cmd/lead.h). If it cannot, as the compiler has put such a function
// into its callers, it leaves a file beside the mark, and the package is compiled as others are.
#ifndef PLAN_LEAD_H
#define PLAN_LEAD_H

#include "plan/candidate.h"
#include "plan/planner.h"

// lead_fits tells whether all that is woven into a package can be led. A function that does not
// fit its target gets a warning.
bool lead_fits(const Match *m, const Candidates *all);

// lead_list returns the text of `led`, "" if nothing is led.
Str lead_list(Planner *p);

// lead_refused names the file that says that a package with a spec of this digest could not be led.
Str lead_refused(Arena *a, Str cache, Str digest);

#endif
