// hook.h - the signature of a typed hook, and what the weaver makes of it.
//
// A typed hook is a Go function. Its parameters take values of the target; its
// results say what the woven function does with them:
//
//	func RoundTrip(t *http.Transport, req *http.Request) (
//		newReq *http.Request, // req = newReq
//		skip bool, // return at once, through after
//		leave func(), // if not nil: defer leave()
//		after func(*http.Response, error) (*http.Response, error)) // return after(X)
//
// Results are known by their names; a single unnamed func() is leave. `after`
// has the target's results as parameters and results; it is never nil.
//
// A hook whose first parameter is a hook.HookContext, as OpenTelemetry's own tool has them, is
// called by an adapter, which is a typed hook that we write into its package: see weave/adapter.h.
//
// Since the two sides are joined by the linker, which knows no types, the
// digest of the hook's signature is part of the symbol.
#ifndef WEAVE_HOOK_H
#define WEAVE_HOOK_H

#include "base/diag.h"
#include "golang/ast.h"

typedef struct {
	Str name; // as in the hook's source, "" if it has none
	Str type; // canonical, a variadic parameter's as a slice
	Str text; // as another file of its package writes it, see type_alias; "" if it was not read
	bool variadic; // it takes the slice as ...T, which a hook with a HookContext may
} HookValue;

typedef enum {
	RESULT_NEW,   // assigned to the target's parameter
	RESULT_LEAVE, // deferred
	RESULT_AFTER, // put around what is returned
	RESULT_STATE, // of an adapter: handed to the one that runs at the end
	RESULT_SKIP,  // the body is not to run
} ResultKind;

typedef struct {
	ResultKind kind;
	isize param; // of RESULT_NEW: which of the hook's parameters
	Str type;    // canonical; of RESULT_AFTER the list of types that it takes and returns
	Str text;    // as in HookValue
} HookResult;

typedef struct Hook Hook;
struct Hook {
	Str name;     // the function
	Str package;  // its import path
	Str site;     // of an adapter: the function that it is for, "*T.f"
	Str symbol;   // its name in the target: otel_NAME_DIGEST
	bool context; // its first parameter, which is not among params, is a HookContext
	HookValue *params;
	HookResult *results;
	isize nparams, nresults;
	const Hook *calls; // of an adapter: the hook, NULL if it calls none
};

// A file of hooks.
typedef struct {
	const File *file;
	Str package;      // its import path
	StrList *aliases; // of the texts of its types (type_alias); NULL if nobody wants these
} HookFile;

// hook_read finds the function `name` in a file, and reads its signature into a. *out is NULL if
// it is not there. A signature that cannot be a hook's is an error at its place.
bool hook_read(Arena *a, const HookFile *in, Str name, Hook **out, Diags *d);

// hook_result returns the hook's result of that kind, or NULL.
const HookResult *hook_result(const Hook *h, ResultKind kind);

// hook_seal sets h->symbol from all else.
void hook_seal(Arena *a, Hook *h);

// hook_signature returns the hook's name and parameter types, for messages.
Str hook_signature(Arena *a, const Hook *h);

#endif
