// type.h - types as text, so that the same type written in two files reads the same.
//
//	*http.Request            *net/http.Request
//	func(c context.Context, args ...interface{}) (err error)
//	                         func(context.Context, ...any) error
//	struct { a, b int }      struct{a int; b int}
//	map[K][]Pair[K, V]       map[K][]example.com/m.Pair[K, V]
//
//	interface { ~int | T; M(x int) }
//	                         interface{~int|T; M(int)}
//
// Parentheses go, parameter names go, each field is on its own. What is no type, the
// length of an array for one, is written as its tokens with a space between two;
// the elements of an interface stay in their order.
//
// What syntax cannot tell: a predeclared name (int, any, error) is taken as
// such even if the package declares its own; byte and uint8 stay apart.
#ifndef GOLANG_TYPE_H
#define GOLANG_TYPE_H

#include "base/map.h"
#include "golang/ast.h"

// What the names in a file's types mean.
typedef struct {
	Str self;               // import path of the package itself; "": its names stay bare
	StrMap imports;         // name in the file -> const Str *, the path
	const StrMap *dot;      // name -> const Str *: what dot-imports declare; NULL: unknown
	const StrList *tparams; // type parameters in scope; NULL: none
	StrList *aliases;       // if set: a type is written as Go, see below
} TypeNames;

// type_names reads a file's imports. packages has the package names of import
// paths (const Str *) where the caller knows them, and may be NULL; names of
// others are guessed with import_guess. Set dot and tparams yourself.
TypeNames type_names(Arena *a, const File *f, Str self, const StrMap *packages);

// type_canonical returns the text of a type node.
Str type_canonical(Arena *a, const File *f, const Node *type, const TypeNames *names);

// With aliases, it is Go for another file of the same package: "*otelp0.Request" for a
// net/http.Request, where 0 is the index of the path in the list, which grows by need. self
// has to be "" then.
Str type_alias(Arena *a, isize i);

// params_canonical returns the types of a list, "int, ...string"; with names
// "a int, b ...string".
Str params_canonical(
	Arena *a, const File *f, const ParamList *params, bool with_names, const TypeNames *names);

// import_guess returns the name that a package most likely has: the last
// element of its path, without a major version ("/v2", ".v2"), without "go-"
// before it, up to the first character that a name cannot have.
Str import_guess(Str path);

#endif
