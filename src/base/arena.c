#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define GAP 16 // unused, poisoned bytes after each object, so that overruns are seen
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define GAP 0
#endif

enum { BLOCK_SIZE = 64 * 1024 };

struct ArenaBlock {
	ArenaBlock *older;
	isize used, cap;
	isize touched; // behind it all is zero, and no page is there before it is written
	_Alignas(max_align_t) char data[];
};

// block_new puts a block with room for need bytes in front of the others.
static void block_new(Arena *a, isize need)
{
	ArenaBlock **link = &a->spare;

	while (*link && (*link)->cap < need)
		link = &(*link)->older;
	ArenaBlock *b = *link;
	if (b) {
		*link = b->older;
	} else {
		isize cap = need > BLOCK_SIZE ? need : BLOCK_SIZE;
		b = calloc(1, sizeof(*b) + (size_t)cap);
		if (!b)
			die("out of memory (wanted %td bytes)", cap);
		b->cap = cap;
		ASAN_POISON_MEMORY_REGION(b->data, (size_t)cap);
	}
	b->older = a->head;
	b->used = 0;
	a->head = b;
}

void *arena_alloc(Arena *a, isize n, isize size, isize align)
{
	ensure(n >= 0 && size > 0 && align > 0 && align <= (isize) _Alignof(max_align_t));
	if (n > (PTRDIFF_MAX / 2) / size)
		die("out of memory (wanted %td objects of %td bytes)", n, size);

	isize len = n * size;
	isize pad = a->head ? -a->head->used & (align - 1) : 0;
	if (!a->head || a->head->cap - a->head->used < pad + len + GAP) {
		block_new(a, len + GAP);
		pad = 0;
	}

	ArenaBlock *b = a->head;
	isize from = b->used + pad, end = from + len;
	b->used = end + GAP;
	ASAN_UNPOISON_MEMORY_REGION(b->data + from, (size_t)len);
	if (from < b->touched)
		memset(b->data + from, 0, (size_t)((end < b->touched ? end : b->touched) - from));
	if (end > b->touched)
		b->touched = end;
	return b->data + from;
}

ArenaMark arena_mark(const Arena *a)
{
	return (ArenaMark){a->head, a->head ? a->head->used : 0};
}

void arena_rewind(Arena *a, ArenaMark m)
{
	while (a->head != m.head) {
		ArenaBlock *b = a->head;
		a->head = b->older;
		ASAN_POISON_MEMORY_REGION(b->data, (size_t)b->cap);
		b->older = a->spare;
		a->spare = b;
	}
	if (!a->head)
		return;
	ASAN_POISON_MEMORY_REGION(a->head->data + m.used, (size_t)(a->head->cap - m.used));
	a->head->used = m.used;
}

isize arena_used(const Arena *a)
{
	isize used = 0;

	for (const ArenaBlock *b = a->head; b; b = b->older)
		used += b->used;
	return used;
}

void arena_free(Arena *a)
{
	arena_rewind(a, (ArenaMark){0});
	while (a->spare) {
		ArenaBlock *b = a->spare;
		a->spare = b->older;
		ASAN_UNPOISON_MEMORY_REGION(b->data, (size_t)b->cap);
		free(b);
	}
}
