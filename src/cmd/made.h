// made.h - archives that the link makes of others, kept for the next link.
//
// A program is linked again and again, and most of what we make for it is the same each time; an
// archive may have 80 MB. What was made lies in go's own cache folder, which trims it with the rest
// (plan/store.h), under a digest of what the first archive was and of all that was done to it. A
// note beside it has the digest of its bytes: what is damaged is made anew.
//
// What is made of package main, which is another one each time, lies beside the file of -importcfg.
#ifndef CMD_MADE_H
#define CMD_MADE_H

#include "base/diag.h"

// An archive on its way to the linker.
typedef struct {
	Str file; // where it is
	Str id;   // tells all that is in it; "" where that is not known yet, or by nobody
	bool own; // for this link alone: nothing that is made of it is kept
} Archive;

typedef struct {
	Arena *arena;
	Str store;  // GOCACHE
	Str config; // path of -importcfg
	isize n;    // made for this link alone
} Made;

// made_id returns what tells all that is in an archive of go's cache, as Archive.id; "" if nothing
// does. head is its beginning (ARCHIVE_HEAD bytes), or all of it.
Str made_id(Str head);

// made_find has *ar be what was made of it before, in a way that how tells all of ("" if nothing
// can). False if there is none, or none that is whole.
bool made_find(Made *m, Archive *ar, Str how);

// made_put writes what was made of *ar in that way, and has *ar be that.
bool made_put(Made *m, Archive *ar, Str how, Str text, Diags *d);

#endif
