// hidden.h - modules that a plain build does not look into.
//
// The go.mod of a module since Go 1.17 names all modules that its packages come from, and go
// looks for a package in these alone. In a workspace it looks into every module of the graph
// that may have the package by its path, and refuses one that two have: what imports
// google.golang.org/genproto/googleapis/rpc, with the whole genproto of before its
// split somewhere in the graph. So a module that may have a package of the build, but that the
// build takes none from, is an empty one for us: `replace M => a folder with a go.mod`.
//
// Source: go.dev/ref/mod#graph-pruning, cmd/go/internal/modload/import.go.
#ifndef PLAN_HIDDEN_H
#define PLAN_HIDDEN_H

#include "plan/planner.h"

// hidden_replace adds the replacements, and the go.mod files for them, of modules that the
// user's go.sum names. What our own modules require stays.
void hidden_replace(Planner *p);

#endif
