// ready.h - the archives that go's cache has of packages that are to be woven.
//
// A package to weave is compiled as it was written, too, so that go has the plain archive
// (docs/design.md, "Woven beside plain"). Where an earlier build has compiled that very archive,
// its bytes are in go's cache, under another name than the marked compile asks for. So
// whoever makes a plan asks go, in the user's own surroundings, for the archives that it has, and
// notes them beside the memo, as one command in the same surroundings finds it again:
//
//	CACHE/memo/DIGEST.ready
//	1764360000000000000
//	net/http=/home/u/.cache/go-build/3f/3f…-d
//
// It is a hint. Nothing but time is lost where it is not there, old or wrong: the compile sees for
// itself whether an archive is the one that it would write (cmd/plain.h).
#ifndef PLAN_READY_H
#define PLAN_READY_H

#include "base/str.h"

typedef struct {
	int64_t asked_ns; // when go was asked: nanoseconds since 1970
	Str lines;
} Ready;

// ready_read reads such a file. False if there is none, or if it is damaged.
bool ready_read(Arena *a, Str path, Ready *out);

// ready_find returns the archive of a package, "" if there is none.
Str ready_find(const Ready *r, Str package);

#endif
