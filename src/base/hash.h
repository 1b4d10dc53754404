// hash.h - digests (SHA-256) of lists of strings.
//
// Each string goes in with its length, so that "ab" + "c" and "a" + "bc" differ.
//
//	Hash h;
//	hash_init(&h);
//	hash_add(&h, rule->name);
//	hash_add(&h, file);
//	Str digest = hash_hex(a, &h);
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <nettle/sha2.h>

#include "base/str.h"

typedef struct {
	struct sha256_ctx ctx;
} Hash;

void hash_init(Hash *h);
void hash_add(Hash *h, Str s);

// hash_hex returns 64 lower-case hex digits, and starts h anew.
Str hash_hex(Arena *a, Hash *h);

// hash_text returns the same for one string.
Str hash_text(Arena *a, Str s);

// hash_bytes returns the digest of the bytes alone, as others name a file by it.
Str hash_bytes(Arena *a, Str s);

#endif
