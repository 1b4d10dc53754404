#include "base/hash.h"

void hash_init(Hash *h)
{
	sha256_init(&h->ctx);
}

void hash_add(Hash *h, Str s)
{
	uint8_t len[8];

	for (int i = 0; i < 8; i++)
		len[i] = (uint8_t)((uint64_t)s.len >> (8 * i));
	sha256_update(&h->ctx, sizeof(len), len);
	if (s.len > 0)
		sha256_update(&h->ctx, (size_t)s.len, (const uint8_t *)s.p);
}

Str hash_hex(Arena *a, Hash *h)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	char *hex = arena_array(a, char, 2 * SHA256_DIGEST_SIZE);

	sha256_digest(&h->ctx, sizeof(digest), digest);
	for (int i = 0; i < SHA256_DIGEST_SIZE; i++) {
		hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	return (Str){hex, 2 * SHA256_DIGEST_SIZE};
}

Str hash_text(Arena *a, Str s)
{
	Hash h;

	hash_init(&h);
	hash_add(&h, s);
	return hash_hex(a, &h);
}

Str hash_bytes(Arena *a, Str s)
{
	Hash h;

	hash_init(&h);
	if (s.len > 0)
		sha256_update(&h.ctx, (size_t)s.len, (const uint8_t *)s.p);
	return hash_hex(a, &h);
}
