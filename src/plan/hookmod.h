// hookmod.h - hook packages held against the build that is to link them.
//
// A hook package for a library imports that library, and its go.mod requires the oldest
// release that the hooks know. The library is the user's, at the user's version: it never
// travels with the tool, and is neither fetched nor moved for a hook. So a hook package
// is for builds which have all that it imports: packages of the standard library,
// what the bundle holds, and packages that the build is made of anyway. For others it is
// left out, and the library is compiled as it was written.
#ifndef PLAN_HOOKMOD_H
#define PLAN_HOOKMOD_H

#include "plan/ruleset.h"

// hook_links tells whether a build of these packages can link the hook package with
// that import path, one of rules->packages; *why says why not. The first time d gets a
// warning.
bool hook_links(RuleSet *rules, const StrMap *packages, Str path, Str *why, Diags *d);

// is_standard tells a path of the standard library: no dot in its first element.
bool is_standard(Str path);

#endif
