// adapter.h - what a build adds to a package of hooks.
//
// It is one file, otel.links.go, which joins each hook to the function of a target that calls
// it, in both forms of weave/weave.h at once, as only the compiler can tell which one it will be:
//
//	//go:linkname Hook net/http.otel_Hook_0123
//	//go:linkname otelv1 net/http.otel_Hook_0123_v
//	var otelv1 = Hook
//
// One Go function is one symbol. So a hook that serves several packages has a function in that file
// for each further one, which calls it. And so has a hook that takes a HookContext: its
// adapters make the context of a call from the target's frame (weave/frame.c), and call
// the hook. The context itself is otel.tool/runtime/hookcontext. Spans that an otel.yaml
// asks for have their adapters in otel.tool/runtime/spans.
#ifndef WEAVE_ADAPTER_H
#define WEAVE_ADAPTER_H

#include "weave/spec.h"

// The function that a pair of hooks is for.
typedef struct {
	Str package;    // the name in its package clause, for HookContext.GetPackageName
	Str func, recv; // "ServeHTTP", "*T", "T" or ""
	isize nvalues;  // receiver and parameters
} Site;

// adapters_make sets hook and leave of a join of JOIN_FRAME, for hooks that were read with the
// texts of their types. One of before and after may be NULL.
void adapters_make(Arena *a, Hook *before, Hook *after, const Site *site, Join *out);

// span_adapters sets the hooks of a join of JOIN_SPAN. context is the type of the value that
// has the context: "context.Context", "*net/http.Request", "any" for others, "" for none.
// error says whether the last result of the function is an error.
void span_adapters(Arena *a, Str context, bool error, Join *out);

// adapter_links returns the file for the hooks of one package, of that name and import
// path, and the targets of these specs. aliases are those of the types' texts.
Str adapter_links(Arena *a, Str package_name, Str package, const StrList *aliases,
	const Spec *const *specs, isize n);

#endif
