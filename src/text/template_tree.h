// template_tree.h - what the files template*.c share: tokens, nodes, values.
#ifndef TEXT_TEMPLATE_TREE_H
#define TEXT_TEMPLATE_TREE_H

#include "base/buf.h"
#include "text/template.h"

// ---- mistakes

// template_error adds a diagnostic at some bytes of the template's text, and
// returns false.
bool template_error(const Template *t, Diags *d, Span at, const char *fmt, ...) printf_like(4, 5);

// template_suggest gives the newest error the nearest of the words as help, with the text
// before it. It returns false if none is near.
bool template_suggest(Diags *d, const StrList *words, Str word, const char *before);

// template_suggest_name gives it the nearest name of the data, or else all of them.
void template_suggest_name(Diags *d, const StrList *names, Str word);

// template_unknown_name adds an error about a name that the data has not.
bool template_unknown_name(const Template *t, Diags *d, Span at, Str name);

// ---- the lexer

typedef enum {
	TOKEN_END,      // of the template
	TOKEN_CLOSE,    // }}
	TOKEN_CONSTANT, // number, text: has a value
	TOKEN_WORD,
	TOKEN_VARIABLE, // $ and a name, or $ alone
	TOKEN_FIELD,    // a period and a name
	TOKEN_DOT,
	TOKEN_ASSIGN,  // =
	TOKEN_DECLARE, // :=
	TOKEN_PIPE,    // |
	TOKEN_COMMA,
	TOKEN_LPAREN,
	TOKEN_RPAREN,
} TokenKind;

typedef struct {
	TokenKind kind;
	bool spaced; // there is a space before it
	Span at;
	Str text;
	TemplateValue value; // of a constant
} Token;

typedef struct {
	Arena *arena;
	const Template *t;
	Diags *diags;
	int32_t pos;
	bool trim; // the action before ends with " -}}"
	Token tok;
} Lexer;

// template_text returns what stands before the next action, and goes into it. At the end
// of the template lx->tok is TOKEN_END; else it is the action's first token.
bool template_text(Lexer *lx, Str *text);

// template_next makes lx->tok the next token of the action.
bool template_next(Lexer *lx);

// ---- the tree

typedef enum {
	// Statements.
	NODE_TEXT,
	NODE_ACTION, // with a pipeline
	NODE_IF,
	NODE_RANGE,
	NODE_WITH,
	NODE_BREAK,
	NODE_CONTINUE,
	// Operands.
	NODE_CONSTANT,
	NODE_DOT,
	NODE_VARIABLE,
	NODE_FIELD, // of another operand
	NODE_CALL,  // of a function, by its name
	NODE_PIPE,  // a pipeline; in parentheses, where it is an operand
	// Of a pipeline.
	NODE_COMMAND,
} NodeKind;

typedef struct TemplateFunc TemplateFunc;

typedef struct Node Node;
struct Node {
	NodeKind kind;
	Span at;
	Node *next;               // in a list: of statements, commands, operands
	Str text;                 // of a text; of a field: its name
	TemplateValue value;      // of a constant
	const TemplateFunc *func; // of a call
	// Of a pipeline the commands, of a command the operands, of a field what it is
	// of, of all other statements their pipeline.
	Node *first;
	Node *body, *otherwise; // of if, range, with: lists
	// Of a variable slot[0]; of a pipeline those that it sets.
	int slot[2];
	int nslot;
	bool assigns; // of a pipeline: = instead of :=
};

struct Template {
	TemplateOrigin from;
	const StrList *names;
	Node *first;
	int nslot; // variables at one time; $ is the first
};

// ---- running

typedef struct {
	Arena *arena;
	const Template *t;
	const TemplateData *data;
	Diags *diags;
	TemplateValue *slots; // the variables
	StrBuf out;
	isize work; // how much it may still do
} Run;

// run_error adds a diagnostic about a node, and returns false.
bool run_error(Run *r, const Node *n, const char *fmt, ...) printf_like(3, 4);

// run_spend takes from the work that the template may do. It returns false, with a
// diagnostic, when nothing is left.
bool run_spend(Run *r, const Node *n, isize work);

// ---- functions

typedef struct {
	const TemplateValue *v;
	isize n;
} Args;

struct TemplateFunc {
	Str name;
	int min, max;                                                       // arguments
	bool (*call)(Run *r, const Node *n, Args args, TemplateValue *out); // NULL: and, or
};

// template_func returns the function of that name, or NULL.
const TemplateFunc *template_func(Str name);

// template_func_names returns all of them.
StrList template_func_names(Arena *a);

// template_truth tells whether `if` goes on with v.
bool template_truth(const TemplateValue *v);

// template_kind returns "a text", "a number" and so on.
const char *template_kind(const TemplateValue *v);

// template_write adds v to b, as {{ }} writes it. It fails if v is data without a text.
bool template_write(Run *r, const Node *n, const TemplateValue *v, StrBuf *b);

// template_printf is the function printf.
bool template_printf(Run *r, const Node *n, Args args, TemplateValue *out);

#endif
