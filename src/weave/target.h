// target.h - one function that is being woven: what the parts of the weaver share.
//
// weave.c goes over the functions of a file. What a join does to one of them is in typed.c
// (hooks with the target's own types), frame.c (hooks with a HookContext) and span.c (spans).
#ifndef WEAVE_TARGET_H
#define WEAVE_TARGET_H

#include "base/buf.h"
#include "golang/type.h"
#include "weave/edit.h"
#include "weave/weave.h"
#include "weave/where.h"

// What a hook can be given: the receiver and the parameters of the target.
typedef struct {
	const Param *param;
	Str name; // in the woven text
	Str type; // canonical, a variadic one's as a slice
	Str text; // the same as the file writes it
	bool used;
	bool derived; // what is told of a parameter: name is an expression
	Str before;   // the statements that it needs
} Value;

typedef struct {
	Weave *w;
	const File *f;
	Func fn;
	TypeNames names;
	Str prefix; // of the names we bring in: none in the file begins so
	Edits *edits;
	StrBuf *tail; // what goes behind the last line
	Value *values;
	isize nvalues;
	Str results, result_texts; // "T, error": canonical, and as the file writes it
	StrList result_names;      // in the woven text; "" for one without a name
	bool results_used;         // all of them need names

	StrBuf entry;       // statements at the beginning of the body
	StrBuf open, close; // what goes around the values of a return: "a0(a1(", "))"
} Target;

// our_name returns a variable of ours for the k-th join, of a kind that the letter says.
Str our_name(const Target *t, char kind, isize k);

// is_generic tells whether types of the function may have type parameters in them.
bool is_generic(const Target *t);

// mentions tells whether a name stands in a text of Go.
bool mentions(const Target *t, Str text, Str name);

// hides warns where a parameter has the name of a type in the text, which the body could not
// write then: `func f(string T) string`.
bool hides(Target *t, const Join *j, Str text);

// warn_misfit tells what a hook takes and what the function has there, with both signatures.
void warn_misfit(Target *t, const Join *j, const Hook *h, Str want, Str have, Span at);

// cut_type takes the first type off a list "T, map[K]V, func(A, B)".
Str cut_type(Str *list);

// type_fits: the same type, or an unsafe.Pointer for a pointer to what the hook
// cannot name. Each side declares its own; both are one pointer to the linker.
bool type_fits(Str hook, Str target);

// types_fit: lists of types that fit one by one.
bool types_fit(Str hook, Str target);

// ---- declare.c

// A hook's declaration in the target's file.
typedef struct {
	const Hook *hook;
	Str params;    // "p0 *T, p1 int"
	Str results;   // "(*T, func())", "bool" or ""
	Str back;      // what is returned where there is no hook: "p0, nil"
	Str back_func; // text of a function that `back` needs, "" for none
	bool noescape;
} Declaration;

// declare_hook puts it behind the file, once for each hook of the package.
void declare_hook(Target *t, const Declaration *d);

// hook_call returns "NAME(args)".
Str hook_call(const Target *t, const Hook *h, Str args);

// in_parens puts a list of results in the form that a signature wants.
Str in_parens(Arena *a, Str list);

// ---- joins of each kind: fits tells, with a warning if not, whether a join can be woven
// into the function, and marks what it uses; weave adds to entry, open and close.

bool typed_fits(Target *t, const Join *j);
void typed_weave(Target *t, const Join *j, isize k);
bool frame_fits(Target *t, const Join *j);
void frame_weave(Target *t, const Join *j, isize k);
bool span_fits(Target *t, const Join *j);
void span_weave(Target *t, const Join *j, isize k);

#endif
