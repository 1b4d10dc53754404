// ast.h - a Go file as a tree of small nodes over its text.
//
// A node has a kind, a span of bytes, and a list of children. Names and
// literals hold no text: file_text(f, n->at) is it. Spans are those of go/ast
// (Pos and End). Memory is the arena's that the file was parsed into, and the
// Source must live as long.
//
//	Walk w = walk_start(a, fn);
//	for (const Node *n; (n = walk_next(&w));)
//		if (n->kind == N_CALL)
//			use(n, w.up[w.depth - 1]);
#ifndef GOLANG_AST_H
#define GOLANG_AST_H

#include "base/list.h"
#include "golang/lex.h"

// What the children are, in their order; [x] may be missing, x* any number.
// op, pos and n are the members of Node that mean something for the kind.
#define NODES(X) \
	/* declarations */ \
	X(N_GEN_DECL)    /* [DOC] spec*; op: T_IMPORT, T_CONST, T_TYPE, T_VAR */ \
	X(N_FUNC_DECL)   /* [DOC] RECV-or-NONE IDENT FUNC_TYPE [BLOCK] */ \
	X(N_IMPORT_SPEC) /* [DOC] [IDENT] LITERAL; the name "." is an IDENT too */ \
	X(N_VALUE_SPEC)  /* [DOC] IDENT* [type if TYPED] value*; op; n: number of names */ \
	X(N_TYPE_SPEC)   /* [DOC] IDENT [TYPE_PARAMS] type; flag ALIAS */ \
	X(N_DOC)         /* a doc comment: the first child of what it belongs to */ \
	/* lists of a signature */ \
	X(N_RECV)        /* FIELD*; the span has the parentheses, as in the next three */ \
	X(N_TYPE_PARAMS) /* FIELD* */ \
	X(N_PARAMS)      /* FIELD* */ \
	X(N_RESULTS)     /* FIELD*; without parentheses the span is the type's */ \
	X(N_FIELD)       /* [DOC] IDENT* type [LITERAL]; n: number of names */ \
	/* types */ \
	X(N_ARRAY_TYPE)     /* length elem; a slice has just elem; [...]T has an empty ELLIPSIS */ \
	X(N_STRUCT_TYPE)    /* FIELD* */ \
	X(N_FUNC_TYPE)      /* [TYPE_PARAMS] PARAMS [RESULTS] */ \
	X(N_INTERFACE_TYPE) /* FIELD*: a method has a name (n == 1) and a FUNC_TYPE */ \
	X(N_MAP_TYPE)       /* key elem */ \
	X(N_CHAN_TYPE)      /* elem; flags SEND, RECV, or neither for both ways; pos: arrow */ \
	X(N_ELLIPSIS)       /* [elem]: ...T */ \
	/* expressions */ \
	X(N_IDENT) \
	X(N_LITERAL)     /* op: T_INT, T_FLOAT, T_IMAG, T_CHAR, T_STRING */ \
	X(N_FUNC_LIT)    /* FUNC_TYPE BLOCK */ \
	X(N_COMPOSITE)   /* [type if TYPED] element*; pos: the brace */ \
	X(N_PAREN)       /* x, an expression or a type */ \
	X(N_SELECTOR)    /* x; pos: where the name begins, it ends with the node */ \
	X(N_INDEX)       /* x index*; a generic instance looks so too; pos: the bracket */ \
	X(N_SLICE)       /* x, then low, high, max, NONE where missing; pos: the bracket */ \
	X(N_TYPE_ASSERT) /* x [type]; x.(type) has no type */ \
	X(N_CALL)        /* fun arg*; flag DOTS: f(x...); pos: the parenthesis */ \
	X(N_STAR)        /* x */ \
	X(N_UNARY)       /* x; op */ \
	X(N_BINARY)      /* x y; op; pos: the operator; also A | B in constraints */ \
	X(N_KEY_VALUE)   /* key value */ \
	/* statements */ \
	X(N_BLOCK)     /* stmt* */ \
	X(N_DECL_STMT) /* GEN_DECL */ \
	X(N_EMPTY) \
	X(N_LABELED)   /* IDENT stmt */ \
	X(N_EXPR_STMT) /* x */ \
	X(N_SEND)      /* chan value */ \
	X(N_INC_DEC)   /* x; op */ \
	X(N_ASSIGN)    /* left* right*; op; pos: the operator; assign_left counts the left */ \
	X(N_GO)        /* CALL */ \
	X(N_DEFER)     /* CALL */ \
	X(N_RETURN)    /* x* */ \
	X(N_BRANCH)    /* [IDENT]; op: T_BREAK, T_CONTINUE, T_GOTO, T_FALLTHROUGH */ \
	X(N_IF)        /* init-or-NONE cond BLOCK [else] */ \
	X(N_SWITCH)    /* init-or-NONE tag-or-NONE CASE*; also type switches; pos: brace */ \
	X(N_CASE)      /* x* stmt*; n: number of x; op: T_CASE or T_DEFAULT */ \
	X(N_SELECT)    /* COMM*; pos: the brace */ \
	X(N_COMM)      /* stmt-or-NONE stmt*; op: T_CASE or T_DEFAULT */ \
	X(N_FOR)       /* init-or-NONE cond-or-NONE post-or-NONE BLOCK */ \
	X(N_RANGE)     /* left* x BLOCK; n: number on the left; op: T_DEFINE, T_ASSIGN */ \
	/* else */ \
	X(N_BAD)  /* what could not be read; only in files that are refused */ \
	X(N_NONE) /* an absent child that holds a place */

