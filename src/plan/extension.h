// extension.h - packages of the user's that add to the SDK in their program.
//
// An otel.yaml names them under `extensions:`. Such a package uses OpenTelemetry's own types
// only, so plain go builds it too, and declares some of the functions of a table, which are
// known by their names: Sampler, SpanProcessors … (docs/configuration.md has all). The
// file that is added to a main package imports it, and hands its functions over to the
// runtime (plan/additions.c).
//
// The program need not import the package. So go is asked for it and for all that it is made
// of, in the user's own surroundings, and that becomes part of the build's packages: what is
// woven in them, and which versions they have, counts as that of others does. It is linked into the
// programs that have something woven without it.
#ifndef PLAN_EXTENSION_H
#define PLAN_EXTENSION_H

#include "plan/golist.h"
#include "weave/rule.h"

typedef struct Extension Extension;
struct Extension {
	Extension *next;
	const Package *package;
	StrList functions; // those that are handed over, sorted
};

typedef struct {
	Arena *arena;
	const GoEnv *env;
	const GoArgs *args;
	const StrList *signals; // that were chosen
	StrMap *packages;       // of the build; gets those of the extensions
} ExtensionSearch;

// extensions_find finds those that are named, each once. What is wrong with one is an error in d at
// its place, and it is left out; so is a function of another signature than the runtime
// takes. False if go could not be asked at all.
bool extensions_find(
	const ExtensionSearch *s, const RuleExtension *named, Extension **out, Diags *d);

// extension_join makes it, and all that it is made of, part of a program.
void extension_join(const Extension *e, Package *main);

// extension_signal returns the signal that the i-th of the functions serves.
Str extension_signal(const Extension *e, isize i);

// extension_may_import tells whether a main package, or a package under test, may import it: go
// keeps what is below a folder `internal` to what is beside that.
bool extension_may_import(const Extension *e, const Package *home);

// extension_needs tells whether it is made of that package, or is that.
bool extension_needs(const Extension *e, Str package);

#endif
