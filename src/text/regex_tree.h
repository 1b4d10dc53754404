// regex_tree.h - what the files regex*.c share: a pattern as a tree.
#ifndef TEXT_REGEX_TREE_H
#define TEXT_REGEX_TREE_H

#include "base/str.h"

// ---- sets of characters

typedef struct {
	int32_t from, to; // to included
} RuneRange;

// Set arena, leave the rest zero.
typedef struct {
	Arena *arena;
	RuneRange *v;
	isize n, cap;
} RuneSet;

void runes_add(RuneSet *set, int32_t from, int32_t to);

// runes_add_fold adds characters of ASCII, and those that (?i) takes for the same.
void runes_add_fold(RuneSet *set, int32_t from, int32_t to);

// runes_sort puts the ranges in order, and joins those that touch.
void runes_sort(RuneSet *set);

// runes_negate makes a sorted set one of all other characters.
void runes_negate(RuneSet *set);

// runes_add_class adds the characters of a class, by its name: "d", "s" or "w", or that of
// a POSIX class, "alpha". It returns false if there is none of that name.
bool runes_add_class(RuneSet *set, Str name, bool negated, bool fold);

// ---- the tree

typedef enum {
	RE_EMPTY,
	RE_SET,
	RE_ASSERT,
	RE_CONCAT, // of the list `first`
	RE_ALTERNATE,
	RE_REPEAT, // of `first`
} RegexKind;

typedef enum {
	ASSERT_BEGIN_TEXT,
	ASSERT_END_TEXT,
	ASSERT_BEGIN_LINE,
	ASSERT_END_LINE,
	ASSERT_WORD,
	ASSERT_NOT_WORD,
} RegexAssert;

typedef struct RegexNode RegexNode;
struct RegexNode {
	RegexKind kind;
	RegexNode *next;
	RegexNode *first;
	RegexAssert assertion;
	RuneSet set;
	int min, max; // of a repetition; max -1: no end
	int height;   // of the tree below
	int copies;   // that nested repetitions make of what is below
};

// regex_parse returns the tree of a pattern, or NULL and the reason.
RegexNode *regex_parse(Arena *a, Str pattern, Str *why);

#endif
