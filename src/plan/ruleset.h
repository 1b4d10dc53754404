// ruleset.h - all rules of a build, and where their hooks live.
//
// Rules come from
//   - the tool's own hook packages;
//   - otel.yaml and *.otel.yaml in the root of each module that is worked on;
//   - the modules that such a file names under `use:` (plan/rulemod.h);
//   - the packages that a tool file beside them imports, otel.instrumentation.go or
//     otelc.tool.go: the rule files under the package's folder, and the tool file of its module;
//   - libraries of the build that ship an otel.yaml, if `trust:` names them;
//   - the files and folders that $OTEL_GO_RULES, $OTELC_RULES or --rules name, separated by
//     commas or colons.
// All are merged, unless only the named ones are wanted. What only whoever builds may decide
// (use, trust, exclude, instrumentations, extensions) counts in their own files alone.
#ifndef PLAN_RULESET_H
#define PLAN_RULESET_H

#include "base/map.h"
#include "plan/golist.h"
#include "weave/hook.h"
#include "weave/rule.h"

typedef struct {
	Str named;         // files and folders, as given; "" for none
	bool only;         // leave out all others
	bool without_ours; // leave out those that travel with the tool
	Str bundle;        // folder of what travels with the tool
	StrList roots;     // folders of the modules that are worked on
	Str cache;         // our cache folder
	const GoEnv *env;
	const StrMap *packages; // of the build: import path -> Package *
} RuleSources;

// A Go package that holds hooks.
typedef struct {
	Str path, name; // import path, and the name in its package clause
	Str dir;
	Str module_dir; // folder of its go.mod
	StrMap hooks;   // name -> Hook *
	bool indexed;
	StrMap functions; // name -> const File *, once indexed
	StrMap broken;    // path -> const Source *: files that do not parse
	StrList aliases;  // of the texts of their types, see golang/type.h

	// Set by hook_links.
	bool judged;
	Str unlinkable;       // why a build cannot link it, "" if it can
	bool imports_library; // beside the standard library and what travels in the bundle
	StrList modules;      // folders of the modules that it takes to link it
} HookPackage;

typedef struct {
	Arena *arena;
	Rules rules;
	StrMap packages;     // import path -> HookPackage *
	StrList files;       // the rule files that were read
	Str bundle, bundled; // folder of what travels with the tool; its list of packages
	Str cache;           // our cache folder
	StrList roots;
	StrList untrusted; // modules that ship rules which nobody allowed
	bool incomplete;   // something was not there, and may be there the next time
} RuleSet;

// ruleset_read reads them all. What is wrong with a file or a rule becomes a warning, and
// that rule is left out: a broken rule breaks no build.
// (sources.c)
void ruleset_read(Arena *a, const RuleSources *from, RuleSet *out, Diags *d);

// is_hook_source tells a file of a hook package by its name from tests and others.
bool is_hook_source(Str name);

// ruleset_find finds the hook package of that import path: in the bundle, in the module
// that the file or folder `from` lies in, or in a module that is being worked on.
bool ruleset_find(const RuleSet *set, Str from, Str path, HookPackage *out);

// module_has tells whether the package is in the module with its root at root, and sets its
// folder.
bool module_has(Arena *a, Str root, Str path, HookPackage *out);

// ruleset_package finds the package of a rule's hooks, once; NULL, with an error, if it is
// not there.
HookPackage *ruleset_package(RuleSet *set, const Rule *rule, Diags *d);

// ruleset_package_name returns the name in the package clause of a folder's first Go file.
Str ruleset_package_name(Arena *a, Str dir);

// ruleset_hook finds a hook of a rule, by its name, and reads its signature, once.
bool ruleset_hook(RuleSet *set, const Rule *rule, Str name, Hook **out, Diags *d);

// ruleset_function finds the file of a rule's hooks that declares a function, NULL if none does.
bool ruleset_function(RuleSet *set, const Rule *rule, Str name, const File **out, Diags *d);

// ruleset_bundles tells whether a package of another module travels in the bundle.
bool ruleset_bundles(const RuleSet *set, Str package);

#endif
