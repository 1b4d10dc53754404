// map.h - strings to pointers, in the order in which the keys came.
//
//	StrMap packages = {.arena = a};
//	map_put(&packages, p->path, p);
//	Package *p = map_get(&packages, S("net/http")); // NULL if absent
//	for (isize i = 0; i < packages.n; i++)
//		use(packages.v[i].key, packages.v[i].value);
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/str.h"

typedef struct {
	Str key;
	void *value;
} StrPair;

// Set arena, leave the rest zero.
typedef struct {
	Arena *arena;
	StrPair *v;    // in order of insertion
	int32_t *slot; // hash table of indices into v, plus one; 0 = free
	isize n, nslot;
} StrMap;

// map_put sets the value of key, borrowed. A key that is there keeps its place.
void map_put(StrMap *m, Str key, void *value);

// map_get returns the value of key, or NULL.
void *map_get(const StrMap *m, Str key);

#endif