#define NODE_KIND(kind) kind,
typedef enum { NODES(NODE_KIND) NODE_KINDS } NodeKind;

enum {
	NODE_TYPED = 1, // has a type where it may be missing
	NODE_ALIAS = 2, // type A = B
	NODE_DOTS = 4,  // f(x...)
	NODE_SEND = 8,  // chan<- T
	NODE_RECV = 16, // <-chan T
};

typedef struct Node Node;
struct Node {
	uint8_t kind; // NodeKind
	uint8_t op;   // TokenKind
	uint16_t flags;
	union {
		int32_t pos; // the offset of something in it
		int32_t n;   // how many of the children are of the first sort
	};
	Span at;
	Node *next, *first; // the next sibling, the first child
};

typedef struct Import Import;
struct Import {
	Import *next;
	Str name; // "" if not given; may be "." or "_"
	Str path; // without the quotes
	Span at;  // of the spec
};

// A comment for tools: "//go:noinline", "//go:build linux", "//export f",
// "//line x.go:7".
typedef struct Directive Directive;
struct Directive {
	Directive *next;
	Span at;
	const Node *decl; // the top-level declaration after it; NULL for //go:build and at the end
};

typedef struct {
	const Source *src;
	Str package;
	Span package_at; // of the name
	Span clause_at;  // from "package" to the end of the name
	Span doc;        // of the package clause; empty if none
	Import *imports;
	Node *decls; // the first of a list
	Directive *directives;
	int32_t seen; // how many bytes were looked at: fewer than all if only imports were wanted

	// Only if the file was refused: the first error, where go/parser sees it.
	Place error;
	int32_t error_offset;
} File;

// file_text returns the bytes of a span.
Str file_text(const File *f, Span at);

// file_mentions tells whether the bytes of a name stand anywhere in the file, be it
// in a comment: a name of which that is not so is free for us to use.
bool file_mentions(const File *f, Str name);

// node_child returns the i-th child, or NULL if there are fewer.
const Node *node_child(const Node *n, int i);

// node_count returns how many nodes a list has, from n on.
isize node_count(const Node *n);

// assign_left returns how many expressions are on the left of an N_ASSIGN.
isize assign_left(const Node *n);

// node_unparen takes the parentheses off.
const Node *node_unparen(const Node *n);

// A walk over a node and all below it: parents first, in the order of the text.
typedef struct {
	Arena *arena;
	const Node **up; // the nodes around the one returned last, outermost first
	isize depth, cap;
	const Node *now;
	bool start, skip;
} Walk;

// walk_start begins at root, which walk_next then returns first. A root of
// NULL is an empty walk; the siblings of root are not part of it.
Walk walk_start(Arena *a, const Node *root);
const Node *walk_next(Walk *w);

// walk_skip leaves out what is below the node returned last.
void walk_skip(Walk *w);

// ---- functions

typedef struct {
	Str name;         // "" if unnamed; may be "_"
	Span name_at;     // empty if unnamed
	const Node *type; // without the dots
	Span type_at;     // with the dots
	bool variadic;    // ...T
} Param;

// One entry for each name: "a, b int" are two.
typedef struct {
	Param *v;
	isize n;
	Span at; // with the parentheses or brackets, where there are any; empty if there is no list
} ParamList;

typedef struct {
	const Node *node; // the declaration or literal
	Str name;         // "" for a literal
	Span name_at;
	bool is_method, recv_pointer;
	ParamList recvs;      // of a method: one, says the specification
	Param recv;           // that one
	Str recv_base;        // T of func (r *T[K, V])
	StrList recv_tparams; // K and V
	ParamList tparams, params, results;
	const Node *block; // NULL without a body
	Span body;         // with the braces
	Span doc;
} Func;

// func_view says all about a function: of an N_FUNC_DECL, N_FUNC_LIT or N_FUNC_TYPE.
Func func_view(Arena *a, const File *f, const Node *node);

// func_receiver returns the receiver's type without parameters: "*T", "T", "" of a plain function.
Str func_receiver(Arena *a, const Func *fn);

// param_list lists the fields of an N_PARAMS and its like.
ParamList param_list(Arena *a, const File *f, const Node *list);

// func_next returns the first N_FUNC_DECL of a list of declarations, or NULL.
//
//	for (const Node *n = func_next(f->decls); n; n = func_next(n->next))
const Node *func_next(const Node *decl);

// A return statement. values runs from the first to the last, and is empty
// (behind the keyword) for a bare return.
typedef struct {
	Span at, values;
	isize n;
} Return;

typedef struct {
	Return *v;
	isize n, cap;
} ReturnList;

// func_returns finds the return statements of a function with this body, those
// of function literals inside it left out.
ReturnList func_returns(Arena *a, const Node *block);

#endif
