// buf.h - a text that is written piece by piece.
//
//	StrBuf b = {.arena = a};
//	buf_add(&b, S("package "));
//	buf_addf(&b, "%.*s\n", STR_ARG(name));
//	Str text = buf_str(&b);
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

// Set arena, leave the rest zero.
typedef struct {
	Arena *arena;
	char *p;
	isize len, cap;
} StrBuf;

void buf_add(StrBuf *b, Str s);
void buf_addf(StrBuf *b, const char *fmt, ...) printf_like(2, 3);

// buf_space makes room for n more bytes and returns where they go. Whoever
// fills some of them adds their number to b->len.
char *buf_space(StrBuf *b, isize n);

// buf_str returns the text so far. It stays as it is when more is added.
Str buf_str(const StrBuf *b);

#endif
