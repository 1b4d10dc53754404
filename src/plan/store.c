#include "plan/store.h"

#include "base/hash.h"

// A name in go's cache: DIGEST-d, in the folder of the digest's first two digits.
// Source: cmd/go/internal/cache.DiskCache.
Str store_path(Arena *a, Str store, const char *kind, Str key)
{
	Hash h;

	hash_init(&h);
	hash_add(&h, S("otel woven"));
	hash_add(&h, str_from(kind));
	hash_add(&h, key);
	Str name = hash_hex(a, &h), folder = str_slice(name, 0, 2);
	return str_format(a, "%.*s/%.*s/%.*s-d", STR_ARG(store), STR_ARG(folder), STR_ARG(name));
}

Str outcome_note(Arena *a, Str store, Str digest)
{
	return store_path(a, store, "outcome", digest);
}
