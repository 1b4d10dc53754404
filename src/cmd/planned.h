// planned.h - the plan of a build that is asked about, not done.
#ifndef CMD_PLANNED_H
#define CMD_PLANNED_H

#include "cmd/command.h"
#include "plan/plan.h"

typedef struct {
	PlanInput in;
	GoArgs args;
	Plan plan;
	Str name; // what was asked about, "" for all
} Planned;

// planned_tools finds what planning takes: go, our cache folder, ourselves.
bool planned_tools(Arena *a, PlanInput *in, Diags *d);

// planned_make plans what `otel go build` would do with the same words, the first of
// which may be a name instead of a package to build: what begins with neither . nor /, and
// stands before --. A name that no rule knows, and a package of the main modules has, is a
// package to build. Returns 0 or the exit status, having said why.
int planned_make(
	Arena *a, const Options *opt, const char *command, const StrList *words, Planned *out);

// planned_check plans with the rules of whoever asks alone, and afresh. What is wrong with
// them is in d, and not printed. Returns 0 or the exit status, having said why.
int planned_check(Arena *a, const Options *opt, const StrList *packages, Planned *out, Diags *d);

// planned_unlisted lets go say what is wrong with the packages that it cannot list; it returns the
// exit status.
int planned_unlisted(Arena *a, Str go, const StrList *args);

// planned_why_not says why a rule is not woven.
Str planned_why_not(Arena *a, const Planned *p, const Decision *c);

// planned_about tells whether a decision is about the name: its package, rule, function or
// hook. With no name everything is.
bool planned_about(Arena *a, const Planned *p, const Decision *c);

// What became of a woven package when it was compiled.
typedef struct {
	Str word; // "replace", "rebuild", "plain"; "" before its first compile
	Str why;
} Outcome;

// planned_outcome returns that of the package whose mark has this digest, as its compile has
// noted it in go's cache (plan/store.h, outcome_note).
Outcome planned_outcome(Arena *a, const Planned *p, Str digest);

// planned_unknown says that no rule knows the name, and the nearest; it returns the
// exit status.
int planned_unknown(Arena *a, const Planned *p);

#endif
