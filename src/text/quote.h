// quote.h - Go's string literals: what they stand for, and how to write them.
#ifndef TEXT_QUOTE_H
#define TEXT_QUOTE_H

#include "base/buf.h"

// string_value returns the value of a string literal, quotes and all, that the
// lexer found nothing wrong with. It borrows from the literal where it can.
Str string_value(Arena *a, Str literal);

// unquote does the same with a text that nobody has checked, and with 'c' too. It
// returns false if the text is no literal of Go.
bool unquote(Arena *a, Str literal, Str *out);

// quote_add writes s as a literal between quotes, " or ', as strconv.Quote does: what
// cannot be seen becomes an escape. Of the characters that Unicode has not
// assigned, some stay as they are.
void quote_add(StrBuf *b, Str s, char quote);

#endif
