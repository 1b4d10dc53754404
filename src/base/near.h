// near.h - the word that somebody may have meant.
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include "base/list.h"

// nearest returns the member of words that is a typing mistake or two away from
// word, or "" if none is.
Str nearest(const StrList *words, Str word);

#endif
