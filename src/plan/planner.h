// planner.h - a plan in the making: what its parts share. See plan.h.
#ifndef PLAN_PLANNER_H
#define PLAN_PLANNER_H

#include "plan/elsewhere.h"
#include "plan/extension.h"
#include "plan/match.h"
#include "plan/memo.h"
#include "plan/workspace.h"

typedef struct {
	Arena *arena;
	const PlanInput *in;
	const GoArgs *args;
	Str bundle;
	Str requirements; // of its modules: "MODULE VERSION" on a line
	GoEnv env;
	Elsewhere elsewhere; // of programs named path@version
	StrMap packages;     // import path -> Package *
	StrMap graph;        // module -> Str *, its highest version that is required (plan/graph.h)
	Workspace workspace;
	Str modfile;  // the file that -modfile names, "" without the flag
	Str laterlog; // what a later log of OpenTelemetry needs, "" without one (plan/laterlog.h)
	RuleSet rules;
	WovenList woven;
	bool settled; // fewer signals than all, so that no module moves
	Extension *extensions;
	StrMap files;   // name in the plan's folder -> Str *, its text
	StrMap overlay; // path as go sees it -> Str *, path of the file that is there instead
	StrList moved;  // modules of the build that are compiled from our copy, for their hooks
	StrList extra;  // files of ours to build beside .go files on the command line
	bool apart;     // what we add is built apart (plan/apart.h)
	StrBuf mains;   // then: the programs and their files
	Str added;      // the file for what go says of that build
	Str ready;     // the file with the archives that go's cache has (plan/ready.h), "" for none
	bool complete; // all that it follows from was read: it can be kept
	int64_t since; // when the part of the work began that is measured
	Plan *out;
	Diags *diags;
} Planner;

// planner_add_hooks joins the hooks' packages to what is woven, and opens the
// workspace to their modules. (additions.c)
bool planner_add_hooks(Planner *p);

// planner_add_main gives a main package, or that of a test binary, the
// file that links the runtime and the hooks in. (additions.c)
void planner_add_main(Planner *p, Package *main);

// planner_is_part tells whether a package, or the variant of it that a test is built with, is
// part of what main is made of. (additions.c)
bool planner_is_part(const Package *main, const Package *p);

// planner_manifest returns what a program says of itself, as JSON. (manifest.c)
Str planner_manifest(Planner *p, const Package *main, const StrList *extensions);

// planner_modinfo returns what the plain program says of itself otherwise than ours: for each
// module that only ours has from a folder the lines behind "dep\t", and the line of the
// user's -gcflags, as `go version -m` has them. (modinfo.c)
Str planner_modinfo(Planner *p);

// planner_write writes the marks and the plan's folder. (folder.c)
bool planner_write(Planner *p);

// planner_add_command fills in the arguments and the environment for go. (command.c)
void planner_add_command(Planner *p);

// planner_toolexec returns the -toolexec flag by which go runs its tools through `otel toolexec`,
// with further flags of our own (" --known"). A -toolexec of the user's runs each tool inside of
// ours, which is told how many words it is. (command.c)
Str planner_toolexec(Planner *p, const char *own);

// planner_is_in_place tells whether a package that is not worked on is in the woven build, too, in
// the folder where go has listed it. (command.c)
bool planner_is_in_place(Planner *p, const Package *pkg);

// planner_ask_ready asks go which plain archives it has of packages to weave, and notes them in
// the file p->ready, which is "" afterwards if there are none. It never fails. (ready.c)
void planner_ask_ready(Planner *p);

// planner_has_imports tells whether woven code imports what its package did not.
bool planner_has_imports(const Planner *p);

// planner_exports returns the command by which a compile finds such a package's export data, a
// word on each line: `go list -export …` with all flags that shape what is compiled. (command.c)
Str planner_exports(Planner *p);

// planner_basis tells what the plan was made from. (basis.c)
PlanBasis planner_basis(Planner *p);

// planner_modfile_sum returns the path of the .sum beside -modfile. (basis.c)
Str planner_modfile_sum(Planner *p);

// planner_str puts a Str into the arena, for the value of a map.
Str *planner_str(Planner *p, Str s);

#endif
