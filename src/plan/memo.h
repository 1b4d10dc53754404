// memo.h - plans kept from one build to the next.
//
// A plan follows from: the command line, go's environment, the go command and this
// one, the module files, the rules, and what the local packages import. The first
// ones make the memo's name. The files that the plan was made from are noted
// in it, with size, time and digest; of Go files only the head counts, down to
// the last import, with what comments ask of us, and where rules select functions, the
// shape: all but their bodies. So a change in a function is no new plan. A memo whose
// files are as they were is used without starting any other process.
//
//	CACHE/memo/DIGEST      one plan, as JSON
//
// A memo that cannot be read or written costs time, nothing else.
#ifndef PLAN_MEMO_H
#define PLAN_MEMO_H

#include "plan/plan.h"

// What the plan was made from, for memo_keep.
typedef struct {
	StrList files;  // whole text counts: module files, rule files, hooks
	StrList shapes; // Go files of which all but the bodies of functions counts
	StrList dirs;   // of packages: the names of their files, and those files' heads
	StrList trees;  // folders named by patterns with ...: the same for all below
	bool tests;     // _test.go files count
} PlanBasis;

// memo_name returns the path of the memo for this command in these surroundings.
Str memo_name(Arena *a, const PlanInput *in, const GoArgs *args);

// memo_find returns true and fills in *out if the memo is there and still true.
// tests as in PlanBasis.
bool memo_find(Arena *a, Str name, bool tests, Plan *out);

// memo_keep notes a plan. What it was made from is read again to do so.
void memo_keep(Arena *a, Str name, const Plan *plan, const PlanBasis *basis);

#endif
