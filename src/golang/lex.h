// lex.h - Go source bytes to tokens, as go/scanner sees them.
//
// The lexer never fails: what is not Go becomes a token all the same, and a
// fault in the list of errors. Comments are tokens; automatic semicolons are
// T_NEWLINE, placed where the newline is.
//
//	Faults faults = {.arena = a, .src = &src};
//	Lexer lx = lex_start(&src, &faults);
//	for (Token t; lex_next(&lx, &t);)
//		use(t);
#ifndef GOLANG_LEX_H
#define GOLANG_LEX_H

#include "golang/fault.h"

// Literals (names among them) and assignments each stand together.
#define TOKENS(X) \
	X(T_EOF, "EOF") \
	X(T_ILLEGAL, "ILLEGAL") \
	X(T_COMMENT, "COMMENT") \
	X(T_NEWLINE, ";") \
	X(T_SEMI, ";") \
	X(T_IDENT, "IDENT") \
	X(T_INT, "INT") \
	X(T_FLOAT, "FLOAT") \
	X(T_IMAG, "IMAG") \
	X(T_CHAR, "CHAR") \
	X(T_STRING, "STRING") \
	X(T_ADD, "+") \
	X(T_SUB, "-") \
	X(T_MUL, "*") \
	X(T_QUO, "/") \
	X(T_REM, "%") \
	X(T_AND, "&") \
	X(T_OR, "|") \
	X(T_XOR, "^") \
	X(T_SHL, "<<") \
	X(T_SHR, ">>") \
	X(T_AND_NOT, "&^") \
	X(T_LAND, "&&") \
	X(T_LOR, "||") \
	X(T_EQL, "==") \
	X(T_NEQ, "!=") \
	X(T_LSS, "<") \
	X(T_LEQ, "<=") \
	X(T_GTR, ">") \
	X(T_GEQ, ">=") \
	X(T_ASSIGN, "=") \
	X(T_DEFINE, ":=") \
	X(T_ADD_ASSIGN, "+=") \
	X(T_SUB_ASSIGN, "-=") \
	X(T_MUL_ASSIGN, "*=") \
	X(T_QUO_ASSIGN, "/=") \
	X(T_REM_ASSIGN, "%=") \
	X(T_AND_ASSIGN, "&=") \
	X(T_OR_ASSIGN, "|=") \
	X(T_XOR_ASSIGN, "^=") \
	X(T_SHL_ASSIGN, "<<=") \
	X(T_SHR_ASSIGN, ">>=") \
	X(T_AND_NOT_ASSIGN, "&^=") \
	X(T_ARROW, "<-") \
	X(T_INC, "++") \
	X(T_DEC, "--") \
	X(T_NOT, "!") \
	X(T_TILDE, "~") \
	X(T_ELLIPSIS, "...") \
	X(T_LPAREN, "(") \
	X(T_LBRACK, "[") \
	X(T_LBRACE, "{") \
	X(T_COMMA, ",") \
	X(T_PERIOD, ".") \
	X(T_RPAREN, ")") \
	X(T_RBRACK, "]") \
	X(T_RBRACE, "}") \
	X(T_COLON, ":") \
	X(T_BREAK, "break") \
	X(T_CASE, "case") \
	X(T_CHAN, "chan") \
	X(T_CONST, "const") \
	X(T_CONTINUE, "continue") \
	X(T_DEFAULT, "default") \
	X(T_DEFER, "defer") \
	X(T_ELSE, "else") \
	X(T_FALLTHROUGH, "fallthrough") \
	X(T_FOR, "for") \
	X(T_FUNC, "func") \
	X(T_GO, "go") \
	X(T_GOTO, "goto") \
	X(T_IF, "if") \
	X(T_IMPORT, "import") \
	X(T_INTERFACE, "interface") \
	X(T_MAP, "map") \
	X(T_PACKAGE, "package") \
	X(T_RANGE, "range") \
	X(T_RETURN, "return") \
	X(T_SELECT, "select") \
	X(T_STRUCT, "struct") \
	X(T_SWITCH, "switch") \
	X(T_TYPE, "type") \
	X(T_VAR, "var")

#define TOKEN_KIND(kind, text) kind,
typedef enum { TOKENS(TOKEN_KIND) TOKEN_KINDS } TokenKind;

typedef struct {
	TokenKind kind;
	Span at;
} Token;

// Everything else in here is the lexer's own business.
typedef struct {
	const char *text;
	int32_t pos, len;
	int32_t last; // where the newline is that ends the text: no byte behind it is read
	int32_t bad;  // next byte that is NUL, not UTF-8, or a misplaced BOM; len if none
	int32_t newline_in_comment; // where an automatic semicolon waits, or -1
	bool want_semi;             // a newline here ends the statement
	Faults *faults;
} Lexer;

// lex_start begins at the first byte, after a byte order mark if there is one.
// src must be shorter than 2 GB.
Lexer lex_start(const Source *src, Faults *faults);

// lex_next sets *t to the next token, and returns false if that is T_EOF. Then it
// is T_EOF for ever.
bool lex_next(Lexer *lx, Token *t);

// lex_skip_braces goes from behind a "{" to its "}", which is the next token then, faster than
// by tokens. It returns false and stays where it is if there is none.
bool lex_skip_braces(Lexer *lx);

// token_name returns what go/token prints for a kind: "IDENT", "+=", "func".
Str token_name(TokenKind kind);

// token_precedence returns 1 to 5 for a binary operator, 0 for all else.
extern const uint8_t token_precedences[TOKEN_KINDS];
static inline int token_precedence(TokenKind kind)
{
	return token_precedences[kind];
}

static inline bool token_is_literal(TokenKind kind)
{
	return T_IDENT <= kind && kind <= T_STRING;
}

static inline bool token_is_assignment(TokenKind kind)
{
	return T_ASSIGN <= kind && kind <= T_AND_NOT_ASSIGN;
}

#endif
