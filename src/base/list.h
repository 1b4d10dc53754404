// list.h - a growing list of strings.
//
//	StrList args = {.arena = a};
//	strlist_add(&args, S("build"));
//	for (isize i = 0; i < args.n; i++)
//		use(args.v[i]);
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include "base/str.h"

// Set arena, leave the rest zero.
typedef struct {
	Arena *arena;
	Str *v;
	isize n, cap;
} StrList;

// strlist_add appends s, borrowed.
void strlist_add(StrList *l, Str s);

bool strlist_has(const StrList *l, Str s);

// strlist_sort orders the list by bytes (str_cmp).
void strlist_sort(StrList *l);

// str_join puts sep between the members.
Str str_join(Arena *a, const StrList *l, Str sep);

#endif
