// golist.h - what the go command says of itself and of a build.
//
// We ask go in the user's own surroundings, before anything of ours is there:
// its answers are the truth that the woven build has to keep.
#ifndef PLAN_GOLIST_H
#define PLAN_GOLIST_H

#include "base/map.h"
#include "plan/goflags.h"
#include "text/json.h"

// The part of `go env` that we need.
typedef struct {
	Str go;        // path of the go command
	Str version;   // "go1.26.8"
	Str root;      // GOROOT
	Str os;        // GOOS
	Str cache;     // GOCACHE
	Str modules;   // GOMODCACHE
	Str mod;       // path of go.mod, "" outside of a module
	Str work;      // path of go.work, "" if there is none
	Str proxy;     // GOPROXY
	Str flags;     // GOFLAGS
	Str cacheprog; // GOCACHEPROG
	bool gopath;   // GOPATH mode: GO111MODULE=off
} GoEnv;

typedef struct {
	Str path, version; // version is "" for a module that is worked on
	Str dir;
	Str sum;                           // as go.sum has it
	Str go;                            // its language version: "1.21"
	Str replace_path, replace_version; // "" if it is not replaced
	bool is_main;
} Module;

typedef struct {
	Str path;       // import path; of a test variant "p [p.test]"
	Str name;       // as in its package clause
	Str dir;        // absolute
	Str for_test;   // of a test variant: the package that is tested
	Str shared;     // the shared library that has it, with -linkshared
	Module *module; // NULL for the standard library
	StrList files;  // its Go files, cgo's too, names within dir
	StrList deps;   // import paths of all that it is made of
	bool standard;
	bool named; // on the command line, not only a dependency
	Str error;  // what is wrong with it, where go_list_more was asked
} Package;

// go_find finds the go command in PATH, passing over ourselves under that name.
bool go_find(Arena *a, Str *out, Diags *d);

// go_env asks go for its environment, in the folder that -C names.
bool go_env(Arena *a, Str go, const GoArgs *args, GoEnv *out, Diags *d);

// go_list asks for the packages of the build, dependencies first, into
// *packages: import path -> Package. *status is go's exit status; when that is not 0
// the build cannot work either, and the list is incomplete.
bool go_list(
	Arena *a, const GoEnv *env, const GoArgs *args, StrMap *packages, int *status, Diags *d);

// go_list_more asks for further packages, with the same flags: import paths, or absolute folders.
// Those that go cannot find or read are in the list too, with what go says of them.
bool go_list_more(Arena *a, const GoEnv *env, const GoArgs *args, const StrList *further,
	StrMap *packages, Diags *d);

// go_archives asks which archives go's cache has of these packages (import paths), with the same
// flags and the -toolexec flag given: a line PACKAGE=ARCHIVE for each, without ARCHIVE for one that
// it does not have. False if go cannot be asked, and no diagnostic.
bool go_archives(Arena *a, const GoEnv *env, const GoArgs *args, Str toolexec,
	const StrList *packages, Str *out);

// go_output runs `go ARGS…` in the folder dir, and returns what it prints, whatever its exit
// status is.
bool go_output(Arena *a, Str go, const StrList *args, Str dir, Str *out, Diags *d);

// go_json runs `go ARGS…` which prints one JSON value, in the folder dir.
// The value is the caller's to give back (json_decref).
bool go_json(Arena *a, Str go, const StrList *args, Str dir, json_t **out, Diags *d);

// module_named returns the module of that path among those that the packages are of, or NULL.
const Module *module_named(const StrMap *packages, Str path);

#endif
