// decision.h - what the plan decided over each rule, and why.
//
// A rule may match several packages (all mains of a build, say): there is one
// Decision for each. A rule that matches none has one as well, so that whoever
// asks about it gets an answer. They are kept with the plan (plan/memo.h).
//
//	Decisions all = {.arena = a};
//	decide(&all, (Decision){.verdict = VERDICT_WOVEN, .rule = r->name, …});
//	for (const Decision *c = all.first; c; c = c->next)
//		use(verdict_name(c->verdict), c);
#ifndef PLAN_DECISION_H
#define PLAN_DECISION_H

#include "text/json.h"

typedef enum {
	VERDICT_WOVEN,       // will be, unless the compiler refuses it
	VERDICT_NOT_BUILT,   // the package is not part of this build
	VERDICT_VERSION,     // the rule is for other versions of the module
	VERDICT_GO_VERSION,  // the rule is for other versions of Go
	VERDICT_NO_FUNCTION, // the package does not declare the function
	VERDICT_UNFIT,       // function and hook do not fit each other
	VERDICT_UNLINKABLE,  // the hook package cannot be linked into this build
	VERDICT_DISABLED,    // switched off by whoever builds
	VERDICT_UNTRUSTED,   // a library of the build ships rules that nobody has allowed
} Verdict;

typedef struct Decision Decision;
struct Decision {
	Decision *next;
	Verdict verdict;
	Str why; // what verdict and the other members don't say, "" if nothing

	Str rule;      // its name
	Str place;     // FILE:LINE where it stands
	Str package;   // the target's import path; of a main package its own, not "main"
	Str version;   // of the target's module; "" of the standard library, and unknown
	Str wanted;    // of VERDICT_VERSION and VERDICT_GO_VERSION: the rule's range
	Str func;      // "ServeHTTP"
	Str recv;      // "*T", "T" or ""
	Str hook;      // the Go function
	Str hook_path; // its package
	Str digest;    // of VERDICT_WOVEN: of the package's spec, see weave/spec.h
};

// Set arena, leave the rest zero.
typedef struct {
	Arena *arena;
	Decision *first, *last;
} Decisions;

// A program of the build, and what is linked into it.
typedef struct Program Program;
struct Program {
	Program *next;
	Str path;           // import path; that of a test binary ends in ".test"
	StrList hooks;      // packages
	StrList extensions; // packages of the user's that add to the SDK
};

// decide adds a copy of one.
void decide(Decisions *all, Decision one);

// verdict_name returns the word for it in JSON: "woven", "not-in-build" …
const char *verdict_name(Verdict v);

// target_name returns "(*T).f", "T.f" or "f".
Str target_name(Arena *a, Str recv, Str func);

// decisions_write writes them as a JSON list, which decisions_read takes back.
void decisions_write(StrBuf *b, const Decisions *all);
void decisions_read(const json_t *list, Decisions *out);

// The same for a list of programs.
void programs_write(StrBuf *b, const Program *first);
Program *programs_read(Arena *a, const json_t *list);

#endif
