// rulemod.h - modules that rules come from.
//
// A rule package is an ordinary Go module. An otel.yaml names it under `use:`, at a version
// (otel add writes that) or as a folder; the user's go.mod knows nothing of it. It lies in
// go's module cache, where no file can be overlaid; so a build works with a copy of it in our
// cache folder:
//
//	CACHE/rules/DIGEST/example.com/rules@v1.2.0/
#ifndef PLAN_RULEMOD_H
#define PLAN_RULEMOD_H

#include "plan/golist.h"

// A module at a version: "example.com/rules@v1.2.0", or a folder.
typedef struct {
	Str path, version; // version is "" of a folder
	Str dir;           // its files
	Str sum;           // as go.sum has it, where go has fetched it
} RuleModule;

// rulemod_is_folder tells whether an entry of `use:` is a folder: ./rules, ../rules, /rules.
bool rulemod_is_folder(Str entry);

// rulemod_cached returns the folder of a module in go's module cache, which may not be there.
Str rulemod_cached(Arena *a, Str modcache, Str path, Str version);

// rulemod_fetch lets go fetch PATH@VERSION ("latest" for the newest) into its module cache,
// without a look at any go.mod. False, with an error, if it cannot.
bool rulemod_fetch(Arena *a, const GoEnv *env, Str query, RuleModule *out, Diags *d);

// rulemod_copy returns the copy of a folder of the module cache in ours; of any other
// folder, that itself. It is made once.
bool rulemod_copy(Arena *a, Str cache, Str modcache, Str dir, Str *out, Diags *d);

// rulemod_copied returns the folder CACHE/rules/DIGEST that a path is in, "" if it is in none.
Str rulemod_copied(Arena *a, Str cache, Str path);

// rulemod_is_rule_file tells whether a file holds rules, by its name.
bool rulemod_is_rule_file(Str name);

#endif
