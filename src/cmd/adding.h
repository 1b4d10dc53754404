// adding.h - what we add, built by a go of its own before the user's build (plan/apart.h).
#ifndef CMD_ADDING_H
#define CMD_ADDING_H

#include "os/proc.h"
#include "plan/plan.h"

// adding_is_done tells whether go has built what the plan adds, so that nothing has to run.
bool adding_is_done(Arena *a, const Plan *plan);

// adding_run has go build it, in the user's build's environment env and what the plan adds to that,
// and keeps what it says of the archives. What it says besides is in *res, and passed on for -v
// and -x.
bool adding_run(Arena *a, const GoArgs *args, const Plan *plan, const StrList *env, ProcResult *res,
	Diags *d);

// adding_name has the flag by which go knows the marks stand for the archives, too: they are not
// among the packages from which go tells whether a program is up to date.
void adding_name(Arena *a, Plan *plan);

// adding_is_gone tells, and says, that archives which were there before a build no longer are: what
// the compiler or the linker has said is of no use then.
bool adding_is_gone(Arena *a, const Plan *plan);

#endif
