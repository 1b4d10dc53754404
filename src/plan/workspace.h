// workspace.h - the temporary go.work by which a build reaches what we add.
//
// It uses the modules that the user works on, and ours. What their own go.mod or
// go.work decides stays decided: the toolchain, the GODEBUG defaults, which
// go takes from the workspace when there is one, and the versions of their
// dependencies, which our modules' requirements must not raise.
//
// Source: go.dev/ref/mod#workspaces, go.dev/doc/godebug.
#ifndef PLAN_WORKSPACE_H
#define PLAN_WORKSPACE_H

#include "plan/golist.h"

typedef struct {
	Str go;           // go line: that of the toolchain, which no module can exceed
	StrList uses;     // folders of modules
	StrList godebug;  // "key=value"
	StrList replaces; // "M => M v1.2.3", as go.work has it
	StrList excludes; // "M v1.2.3", as go.mod has it
	bool vendored;    // other versions than those in a vendor folder may not be at hand
	bool keep_family; // OpenTelemetry stays at the user's version
} Workspace;

// A requirement of a go.mod.
typedef struct {
	Str path, version;
	bool indirect;
} Requirement;

// requirement_parse reads a line "path v1.2.3 // indirect", in a block or behind `require`;
// false if it is none.
bool requirement_parse(Str line, Requirement *out);

// requirement_line returns such a line with another version.
Str requirement_line(Arena *a, Str line, Str version);

// is_otel_family tells whether a module is one of OpenTelemetry's own that go together.
bool is_otel_family(Str module);

// workspace_read starts from what the user has: their go.work, else the file that
// -modfile names, else their go.mod.
bool workspace_read(Arena *a, const GoEnv *env, Str modfile, Workspace *out, Diags *d);

// workspace_godebug adds the "key=value" of the godebug lines of a go.work or go.mod, which
// `go work edit -json` does not tell, and `go mod edit -json` not before Go 1.26.
void workspace_godebug(Str text, StrList *out);

// workspace_has_family tells whether the build has all modules of OpenTelemetry that a program
// with these signals links, each at a version that our runtime works with
// (go/floor.sh). They can then stay as they are.
bool workspace_has_family(const StrMap *packages, const StrList *signals);

// workspace_keep keeps the versions of the build, although our modules and theirs
// require higher ones: those versions are excluded, so that nothing requires
// them. requirements has them all, "MODULE VERSION" on a line. Unless keep_family, the
// OpenTelemetry family moves up to ours instead, where it is older; and so does
// what a vendor folder has only in part; moved gets a line for each such module.
void workspace_keep(Workspace *w, const StrMap *packages, Str requirements, StrList *moved);

// workspace_brings returns the version that our modules bring of one, the highest that they
// require;
// "" if they don't. requirements are as for workspace_keep.
Str workspace_brings(Str requirements, Str module);

// workspace_unstable returns a module of OpenTelemetry that would move from before its v1, whose
// packages and names later ones do not have; NULL if there is none.
const Module *workspace_unstable(const StrMap *packages, const StrList *moved);

// workspace_go_mod returns the go.mod of a module of ours (or of a hook module of the user's)
// for this build. It requires neither what is excluded nor a library: those
// are the user's to require. What `requirements` has stays, and so does what the build does
// not have, unless a module of ours requires it for a library. A module that is not ours may not
// raise what ours require.
Str workspace_go_mod(
	const Workspace *w, const StrMap *packages, Str requirements, bool ours, Str go_mod);

// workspace_excludes returns the exclude lines, for one of the go.mod files.
Str workspace_excludes(const Workspace *w);

// module_path returns the path in the module line of a folder's go.mod, "" if
// there is none.
Str module_path(Arena *a, Str dir);

// workspace_text returns the go.work file.
Str workspace_text(Arena *a, const Workspace *w);

#endif
