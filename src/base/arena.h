// arena.h - memory that is given back all at once.
//
// Everything made for one job (the process, one package, one call) lives in
// that job's Arena and dies with it. Nothing in this program frees a single
// object, so no structure needs a destructor and no error path leaks.
//
// Memory comes back zeroed, and a zero struct is always a valid empty one.
// Running out of memory ends the program: no caller checks for NULL.
//
// Owner: whoever declared the Arena. A function that takes an Arena * may
// allocate its result there, and says so; it never frees or rewinds it.
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

typedef struct ArenaBlock ArenaBlock;

// Start from a zero value: Arena a = {0};
typedef struct {
	ArenaBlock *head;  // newest block; older ones hang from it
	ArenaBlock *spare; // blocks that arena_rewind took back, for use again
} Arena;

// A place to come back to.
typedef struct {
	ArenaBlock *head;
	isize used;
} ArenaMark;

#define arena_new(a, T) ((T *)arena_alloc(a, 1, (isize)sizeof(T), (isize) _Alignof(T)))
#define arena_array(a, T, n) ((T *)arena_alloc(a, n, (isize)sizeof(T), (isize) _Alignof(T)))

// arena_alloc returns n zeroed objects of the given size and alignment.
void *arena_alloc(Arena *a, isize n, isize size, isize align);

// arena_rewind drops everything allocated since the mark was taken. The memory stays
// with the Arena, and is used again.
ArenaMark arena_mark(const Arena *a);
void arena_rewind(Arena *a, ArenaMark m);

// arena_used returns how many bytes were given out, with what alignment cost.
isize arena_used(const Arena *a);

// arena_free drops everything and leaves an empty, usable Arena.
void arena_free(Arena *a);

#endif
