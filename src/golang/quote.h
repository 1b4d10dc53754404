// quote.h - what a Go string literal stands for.
#ifndef GOLANG_QUOTE_H
#define GOLANG_QUOTE_H

#include "base/str.h"

// string_value returns the value of a string literal, quotes and all, that the
// lexer found nothing wrong with. It borrows from the literal where it can.
Str string_value(Arena *a, Str literal);

#endif
