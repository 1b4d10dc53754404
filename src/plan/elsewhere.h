// elsewhere.h - programs of modules that nobody works on here: path@version.
//
// Go builds `go install path@version` outside of any module, as if there were one that requires
// nothing but the program's. So do we: such a module lies in our cache folder, and is the one
// that the build starts from. Package main gets a file of ours, which go allows for no folder of
// its module cache; so the program's module comes from a copy, by a `replace`. The copy shows
// nowhere: its files are recorded under their names in the module cache (cmd/toolexec.c), and the
// program says of its module what the plain one does (cmd/modinfo.h).
//
//	CACHE/elsewhere/DIGEST/go.mod                     requires the module, go.sum beside it
//	CACHE/elsewhere/DIGEST/example.com/tool@v1.2.0/   the module itself
//
// Source: cmd/go/internal/load.PackagesAndErrorsOutsideModule.
#ifndef PLAN_ELSEWHERE_H
#define PLAN_ELSEWHERE_H

#include "plan/golist.h"

typedef struct {
	Str path; // of the module
	Str dir;  // its folder in go's module cache
	Str home; // CACHE/elsewhere/DIGEST; "" if there is nothing of all this
	Str copy; // of dir, in home
	Str said; // what go says besides, a line each: the module is deprecated, or needs a newer
		  // Go
} Elsewhere;

// elsewhere_is_named tells whether a go command names its packages so.
bool elsewhere_is_named(const GoArgs *args);

// elsewhere_find lets go find the module, copies it, and changes args: they name packages without
// a version, and are at home in out->home. Where go would refuse them, or does not find them, all
// stays as it is, and out->home is "": the plain command tells it best. env is what go says
// outside of any module. False if it is we who cannot.
bool elsewhere_find(Arena *a, Str cache, const GoEnv *env, GoArgs *args, Elsewhere *out, Diags *d);

// elsewhere_place returns the folder in which a build finds a package that lies in dir.
Str elsewhere_place(Arena *a, const Elsewhere *e, Str dir);

// elsewhere_choose leaves of the packages that args name the programs, as go does. False if they
// are none that go takes: of another module, or no programs.
bool elsewhere_choose(Arena *a, const Elsewhere *e, const StrMap *packages, GoArgs *args);

#endif
