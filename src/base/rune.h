// rune.h - the characters of a text in UTF-8.
#ifndef BASE_RUNE_H
#define BASE_RUNE_H

#include "base/base.h"

enum { RUNE_BAD = 0xFFFD, RUNE_BOM = 0xFEFF, RUNE_MAX = 0x10FFFF };

// rune_decode returns the character that begins at p, with n > 0 bytes left,
// and sets *width. What is not UTF-8 is RUNE_BAD and one byte wide; the real
// U+FFFD is three.
int32_t rune_decode(const char *p, isize n, int *width);

// rune_encode writes a character to p as UTF-8 and returns how many bytes that took.
// What is no character is written as RUNE_BAD.
int rune_encode(int32_t rune, char p[4]);

#endif
