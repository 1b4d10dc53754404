// added.h - the archives of what we add, as the go that has built them apart names them
// (plan/apart.h).
#ifndef PLAN_ADDED_H
#define PLAN_ADDED_H

#include "base/list.h"

// What `go list` has to print of each package, for added_keep.
#define ADDED_FORMAT \
	"-f={{.ImportPath}}\t{{.BuildID}}\t{{.Export}}" \
	"{{with .Module}}\t{{.Path}}\t{{.Version}}\t{{.Sum}}" \
	"{{with .Replace}}\t{{.Path}}\t{{.Version}}\t{{.Sum}}{{end}}{{end}}"

// One of the packages that we add, or that these are made of.
typedef struct {
	Str package;
	Str id;   // build id of the archive
	Str file; // the archive
	Str dep;  // what `go version -m` says of its module, "" for the standard library
} AddedPackage;

typedef struct {
	Str digest; // over all of it, but for folders of this machine
	AddedPackage *v;
	isize n;
} Added;

// added_keep writes what go has printed.
void added_keep(Arena *a, Str path, Str said);

// added_give_up notes that this build is not to be done apart again: its own packages are others
// than those that ours were compiled with.
void added_give_up(Arena *a, Str path);

// added_gave_up tells whether that is so.
bool added_gave_up(Arena *a, Str path);

// added_read reads it. False if there is none, or an archive is no longer there.
bool added_read(Arena *a, Str path, Added *out);

// added_is_known tells whether go has been asked within a day: its cache keeps for some days what
// it has been asked for.
bool added_is_known(Str path);

#endif
