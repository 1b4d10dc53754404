// store.h - names of ours in go's own cache folder.
//
// What became of a marked compile belongs to the plain archive that go keeps of it, and lies
// beside it: under names that go treats as its own, so that it trims, cleans, saves and
// restores them with the rest.
#ifndef PLAN_STORE_H
#define PLAN_STORE_H

#include "base/str.h"

// store_path names the file of a kind ("archive", "record" …) for a key, in the folder store
// (GOCACHE).
Str store_path(Arena *a, Str store, const char *kind, Str key);

// outcome_note names the file in which a compile notes for otel explain what became of
// the package with a spec of this digest: "replace", "rebuild" or "plain", and a line that
// says why.
Str outcome_note(Arena *a, Str store, Str digest);

#endif
