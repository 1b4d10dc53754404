// apart.h - what we add, compiled by a go of its own, before the user's build.
//
// Our runtime, the hooks and OpenTelemetry are a hundred packages, which go would look at in each
// build: where there is nothing to do, that is a fifth of its work and more. So go builds them
// once, through the temporary workspace, and says which archives they are; the
// user's build is then, for go, the plain one, but for its -toolexec and the marks:
// no workspace, no overlay, their modules alone. `otel toolexec` gives package main its file and
// what that imports when it is compiled, and the link the archives (cmd/apart.h).
//
//	CACHE/plan/DIGEST/mains      "PACKAGE\tFILE\tPATH" a line: the file of ours in the plan's
//	                             folder, and where in the package it would be
//	CACHE/memo/DIGEST.added      what go has said of the archives (plan/added.h)
//
// Not where it could be told from a build by one go: then all is done by one, as before.
#ifndef PLAN_APART_H
#define PLAN_APART_H

#include "plan/planner.h"

// apart_suits tells whether what the plan adds can be built apart. Its modules and versions have
// to be known.
bool apart_suits(const Planner *p);

// apart_main notes that package main gets the file of that name in the plan's folder, as if it
// lay at path.
void apart_main(Planner *p, Str package, Str name, Str path);

#endif
