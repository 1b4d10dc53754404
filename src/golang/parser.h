// parser.h - what the files of the parser share. Nobody else includes it.
//
// A function for each production of the grammar, recursive, one token ahead.
// Where the text is not Go, an error is noted and reading goes on, just as
// go/parser does, because its first error is the first by position, not the
// first that it finds.
#ifndef GOLANG_PARSER_H
#define GOLANG_PARSER_H

#include "golang/parse.h"

typedef struct {
	Arena *arena;
	Lexer lx;
	Token tok; // what we look at
	Span lead; // the comment right above tok, with no empty line between; empty if none
	Faults faults;
	int go; // be the parser of Go 1.N
	bool no_bodies;

	Node *node, *node_end;      // room for new nodes
	Directive **directive_tail; // where the next one goes
	Directive *undecided;       // the first one that may belong to the next declaration
	Import **import_tail;

	int control; // < 0: in the head of an if, for or switch, where "{" begins its body
	bool in_rhs; // "=" is a mistyped "=="
	int32_t nesting, max_nesting; // counted as go/parser does
	bool too_deep;                // max_nesting was less than MAX_NESTING, and not enough
	bool stopped; // enough errors, or too deep: from here on, the file is at its end

	int32_t sync_at, sync_count; // where skip_to stopped last, and how often there
} Parser;

enum { MAX_NESTING = 100000 }; // go/parser's

// A list of nodes being made. Start with the address of where the first goes.
typedef struct {
	Node **tail;
	int32_t n;
} List;

// ---- parser.c: tokens, errors, nodes

// parser_stop makes the rest of the file unread.
void parser_stop(Parser *p);

// advance_comments goes on from a comment to the next token that is none, and
// notes directives and the lead comment. prev is where the token before began.
void advance_comments(Parser *p, int32_t prev);

// advance goes to the next token.
static inline void advance(Parser *p)
{
	int32_t prev = p->tok.at.from;

	p->lead = (Span){0, 0};
	lex_next(&p->lx, &p->tok);
	if (p->tok.kind == T_COMMENT)
		advance_comments(p, prev);
}

static inline bool at(const Parser *p, TokenKind kind)
{
	return p->tok.kind == kind;
}

static inline bool accept(Parser *p, TokenKind kind)
{
	if (p->tok.kind != kind)
		return false;
	advance(p);
	return true;
}

// at_semi: an automatic semicolon is one, too.
static inline bool at_semi(const Parser *p)
{
	return p->tok.kind == T_SEMI || p->tok.kind == T_NEWLINE;
}

// error_at notes an error, if it is the first on its line. The eleventh stops us.
void error_at(Parser *p, int32_t offset, const char *what);

// error_expected says what should have been at an offset, and what is.
void error_expected(Parser *p, int32_t offset, const char *what);

// expect goes over a token of this kind, or of whatever kind after an error. It
// returns where that token was.
int32_t expect_failed(Parser *p, TokenKind kind);
static inline int32_t expect(Parser *p, TokenKind kind)
{
	int32_t from = p->tok.at.from;

	if (p->tok.kind != kind)
		return expect_failed(p, kind);
	advance(p);
	return from;
}

// expect_closing is expect, with a better word for a forgotten comma.
int32_t expect_closing(Parser *p, TokenKind kind, const char *context);

// expect_semi goes over the end of a statement.
void expect_semi_failed(Parser *p);
static inline void expect_semi(Parser *p)
{
	if (at_semi(p))
		advance(p);
	else if (!at(p, T_RPAREN) && !at(p, T_RBRACE))
		expect_semi_failed(p);
}

// at_comma tells whether a list goes on: at a comma, or after an error that it is
// missing, unless its end is reached.
bool at_comma(Parser *p, const char *context, TokenKind end);

// skip_to goes to a token where reading may go on after an error.
typedef enum {
	SYNC_STMT = 1,
	SYNC_DECL = 2,
	SYNC_EXPR_END = 4,
} Sync;
void skip_to(Parser *p, Sync to);

// nest_to sets how deep the result is nested, and so, roughly, our calls. Whoever calls
// it remembers p->nesting, and sets it back. (Not "p->nesting--": a count that is
// read and written at every step makes each step wait for the one before.)
void nest_failed(Parser *p);
static inline void nest_to(Parser *p, int32_t depth)
{
	p->nesting = depth;
	if (depth > p->max_nesting)
		nest_failed(p);
}

// nest goes one step deeper, and returns how deep it was before.
static inline int32_t nest(Parser *p)
{
	int32_t before = p->nesting;

	nest_to(p, before + 1);
	return before;
}

void node_room(Parser *p);
static inline Node *node_new(Parser *p, NodeKind kind, int32_t from)
{
	if (p->node == p->node_end)
		node_room(p);

	Node *n = p->node++;
	n->kind = (uint8_t)kind;
	n->at.from = from;
	return n;
}

// node_end ends a node with the token before which we are at: to is its end.
static inline Node *node_done(Node *n, int32_t to)
{
	n->at.to = to;
	return n;
}

// node_bad stands for what was skipped, from an offset to the token we look at.
Node *node_bad(Parser *p, int32_t from);

static inline List list_start(Node **first)
{
	return (List){.tail = first};
}

static inline void list_add(List *l, Node *n)
{
	*l->tail = n;
	l->tail = &n->next;
	l->n++;
}

// list_add_or_none adds n, or an N_NONE in its place.
void list_add_or_none(Parser *p, List *l, Node *n);

// list_add_doc adds the lead comment, if there is one.
void list_add_doc(Parser *p, List *l, Span doc);

static inline Node *unparen(Node *n)
{
	while (n->kind == N_PAREN)
		n = n->first;
	return n;
}

// ---- parse_type.c

// identifier, or an error and a name all the same.
Node *ident_failed(Parser *p, Node *n);
static inline Node *parse_ident(Parser *p)
{
	Node *n = node_new(p, N_IDENT, p->tok.at.from);

	if (!at(p, T_IDENT))
		return ident_failed(p, n);
	n->at.to = p->tok.at.to;
	advance(p);
	return n;
}

Node *parse_type(Parser *p);
Node *try_type(Parser *p); // NULL if there is none
Node *parse_func_type(Parser *p);
Node *parse_type_params(Parser *p); // NULL if the list is empty, after an error
void parse_signature(Parser *p, Node *func, List *parts);
Node *parse_params(Parser *p, NodeKind kind);
Node *parse_array_type(Parser *p, int32_t from, Node *length);
Node *parse_more_type_params(Parser *p, int32_t from, Node *name, Node *constraint);

// ---- parse_expr.c

Node *parse_expr(Parser *p);
Node *parse_rhs(Parser *p);
Node *parse_unary(Parser *p);
Node *parse_binary(Parser *p, Node *x, int least);
Node *parse_suffixes(Parser *p, Node *x);
void parse_expr_list(Parser *p, List *list, bool in_rhs);

// ---- parse_stmt.c

Node *parse_block(Parser *p);

// ---- parse_decl.c

Node *parse_decl(Parser *p, Sync sync);
void parse_source_file(Parser *p, File *f, bool imports_only);

#endif
