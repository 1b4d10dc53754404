// candidate.h - rules that may be woven into one package: what the parts of the matching share.
//
// match.c decides over those that candidate.c finds; annotate.c knows about spans, those of an
// otel.yaml and those that comments in the code ask for, changes.c about rules without hooks.
#ifndef PLAN_CANDIDATE_H
#define PLAN_CANDIDATE_H

#include "plan/match.h"

// A rule whose target is the package at hand, one function that it selects there, and what
// becomes of it.
typedef struct {
	const Rule *rule;
	Verdict verdict;
	Str why;
	Str func, recv; // as the rule has them, until the function is found
	isize nvalues;  // its receiver and parameters
	bool error;     // its last result is an error
	isize context;  // the index of its value that has a context, or -1
	Str context_type;
	StrList imports; // that the change brings, of a rule without hooks
	Join join;
} Candidate;

typedef struct {
	const Package *package;
	Str path; // that rules name it by
	File **files;
	isize nfiles;
	Candidate *v;
	isize n, cap;
} Candidates;

// candidate_path returns the path of a package as the compiler gets it: "main" for a program, but
// not where that is tested.
Str candidate_path(const Match *m, const Package *p);

// candidate_is_target tells whether a rule is for the package.
bool candidate_is_target(Arena *a, const Rule *r, const Package *p);

// candidates_find fills in *out with the rules for the package, one for each function that they
// select there, with their joins.
bool candidates_find(const Match *m, const Package *p, Candidates *out);

// candidate_add adds one.
Candidate *candidate_add(const Match *m, Candidates *all, Candidate one);

// candidate_refuse sets the verdict; the rule is then not woven.
void candidate_refuse(Candidate *c, Verdict verdict, Str why);

// candidate_why returns what a diagnostic since `last` says of the rule, "" if none does.
Str candidate_why(Arena *a, const Rule *r, const Diag *last, const Diags *d);

// candidate_links refuses a candidate whose hook package this build cannot link.
void candidate_links(const Match *m, Candidate *c);

// candidate_function makes the candidate of a rule for one function.
Candidate candidate_function(const Match *m, const Rule *r, const Func *fn);

// candidate_is_root tells whether a package is of a module that is being built.
bool candidate_is_root(const Package *p);

// ---- changes.c

// change_join sets the join of a rule without hooks.
void change_join(const Match *m, const Candidates *all, Candidate *c);

// ---- annotate.c

// span_context notes the value of the function that has a context, and whether it returns an error.
void span_context(const Match *m, const File *f, const Func *fn, Str package, Candidate *c);

// span_join sets the join of a rule of DO_SPAN for the function.
bool span_join(const Match *m, const Candidates *all, Candidate *c);

// span_is_taken tells whether a rule for a span comes too late: a function gets one, that of its
// comment, else of the first entry that selects it.
bool span_is_taken(const Candidates *all, const Candidate *c);

// spans_wanted tells whether a text has comments that ask for spans.
bool spans_wanted(Str text);

// spans_from_comments adds a candidate for each function with a comment
// "//otel:span [name=N] [kind=K] [attr=PARAM,KEY:PARAM.Field…]…". A mistake in one is a warning.
void spans_from_comments(const Match *m, Candidates *all);

#endif
