// version.h - versions of modules and of Go, compared.
//
// One comparison serves "v1.2.3-rc.1" (semver.org), "go1.26.8" and "1.27rc2":
// numbers count as numbers, a missing one is 0, and a pre-release stands before
// its release. Build metadata ("+incompatible") does not count.
#ifndef PLAN_VERSION_H
#define PLAN_VERSION_H

#include "base/str.h"

// version_cmp returns a number below, at or above zero.
int version_cmp(Str a, Str b);

// version_in tells whether v is in a range: "" is everything, "A" from A on,
// "A,B" from A, below B. A v of "", a module that is being worked on, is in every range.
bool version_in(Str v, Str range);

#endif
