// unicode.h - characters beyond ASCII: letters, digits.
#ifndef GOLANG_UNICODE_H
#define GOLANG_UNICODE_H

#include "base/rune.h"

// Only for characters from 0x80 on.
bool rune_is_letter(int32_t rune);
bool rune_is_digit(int32_t rune);

#endif
