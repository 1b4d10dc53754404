// where.h - what a rule selects: the `where` of a rule file, as a tree.
//
//	where:
//	  func: Handle*                 WHERE_ALL
//	  recv: "*Server"                 WHERE_FUNC "Handle*" of "*Server"
//	  not: {param: context.Context}   WHERE_NOT
//	                                    WHERE_PARAM "context.Context"
//
// Names of functions may be globs. Types are in canonical form (golang/type.h).
#ifndef WEAVE_WHERE_H
#define WEAVE_WHERE_H

#include "golang/ast.h"
#include "golang/type.h"

typedef enum {
	WHERE_ALL, // of its parts; none: everything
	WHERE_ONE,
	WHERE_NOT, // all of its parts
	// of a function
	WHERE_FUNC,      // text: its name, "" for any; of: its receiver, "" for none
	WHERE_DIRECTIVE, // its doc comment has a line "//text …"
	WHERE_SIGNATURE, // exactly these args and returns
	WHERE_CONTAINS,  // one of these among its args or returns
	WHERE_PARAM,     // a parameter of the type, or of a pointer to it if `of` is "*"
	WHERE_RESULT,
	WHERE_LAST_RESULT,
	// of other things
	WHERE_STRUCT,     // a struct type that is declared
	WHERE_IDENTIFIER, // a variable or constant; of: "var", "const" or ""
	WHERE_CALL,       // a call of path.Func
	WHERE_LITERAL,    // a composite literal of path.Type
	// of the file
	WHERE_HAS_FUNC, // as WHERE_FUNC
	WHERE_HAS_STRUCT,
	WHERE_HAS_DIRECTIVE, // a comment "//text …" before the package clause
	WHERE_HAS_PACKAGE,   // the package clause says so
	WHERE_IS_TEST,       // its name ends in _test.go; of: "false" for the others
} WhereKind;

typedef struct Where Where;
struct Where {
	WhereKind kind;
	Str text, of;
	StrList args, returns;
	Where *first, *next; // its parts; the next part of what it is in
};

// What is held against it. The name of the file is src->name; all members that the
// thing does not have are zero.
typedef struct {
	Arena *arena;
	const File *f;
	const TypeNames *names;
	const Func *fn;    // the function, or the one around the thing
	Str name;          // of the struct, variable, constant, callee or literal's type
	WhereKind kind;    // which of these
	TokenKind keyword; // T_VAR or T_CONST
} Subject;

// where_holds tells whether the thing is selected. NULL selects everything.
bool where_holds(const Where *w, const Subject *s);

// where_find returns the first part of that kind that is not inside a WHERE_NOT, or NULL.
const Where *where_find(const Where *w, WhereKind kind);

// is_function tells whether a function has this name and receiver: WHERE_FUNC.
bool is_function(const Func *fn, Str name, Str recv);

// has_glob tells whether a name is a pattern: has one of *?[.
bool has_glob(Str name);

// glob_matches: * is any text without a slash, ** any text, ? one character, [a-z] and
// [!a-z] one of these or none; what stands for a path element, "a/**", matches "a" too.
// Source: the doublestar patterns of rule files.
bool glob_matches(Str pattern, Str name);

// directive_args returns in *args what stands behind the name in a line "//name args" of
// a doc comment; false if there is no such line.
bool directive_args(const File *f, Span doc, Str name, Str *args);

// is_left_alone tells whether a function, or the file, has a comment //otel:ignore. fn may be NULL.
bool is_left_alone(const File *f, const Func *fn);

// may_declare tells whether a text may declare a function of that name, with a receiver or
// without, before anybody has parsed it: false is certain. A glob, and "", may be anything.
bool may_declare(Str text, Str name, bool method);

#endif
