// match.h - the rules held against the packages of a build.
#ifndef PLAN_MATCH_H
#define PLAN_MATCH_H

#include "plan/decision.h"
#include "plan/ruleset.h"
#include "weave/spec.h"

// The targets of all rules, to know at once that a package is none.
typedef struct {
	StrMap exact;
	bool wide; // there are globs, $root or folders as well
} Targets;

// What the rules are held against.
typedef struct {
	Arena *arena;
	RuleSet *rules;
	const GoEnv *env;
	const StrMap *packages; // import path -> Package *
	const StrList *signals; // that were chosen
	Str unserved;           // why others were not, for otel explain
	const StrList *refused; // hook packages that have not compiled, may be NULL
	bool tests;             // packages may be there as their tests are built with them, too
	Decisions *decisions;   // gets what was decided over each rule
	const Targets *targets; // set by match_rules
	Diags *diags;
} Match;

// A package that is to be woven.
typedef struct {
	const Package *package;
	Spec spec;
	Str text, digest; // of the spec
	StrList imports;  // that the woven files have and the others have not
	Str mark;         // what the compiler is given: the digest, salted if need be
	bool led; // it is not compiled again: its functions are led at the link (plan/lead.h)
} Woven;

typedef struct {
	Woven *v;
	isize n;
} WovenList;

// match_rules finds the packages to weave, in the order of the list. The
// files of a target are parsed, and only the functions that are there and fit their hooks
// are in the spec; what is there and does not fit gets a warning.
bool match_rules(const Match *m, WovenList *out);

// package_path returns the import path of a package, without the " [p.test]" of
// a variant that is built for a test.
Str package_path(const Package *p);

#endif
