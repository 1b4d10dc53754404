// graph.h - what the modules of a build require.
//
// A workspace has the whole of go's module graph near the main modules, a plain build only
// what go.mod names. So a version of a module can be chosen for ours that no package of the
// user's build is of: grpc's go.mod, say, requires OpenTelemetry.
#ifndef PLAN_GRAPH_H
#define PLAN_GRAPH_H

#include "plan/planner.h"

// graph_read reads the user's go.mod files, and those of the modules that these name or that
// packages of the build are of, into p->graph: module -> Str *, the highest version required.
void graph_read(Planner *p);

// graph_version returns the version of a module in p->graph, "" if nothing requires it.
Str graph_version(const Planner *p, Str module);

// graph_go_mod returns a go.mod of ours that requires each part of OpenTelemetry that the graph
// raises at the version that it has there, so that go reads what that version requires in turn:
// they fit each other only at one version.
Str graph_go_mod(Planner *p, Str go_mod);

#endif
