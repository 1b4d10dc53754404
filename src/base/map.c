#include "base/map.h"

#include <string.h>

// FNV-1a.
static uint32_t hash(Str s)
{
	uint32_t h = 2166136261U;

	for (isize i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619U;
	return h;
}

// find returns the slot that holds key, or the free one where it would go.
static int32_t *find(const StrMap *m, Str key)
{
	uint32_t mask = (uint32_t)m->nslot - 1;
	uint32_t i = hash(key) & mask;

	while (m->slot[i] != 0 && !str_eq(m->v[m->slot[i] - 1].key, key))
		i = (i + 1) & mask;
	return &m->slot[i];
}

// grow doubles the table; at most half of its slots are ever taken.
static void grow(StrMap *m)
{
	isize nslot = m->nslot ? 2 * m->nslot : 16;
	StrPair *v = arena_array(m->arena, StrPair, nslot / 2);

	if (m->n > 0)
		memcpy(v, m->v, (size_t)m->n * sizeof(*v));
	m->v = v;
	m->slot = arena_array(m->arena, int32_t, nslot);
	m->nslot = nslot;
	for (isize i = 0; i < m->n; i++)
		*find(m, m->v[i].key) = (int32_t)i + 1;
}

void map_put(StrMap *m, Str key, void *value)
{
	if (m->n == m->nslot / 2)
		grow(m);

	int32_t *slot = find(m, key);
	if (*slot == 0) {
		m->v[m->n++].key = key;
		*slot = (int32_t)m->n;
	}
	m->v[*slot - 1].value = value;
}

void *map_get(const StrMap *m, Str key)
{
	if (m->n == 0)
		return NULL;
	int32_t i = *find(m, key);
	return i ? m->v[i - 1].value : NULL;
}
