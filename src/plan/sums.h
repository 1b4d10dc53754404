// sums.h - the plan's go.work.sum, which go itself changes.
//
// Go adds the sums that it comes to need and leaves out those that other files have. What it
// has left after a build that went well is kept, with its digest, beside it:
//
//	CACHE/plan/DIGEST/go.work.sum    as go left it
//	CACHE/plan/DIGEST/sums           the same text, behind a line with its digest
//
// Else each plan would undo what go had done, and never be found as it was.
#ifndef PLAN_SUMS_H
#define PLAN_SUMS_H

#include "base/str.h"

// sums_keep keeps what a build that went well has left. It never fails.
void sums_keep(Arena *a, Str dir);

// sums_kept returns what was kept, or NULL if there is nothing, or if it is damaged.
const Str *sums_kept(Arena *a, Str dir);

#endif
