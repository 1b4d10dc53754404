// gcflags.h - the user's own -gcflags, merged with our marks.
//
// Of several -gcflags=PATTERN=FLAGS the last one whose pattern matches a package
// decides for it, alone. So the flag that marks a package has to repeat
// what the user gave for it.
//
// Source: cmd/go/internal/load/flag.go, go help packages.
#ifndef PLAN_GCFLAGS_H
#define PLAN_GCFLAGS_H

#include "plan/golist.h"

// gcflags_for returns the flags that the user's command gives to package p,
// as written, "" for none.
Str gcflags_for(const GoArgs *args, const Package *p);

// pattern_matches tells whether an import path matches a pattern of go's in
// which ... stands for any text, and a final /... also for nothing.
bool pattern_matches(Str pattern, Str path);

#endif
