// lexer.h - what the files of the lexer share. Nobody else includes it.
//
// How the text is held: lx->last is the offset of a newline, and no byte behind it is
// read. It is the last byte of the file, or, where that is no newline, one that
// lex_start put behind a copy of it. So a loop that stops at a newline needs no
// other bound. lx->pos never goes beyond it: it stays there at the end.
#ifndef GOLANG_LEXER_H
#define GOLANG_LEXER_H

#include "golang/lex.h"

// What a byte begins. Words go on with what is up to DIGI.
enum { WORD, DIGI, BLNK, LINE, PNCT, HIGH, NONE };
extern const uint8_t byte_classes[256];

static inline int byte_class(char c)
{
	return byte_classes[(unsigned char)c];
}

// check_bytes looks at the bytes up to lx->pos, one included, that were not
// looked at yet: go/scanner complains about a byte when it comes to it, one
// byte ahead of what it makes of it.
void check_bytes(Lexer *lx);

// fault adds an error about what is read now, after those about the bytes.
#define fault(lx, at, ...) (check_bytes(lx), fault_add((lx)->faults, at, __VA_ARGS__))

// ---- lex_literal.c: from is where the literal begins. lx->pos is there for a
// number, and behind the quote for the others.

TokenKind lex_number(Lexer *lx, int32_t from);
TokenKind lex_char(Lexer *lx, int32_t from);
TokenKind lex_string(Lexer *lx, int32_t from);
TokenKind lex_raw_string(Lexer *lx, int32_t from);

#endif
